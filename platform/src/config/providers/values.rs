//! What the settings of a provider may hold.

use reqwest::Url;

use super::return_to::is_loopback;
use crate::secret::Secret;

/// A provider's word in paths and in the names of its settings.
pub(super) struct Name(pub(super) String);

impl std::str::FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
        let is_name = text.len() <= 30
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(plain);
        match is_name {
            // `POST /auth/oauth/token` is not about a provider.
            true if text == "token" => Err("`token` is a word of ours".to_owned()),
            true => Ok(Self(text.to_owned())),
            false => Err(format!(
                "`{text}` is not lower-case letters, digits and underscores"
            )),
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Oidc,
    Apple,
    Github,
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "oidc" => Ok(Self::Oidc),
            "apple" => Ok(Self::Apple),
            "github" => Ok(Self::Github),
            _ => Err(format!("`{text}` is none of oidc, apple and github")),
        }
    }
}

/// A URL that secrets are sent to, as written.
#[derive(Clone)]
pub(super) struct Endpoint(pub(super) String);

impl std::str::FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|why| format!("`{text}` is no URL: {why}"))?;
        match url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) {
            true => Ok(Self(text.to_owned())),
            false => Err(format!("`{text}` is not https")),
        }
    }
}

/// A key in PEM form; what is kept is its base64.
#[derive(Clone)]
pub(super) struct Pem(pub(super) Secret);

impl std::str::FromStr for Pem {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.replace("\\n", "\n");
        let inside = text.trim().strip_prefix("-----BEGIN PRIVATE KEY-----");
        let inside = inside.and_then(|text| text.strip_suffix("-----END PRIVATE KEY-----"));
        // The value is a secret: a message must not repeat it.
        let inside =
            inside.ok_or("it does not begin with BEGIN PRIVATE KEY (PKCS#8 in PEM form)")?;
        Ok(Self(Secret::new(
            inside.split_whitespace().collect::<String>(),
        )))
    }
}
