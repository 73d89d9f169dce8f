//! What `bin/bench` says by the environment.

use anyhow::{Context, Result};

#[expect(
    clippy::disallowed_methods,
    reason = "a tool of the developer's, not a role of the product"
)]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

pub fn database_url() -> Result<String> {
    setting("DATABASE_URL").context("DATABASE_URL")
}
