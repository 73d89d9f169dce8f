//! What an operator is shown.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};
use serde_json::Value;
use uuid::Uuid;

/// Where a job stands. `done` and `discarded` jobs can be looked up for a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub enum JobState {
    Scheduled,
    Ready,
    Running,
    Dead,
    Quarantined,
    Done,
    Discarded,
}

impl JobState {
    pub(super) const ALL: [Self; 7] = [
        Self::Scheduled,
        Self::Ready,
        Self::Running,
        Self::Dead,
        Self::Quarantined,
        Self::Done,
        Self::Discarded,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Dead => "dead",
            Self::Quarantined => "quarantined",
            Self::Done => "done",
            Self::Discarded => "discarded",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    pub(super) fn is_finished(self) -> bool {
        matches!(self, Self::Done | Self::Discarded)
    }
}

/// Which jobs to list; what is absent does not narrow.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    pub state: Option<JobState>,
    pub pool: Option<String>,
    pub name: Option<String>,
}

/// A pool at a glance.
#[derive(Clone, Debug, PartialEq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct PoolOverview {
    pub pool: String,
    /// Jobs that could run now, counted up to 100,000.
    pub ready: i64,
    /// Jobs that wait for their time, counted up to 100,000.
    pub scheduled: i64,
    pub in_flight: i64,
    pub dead: i64,
    pub quarantined: i64,
    /// Seconds since the oldest job that could run became ready: what to scale by.
    pub oldest_runnable_seconds: f64,
    /// Jobs settled in the last minute.
    pub settled_per_minute: i64,
    /// Worker processes that serve this pool, and how many jobs they run at a time.
    pub workers: i64,
    pub slots: i64,
    /// Present while the pool is paused.
    pub pause: Option<PoolPause>,
}

/// Since when, by whom and why something is held.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct PoolPause {
    pub since: DateTime<Utc>,
    pub reason: Option<String>,
    pub paused_by: Option<Uuid>,
}

/// A job in a list.
#[derive(Clone, Debug, PartialEq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct JobSummary {
    pub id: Uuid,
    pub name: String,
    pub pool: String,
    pub class: String,
    pub state: JobState,
    /// Runs that count: neither crashes of a worker nor hand-backs do.
    pub attempt: i16,
    pub crashes: i16,
    /// How many enqueues this job stands for.
    pub merged: i32,
    pub created_at: DateTime<Utc>,
    pub due_at: Option<DateTime<Utc>>,
    pub claimed_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    /// The last thing that went wrong.
    pub last_error: Option<String>,
}

/// A job with its payload and all that went wrong.
#[derive(Clone, Debug, PartialEq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct JobDetail {
    #[oai(flatten)]
    pub summary: JobSummary,
    pub max_attempts: Option<i16>,
    /// The process that runs it, or ran it last.
    pub worker: Option<Uuid>,
    /// On whose behalf it was enqueued.
    pub actor: Option<Uuid>,
    /// The request that enqueued it.
    pub request_id: Option<String>,
    /// W3C traceparent of what enqueued it.
    pub trace: Option<String>,
    pub unique_key: Option<String>,
    pub payload: Value,
    pub checkpoint: Option<Value>,
    pub errors: Vec<RunError>,
}

/// A run that went wrong.
#[derive(Clone, Debug, PartialEq, Object, serde::Deserialize)]
#[oai(example, skip_serializing_if_is_none)]
pub struct RunError {
    pub attempt: i16,
    pub at: DateTime<Utc>,
    /// `failure`, `crash`, `dead` or `discard`.
    pub kind: String,
    pub error: String,
    pub worker: Option<Uuid>,
}

/// Why a job is not running.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Explanation {
    pub state: JobState,
    /// From the most to the least decisive; empty where nothing stands in its way.
    pub reasons: Vec<Reason>,
}

#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Reason {
    /// Stable: `scheduled`, `retrying`, `pool_paused`, `name_paused`, `no_worker`, `unknown_to_workers`, `all_busy`,
    /// `behind_others`, `running`, `dead`, `quarantined`, `finished`.
    pub code: String,
    pub detail: String,
}

/// How many jobs run again.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct RetriedJobs {
    pub name: String,
    pub retried: u64,
}

/// All pools, in the order of their names' list.
#[derive(Clone, Debug, PartialEq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct PoolsView {
    pub pools: Vec<PoolOverview>,
}

/// Why something is held; shown to whoever wonders.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, deny_unknown_fields)]
pub struct PauseRequest {
    #[oai(validator(max_length = 500))]
    pub reason: Option<String>,
}

/// What would have been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum KeptKind {
    /// As in RFC 5322.
    Mail,
    /// A text message: the number, an empty line, the words.
    Text,
    /// The JSON for FCM, but for the end of the token alone.
    Push,
}

/// A mail, a text or a push as it would have been sent.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct KeptMail {
    /// Sorts by time.
    pub name: String,
    pub kind: KeptKind,
    pub source: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct KeptMails {
    pub mails: Vec<KeptMail>,
}

/// Something that is held: a pool or a job name.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Pause {
    pub pool: Option<String>,
    pub name: Option<String>,
    pub since: DateTime<Utc>,
    pub reason: Option<String>,
    pub paused_by: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example)]
pub struct PausesView {
    pub pauses: Vec<Pause>,
}
