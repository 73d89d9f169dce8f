use std::num::NonZeroU8;
use std::time::Duration;

use super::reader::Reader;
use crate::rate::Limit;

/// One-time codes by phone.
#[derive(Clone, Debug)]
pub struct Codes {
    pub ttl: Duration,
    pub tries: NonZeroU8,
    pub resend_after: Duration,
    pub per_number: Limit,
    pub per_address: Limit,
    pub per_range: Limit,
}

impl Codes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Codes by phone");
        let ttl = reader.span("CODE_TTL", "5m", "How long a code is good.");
        let tries = reader.or("CODE_TRIES", "5", "Wrong tries until a code is void.");
        let resend_after = reader.span(
            "CODE_RESEND_AFTER",
            "1m",
            "How long a number waits for the next code.",
        );
        let per_number = reader.or(
            "CODE_LIMIT_NUMBER",
            "10/86400s",
            "Codes that one number is sent.",
        );
        let per_address = reader.or(
            "CODE_LIMIT_ADDRESS",
            "30/86400s",
            "Codes that one address may have sent.",
        );
        let per_range = reader.or(
            "CODE_LIMIT_RANGE",
            "50/86400s",
            "Codes that the ten thousand numbers around one are sent: swindlers earn by texts to ranges of numbers.",
        );
        Some(Self {
            ttl: ttl?,
            tries: tries?,
            resend_after: resend_after?,
            per_number: per_number?,
            per_address: per_address?,
            per_range: per_range?,
        })
    }
}
