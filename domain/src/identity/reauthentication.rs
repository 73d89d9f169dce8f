//! Showing again who one is, before what cannot be undone: a session that was left open is not enough.

use std::time::Duration;

use platform::Db;

use super::password::PasswordAttempt;
use super::{hashing, sql};
use crate::people::Actor;
use crate::{Error, Result};

/// Who has no password shows who they are by having signed in no longer ago.
pub(super) const FRESH: Duration = Duration::from_secs(5 * 60);

/// Somebody who is signed in showed again who they are. Holds the password they knew, so that one that was changed
/// meanwhile counts.
pub struct Confirmed {
    pub(super) actor: Actor,
    pub(super) known: sql::Known,
}

/// By the password where there is one, else by a session that is minutes old. Before a transaction begins: it takes a
/// moment.
pub async fn reauthenticate(
    db: &Db,
    actor: Actor,
    attempt: Option<PasswordAttempt>,
) -> Result<Confirmed> {
    confirm(db, actor, attempt, "password").await
}

/// The same, where the password is in another field.
pub(super) async fn confirm(
    db: &Db,
    actor: Actor,
    attempt: Option<PasswordAttempt>,
    field: &str,
) -> Result<Confirmed> {
    let known = {
        let mut connection = db.acquire().await?;
        sql::known(&mut connection, actor.user, actor.session).await?
    };
    let known = known.ok_or(Error::Unauthenticated("token_revoked"))?;
    match (&known.password_hash, attempt) {
        (None, _) if known.signed_in_at + FRESH > db.clock().now() => {}
        (None, _) => {
            return Err(Error::denied(
                "reauthentication_required",
                "Sign in again; then you have a few minutes.",
            ));
        }
        (Some(_), None) => return Err(Error::invalid(field, "required", "is required")),
        (Some(hash), Some(attempt)) => {
            if !hashing::verify(attempt, Some(hash.clone())).await? {
                return Err(wrong(field));
            }
        }
    }
    Ok(Confirmed { actor, known })
}

pub(super) fn wrong(field: &str) -> Error {
    Error::invalid(field, "wrong", "is not the password of this account")
}

/// A way in is not taken away where there is no other.
pub(super) fn last_way_in() -> Error {
    Error::conflict(
        "last_way_in",
        "This is the only way into your account. Set a password first.",
    )
}
