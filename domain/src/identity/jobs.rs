//! What identity has done by workers.

use std::time::Duration;

use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use crate::{PasswordResetId, UserId, VerificationId};

/// At registration, and whenever a person asks for another mail or for another address. Sends the link that proves an address. Twice is
/// harmless: the link is the same, and nothing is sent once the address is proved or the link has expired.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendVerificationMail {
    pub verification_id: VerificationId,
}

impl Job for SendVerificationMail {
    const NAME: &'static str = "identity.send_verification_mail";
    const POOL: Pool = Pool::Mail;
    const CLASS: Class = Class::Urgent;
}

/// Whenever somebody says that they forgot a password, whether or not the address has an account: this finds out. Sends
/// the link to a new password. Twice is harmless: the link is the same, and nothing is sent once it is used.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendResetMail {
    pub reset_id: PasswordResetId,
}

impl Job for SendResetMail {
    const NAME: &'static str = "identity.send_reset_mail";
    const POOL: Pool = Pool::Mail;
    const CLASS: Class = Class::Urgent;
}

/// When a password is changed or reset. Says so to the address of the account. Twice is harmless: it is one mail, by its
/// Message-ID.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendPasswordChangedMail {
    pub user_id: UserId,
}

impl Job for SendPasswordChangedMail {
    const NAME: &'static str = "identity.send_password_changed_mail";
    const POOL: Pool = Pool::Mail;
    const CLASS: Class = Class::Urgent;
}

/// When a person asks for another address. Says so to the one it would take the place of. Twice is harmless: it is one
/// mail, by its Message-ID.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendAddressChangeNotice {
    pub verification_id: VerificationId,
}

impl Job for SendAddressChangeNotice {
    const NAME: &'static str = "identity.send_address_change_notice";
    const POOL: Pool = Pool::Mail;
    const CLASS: Class = Class::Urgent;
}

/// When somebody registers an address that has an account, where nobody else is to learn that. Says so to the address.
/// Twice is harmless: it is one mail, by its Message-ID.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendAddressKnownMail {
    pub user_id: UserId,
}

impl Job for SendAddressKnownMail {
    const NAME: &'static str = "identity.send_address_known_mail";
    const POOL: Pool = Pool::Mail;
    const CLASS: Class = Class::Urgent;
}

/// Every hour. Deletes sessions, refresh tokens, verifications and wishes for passwords past their time, in slices. Twice is harmless: the
/// second finds none.
#[derive(Debug, Serialize, Deserialize)]
pub struct PurgeExpiredTokens {}

impl Job for PurgeExpiredTokens {
    const NAME: &'static str = "identity.purge_expired_tokens";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}
