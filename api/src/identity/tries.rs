//! Tries at a secret that is somebody's: a password, a code. Every operation that takes one asks here first.

use std::future::Future;

use domain::people::Actor;
use domain::{Error, Result};
use platform::Platform;
use platform::backoff::Guess;

/// Makes a try, unless earlier failures ask for patience; keeps count of what comes of it. Whoever knew the secret is
/// not guessing, whatever else was refused.
pub(crate) async fn guess<T>(
    platform: &Platform,
    guess: Guess<'_>,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let backoff = &platform.backoff;
    let guessing = backoff
        .begin(guess)
        .await
        .map_err(|retry_after| Error::RateLimited { retry_after })?;
    let result = work.await;
    match &result {
        Ok(_) | Err(Error::Conflict { .. }) => backoff.was_right(guessing).await,
        Err(error) if is_wrong(error) => drop(guessing),
        Err(Error::Denied { .. }) => backoff.was_right(guessing).await,
        Err(_) => backoff.did_not_count(guessing).await,
    }
    result
}

/// Somebody who is signed in shows their password again. Whoever found an open session does not know it, and must not get
/// to guess it.
pub(crate) async fn guess_again<T>(
    platform: &Platform,
    actor: Actor,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let person = actor.user.to_string();
    let again = Guess {
        at: "password",
        account: &person,
        line: &person,
    };
    guess(platform, again, work).await
}

fn is_wrong(error: &Error) -> bool {
    match error {
        Error::Unauthenticated(_) => true,
        Error::Invalid(fields) => fields.iter().any(|field| field.code == "wrong"),
        _ => false,
    }
}
