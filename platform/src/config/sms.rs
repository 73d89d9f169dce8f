use super::reader::Reader;
use crate::secret::Secret;

/// Text messages.
#[derive(Clone, Debug)]
pub struct Sms {
    pub route: SmsRoute,
}

#[derive(Clone, Debug)]
pub enum SmsRoute {
    Twilio(Twilio),
    /// The folder of the mails.
    Folder,
}

#[derive(Clone, Debug)]
pub struct Twilio {
    pub base_url: String,
    pub account_sid: String,
    pub auth_token: Secret,
    pub sender: Sender,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    Number(String),
    Service(String),
}

impl Sms {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Text messages");
        let account_sid = reader.maybe::<String>(
            "TWILIO_ACCOUNT_SID",
            "Twilio's account, AC…. Not set: texts are written to MAIL_DIR.",
        );
        let auth_token = reader.maybe::<String>(
            "TWILIO_AUTH_TOKEN",
            "Its token; needed where TWILIO_ACCOUNT_SID is set.",
        );
        let number = reader.maybe::<String>(
            "TWILIO_FROM",
            "The number that texts come from: this, or TWILIO_MESSAGING_SERVICE_SID.",
        );
        let service = reader.maybe::<String>(
            "TWILIO_MESSAGING_SERVICE_SID",
            "The service that chooses the number, MG…; wins over TWILIO_FROM.",
        );
        let base_url = reader.or::<String>(
            "TWILIO_BASE_URL",
            "https://api.twilio.com",
            "Where Twilio's API is.",
        );
        let (account_sid, auth_token) = (account_sid?, auth_token?);
        let sender = match (service?, number?) {
            (Some(service), _) => Some(Sender::Service(service)),
            (None, number) => number.map(Sender::Number),
        };
        let base_url = base_url?.trim_end_matches('/').to_owned();
        let route = match (account_sid, auth_token, sender) {
            (Some(account_sid), Some(auth_token), Some(sender)) => SmsRoute::Twilio(Twilio {
                base_url,
                account_sid,
                auth_token: Secret::new(auth_token),
                sender,
            }),
            (None, None, None) => SmsRoute::Folder,
            // Half of it would send texts to a folder that nobody looks into.
            _ => {
                reader.refuse("TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM (or TWILIO_MESSAGING_SERVICE_SID) are set together or not at all");
                return None;
            }
        };
        Some(Self { route })
    }
}
