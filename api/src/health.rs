//! Whether the service works, for people and probes.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use platform::Platform;
use platform::config::Config;
use poem::http::StatusCode;
use poem::web::Json;
use poem::{IntoResponse, Response};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{Example, ToJSON, Type};
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};

use crate::apis::Tag;

/// A dependency that does not answer within this time is down.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub(crate) struct HealthApi {
    platform: Arc<Platform>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub(crate) enum HealthStatus {
    Healthy,
    Degraded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub(crate) enum DependencyStatus {
    Up,
    Down,
}

/// What becomes of videos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub(crate) enum VideoStatus {
    /// They are made into what is streamed, by ffmpeg.
    On,
    /// ffmpeg is not on this machine: they are served as they were uploaded.
    Off,
    /// A video service makes them.
    Outside,
}

/// Something we depend on.
#[derive(Clone, Debug, Object)]
pub(crate) struct Dependency {
    status: DependencyStatus,
    /// How long it took to answer, or to be given up.
    latency_ms: f64,
}

#[derive(Clone, Debug, Object)]
pub(crate) struct Services {
    database: Dependency,
    redis: Dependency,
    storage: Dependency,
}

/// How the service is.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct Health {
    status: HealthStatus,
    timestamp: DateTime<Utc>,
    version: String,
    services: Services,
    /// Of the machine that answers: a worker's is that of its workers. None of them is unhealthy.
    video: VideoStatus,
}

/// 200 where it is well, 503 where it is not; the same body.
pub(crate) enum Checkup {
    Well(Health),
    Unwell(Health),
}

#[OpenApi(prefix_path = "/health", tag = "Tag::Health")]
impl HealthApi {
    /// Health
    ///
    /// Each dependency, up or down. `degraded` where one of them is down.
    #[oai(path = "/", method = "get", operation_id = "getHealth")]
    pub(crate) async fn health(&self) -> Checkup {
        let health = self.check().await;
        match health.status {
            HealthStatus::Healthy => Checkup::Well(health),
            HealthStatus::Degraded => Checkup::Unwell(health),
        }
    }

    /// Liveness
    ///
    /// That the process answers at all. Where it does not, restart it.
    #[oai(path = "/live", method = "get", operation_id = "getLiveness")]
    pub(crate) async fn live(&self) -> poem_openapi::payload::PlainText<&'static str> {
        poem_openapi::payload::PlainText("live")
    }

    /// Readiness
    ///
    /// Whether requests should come here: Postgres answers. Without Redis or files requests are served all the same.
    #[oai(path = "/ready", method = "get", operation_id = "getReadiness")]
    pub(crate) async fn ready(&self) -> Checkup {
        let health = self.check().await;
        match health.services.database.status {
            DependencyStatus::Up => Checkup::Well(health),
            DependencyStatus::Down => Checkup::Unwell(health),
        }
    }
}

impl HealthApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    async fn check(&self) -> Health {
        let platform = &self.platform;
        let (database, redis, storage) = futures::join!(
            reach(platform.db.ping()),
            reach(platform.redis.ping()),
            reach(platform.storage.ping())
        );
        let mut database = database;
        if platform.progress.stuck().is_some() {
            database.status = DependencyStatus::Down;
        }
        let well = [&database, &redis, &storage]
            .iter()
            .all(|service| service.status == DependencyStatus::Up);
        Health {
            status: if well {
                HealthStatus::Healthy
            } else {
                HealthStatus::Degraded
            },
            timestamp: platform.clock.now(),
            version: crate::VERSION.to_owned(),
            services: Services {
                database,
                redis,
                storage,
            },
            video: VideoStatus::of(&platform.config),
        }
    }
}

impl VideoStatus {
    fn of(config: &Config) -> Self {
        match config.media.video_webhook_secret {
            Some(_) => Self::Outside,
            None if config.processing.makes_videos() => Self::On,
            None => Self::Off,
        }
    }
}

async fn reach<E>(asking: impl Future<Output = Result<(), E>>) -> Dependency {
    let asked = Instant::now();
    let answered = tokio::time::timeout(PATIENCE, asking).await;
    let status = match answered {
        Ok(Ok(())) => DependencyStatus::Up,
        Ok(Err(_)) | Err(_) => DependencyStatus::Down,
    };
    Dependency {
        status,
        latency_ms: asked.elapsed().as_micros() as f64 / 1000.0,
    }
}

impl IntoResponse for Checkup {
    fn into_response(self) -> Response {
        let (status, health) = match self {
            Self::Well(health) => (StatusCode::OK, health),
            Self::Unwell(health) => (StatusCode::SERVICE_UNAVAILABLE, health),
        };
        Json(health.to_json()).with_status(status).into_response()
    }
}

impl ApiResponse for Checkup {
    fn meta() -> MetaResponses {
        let response = |status, description| MetaResponse {
            description,
            status: Some(status),
            status_range: None,
            content: vec![MetaMediaType {
                content_type: "application/json",
                schema: Health::schema_ref(),
            }],
            headers: Vec::new(),
        };
        MetaResponses {
            responses: vec![response(200, "Well."), response(503, "Not well.")],
        }
    }

    fn register(registry: &mut Registry) {
        Health::register(registry);
    }
}

impl Example for Health {
    fn example() -> Self {
        let up = |latency_ms| Dependency {
            status: DependencyStatus::Up,
            latency_ms,
        };
        Self {
            status: HealthStatus::Healthy,
            timestamp: DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default(),
            version: crate::VERSION.to_owned(),
            services: Services {
                database: up(0.4),
                redis: up(0.1),
                storage: up(0.2),
            },
            video: VideoStatus::On,
        }
    }
}
