//! `commons admin seed`

use anyhow::{Result, bail};
use clap::Args;
use domain::identity::Password;
use domain::seed::{self, World};
use domain::wire::WireText;
use platform::Platform;

#[derive(Args)]
pub struct SeedCommand {
    /// How many people
    #[arg(long)]
    users: usize,
    /// How many others each of them follows, on the average
    #[arg(long, default_value_t = 5)]
    follows: usize,
    /// How many posts each of them has, on the average
    #[arg(long, default_value_t = 0)]
    posts: usize,
    /// Another number makes another world
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Yes, although this is no developer's machine (DEV is not set)
    #[arg(long)]
    yes: bool,
}

pub async fn run(platform: &Platform, command: SeedCommand) -> Result<()> {
    if !platform.config.process.dev && !command.yes {
        bail!("this makes accounts of people who are not there: say --yes if you mean it");
    }
    let (world, all) = (
        World {
            people: command.users,
            follows: command.follows,
            posts: command.posts,
            seed: command.seed,
        },
        command.users,
    );
    let password = format!("Seed-{}", platform::new_id(&platform.clock).simple());
    let known = match Password::read(&password) {
        Ok(known) => known,
        Err(fault) => bail!("the password {}", fault.detail),
    };
    let tell = |done| eprintln!("{done} of {all} people");
    seed::make(&platform.db, world, known, tell).await?;
    println!("{all} people; all of them have the password {password}");
    Ok(())
}
