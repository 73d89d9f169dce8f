//! Connections of transactions, kept at hand between two of them.
//!
//! sqlx asks a connection that comes back whether it still lives: a round trip a transaction. One that has just
//! committed has answered that question, so it waits here for the next transaction instead. At most three quarters of
//! the pool can be in transactions; the rest is always there for reads and for the ledger.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{Executor, PgConnection, PgPool, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use super::pooled::within;

/// One that has rested longer is looked at before it is trusted again.
const FRESH: Duration = Duration::from_secs(1);
/// A connection whose rollback takes longer is closed, which rolls back as well.
const ROLLBACK: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub(super) struct Warm {
    pool: PgPool,
    turns: Arc<Semaphore>,
    resting: Arc<Mutex<Vec<Resting>>>,
    patience: Duration,
}

/// Since when, and the connection.
type Resting = (Instant, PoolConnection<Postgres>);

/// A connection with an open transaction, and the turn it takes.
pub(super) struct Open {
    connection: Option<PoolConnection<Postgres>>,
    turn: Option<OwnedSemaphorePermit>,
    home: Warm,
    rollbacks: TaskTracker,
}

impl Warm {
    pub(super) fn new(pool: PgPool, connections: u32, patience: Duration) -> Self {
        let turns = usize::try_from(connections).unwrap_or(1);
        Self {
            pool,
            turns: Arc::new(Semaphore::new((turns * 3 / 4).max(1))),
            resting: Arc::default(),
            patience,
        }
    }

    /// A transaction that is dropped is rolled back by a task of `rollbacks`.
    pub(super) async fn begin(&self, rollbacks: &TaskTracker) -> Result<Open, sqlx::Error> {
        let turn = tokio::time::timeout(self.patience, self.turns.clone().acquire_owned()).await;
        let mut turn = turn
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        if let Some(connection) = self.take() {
            match self.open(connection, turn, rollbacks).begin().await {
                Ok(open) => return Ok(open),
                Err((_, Some(ours))) => turn = ours,
                Err((error, None)) => return Err(error),
            }
        }
        let connection = self.pool.acquire().await?;
        let begun = self.open(connection, turn, rollbacks).begin().await;
        begun.map_err(|(error, _)| error)
    }

    /// Gives a resting connection back to the pool, for somebody else who waits there.
    pub(super) fn spare_one(&self) {
        drop(self.resting().pop());
    }

    pub(super) fn clear(&self) {
        self.resting().clear();
    }

    fn open(
        &self,
        connection: PoolConnection<Postgres>,
        turn: OwnedSemaphorePermit,
        rollbacks: &TaskTracker,
    ) -> Open {
        Open {
            connection: Some(connection),
            turn: Some(turn),
            home: self.clone(),
            rollbacks: rollbacks.clone(),
        }
    }

    /// The one that rested shortest; those that rested too long go back to the pool, which looks at them.
    fn take(&self) -> Option<PoolConnection<Postgres>> {
        let mut resting = self.resting();
        let (since, connection) = resting.pop()?;
        if since.elapsed() < FRESH {
            return Some(connection);
        }
        resting.clear();
        None
    }

    fn resting(&self) -> MutexGuard<'_, Vec<Resting>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    #[expect(
        clippy::expect_used,
        reason = "it leaves only with the guard: in commit, rollback and drop"
    )]
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        self.connection
            .as_mut()
            .expect("an open transaction has its connection")
    }

    /// The guard stands before the statement is sent: one that is dropped half-way leaves no transaction on a connection that
    /// goes back to the pool. Who fails has the turn back, and the connection is closed.
    async fn begin(mut self) -> Result<Self, (sqlx::Error, Option<OwnedSemaphorePermit>)> {
        let patience = self.home.patience;
        let begun = within(patience, self.connection().execute("begin")).await;
        let Err(error) = begun else {
            return Ok(self);
        };
        if let Some(mut connection) = self.connection.take() {
            connection.close_on_drop();
        }
        Err((error, self.turn.take()))
    }

    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.end("commit").await
    }

    pub(super) async fn rollback(mut self) -> Result<(), sqlx::Error> {
        self.end("rollback").await
    }

    /// The connection stays with the guard until it has answered: a commit that is dropped half-way is rolled back.
    async fn end(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        self.connection().execute(statement).await?;
        if let Some(connection) = self.connection.take()
            && !self.home.pool.is_closed()
        {
            self.home.resting().push((Instant::now(), connection));
        }
        Ok(())
    }
}

/// Whatever was not committed is rolled back before anybody else gets the connection.
impl Drop for Open {
    fn drop(&mut self) {
        let (Some(mut connection), turn) = (self.connection.take(), self.turn.take()) else {
            return;
        };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            connection.close_on_drop();
            return;
        };
        let rollback = async move {
            let done = tokio::time::timeout(ROLLBACK, connection.execute("rollback")).await;
            if !matches!(done, Ok(Ok(_))) {
                connection.close_on_drop();
            }
            drop(connection);
            drop(turn);
        };
        // Its own scope may have ended with it: the tracker is the one it was opened in.
        self.rollbacks.spawn_on(rollback, &runtime);
    }
}
