//! Mails of identity: written from the world as it is when the job runs.

use domain::identity;
use domain::identity::jobs::{
    SendAccessChangedMail, SendAddressChangeNotice, SendAddressKnownMail, SendResetMail,
    SendSecondFactorMail, SendVerificationMail,
};
use platform::mail::Letter;

use crate::{Cx, Failure, Outcome};

pub(crate) async fn send_verification_mail(
    job: SendVerificationMail,
    cx: Cx,
) -> Result<Outcome, Failure> {
    let letter = {
        let mut connection = cx.platform.db.acquire().await?;
        let config = &cx.platform.config;
        identity::verification_letter(&mut connection, config, job.verification_id, cx.now())
            .await?
    };
    send(&cx, letter, "there is nothing to verify any more").await
}

pub(crate) async fn send_reset_mail(job: SendResetMail, cx: Cx) -> Result<Outcome, Failure> {
    let mut tx = cx.begin().await?;
    let letter = identity::reset_letter(&mut tx, &cx.platform.config, job.reset_id).await?;
    tx.commit().await?;
    send(&cx, letter, "there is no password to reset").await
}

pub(crate) async fn send_access_changed_mail(
    job: SendAccessChangedMail,
    cx: Cx,
) -> Result<Outcome, Failure> {
    let letter = {
        let mut connection = cx.platform.db.acquire().await?;
        identity::access_changed_letter(&mut connection, job.user_id, job.change).await?
    };
    send(&cx, letter, NO_ADDRESS).await
}

pub(crate) async fn send_second_factor_mail(
    job: SendSecondFactorMail,
    cx: Cx,
) -> Result<Outcome, Failure> {
    let letter = {
        let mut connection = cx.platform.db.acquire().await?;
        identity::second_factor_letter(&mut connection, &job).await?
    };
    send(&cx, letter, NO_ADDRESS).await
}

pub(crate) async fn send_address_change_notice(
    job: SendAddressChangeNotice,
    cx: Cx,
) -> Result<Outcome, Failure> {
    let letter = {
        let mut connection = cx.platform.db.acquire().await?;
        identity::address_change_letter(&mut connection, job.verification_id, cx.now()).await?
    };
    send(&cx, letter, NO_ADDRESS).await
}

pub(crate) async fn send_address_known_mail(
    job: SendAddressKnownMail,
    cx: Cx,
) -> Result<Outcome, Failure> {
    let letter = {
        let mut connection = cx.platform.db.acquire().await?;
        identity::address_known_letter(&mut connection, job.user_id).await?
    };
    send(&cx, letter, NO_ADDRESS).await
}

const NO_ADDRESS: &str = "there is no address to write to";

/// With no connection in hand: nobody waits on the mail server with one.
async fn send(cx: &Cx, letter: Option<Letter>, nothing: &str) -> Result<Outcome, Failure> {
    let Some(letter) = letter else {
        return Ok(Outcome::Discard(nothing.to_owned()));
    };
    cx.platform.mailer.send(&letter, cx.lease.job).await?;
    Ok(Outcome::Done)
}
