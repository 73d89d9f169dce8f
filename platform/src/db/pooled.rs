//! A connection of the pool whose way back has a time limit.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};

/// The pool asks a connection that comes back whether it still lives. One that does not answer for so long is closed: on a
/// half-open line it would hold its place in the pool for ever.
const RETURN: Duration = Duration::from_secs(2);

/// Whoever drops a statement half-way drops this with it, so that a time limit around a statement is a limit for its
/// connection as well.
pub struct Pooled {
    inner: Option<PoolConnection<Postgres>>,
    closes: bool,
}

impl Pooled {
    pub(super) fn new(connection: PoolConnection<Postgres>) -> Self {
        Self {
            inner: Some(connection),
            closes: false,
        }
    }

    /// It will not go back: what it holds in its session is its own.
    pub fn close_on_drop(&mut self) {
        self.closes = true;
    }
}

impl Deref for Pooled {
    type Target = PgConnection;

    #[expect(clippy::expect_used, reason = "it leaves only in drop")]
    fn deref(&self) -> &PgConnection {
        self.inner
            .as_ref()
            .expect("a connection until it is dropped")
    }
}

impl DerefMut for Pooled {
    #[expect(clippy::expect_used, reason = "it leaves only in drop")]
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.inner
            .as_mut()
            .expect("a connection until it is dropped")
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let Some(mut connection) = self.inner.take() else {
            return;
        };
        let runtime = tokio::runtime::Handle::try_current();
        let (Ok(runtime), false) = (runtime, self.closes) else {
            connection.close_on_drop();
            return;
        };
        let back = connection.return_to_pool();
        // Dropping the way back closes the connection and frees its place.
        runtime.spawn(async move {
            if tokio::time::timeout(RETURN, back).await.is_err() {
                metrics::counter!("commons_postgres_connections_silent_total").increment(1);
                tracing::warn!("a connection to Postgres fell silent and was closed");
            }
        });
    }
}

/// The answer, where it comes within `limit`; the connection that was asked is closed otherwise.
pub async fn within<T>(
    limit: Duration,
    asking: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    match tokio::time::timeout(limit, asking).await {
        Ok(answer) => answer,
        Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
    }
}
