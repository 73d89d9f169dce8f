use std::time::Duration;

use super::reader::Reader;

/// Taking one's data along, and leaving.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    pub export_every: Duration,
    pub export_ttl: Duration,
    pub account_grace: Duration,
}

impl Lifecycle {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Leaving");
        let export_every = reader.span(
            "EXPORT_EVERY",
            "24h",
            "How long after an export of their data a person may ask for the next.",
        );
        let export_ttl = reader.span(
            "EXPORT_TTL",
            "7d",
            "How long an export can be fetched; then it is deleted.",
        );
        let account_grace = reader.span(
            "ACCOUNT_GRACE",
            "30d",
            "How long a deleted account can be kept by signing in; then its data is purged.",
        );
        Some(Self {
            export_every: export_every?,
            export_ttl: export_ttl?,
            account_grace: account_grace?,
        })
    }
}
