//! Why is this job not running?

use sqlx::PgConnection;
use uuid::Uuid;

use super::views::{Explanation, JobDetail, JobState, Reason};
use super::{show, sql};
use crate::Result;

/// Looks at the job, its pool, its pauses and the workers that live, and says what stands in its way.
pub async fn explain(connection: &mut PgConnection, id: Uuid) -> Result<Explanation> {
    let job = show(connection, id).await?;
    let state = job.summary.state;
    let reasons = match state {
        JobState::Scheduled => vec![not_due(&job)],
        JobState::Ready => held_up(connection, &job).await?,
        JobState::Running => vec![reason("running", "it is running right now")],
        JobState::Dead => vec![reason(
            "dead",
            last_words(
                &job,
                "it failed as often as it may; retry it once the cause is mended",
            ),
        )],
        JobState::Quarantined => vec![reason(
            "quarantined",
            "three workers died while they ran it; retry it once the cause is mended",
        )],
        JobState::Done | JobState::Discarded => {
            vec![reason("finished", last_words(&job, "it has finished"))]
        }
    };
    Ok(Explanation { state, reasons })
}

fn not_due(job: &JobDetail) -> Reason {
    let due = job
        .summary
        .due_at
        .map(|due| due.to_rfc3339())
        .unwrap_or_default();
    match job.summary.attempt {
        0 => reason("scheduled", format!("it is due at {due}")),
        attempt => reason(
            "retrying",
            last_words(
                job,
                &format!("attempt {attempt} failed; the next one is due at {due}"),
            ),
        ),
    }
}

async fn held_up(connection: &mut PgConnection, job: &JobDetail) -> Result<Vec<Reason>> {
    let (pool, name) = (&job.summary.pool, &job.summary.name);
    let around = sql::surroundings(connection, pool, name).await?;
    let mut reasons = Vec::new();
    if let Some(why) = around.pool_paused {
        reasons.push(reason(
            "pool_paused",
            format!("the pool {pool} is paused: {why}"),
        ));
    }
    if let Some(why) = around.name_paused {
        reasons.push(reason(
            "name_paused",
            format!("jobs called {name} are paused: {why}"),
        ));
    }
    if around.workers == 0 {
        reasons.push(reason(
            "no_worker",
            format!("no worker serves the pool {pool}"),
        ));
    } else if around.capable == 0 {
        reasons.push(reason(
            "unknown_to_workers",
            format!("no living worker knows how to run {name}"),
        ));
    } else if around.in_flight >= around.slots {
        reasons.push(reason(
            "all_busy",
            format!("all {} places of the pool {pool} are taken", around.slots),
        ));
    }
    let ahead = sql::ahead(connection, job.summary.id, pool).await?;
    if ahead > 0 {
        reasons.push(reason(
            "behind_others",
            format!("{ahead} jobs of the pool {pool} go first"),
        ));
    }
    Ok(reasons)
}

fn last_words(job: &JobDetail, text: &str) -> String {
    match &job.summary.last_error {
        Some(error) => format!("{text}. Last error: {error}"),
        None => text.to_owned(),
    }
}

fn reason(code: &str, detail: impl Into<String>) -> Reason {
    Reason {
        code: code.to_owned(),
        detail: detail.into(),
    }
}
