//! Postgres: the pool, transactions that carry jobs, and the transaction an idempotent request shares.

mod ambient;
mod fault;
mod pooled;
mod tx;
mod warm;

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::str::FromStr;
use std::time::Duration;

pub use ambient::Ambient;
pub use fault::is_about_data;
pub use pooled::{Pooled, within};
pub use sqlx::migrate::MigrateError;
pub use sqlx::{Error as DbError, PgConnection as Connection, PgPool};
pub use tx::Tx;

use crate::Clock;
use crate::cache::Cache;
use crate::config;
use crate::jobs::Tickets;
use crate::live::Live;
use crate::scope::Scope;

/// A connection that has idled longer than this is asked whether it still lives before a request depends on it.
const TRUST_IDLE: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Db {
    pool: PgPool,
    warm: warm::Warm,
    clock: Clock,
    tickets: Tickets,
    cache: Cache,
    live: Live,
}

impl Db {
    /// Does not wait for the server: queries fail until it is there.
    pub fn new(
        config: &config::Database,
        search: &config::Search,
        silence: Duration,
        clock: Clock,
        tickets: Tickets,
        cache: Cache,
        live: Live,
    ) -> Result<Self, sqlx::Error> {
        let millis = |span: Duration| span.as_millis().to_string();
        let options = PgConnectOptions::from_str(config.url.expose())?
            .application_name("commons")
            .options([
                // A prepared plan made while a table was small must not scan it once it is large: tables of
                // this system grow a thousandfold within a cached plan's life, and every query has its index.
                ("enable_seqscan", "off".to_owned()),
                // And what was planned once for all values is not planned again at every call.
                ("plan_cache_mode", "force_generic_plan".to_owned()),
                // A scan that cannot be helped looks dear then, and compiling it would cost more than doing it.
                ("jit", "off".to_owned()),
                // Nor are there processors to spare for one query among many: what it needs is an index, not helpers.
                ("max_parallel_workers_per_gather", "0".to_owned()),
                // What `to_tsvector(text)` makes of words.
                (
                    "default_text_search_config",
                    format!("pg_catalog.{}", search.language.as_str()),
                ),
                ("statement_timeout", millis(config.statement_timeout)),
                // A transaction whose client is gone holds its locks no longer than the jobs of a dead worker stay its own.
                ("idle_in_transaction_session_timeout", millis(silence)),
                // A client that is gone without a word is noticed, also in the middle of a statement.
                ("tcp_keepalives_idle", "10".to_owned()),
                ("tcp_keepalives_interval", "3".to_owned()),
                ("tcp_keepalives_count", "3".to_owned()),
                ("tcp_user_timeout", "15s".to_owned()),
                ("client_connection_check_interval", "5s".to_owned()),
            ]);
        let pool = PgPoolOptions::new()
            .max_connections(config.pool)
            .acquire_timeout(config.acquire_timeout)
            .idle_timeout(Duration::from_secs(300))
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if meta.idle_for > TRUST_IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(options);
        Ok(Self {
            warm: warm::Warm::new(pool.clone(), config.pool, config.acquire_timeout),
            pool,
            clock,
            tickets,
            cache,
            live,
        })
    }

    /// Opens a transaction, or continues the one that the current request shares.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        let scope = Scope::current();
        if let Some(shared) = scope.ambient.as_ref().and_then(Ambient::take) {
            return Ok(shared);
        }
        self.open(scope).await
    }

    /// Opens a transaction that an idempotent request will share.
    pub async fn begin_shared(&self) -> Result<Tx, sqlx::Error> {
        // It may lie in what its own scope shares, and must not hold that.
        self.open(Scope::current().without_transaction()).await
    }

    async fn open(&self, scope: Scope) -> Result<Tx, sqlx::Error> {
        let inner = self.warm.begin(scope.rollbacks()).await?;
        Ok(Tx::new(
            inner,
            self.clock.clone(),
            self.tickets.clone(),
            self.cache.clone(),
            self.live.clone(),
            scope,
        ))
    }

    /// A plain connection, for reads.
    pub async fn acquire(&self) -> Result<Pooled, sqlx::Error> {
        if self.pool.num_idle() == 0 {
            self.warm.spare_one();
        }
        Ok(Pooled::new(self.pool.acquire().await?))
    }

    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The same server over a single connection of its own, which waits for no lock for long: for loops that neither a busy
    /// pool nor somebody's transaction may hold up.
    pub fn of_one(&self) -> Self {
        let options = (*self.pool.connect_options()).clone();
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(5))
            .connect_lazy_with(options.options([("lock_timeout", "2s")]));
        Self {
            warm: warm::Warm::new(pool.clone(), 1, Duration::from_secs(5)),
            pool,
            ..self.clone()
        }
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        self.acquire().await?.ping().await
    }

    /// Brings the schema up to date. Safe from several processes at once: one of them does it, the others wait, and
    /// neither the work nor the wait is cut short by the timeout of requests.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let patient = (*self.pool.connect_options())
            .clone()
            .options([("statement_timeout", "0")]);
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_lazy_with(patient);
        sqlx::migrate!("../migrations").run(&pool).await
    }

    pub async fn close(&self) {
        self.warm.clear();
        self.pool.close().await;
    }
}
