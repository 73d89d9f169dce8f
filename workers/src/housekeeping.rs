//! Handlers of the house itself.

use domain::housekeeping;
use domain::housekeeping::jobs::{KeepJobTables, PurgeDeadJobs};

use crate::{Cx, Failure, Outcome};

pub(crate) async fn keep_job_tables(_: KeepJobTables, cx: Cx) -> Result<Outcome, Failure> {
    housekeeping::keep_job_tables(&cx.platform).await?;
    Ok(Outcome::Done)
}

pub(crate) async fn purge_dead_jobs(_: PurgeDeadJobs, cx: Cx) -> Result<Outcome, Failure> {
    housekeeping::purge_dead_jobs(&cx.platform).await?;
    Ok(Outcome::Done)
}
