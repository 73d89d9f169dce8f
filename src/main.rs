//! Commons: one binary, one sub-command a role.

mod cli;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;
use platform::config::Config;
use platform::{Clock, Platform, signals, telemetry};
use tokio_util::sync::CancellationToken;

use cli::{Cli, Command};

const LAST_THREADS: Duration = Duration::from_secs(1);

fn main() -> Result<()> {
    let cli = Cli::parse();
    match cli.command {
        Command::Openapi => return cli::print::openapi(),
        Command::Config { markdown } => return cli::print::config(markdown),
        _ => {}
    }
    // Both ring and aws-lc may be in the tree; the process says which one it means.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = Config::from_env()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let telemetry = {
        let _inside = runtime.enter();
        telemetry::start(&config)?
    };
    let done = runtime.block_on(run(cli.command, config));
    telemetry.stop();
    // A thread that still blocks must not keep the process.
    runtime.shutdown_timeout(LAST_THREADS);
    done
}

async fn run(command: Command, config: Config) -> Result<()> {
    let stop = signals::shutdown_token()?;
    let platform = Platform::start(config, Clock::system())?;
    let grace = platform.config.jobs.grace;
    let role = Box::pin(role(command, platform, stop.clone()));
    let done = signals::bounded(role, grace, &stop).await;
    done.unwrap_or_else(|| bail!("it did not stop in time"))
}

async fn role(command: Command, platform: Platform, stop: CancellationToken) -> Result<()> {
    match command {
        Command::Up => cli::roles::up(platform, stop).await,
        Command::Api => cli::roles::api(platform, stop).await,
        Command::Worker { pools } => cli::roles::worker(platform, pools, stop).await,
        Command::Scheduler => cli::roles::scheduler(platform, stop).await,
        Command::Migrate => platform.db.migrate().await.context("migrating"),
        Command::Admin(admin) => tokio::select! {
            done = cli::admin::run(&platform, admin) => done,
            () = stop.cancelled() => bail!("interrupted"),
        },
        Command::Openapi | Command::Config { .. } => Ok(()),
    }
}
