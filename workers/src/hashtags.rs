//! Handlers of hashtags.

use domain::hashtags;
use domain::hashtags::jobs::CountUses;
use serde_json::json;
use uuid::Uuid;

use crate::{Cx, Failure, Outcome};

pub(crate) async fn count_uses(job: CountUses, cx: Cx) -> Result<Outcome, Failure> {
    let mut place: Option<Uuid> = cx.checkpoint();
    loop {
        let mut tx = cx.begin().await?;
        match hashtags::count_slice(&mut tx, job.author_id, place).await? {
            Some(last) => {
                place = Some(last);
                cx.save(tx, &json!(place)).await?;
            }
            None => return cx.finish(tx).await,
        }
    }
}
