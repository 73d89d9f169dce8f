//! Every setting of Commons: one section a concern, read once at the start, all problems reported together.
//! Nothing else reads the environment; `docs/CONFIG.md` is printed from these same calls.

mod auth;
mod codes;
mod database;
mod delivery;
mod feed;
mod http;
mod jobs;
mod lifecycle;
mod limits;
mod mail;
mod media;
mod notifications;
mod people;
mod posts;
mod process;
mod processing;
mod providers;
mod push;
mod reader;
mod redis;
mod search;
mod sms;
mod storage;
mod telemetry;
mod trends;

pub use auth::{Auth, SameSite, SigningKey};
pub use codes::Codes;
pub use database::Database;
pub use delivery::Delivery;
pub use feed::Feed;
pub use http::Http;
pub use jobs::Jobs;
pub use lifecycle::Lifecycle;
pub use limits::{Guesses, Limits};
pub use mail::{Mail, MailRoute};
pub use media::Media;
pub use notifications::Notifications;
pub use people::{LanguageTag, People};
pub use posts::Posts;
pub use process::{LogFormat, Process};
pub use processing::Processing;
pub use providers::{Apple, Github, Oidc, Provider, ProviderKind, Providers, ReturnTo};
pub use push::{Fcm, Push, PushRoute, ServiceAccount};
pub use reader::{Problems, Setting};
pub use redis::Redis;
pub use search::{Search, SearchLanguage};
pub use sms::{Sender, Sms, SmsRoute, Twilio};
pub use storage::{Endpoint, S3, Storage};
pub use telemetry::Telemetry;
pub use trends::Trends;

pub(crate) use providers::is_loopback;
use reader::Reader;

#[derive(Clone, Debug)]
pub struct Config {
    pub process: Process,
    pub http: Http,
    pub limits: Limits,
    pub database: Database,
    pub redis: Redis,
    pub jobs: Jobs,
    pub auth: Auth,
    pub codes: Codes,
    pub people: People,
    pub providers: Providers,
    pub mail: Mail,
    pub sms: Sms,
    pub push: Push,
    pub delivery: Delivery,
    pub storage: Storage,
    pub notifications: Notifications,
    pub media: Media,
    pub processing: Processing,
    pub lifecycle: Lifecycle,
    pub search: Search,
    pub trends: Trends,
    pub posts: Posts,
    pub feed: Feed,
    pub telemetry: Telemetry,
}

impl Config {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn from_env() -> Result<Self, Problems> {
        Self::read(&|name| std::env::var(name).ok())
    }

    /// Reads from `lookup`; a value that is empty counts as not set.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        let mut reader = Reader::new(lookup);
        let config = Self::sections(&mut reader);
        match (config, reader.problems()) {
            (Some(config), Ok(())) => Ok(config),
            (_, Err(problems)) => Err(problems),
            (None, Ok(())) => Err(Problems::default()),
        }
    }

    /// Every setting there is, in the order of the sections.
    pub fn settings() -> Vec<Setting> {
        let mut reader = Reader::new(&|_| None);
        let _ = Self::sections(&mut reader);
        reader.into_settings()
    }

    /// Each section reads all its settings before any failure counts, so that all problems show at once.
    fn sections(reader: &mut Reader<'_>) -> Option<Self> {
        let process = Process::read(reader);
        let http = Http::read(reader);
        let limits = Limits::read(reader);
        let database = Database::read(reader);
        let redis = Redis::read(reader);
        let jobs = Jobs::read(reader);
        let auth = Auth::read(reader);
        let codes = Codes::read(reader);
        let people = People::read(reader);
        let providers = Providers::read(reader);
        let mail = Mail::read(reader);
        let sms = Sms::read(reader);
        let push = Push::read(reader);
        let delivery = Delivery::read(reader);
        let storage = Storage::read(reader);
        let notifications = Notifications::read(reader);
        let media = Media::read(reader);
        let processing = Processing::read(reader);
        let lifecycle = Lifecycle::read(reader);
        let search = Search::read(reader);
        let trends = Trends::read(reader);
        let posts = Posts::read(reader);
        let feed = Feed::read(reader);
        let telemetry = Telemetry::read(reader);
        Some(Self {
            process: process?,
            http: http?,
            limits: limits?,
            database: database?,
            redis: redis?,
            jobs: jobs?,
            auth: auth?,
            codes: codes?,
            people: people?,
            providers: providers?,
            mail: mail?,
            sms: sms?,
            push: push?,
            delivery: delivery?,
            storage: storage?,
            notifications: notifications?,
            media: media?,
            processing: processing?,
            lifecycle: lifecycle?,
            search: search?,
            trends: trends?,
            posts: posts?,
            feed: feed?,
            telemetry: telemetry?,
        })
    }
}
