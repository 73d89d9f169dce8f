//! Showing again who one is, before what cannot be undone: a session that was left open is not enough.

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::Db;

use super::password::PasswordAttempt;
use super::{hashing, sql};
use crate::people::Actor;
use crate::{Error, Result};

/// Who has no password has just signed in by other means.
const JUST_NOW: Duration = Duration::from_secs(5 * 60);

/// By the password where there is one, else by a session that is minutes old.
pub async fn reauthenticate(
    db: &Db,
    actor: &Actor,
    password: Option<PasswordAttempt>,
    now: DateTime<Utc>,
) -> Result<()> {
    let known = {
        let mut connection = db.acquire().await?;
        sql::proof_of(&mut connection, actor.user, actor.session).await?
    };
    let known = known.ok_or(Error::NotFound("account"))?;
    match (known.password_hash, password) {
        (Some(hash), Some(password)) => match hashing::verify(password, Some(hash)).await? {
            true => Ok(()),
            false => Err(Error::denied(
                "password_wrong",
                "The password is not right.",
            )),
        },
        (None, _) if known.signed_in_at.is_some_and(|at| at > now - JUST_NOW) => Ok(()),
        (Some(_) | None, _) => Err(Error::denied(
            "reauthentication_required",
            "Show again who you are: send the password, or sign in again where there is none.",
        )),
    }
}
