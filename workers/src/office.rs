//! Handlers of the office.

use domain::office;
use domain::office::jobs::LiftSuspension;

use crate::{Cx, Failure, Outcome};

pub(crate) async fn lift_suspension(job: LiftSuspension, cx: Cx) -> Result<Outcome, Failure> {
    let mut tx = cx.begin().await?;
    office::suspension_is_over(&mut tx, job.user_id).await?;
    cx.finish(tx).await
}
