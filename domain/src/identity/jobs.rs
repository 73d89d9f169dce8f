//! What identity has done by workers.

use std::time::Duration;

use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use crate::{CodeId, VerificationId};

/// At registration, and whenever a person asks for another mail. Sends the link that proves an address. Twice is
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

/// Every hour. Deletes sessions, refresh tokens, verifications and codes past their time, in slices. Twice is harmless: the
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
