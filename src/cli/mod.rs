//! The command line.

pub mod admin;
pub mod print;
pub mod roles;

use clap::{Parser, Subcommand};
use workers::Plan;

/// One open backend for social applications.
#[derive(Parser)]
#[command(name = "commons", version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// All roles in one process: for one machine, and for development
    Up,
    /// The HTTP tier
    Api,
    /// Workers for one or more pools: `commons worker media:2 feed:16`
    Worker {
        /// A pool, and how many of its jobs run at a time
        #[arg(required = true, value_name = "POOL[:JOBS]")]
        pools: Vec<Plan>,
    },
    /// The clock; any number of replicas
    Scheduler,
    /// Bring the database schema up to date
    Migrate,
    /// Print the OpenAPI document
    Openapi,
    /// Print the table of settings
    Config {
        /// As docs/CONFIG.md has it
        #[arg(long)]
        markdown: bool,
    },
    /// What operators do
    #[command(subcommand)]
    Admin(admin::Admin),
}
