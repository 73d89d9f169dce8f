//! What identity has done by workers.

use std::time::Duration;

use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};

use crate::VerificationId;

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

/// Every hour. Deletes sessions, refresh tokens, verifications and ways to providers past their time, in slices. Twice is harmless: the
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
