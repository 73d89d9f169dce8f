//! The outside world in one value, made once from the configuration and cloned to whoever needs it.

use std::sync::Arc;

use crate::backoff::Backoff;
use crate::config::Config;
use crate::jobs::{Control, Tickets};
use crate::mail::{MailSetupError, Mailer};
use crate::oauth::{Oauth, OauthSetupError};
use crate::push::{PushSetupError, Pusher};
use crate::rate::RateLimiter;
use crate::redis::{Redis, RedisError};
use crate::sms::{SmsSetupError, Texter};
use crate::storage::{Storage, StorageSetupError};
use crate::{Cache, Clock, Db, Live, Presence, Progress, Timelines};

#[derive(Clone)]
pub struct Platform {
    pub config: Arc<Config>,
    pub clock: Clock,
    pub redis: Redis,
    pub db: Db,
    pub cache: Cache,
    pub presence: Presence,
    pub progress: Progress,
    pub timelines: Timelines,
    pub live: Live,
    pub tickets: Tickets,
    pub control: Control,
    pub rates: RateLimiter,
    pub backoff: Backoff,
    pub mailer: Mailer,
    pub texter: Texter,
    pub pusher: Pusher,
    pub oauth: Oauth,
    pub storage: Storage,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("DATABASE_URL is wrong: {0}")]
    Database(#[from] sqlx::Error),
    #[error("REDIS_URL is wrong: {0}")]
    Redis(#[from] RedisError),
    #[error(transparent)]
    Mail(#[from] MailSetupError),
    #[error(transparent)]
    Sms(#[from] SmsSetupError),
    #[error(transparent)]
    Push(#[from] PushSetupError),
    #[error(transparent)]
    Oauth(#[from] OauthSetupError),
    #[error(transparent)]
    Storage(#[from] StorageSetupError),
}

impl Platform {
    /// Connects lazily: no server has to be there yet.
    pub fn start(config: Config, clock: Clock) -> Result<Self, StartError> {
        let redis = Redis::new(config.redis.url.expose(), &config.redis.prefix)?;
        let tickets = Tickets::new(redis.clone());
        let cache = Cache::new(redis.clone());
        let live = Live::new(redis.clone());
        let db = Db::new(
            &config.database,
            &config.search,
            config
                .jobs
                .silence
                .min(config.database.statement_timeout * 4),
            clock.clone(),
            tickets.clone(),
            cache.clone(),
            live.clone(),
        )?;
        Ok(Self {
            control: Control::new(redis.clone(), db.clone()),
            rates: RateLimiter::new(redis.clone(), clock.clone()),
            presence: Presence::new(redis.clone()),
            progress: Progress::default(),
            timelines: Timelines::new(redis.clone(), config.feed.active_for),
            backoff: Backoff::new(&config, redis.clone(), clock.clone()),
            mailer: Mailer::new(&config.mail, clock.clone())?,
            texter: Texter::new(&config.sms, &config.mail, clock.clone())?,
            pusher: Pusher::new(&config.push, &config.mail, clock.clone())?,
            oauth: Oauth::new(&config, clock.clone())?,
            storage: Storage::new(&config, clock.clone())?,
            config: Arc::new(config),
            clock,
            redis,
            db,
            cache,
            live,
            tickets,
        })
    }
}
