//! The jobs as operators see them: pools, lists, one job with all that went wrong, why it does not run, and the acts
//! that change it. Each act is audited in its own transaction.

mod examples;
mod explain;
mod kept;
mod sql;
mod views;

use platform::db::DbError;
use platform::jobs::operate::{self, Scope};
use platform::jobs::{Ended, Pool, gauges};
use platform::{Platform, Tx};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

pub use explain::explain;
pub use kept::kept_mails;
pub use views::{
    Explanation, JobDetail, JobFilter, JobState, JobSummary, KeptKind, KeptMail, KeptMails, Pause,
    PauseRequest, PausesView, PoolOverview, PoolPause, PoolsView, Reason, RetriedJobs, RunError,
};

use crate::audit::{self, Operator};
use crate::{Error, Result};

/// Every pool: how much waits and for how long, what runs, how fast, and whether it is held.
pub async fn overview(platform: &Platform) -> Result<Vec<PoolOverview>> {
    let gauges = gauges::pools(&platform.db).await?;
    let mut connection = platform.db.acquire().await?;
    sql::pools(&mut connection, gauges).await
}

/// Everything that is held.
pub async fn pauses(connection: &mut PgConnection) -> Result<PausesView> {
    let pauses = sql::pauses(connection).await?;
    Ok(PausesView { pauses })
}

/// Jobs that match, the newest first, one more than `limit` where there are more.
pub async fn list(
    connection: &mut PgConnection,
    filter: &JobFilter,
    after: Option<Uuid>,
    offset: i64,
    limit: i64,
) -> Result<Vec<JobSummary>> {
    sql::list(connection, filter, after, offset, limit + 1).await
}

/// How many match, counted no further than `most`.
pub async fn count(connection: &mut PgConnection, filter: &JobFilter, most: i64) -> Result<i64> {
    sql::count(connection, filter, most).await
}

pub async fn show(connection: &mut PgConnection, id: Uuid) -> Result<JobDetail> {
    sql::find(connection, id)
        .await?
        .ok_or(Error::NotFound("job"))
}

/// Runs a job now that waits, is dead or is quarantined.
pub async fn retry(tx: &mut Tx, by: &Operator, id: Uuid) -> Result<JobDetail> {
    if !operate::retry(tx, id).await? {
        return Err(refuse(tx.connection(), id).await?);
    }
    audit::record(tx, by, "job.retry", &id.to_string(), &json!({})).await?;
    show(tx.connection(), id).await
}

/// Takes a job out that does not run and will not be wanted.
pub async fn discard(tx: &mut Tx, by: &Operator, id: Uuid) -> Result<JobDetail> {
    if !operate::discard(tx, id).await? {
        return Err(refuse(tx.connection(), id).await?);
    }
    audit::record(tx, by, "job.discard", &id.to_string(), &json!({})).await?;
    show(tx.connection(), id).await
}

/// Ends a job in whatever state it is. A run of it is dropped, and what it has not committed is undone.
pub async fn cancel(tx: &mut Tx, by: &Operator, id: Uuid) -> Result<(JobDetail, Ended)> {
    let ended = tx.cancel_job(id, "cancelled by an operator").await;
    let Some(ended) = ended.map_err(busy)? else {
        return Err(refuse(tx.connection(), id).await?);
    };
    audit::record(tx, by, "job.cancel", &id.to_string(), &json!({})).await?;
    Ok((show(tx.connection(), id).await?, ended))
}

/// Takes a running job from its worker, to be run again.
pub async fn evict(tx: &mut Tx, by: &Operator, id: Uuid) -> Result<(JobDetail, Ended)> {
    let Some(ended) = tx.evict_job(id).await.map_err(busy)? else {
        show(tx.connection(), id).await?;
        return Err(Error::conflict("job_not_running", "the job does not run"));
    };
    audit::record(tx, by, "job.evict", &id.to_string(), &json!({})).await?;
    Ok((show(tx.connection(), id).await?, ended))
}

/// The row is locked: its handler is committing the finish, or another operator is at it.
fn busy(error: DbError) -> Error {
    let code = error.as_database_error().and_then(|error| error.code());
    match code.as_deref() {
        Some("55P03") => Error::conflict(
            "job_busy",
            "the job is just being finished or changed; look again",
        ),
        _ => error.into(),
    }
}

/// Runs the dead and quarantined jobs of one name again, after the fix was deployed.
pub async fn retry_dead(tx: &mut Tx, by: &Operator, name: &str) -> Result<RetriedJobs> {
    let retried = operate::retry_parked(tx, name).await?;
    audit::record(
        tx,
        by,
        "jobs.retry_dead",
        name,
        &json!({ "retried": retried }),
    )
    .await?;
    Ok(RetriedJobs {
        name: name.to_owned(),
        retried,
    })
}

/// Holds a pool everywhere, from the commit on. Pausing what is paused changes nothing.
pub async fn pause(tx: &mut Tx, by: &Operator, scope: &Scope, reason: Option<&str>) -> Result<()> {
    let (action, target) = spoken("pause", scope)?;
    let actor = by.id.map(|id| id.0);
    if operate::pause(tx.connection(), scope, reason, actor).await? {
        audit::record(tx, by, &action, target, &json!({ "reason": reason })).await?;
    }
    Ok(())
}

/// Lets it go on. Resuming what is not paused changes nothing.
pub async fn resume(tx: &mut Tx, by: &Operator, scope: &Scope) -> Result<()> {
    let (action, target) = spoken("resume", scope)?;
    if operate::resume(tx.connection(), scope).await? {
        audit::record(tx, by, &action, target, &json!({})).await?;
    }
    Ok(())
}

fn spoken<'a>(verb: &str, scope: &'a Scope) -> Result<(String, &'a str)> {
    match scope {
        Scope::Pool(pool) => {
            pool.parse::<Pool>().map_err(|_| Error::NotFound("pool"))?;
            Ok((format!("pool.{verb}"), pool))
        }
        Scope::Name(name) => Ok((format!("job_name.{verb}"), name)),
    }
}

/// Why a compare-and-set found nothing to change.
async fn refuse(connection: &mut PgConnection, id: Uuid) -> Result<Error> {
    Ok(match show(connection, id).await?.summary.state {
        JobState::Running => {
            Error::conflict("job_running", "the job is running; wait until it has ended")
        }
        _ => Error::conflict("job_finished", "the job has finished"),
    })
}
