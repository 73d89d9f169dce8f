use std::path::PathBuf;

use super::reader::Reader;
use crate::secret::Secret;

/// E-mail.
#[derive(Clone, Debug)]
pub struct Mail {
    pub from: String,
    pub route: MailRoute,
}

#[derive(Clone, Debug)]
pub enum MailRoute {
    Smtp(Secret),
    Folder(PathBuf),
}

impl Mail {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Mail");
        let smtp = reader.maybe::<String>("SMTP_URL", "smtp://user:password@host:587?tls=required or smtps://…. Not set: mails are written to MAIL_DIR.");
        let folder = reader.or(
            "MAIL_DIR",
            ".commons/mail",
            "Folder for mails where no SMTP server is configured.",
        );
        let from = reader.or(
            "MAIL_FROM",
            "Commons <no-reply@localhost>",
            "The sender of every mail.",
        );
        Some(Self {
            from: from?,
            route: match (smtp?, folder?) {
                (Some(url), _) => MailRoute::Smtp(Secret::new(url)),
                (None, folder) => MailRoute::Folder(folder),
            },
        })
    }
}
