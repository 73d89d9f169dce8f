//! `commons admin demo`

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use domain::Error;
use domain::demo::{self, Outcome, Plan};
use domain::identity::Password;
use domain::operations;
use domain::wire::WireText;
use platform::Platform;

use super::operator;

/// How often it is asked how far the workers are.
const GLANCE: Duration = Duration::from_millis(500);

#[derive(Args)]
pub struct DemoCommand {
    /// Read the password of all its accounts from standard input; otherwise one is made up and printed
    #[arg(long)]
    password_stdin: bool,
    /// Yes, although this is no developer's machine (DEV is not set), or others have accounts here
    #[arg(long)]
    yes: bool,
}

pub async fn run(platform: &Platform, command: DemoCommand) -> Result<()> {
    if !platform.config.process.dev && !command.yes {
        bail!("this makes accounts of people who are not there: say --yes if you mean it");
    }
    let (password, text) = password(platform, command.password_stdin)?;
    let plan = Plan {
        by: &operator(),
        password,
        paint: |picture| workers::paint::paint(picture, picture.shape.size()),
        among_others: command.yes,
    };
    eprintln!("Making the demo world, unless it is there …");
    match demo::make(platform, &plan).await {
        Ok(Outcome::There) => {
            // The output says what was made.
            eprintln!("The demo world is there, and was left as it is.");
            return Ok(());
        }
        Ok(Outcome::Made) => wait_for_pictures(platform).await?,
        Err(error) => return Err(explained(error)),
    }
    let names: Vec<&str> = demo::usernames().collect();
    println!(
        "These are demo accounts, of people who are not there: {}.",
        names.join(", ")
    );
    if !command.password_stdin {
        println!("All of them have the password {text}");
    }
    Ok(())
}

fn password(platform: &Platform, from_stdin: bool) -> Result<(Password, String)> {
    let mut text = String::new();
    match from_stdin {
        true => {
            let read = std::io::stdin().read_to_string(&mut text);
            read.context("reading the password")?;
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
        }
        false => text = format!("Demo-{}", platform::new_id(&platform.clock).simple()),
    }
    match Password::read(&text) {
        Ok(password) => Ok((password, text)),
        Err(fault) => bail!("the password {}", fault.detail),
    }
}

/// Until the workers have made them ready, where there are any who do.
async fn wait_for_pictures(platform: &Platform) -> Result<()> {
    let mut told = None;
    loop {
        let left = demo::unready(platform.db.acquire().await?.as_mut()).await?;
        if left == 0 {
            return Ok(());
        }
        let pools = operations::overview(platform).await?;
        let places = pools.iter().find(|pool| pool.pool == "media");
        if places.is_none_or(|pool| pool.slots == 0) {
            println!(
                "{left} pictures are shown once a worker of the pool media has made them ready."
            );
            return Ok(());
        }
        if told != Some(left) {
            eprintln!("Pictures to make ready: {left}");
        }
        told = Some(left);
        tokio::time::sleep(GLANCE).await;
    }
}

fn explained(error: Error) -> anyhow::Error {
    match error {
        Error::Conflict {
            code: "people_live_here",
            detail,
            ..
        } => {
            anyhow::anyhow!(
                "{detail} The demo is for a database of its own: say --yes if you mean this one."
            )
        }
        Error::Invalid(fields) => {
            let all = fields.iter().map(|field| field.detail.to_string());
            anyhow::anyhow!(all.collect::<Vec<_>>().join("; "))
        }
        other => other.into(),
    }
}
