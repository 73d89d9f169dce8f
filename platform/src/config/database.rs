use std::time::Duration;

use super::reader::Reader;
use crate::secret::Secret;

/// Postgres.
#[derive(Clone, Debug)]
pub struct Database {
    pub url: Secret,
    pub pool: u32,
    pub statement_timeout: Duration,
    pub acquire_timeout: Duration,
}

impl Database {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Postgres");
        let url = reader.required::<String>(
            "DATABASE_URL",
            "Postgres 15 or later: postgres://user:password@host/database.",
        );
        let pool = reader.or("DATABASE_POOL", "20", "Most connections a process keeps.");
        let statement_timeout = reader.span(
            "DATABASE_STATEMENT_TIMEOUT",
            "15s",
            "A statement that runs longer is cancelled.",
        );
        let acquire_timeout = reader.span(
            "DATABASE_ACQUIRE_TIMEOUT",
            "5s",
            "How long a request waits for a free connection before it is answered 503.",
        );
        Some(Self {
            url: Secret::new(url?),
            pool: pool?,
            statement_timeout: statement_timeout?,
            acquire_timeout: acquire_timeout?,
        })
    }
}
