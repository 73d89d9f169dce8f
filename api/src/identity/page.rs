//! The pages behind the links in mails. Opening one changes nothing, for programs that look into mails open every link:
//! each asks for a click.

use domain::identity::LinkToken;
use domain::{Error, Tongue};
use poem::http::StatusCode;
use poem::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, HeaderValue};
use poem::web::Html;
use poem::{IntoResponse, Request, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};

use crate::answer::{Datum, Ok200};
use crate::edge::{FORM, LEAF};

/// A few words for somebody who followed a link, and perhaps a form.
pub(crate) struct Page {
    status: StatusCode,
    title: &'static str,
    text: String,
    form: Option<(Form, String)>,
    tongue: Tongue,
}

enum Form {
    Verify,
    Reset,
    Unsubscribe,
}

impl Form {
    /// It is sent to the path of the page, wherever a proxy put that.
    fn html(&self, token: &str, tongue: Tongue) -> String {
        let (action, fields, button) = match self {
            Self::Verify => ("verify-email", "", "Confirm my address"),
            Self::Reset => (
                "reset-password",
                "<label>New password <input type=\"password\" name=\"password\" autocomplete=\"new-password\" \
                 minlength=\"8\" maxlength=\"128\" required autofocus></label>",
                "Set the password",
            ),
            Self::Unsubscribe => return unsubscribe(&escaped(token), tongue),
        };
        let token = escaped(token);
        format!(
            "    <form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"token\" value=\"{token}\">\
             {fields}<button>{button}</button></form>\n"
        )
    }
}

/// Sent as mail programs send it: the token in the path, and RFC 8058's one field.
fn unsubscribe(token: &str, tongue: Tongue) -> String {
    let button = tongue.pick("No more mails like this", "Keine solchen Mails mehr");
    format!(
        "    <form method=\"post\" action=\"unsubscribe?token={token}\">\
         <input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">\
         <button>{button}</button></form>\n"
    )
}

/// Whether a page is of more use than a problem.
pub(crate) fn is_wanted(request: &Request) -> bool {
    let accept = request
        .headers()
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

impl Page {
    fn of(title: &'static str, text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::OK,
            title,
            text: text.into(),
            form: None,
            tongue: Tongue::default(),
        }
    }

    pub(crate) fn to_verify(token: &LinkToken) -> Self {
        let text = "Confirm that this e-mail address is yours.";
        Self {
            form: Some((Form::Verify, token.as_str().to_owned())),
            ..Self::of("One more click", text)
        }
    }

    pub(crate) fn verified(before: bool) -> Self {
        let text = match before {
            true => "Your e-mail address had been confirmed already. There is nothing left to do.",
            false => "Your e-mail address is confirmed. You can close this page.",
        };
        Self::of("Thank you", text)
    }

    pub(crate) fn to_reset(token: &str) -> Self {
        let text = "It needs 8 characters that mix letters, digits and signs, or 16 of any kind. Everybody who is signed \
                    in with the old one is signed out.";
        Self {
            form: Some((Form::Reset, token.to_owned())),
            ..Self::of("Choose a new password", text)
        }
    }

    /// The same once more, for the password was not good enough.
    pub(crate) fn to_reset_again(token: &str, why: String) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            text: why,
            ..Self::to_reset(token)
        }
    }

    pub(crate) fn reset() -> Self {
        let text = "Your password is changed. You can close this page and sign in with it.";
        Self::of("Thank you", text)
    }

    pub(crate) fn to_unsubscribe(token: &str, tongue: Tongue) -> Self {
        let text = tongue.pick(
            "You get no more mails such as the one that led you here. Other mails still come.",
            "Mails wie die, die dich hierher geführt hat, kommen dann nicht mehr. Andere kommen weiterhin.",
        );
        Self {
            form: Some((Form::Unsubscribe, token.to_owned())),
            tongue,
            ..Self::of(tongue.pick("One more click", "Noch ein Klick"), text)
        }
    }

    pub(crate) fn unsubscribed(tongue: Tongue) -> Self {
        let text = tongue.pick(
            "Such mails come no more. Your settings turn them on again. You can close this page.",
            "Solche Mails kommen nicht mehr. In deinen Einstellungen schaltest du sie wieder ein. Du kannst diese \
             Seite schließen.",
        );
        Self {
            tongue,
            ..Self::of(tongue.pick("Done", "Erledigt"), text)
        }
    }

    pub(crate) fn refused(refused: &Error) -> Self {
        let detail = match refused {
            Error::Invalid(fields) => fields.first().map(|field| field.detail.clone()),
            Error::Conflict { detail, .. } => Some((*detail).to_owned()),
            _ => None,
        };
        let text = detail.unwrap_or_else(|| "This link is not good.".to_owned());
        Self {
            status: StatusCode::BAD_REQUEST,
            ..Self::of("This link does not work", text)
        }
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let (form, policy) = match &self.form {
            Some((form, token)) => (form.html(token, self.tongue), FORM),
            None => (String::new(), LEAF),
        };
        let html = include_str!("page.html")
            .replace("{lang}", self.tongue.code())
            .replace("{title}", self.title)
            .replace("{text}", &escaped(&self.text))
            .replace("{form}", &form);
        let mut response = Html(html).into_response();
        response.set_status(self.status);
        let policy = HeaderValue::from_static(policy);
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
        response
    }
}

fn html() -> MetaMediaType {
    MetaMediaType {
        content_type: poem_openapi::payload::Html::<String>::CONTENT_TYPE,
        schema: poem_openapi::payload::Html::<String>::schema_ref(),
    }
}

fn pages(statuses: &[u16]) -> MetaResponses {
    let response = |status: &u16| MetaResponse {
        description: "",
        status: Some(*status),
        status_range: None,
        content: vec![html()],
        headers: Vec::new(),
    };
    MetaResponses {
        responses: statuses.iter().map(response).collect(),
    }
}

impl ApiResponse for Page {
    fn meta() -> MetaResponses {
        pages(&[200, 400])
    }

    fn register(_: &mut Registry) {}
}

/// What a program is answered, or the page that the same path answers to a form.
pub(crate) enum PageOr<T> {
    Data(Ok200<T>),
    Page(Page),
}

impl<T: Datum> IntoResponse for PageOr<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Data(data) => data.into_response(),
            Self::Page(page) => page.into_response(),
        }
    }
}

impl<T: Datum> ApiResponse for PageOr<T> {
    fn meta() -> MetaResponses {
        let mut meta = Ok200::<T>::meta();
        for response in &mut meta.responses {
            response.content.push(html());
        }
        meta.responses.extend(pages(&[400]).responses);
        meta
    }

    fn register(registry: &mut Registry) {
        Ok200::<T>::register(registry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_text_in_a_page() {
        let form = Form::Reset.html("\"><script>'&", Tongue::English);
        assert!(form.contains("value=\"&quot;&gt;&lt;script&gt;&#39;&amp;\""));
    }
}
