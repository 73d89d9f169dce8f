//! SIGTERM and Ctrl-C, as one token that every role listens to.

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
