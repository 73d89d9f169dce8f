//! Handlers of identity.

use domain::identity;
use domain::identity::jobs::PurgeExpiredTokens;

use crate::{Cx, Failure, Outcome};

mod letters;

pub(crate) use letters::{
    send_address_change_notice, send_address_known_mail, send_password_changed_mail,
    send_reset_mail, send_verification_mail,
};

/// Rows of each kind in one transaction.
const SLICE: i64 = 2_000;

pub(crate) async fn purge_expired_tokens(
    _: PurgeExpiredTokens,
    cx: Cx,
) -> Result<Outcome, Failure> {
    loop {
        let mut tx = cx.begin().await?;
        let purged = identity::purge_expired(&mut tx, cx.now(), SLICE).await?;
        if purged == 0 {
            return cx.finish(tx).await;
        }
        tx.commit().await?;
    }
}
