use std::path::PathBuf;
use std::time::Duration;

use super::reader::Reader;
use crate::secret::Secret;

/// E-mail.
#[derive(Clone, Debug)]
pub struct Mail {
    pub from: String,
    pub route: MailRoute,
    /// Keeps what is not sent: mails without a server, texts and pushes without a provider.
    pub folder: PathBuf,
    /// So long a mail server or a provider may take to answer.
    pub patience: Duration,
}

#[derive(Clone, Debug)]
pub enum MailRoute {
    Smtp(Secret),
    Folder,
}

impl Mail {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Mail");
        let smtp = reader.maybe::<String>("SMTP_URL", "smtp://user:password@host:587?tls=required or smtps://…. Not set: mails are written to MAIL_DIR.");
        let folder = reader.or(
            "MAIL_DIR",
            ".commons/mail",
            "Folder for mails where no SMTP server is configured, for texts where Twilio is not, and for pushes where FCM is not.",
        );
        let from = reader.or(
            "MAIL_FROM",
            "Commons <no-reply@localhost>",
            "The sender of every mail.",
        );
        let patience = reader.span(
            "SEND_TIMEOUT",
            "20s",
            "How long the mail server, Twilio and FCM may take for an answer. What takes longer is sent anew.",
        );
        Some(Self {
            from: from?,
            route: match smtp? {
                Some(url) => MailRoute::Smtp(Secret::new(url)),
                None => MailRoute::Folder,
            },
            folder: folder?,
            patience: patience?,
        })
    }

    /// What the house calls itself: the name of the sender, `Commons` where it has none.
    pub fn house(&self) -> &str {
        let name = self.from.split_once('<').map_or("", |(name, _)| name);
        match name.trim().trim_matches('"').trim() {
            "" => "Commons",
            name => name,
        }
    }
}
