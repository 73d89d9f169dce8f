//! `commons admin jobs`: the verbs of the admin API.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use domain::operations::{self, JobFilter, JobState, JobSummary, PoolOverview};
use platform::Platform;
use platform::jobs::JobId;
use platform::jobs::operate::Scope;

use super::operator;

#[derive(Subcommand)]
pub enum JobsCommand {
    /// Every pool: what waits and for how long, what runs, how fast, what is paused
    Pools,
    /// Jobs, the newest first
    List {
        /// scheduled, ready, running, dead, quarantined, done or discarded
        #[arg(long)]
        state: Option<String>,
        #[arg(long)]
        pool: Option<String>,
        #[arg(long)]
        name: Option<String>,
        #[arg(long, default_value_t = 50)]
        limit: i64,
    },
    /// One job with its payload and all that went wrong
    Show { id: JobId },
    /// Why a job is not running
    Explain { id: JobId },
    /// Run a job now that waits, is dead or is quarantined
    Retry { id: JobId },
    /// Take a job out that does not run
    Discard { id: JobId },
    /// End a job in whatever state it is; a run of it is dropped
    Cancel { id: JobId },
    /// Take a running job from its worker, to be run again
    Evict { id: JobId },
    /// Run all dead and quarantined jobs of a name again
    RetryDead { name: String },
    /// Hold a pool or a job name, everywhere and at once
    Pause {
        #[command(flatten)]
        what: What,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Let it go on
    Resume {
        #[command(flatten)]
        what: What,
    },
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct What {
    #[arg(long)]
    pool: Option<String>,
    #[arg(long)]
    name: Option<String>,
}

impl What {
    fn scope(self) -> Scope {
        match (self.pool, self.name) {
            (Some(pool), _) => Scope::Pool(pool),
            (None, name) => Scope::Name(name.unwrap_or_default()),
        }
    }
}

pub async fn run(platform: &Platform, command: JobsCommand) -> Result<()> {
    match command {
        JobsCommand::Pools => print_pools(&operations::overview(platform).await?),
        JobsCommand::List {
            state,
            pool,
            name,
            limit,
        } => {
            let filter = JobFilter {
                state: state.map(named).transpose()?,
                pool,
                name,
            };
            let mut connection = platform.db.acquire().await?;
            let jobs =
                operations::list(&mut connection, &filter, None, 0, limit.clamp(1, 1_000)).await?;
            jobs.iter()
                .take(usize::try_from(limit)?)
                .for_each(print_line);
        }
        JobsCommand::Show { id } => show(platform, id).await?,
        JobsCommand::Explain { id } => explain(platform, id).await?,
        act => perform(platform, act).await?,
    }
    Ok(())
}

/// The verbs that change something: one audited transaction each.
async fn perform(platform: &Platform, act: JobsCommand) -> Result<()> {
    let by = operator();
    let mut ended = Vec::new();
    let mut tx = platform.db.begin().await?;
    let said = match act {
        JobsCommand::Retry { id } => format!(
            "{} is {}",
            id,
            operations::retry(&mut tx, &by, id)
                .await?
                .summary
                .state
                .name()
        ),
        JobsCommand::Discard { id } => format!(
            "{} is {}",
            id,
            operations::discard(&mut tx, &by, id)
                .await?
                .summary
                .state
                .name()
        ),
        JobsCommand::Cancel { id } => {
            ended.push(operations::cancel(&mut tx, &by, id).await?.1);
            format!("{id} is cancelled")
        }
        JobsCommand::Evict { id } => {
            ended.push(operations::evict(&mut tx, &by, id).await?.1);
            format!("{id} is ready again")
        }
        JobsCommand::RetryDead { name } => {
            let retried = operations::retry_dead(&mut tx, &by, &name).await?.retried;
            format!("{retried} jobs called {name} run again")
        }
        JobsCommand::Pause { what, reason } => {
            operations::pause(&mut tx, &by, &what.scope(), reason.as_deref()).await?;
            "paused".to_owned()
        }
        JobsCommand::Resume { what } => {
            operations::resume(&mut tx, &by, &what.scope()).await?;
            "resumed".to_owned()
        }
        _ => return Ok(()),
    };
    let tickets = tx.commit_keeping_tickets().await?;
    // The process ends before its tickets would have left by themselves.
    let _ = platform.tickets.push(&tickets).await;
    let _ = platform.control.announce().await;
    if !ended.is_empty() {
        let _ = platform.control.announce_ended(&ended).await;
    }
    println!("{said}");
    Ok(())
}

async fn show(platform: &Platform, id: JobId) -> Result<()> {
    let mut connection = platform.db.acquire().await?;
    let job = operations::show(&mut connection, id).await?;
    print_line(&job.summary);
    println!("payload     {}", job.payload);
    if let Some(checkpoint) = &job.checkpoint {
        println!("checkpoint  {checkpoint}");
    }
    for error in &job.errors {
        println!(
            "attempt {}   {}  {}: {}",
            error.attempt,
            error.at.to_rfc3339(),
            error.kind,
            error.error
        );
    }
    Ok(())
}

async fn explain(platform: &Platform, id: JobId) -> Result<()> {
    let mut connection = platform.db.acquire().await?;
    let explanation = operations::explain(&mut connection, id).await?;
    println!("{}", explanation.state.name());
    for reason in &explanation.reasons {
        println!("  {}: {}", reason.code, reason.detail);
    }
    Ok(())
}

fn print_pools(pools: &[PoolOverview]) {
    println!(
        "{:12} {:>8} {:>9} {:>8} {:>10} {:>8} {:>5} {:>11} {:>8}  paused",
        "pool",
        "ready",
        "oldest s",
        "running",
        "scheduled",
        "a minute",
        "dead",
        "quarantined",
        "places"
    );
    for pool in pools {
        let pause = pool
            .pause
            .as_ref()
            .map(|pause| pause.reason.clone().unwrap_or_else(|| "yes".to_owned()));
        println!(
            "{:12} {:>8} {:>9.1} {:>8} {:>10} {:>8} {:>5} {:>11} {:>8}  {}",
            pool.pool,
            pool.ready,
            pool.oldest_runnable_seconds,
            pool.in_flight,
            pool.scheduled,
            pool.settled_per_minute,
            pool.dead,
            pool.quarantined,
            pool.slots,
            pause.unwrap_or_default(),
        );
    }
}

fn print_line(job: &JobSummary) {
    println!(
        "{}  {:11} {:36} {:12} attempt {:<3} {}  {}",
        job.id,
        job.state.name(),
        job.name,
        job.pool,
        job.attempt,
        job.created_at.to_rfc3339(),
        job.last_error.as_deref().unwrap_or_default(),
    );
}

fn named(name: String) -> Result<JobState> {
    match JobState::named(&name) {
        Some(state) => Ok(state),
        None => bail!("there is no state `{name}`"),
    }
}
