//! What identity has done by workers.

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use super::access::AccessChange;
use super::second_factor::Notice;
use crate::{CodeId, PasswordResetId, UserId, VerificationId};

/// At registration, and whenever a person asks for another mail or for another address. Sends the link that proves an
/// address. Twice is harmless: the link is the same, and nothing is sent once the address is proved or the link has
/// expired.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendVerificationMail {
    pub verification_id: VerificationId,
}

impl Job for SendVerificationMail {
    const NAME: &'static str = "identity.send_verification_mail";
    const POOL: Pool = Pool::Mail;
    const CLASS: Class = Class::Urgent;
}

/// Whenever a code is asked for. Sends it as a text message. Twice is harmless: the code is the same, and nothing is
/// sent once it has expired, was used, or another took its place. Few attempts: nobody
/// waits longer for a code.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendCodeText {
    pub code_id: CodeId,
}

impl Job for SendCodeText {
    const NAME: &'static str = "identity.send_code_text";
    const POOL: Pool = Pool::Mail;
    const CLASS: Class = Class::Urgent;
    const ATTEMPTS: i16 = 6;
}

/// Whenever a person's second factor is turned on or off, their recovery codes are made anew, one of them is used, or
/// somebody guesses (once a day). Tells them by mail, where they have proved an address. Twice is harmless: the same mail
/// under the same id.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendSecondFactorMail {
    pub user_id: UserId,
    pub notice: Notice,
    pub at: DateTime<Utc>,
}

impl Job for SendSecondFactorMail {
    const NAME: &'static str = "identity.send_second_factor_mail";
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

/// When a password or a number is set, and when an account elsewhere is linked or unlinked. Says so to the address of
/// the account. Twice is harmless: it is one mail, by its Message-ID.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendAccessChangedMail {
    pub user_id: UserId,
    pub change: AccessChange,
}

impl Job for SendAccessChangedMail {
    const NAME: &'static str = "identity.send_access_changed_mail";
    const POOL: Pool = Pool::Mail;
    const CLASS: Class = Class::Urgent;
}

/// Every day. Seals the secrets of authenticators with the newest of AUTH_KEYS, in slices, so that an old key can go.
/// Twice is harmless: the second finds them sealed.
#[derive(Debug, Serialize, Deserialize)]
pub struct ResealSecrets {}

impl Job for ResealSecrets {
    const NAME: &'static str = "identity.reseal_secrets";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
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

/// Every hour. Deletes sessions, refresh tokens, challenges, verifications, codes and wishes for passwords past their
/// time, in slices. Twice is harmless: the second finds none.
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
