//! The link that ends mails, without signing in.

use std::sync::Arc;

use domain::Error;
use domain::delivery::{self, UnsubscribeToken};
use platform::Platform;
use poem::Request;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use poem_openapi::types::Example;

use crate::apis::Tag;
use crate::identity::page::{self, Page};
use crate::problem::Answer;

pub(crate) struct UnsubscribeApi {
    platform: Arc<Platform>,
}

#[OpenApi(prefix_path = "/unsubscribe", tag = "Tag::Notifications")]
impl UnsubscribeApi {
    /// Follow an unsubscribe link
    ///
    /// What the link in a mail opens: a page, in the language of whoever got the mail, that asks for the click which ends
    /// such mails. Opening it ends none, for programs that look into mails open every link. Programs that do not accept `text/html` are refused with a problem
    /// where the link is not good.
    #[oai(path = "/", method = "get", operation_id = "followUnsubscribeLink")]
    async fn follow(
        &self,
        request: &Request,
        /// The token of the link.
        #[oai(example = "example_token")]
        token: Query<UnsubscribeToken>,
    ) -> Answer<Page> {
        let (platform, token) = (&self.platform, &token.0);
        let mut connection = platform.db.acquire().await?;
        match delivery::check_unsubscribe(&mut connection, &platform.config, token).await {
            Ok(tongue) => Ok(Page::to_unsubscribe(token.as_str(), tongue)),
            Err(refused) => shown(request, refused),
        }
    }

    /// Unsubscribe
    ///
    /// Ends the mails that the link came in: those of one kind of notification, or the weekly digest. Nobody has to be
    /// signed in, and saying it twice is no error. Mail programs post here by themselves when their reader clicks
    /// (RFC 8058); what they post is not looked at. The settings turn the mails on again.
    #[oai(path = "/", method = "post", operation_id = "unsubscribe")]
    async fn unsubscribe(
        &self,
        request: &Request,
        /// The token of the link.
        #[oai(example = "example_token")]
        token: Query<UnsubscribeToken>,
    ) -> Answer<Page> {
        let mut tx = self.platform.db.begin().await?;
        match delivery::unsubscribe(&mut tx, &self.platform.config, &token.0).await {
            Ok(tongue) => {
                tx.commit().await?;
                Ok(Page::unsubscribed(tongue))
            }
            Err(refused) => shown(request, refused),
        }
    }
}

fn shown(request: &Request, refused: Error) -> Answer<Page> {
    match refused {
        Error::Invalid(_) if page::is_wanted(request) => Ok(Page::refused(&refused)),
        refused => Err(refused.into()),
    }
}

impl UnsubscribeApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}

fn example_token() -> UnsubscribeToken {
    UnsubscribeToken::example()
}
