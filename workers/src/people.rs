//! Handlers of people.

use domain::people::jobs::ForgetCopies;

use crate::{Cx, Failure, Outcome};

pub(crate) async fn forget_copies(job: ForgetCopies, cx: Cx) -> Result<Outcome, Failure> {
    cx.platform.cache.close(&job.keys).await?;
    Ok(Outcome::Done)
}
