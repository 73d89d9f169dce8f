//! Handlers of identity.

use domain::identity;
use domain::identity::codes;
use domain::identity::jobs::{PurgeExpiredTokens, ResealSecrets, SendCodeText};

use crate::{Cx, Failure, Outcome};

mod letters;

pub(crate) use letters::{
    send_access_changed_mail, send_address_change_notice, send_address_known_mail, send_reset_mail,
    send_second_factor_mail, send_verification_mail,
};

/// Rows of each kind in one transaction.
const SLICE: i64 = 2_000;

pub(crate) async fn send_code_text(job: SendCodeText, cx: Cx) -> Result<Outcome, Failure> {
    let mut connection = cx.platform.db.acquire().await?;
    let config = &cx.platform.config;
    let text = codes::code_text(&mut connection, config, job.code_id, cx.now()).await?;
    // Nobody waits on the provider with a connection in hand.
    drop(connection);
    let Some(text) = text else {
        return Ok(Outcome::Discard(
            "the code has expired, was used, or another took its place".to_owned(),
        ));
    };
    cx.platform.texter.send(&text).await?;
    Ok(Outcome::Done)
}

pub(crate) async fn reseal_secrets(_: ResealSecrets, cx: Cx) -> Result<Outcome, Failure> {
    let mut after = None;
    loop {
        let mut tx = cx.begin().await?;
        after = identity::reseal(&mut tx, &cx.platform.config.auth, after, SLICE).await?;
        if after.is_none() {
            return cx.finish(tx).await;
        }
        tx.commit().await?;
    }
}

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
