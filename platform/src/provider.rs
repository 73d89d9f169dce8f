//! What the answers of providers mean, whoever they are.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, StatusCode, redirect};

const CONNECTING: Duration = Duration::from_secs(5);

/// For calls that take no longer than `patience`, and never go anywhere else than asked.
pub(crate) fn client(patience: Duration) -> Result<Client, reqwest::Error> {
    Client::builder()
        .connect_timeout(CONNECTING.min(patience))
        .timeout(patience)
        .redirect(redirect::Policy::none())
        .build()
}

const LONGEST_RETRY_AFTER: u64 = 30 * 24 * 3600;

/// Whether the same may go well in a while.
pub(crate) fn is_passing(status: StatusCode) -> bool {
    status.is_server_error()
        || status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT
}

/// How long it asks to be left alone, a month at most: a server that asks for more is not believed.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse();
    let seconds: Option<u64> = seconds.ok();
    seconds.map(|seconds| Duration::from_secs(seconds.min(LONGEST_RETRY_AFTER)))
}

/// Without the address, which may name the account.
pub(crate) fn reason(error: reqwest::Error) -> String {
    let kind = match &error {
        error if error.is_timeout() => "timeout: ",
        error if error.is_connect() => "no connection: ",
        _ => "",
    };
    format!("{kind}{}", error.without_url())
}
