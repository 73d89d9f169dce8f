//! Tickets in, claimed runs out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use platform::db::within;
use platform::jobs::claim::{self, Claim, Claimed};
use platform::jobs::{JobId, Pool, Taker, Ticket, workers};
use tokio::sync::mpsc;

use super::LIMIT;
use super::backend::Run;
use super::process::Process;
use super::slots::Slots;

/// Most tickets of one take, so that a claim is in flight while the next batch is taken.
const BATCH: usize = 500;
/// How long one blocking take waits: also how long a stopping worker may take to notice.
const PATIENCE: Duration = Duration::from_secs(1);
/// Pause after Redis or Postgres failed.
const BREATHER: Duration = Duration::from_millis(200);

pub(super) struct Puller {
    pub(super) process: Arc<Process>,
    pub(super) pool: Pool,
    pub(super) slots: Arc<Slots>,
}

impl Puller {
    /// Until the process stops. Dropping `claimed` tells apalis that there will be no more.
    pub(super) async fn pull(self, claimed: mpsc::Sender<Run>) {
        let mut taker = None;
        let mut backlog = false;
        while self.may_go_on().await {
            let places = self
                .process
                .stop
                .run_until_cancelled(self.slots.take(backlog));
            let Some(Some(mut places)) = places.await else {
                return;
            };
            let most = places.num_permits().min(BATCH);
            let ids = self.take(&mut taker, most).await;
            backlog = ids.len() == most;
            if self.process.stop.is_cancelled() {
                self.give_back(ids).await;
                return;
            }
            for run in self.claim(ids).await {
                let Some(place) = places.split(1) else { break };
                if claimed
                    .send(Run {
                        claimed: run,
                        place,
                    })
                    .await
                    .is_err()
                {
                    return;
                }
            }
        }
    }

    /// Waits while the pool is paused or the clock is wrong; false once the process stops.
    async fn may_go_on(&self) -> bool {
        let mut pauses = self.process.pauses.clone();
        let mut clock = self.process.clock_is_right.subscribe();
        let open = async {
            let right = clock.wait_for(|is_right| *is_right).await.is_ok();
            let open = pauses.wait_for(|pauses| !pauses.pools.contains(self.pool.name()));
            right && open.await.is_ok()
        };
        tokio::select! {
            () = self.process.stop.cancelled() => false,
            open = open => open,
        }
    }

    async fn take(&self, taker: &mut Option<Taker>, most: usize) -> Vec<JobId> {
        if taker.is_none() {
            match self.process.platform.tickets.taker(self.pool).await {
                Ok(connected) => *taker = Some(connected),
                Err(error) => {
                    tracing::warn!(pool = %self.pool, %error, "no connection to Redis");
                    tokio::time::sleep(BREATHER).await;
                    return Vec::new();
                }
            }
        }
        let Some(connected) = taker else {
            return Vec::new();
        };
        match connected.take(most, PATIENCE).await {
            Ok(ids) => ids,
            Err(error) => {
                tracing::warn!(pool = %self.pool, %error, "taking tickets failed");
                *taker = None;
                tokio::time::sleep(BREATHER).await;
                Vec::new()
            }
        }
    }

    /// Asks until Postgres answers: the tickets are taken, and only this worker knows of them.
    async fn claim(&self, ids: Vec<JobId>) -> Vec<Claimed> {
        if ids.is_empty() {
            return Vec::new();
        }
        loop {
            match self.ask(&ids).await {
                Ok(Some(claimed)) => {
                    self.process.platform.progress.succeeded("claim");
                    return claimed;
                }
                Ok(None) => {}
                Err(error) => {
                    self.process.platform.progress.failed("claim");
                    tracing::warn!(pool = %self.pool, %error, "claiming failed");
                    if self.process.stop.is_cancelled() {
                        return Vec::new();
                    }
                    tokio::time::sleep(BREATHER).await;
                }
            }
        }
    }

    /// None: the question was refused as a whole, because this worker is registered no more or because it came too late.
    async fn ask(&self, ids: &[JobId]) -> Result<Option<Vec<Claimed>>, platform::db::DbError> {
        let process = &self.process;
        let db = &process.platform.db;
        let claim = Claim {
            worker: process.identity(),
            token: process.holdings.claiming(&process.platform.clock),
            deadline: process.server_clock.now().unwrap_or_default() + LIMIT,
        };
        let claimed = match within(LIMIT, claim::claim(db, &claim, ids, &process.knows)).await {
            Ok(claimed) => claimed,
            Err(error) => {
                process.holdings.unanswered(claim.token);
                return Err(error);
            }
        };
        process.holdings.claimed(claim.token, &claimed);
        if !claimed.is_empty() || process.stop.is_cancelled() {
            return Ok(Some(claimed));
        }
        let asked = Instant::now();
        let standing = within(LIMIT, workers::standing(db, claim.worker)).await?;
        process.server_clock.set(standing.now, asked);
        if !standing.registered {
            process.register_again(db, claim.worker).await;
            return Ok(None);
        }
        Ok((standing.now < claim.deadline).then_some(claimed))
    }

    async fn give_back(&self, ids: Vec<JobId>) {
        // The class is not known any more; in the first list they are looked at soonest.
        let class = platform::jobs::Class::Urgent;
        let tickets: Vec<Ticket> = ids
            .into_iter()
            .map(|id| Ticket {
                pool: self.pool,
                class,
                id,
            })
            .collect();
        if !tickets.is_empty() {
            let _ = self.process.platform.tickets.push(&tickets).await;
        }
    }
}
