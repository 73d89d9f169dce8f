use std::str::FromStr;

use serde::Deserialize;

use super::reader::Reader;
use crate::secret::Secret;

/// Pushes to telephones and browsers.
#[derive(Clone, Debug)]
pub struct Push {
    pub route: PushRoute,
}

#[derive(Clone, Debug)]
pub enum PushRoute {
    Fcm(Box<Fcm>),
    /// The folder of the mails.
    Folder,
}

/// Firebase Cloud Messaging, as one project.
#[derive(Clone, Debug)]
pub struct Fcm {
    pub base_url: String,
    pub token_url: String,
    pub account: ServiceAccount,
}

/// Who we are at Google: what is needed of the JSON file that it hands out.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    pub project_id: String,
    pub client_email: String,
    pub key_id: Option<String>,
    /// The base64 inside its PEM.
    pub private_key: Secret,
    pub token_uri: Option<String>,
}

/// The file as Google writes it.
#[derive(Deserialize)]
struct Written {
    project_id: String,
    client_email: String,
    private_key_id: Option<String>,
    private_key: String,
    token_uri: Option<String>,
}

impl Push {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Pushes");
        let account = reader.maybe::<ServiceAccount>(
            "FCM_CREDENTIALS",
            "The JSON of Firebase's service account, or the path of its file. Not set: pushes are written to MAIL_DIR.",
        );
        let base_url = reader.or::<String>(
            "FCM_BASE_URL",
            "https://fcm.googleapis.com",
            "Where Firebase Cloud Messaging is.",
        );
        let token_url = reader.maybe::<String>(
            "FCM_TOKEN_URL",
            "Where tokens for it are handed out. Not set: where the service account says.",
        );
        let (account, base_url, token_url) = (account?, base_url?, token_url?);
        let Some(account) = account else {
            return Some(Self {
                route: PushRoute::Folder,
            });
        };
        let said = token_url.or_else(|| account.token_uri.clone());
        let fcm = Fcm {
            base_url: base_url.trim_end_matches('/').to_owned(),
            token_url: said.unwrap_or_else(|| "https://oauth2.googleapis.com/token".to_owned()),
            account,
        };
        Some(Self {
            route: PushRoute::Fcm(Box::new(fcm)),
        })
    }
}

impl FromStr for ServiceAccount {
    type Err = String;

    /// The value is a secret: no message repeats it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let json = match text.starts_with('{') {
            true => text.to_owned(),
            false => std::fs::read_to_string(text)
                .map_err(|why| format!("the file cannot be read: {why}"))?,
        };
        let written: Written = serde_json::from_str(&json)
            .map_err(|why| format!("it is not a service account: {:?}", why.classify()))?;
        let inside = written.private_key.trim();
        let inside = inside.strip_prefix("-----BEGIN PRIVATE KEY-----");
        let inside = inside.and_then(|text| text.strip_suffix("-----END PRIVATE KEY-----"));
        let inside = inside.ok_or("its private_key is not PKCS#8 in PEM form")?;
        Ok(Self {
            project_id: written.project_id,
            client_email: written.client_email,
            key_id: written.private_key_id,
            private_key: Secret::new(inside.split_whitespace().collect::<String>()),
            token_uri: written.token_uri,
        })
    }
}
