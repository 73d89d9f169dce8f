//! Tries to show a password, counted by account: guessing at one from many addresses is still guessing.

use std::time::Duration;

use domain::{Error, Result};
use platform::Platform;

/// What they are counted as.
const TRIES: &str = "login";

/// Redis has so long to count.
const PATIENCE: Duration = Duration::from_millis(250);

/// Counts whether or not there is such an account. Without Redis the password still has to be right: the try passes.
pub(super) async fn count(platform: &Platform, account: &str) -> Result<()> {
    let limit = platform.config.limits.login;
    let counting = platform.rates.count(TRIES, account, limit);
    match tokio::time::timeout(PATIENCE, counting).await {
        Ok(Ok(standing)) if !standing.allowed => Err(Error::RateLimited {
            retry_after: standing.reset,
        }),
        _ => Ok(()),
    }
}

/// Whoever knows the password is not guessing.
pub(super) async fn forget(platform: &Platform, account: &str) {
    let limit = platform.config.limits.login;
    let forgetting = platform.rates.forget(TRIES, account, limit);
    let _ = tokio::time::timeout(PATIENCE, forgetting).await;
}
