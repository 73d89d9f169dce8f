//! What the documentation shows.

use chrono::{DateTime, Utc};
use poem_openapi::types::Example;
use serde_json::json;
use uuid::Uuid;

use super::views::{
    Explanation, JobDetail, JobState, JobSummary, KeptKind, KeptMail, KeptMails, Pause,
    PauseRequest, PausesView, PoolOverview, PoolPause, PoolsView, Reason, RetriedJobs, RunError,
};

const JOB: Uuid = Uuid::from_u128(0x0193_2c5e_6d80_7b1a_9f3b_2a1c_4e5d_6f70);
const WORKER: Uuid = Uuid::from_u128(0x0193_2c5e_0000_7b1a_9f3b_2a1c_4e5d_6f71);
const PERSON: Uuid = Uuid::from_u128(0x0193_2c5d_0000_7b1a_9f3b_2a1c_4e5d_6f72);

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_763_640_000 + seconds, 0).unwrap_or_default()
}

impl Example for PoolOverview {
    fn example() -> Self {
        Self {
            pool: "mail".to_owned(),
            ready: 12,
            scheduled: 3,
            in_flight: 8,
            dead: 1,
            quarantined: 0,
            oldest_runnable_seconds: 1.4,
            settled_per_minute: 420,
            workers: 2,
            slots: 16,
            pause: Some(PoolPause::example()),
        }
    }
}

impl Example for PoolPause {
    fn example() -> Self {
        Self {
            since: at(0),
            reason: Some("the mail provider is down".to_owned()),
            paused_by: Some(PERSON),
        }
    }
}

impl Example for PoolsView {
    fn example() -> Self {
        Self {
            pools: vec![PoolOverview::example()],
        }
    }
}

impl Example for JobSummary {
    fn example() -> Self {
        Self {
            id: JOB,
            name: "identity.send_verification_mail".to_owned(),
            pool: "mail".to_owned(),
            class: "urgent".to_owned(),
            state: JobState::Scheduled,
            attempt: 1,
            crashes: 0,
            merged: 1,
            created_at: at(0),
            due_at: Some(at(9)),
            claimed_at: Some(at(1)),
            finished_at: None,
            last_error: Some("the mail was not delivered: connection refused".to_owned()),
        }
    }
}

impl Example for JobDetail {
    fn example() -> Self {
        Self {
            summary: JobSummary::example(),
            max_attempts: Some(20),
            worker: Some(WORKER),
            actor: Some(PERSON),
            request_id: Some("0193a2c4-1b2c-7d3e-8f40-5a6b7c8d9e0f".to_owned()),
            trace: None,
            unique_key: None,
            payload: json!({ "verification_id": JOB }),
            checkpoint: None,
            errors: vec![RunError::example()],
        }
    }
}

impl Example for RunError {
    fn example() -> Self {
        Self {
            attempt: 1,
            at: at(2),
            kind: "failure".to_owned(),
            error: "the mail was not delivered: connection refused".to_owned(),
            worker: Some(WORKER),
        }
    }
}

impl Example for Explanation {
    fn example() -> Self {
        Self {
            state: JobState::Ready,
            reasons: vec![Reason::example()],
        }
    }
}

impl Example for Reason {
    fn example() -> Self {
        Self {
            code: "pool_paused".to_owned(),
            detail: "the pool mail is paused: the mail provider is down".to_owned(),
        }
    }
}

impl Example for RetriedJobs {
    fn example() -> Self {
        Self {
            name: "identity.send_verification_mail".to_owned(),
            retried: 17,
        }
    }
}

impl Example for PauseRequest {
    fn example() -> Self {
        Self {
            reason: Some("the mail provider is down".to_owned()),
        }
    }
}

impl Example for KeptMail {
    fn example() -> Self {
        Self {
            name: "01932c5e-6d80-7b1a-9f3b-2a1c4e5d6f70.eml".to_owned(),
            kind: KeptKind::Mail,
            source: "To: ada@example.com\r\nSubject: Is this your address?\r\n\r\n…".to_owned(),
        }
    }
}

impl Example for KeptMails {
    fn example() -> Self {
        Self {
            mails: vec![KeptMail::example()],
        }
    }
}

impl Example for Pause {
    fn example() -> Self {
        Self {
            pool: None,
            name: Some("identity.send_verification_mail".to_owned()),
            since: at(0),
            reason: Some("the mail provider is down".to_owned()),
            paused_by: Some(PERSON),
        }
    }
}

impl Example for PausesView {
    fn example() -> Self {
        Self {
            pauses: vec![Pause::example()],
        }
    }
}
