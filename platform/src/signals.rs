//! SIGTERM and Ctrl-C, as one token that every role listens to.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Cancelled by the first signal. A terminal and a supervisor may both pass one Ctrl-C on, so the second changes
/// nothing; the third ends the process at once.
pub fn shutdown_token() -> std::io::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let token = CancellationToken::new();
    let told = token.clone();
    #[expect(
        clippy::disallowed_methods,
        reason = "listens for as long as the process lives"
    )]
    tokio::spawn(async move {
        for round in 0.. {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if round == 0 {
                tracing::info!("shutting down");
                told.cancel();
            } else if round > 1 {
                std::process::exit(130);
            }
        }
    });
    Ok(token)
}

/// What is left to do after a role's own grace: reports, the end of a registration, the connections.
const LAST_STEPS: Duration = Duration::from_secs(15);

/// Runs `role` to its end, but no longer than `grace` and a little after `stop`: whatever it then waits for does not answer.
/// None: it had to be cut off.
pub async fn bounded<T>(
    role: impl Future<Output = T>,
    grace: Duration,
    stop: &CancellationToken,
) -> Option<T> {
    let limit = grace + LAST_STEPS;
    tokio::select! {
        done = role => Some(done),
        () = async {
            stop.cancelled().await;
            tokio::time::sleep(limit).await;
        } => {
            tracing::error!("not stopped {limit:?} after the signal; ending all the same");
            None
        }
    }
}
