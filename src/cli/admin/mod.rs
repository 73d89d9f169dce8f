//! `commons admin`: what operators do, from a shell on the machine.

mod demo;
mod jobs;
mod seed;
mod user;

use anyhow::Result;
use clap::Subcommand;
use domain::audit::Operator;
use platform::Platform;

#[derive(Subcommand)]
pub enum Admin {
    /// People
    #[command(subcommand)]
    User(user::UserCommand),
    /// Jobs: look, explain, retry, discard, pause
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
    /// Make a small world to look at: people with pictures, posts, comments and follows
    Demo(demo::DemoCommand),
    /// Make up a world of people, as large as you like: for benchmarks
    Seed(seed::SeedCommand),
}

pub async fn run(platform: &Platform, admin: Admin) -> Result<()> {
    match admin {
        Admin::User(command) => user::run(platform, command).await,
        Admin::Jobs(command) => jobs::run(platform, command).await,
        Admin::Demo(command) => demo::run(platform, command).await,
        Admin::Seed(command) => seed::run(platform, command).await,
    }
}

/// Whoever holds the shell, as the audit names them.
#[expect(
    clippy::disallowed_methods,
    reason = "the name of the shell's user is no setting"
)]
fn operator() -> Operator {
    let user = ["SUDO_USER", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok());
    Operator::shell(user.as_deref().unwrap_or("unknown"))
}
