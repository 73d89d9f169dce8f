//! Handlers of the office.

use std::time::Duration;

use domain::office;
use domain::office::jobs::{LiftOverdue, LiftSuspension};

use crate::{Cx, Failure, Outcome};

/// A suspension that ends later than this was made longer, and has another job.
const MOVED: Duration = Duration::from_secs(60);
const SLICE: i64 = 100;

pub(crate) async fn lift_suspension(job: LiftSuspension, cx: Cx) -> Result<Outcome, Failure> {
    let mut tx = cx.begin().await?;
    match office::end_suspension(&mut tx, job.user_id).await? {
        Some(wait) if wait < MOVED => Ok(Outcome::Snooze(wait)),
        _ => cx.finish(tx).await,
    }
}

pub(crate) async fn lift_overdue(_: LiftOverdue, cx: Cx) -> Result<Outcome, Failure> {
    loop {
        let overdue = office::overdue_suspensions(&mut cx.begin().await?, SLICE).await?;
        if overdue.is_empty() {
            return Ok(Outcome::Done);
        }
        for user in overdue {
            let mut tx = cx.begin().await?;
            office::end_suspension(&mut tx, user).await?;
            tx.commit().await?;
        }
    }
}
