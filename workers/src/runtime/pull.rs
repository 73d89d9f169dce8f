//! Tickets in, claimed runs out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use platform::db::{DbError, within};
use platform::jobs::claim::{self, Claim, Claimed};
use platform::jobs::{JobId, Offer, Pool, Taken, Taker, Ticket, claim_waiting, workers};
use tokio::sync::mpsc;

use super::LIMIT;
use super::backend::Run;
use super::pace::Pace;
use super::process::Process;
use super::slots::{Place, Slots, Turn};

/// How long one blocking take waits.
const PATIENCE: Duration = Duration::from_secs(1);
/// Pause after Redis or Postgres failed.
const BREATHER: Duration = Duration::from_millis(200);
/// Most jobs of one claim without tickets.
const FROM_LEDGER: usize = 16;

pub(super) struct Puller {
    pub(super) process: Arc<Process>,
    pub(super) pool: Pool,
    pub(super) slots: Arc<Slots>,
}

impl Puller {
    /// Until the process stops. Dropping `claimed` tells apalis that there will be no more.
    pub(super) async fn pull(self, claimed: mpsc::Sender<Run>) {
        let mut taker = None;
        let mut pace = Pace::new(&self.process.platform.clock);
        while self.may_go_on().await {
            let stop = &self.process.stop;
            let Some(Some(mut turn)) = stop.run_until_cancelled(self.slots.turn()).await else {
                return;
            };
            let offer = turn.offer();
            let (runs, places) = match self.take(&mut taker, &offer).await {
                Some(taken) if stop.is_cancelled() => {
                    self.give_back(taken).await;
                    return;
                }
                Some(Taken { class, tickets }) => {
                    let full = tickets.len() == offer.most;
                    let places = turn.hold(class, tickets.len(), full);
                    drop(turn);
                    (self.claim(&tickets).await, places)
                }
                None => {
                    turn.nothing_came();
                    self.claim_waiting(&mut turn, &mut pace).await
                }
            };
            for (claimed_run, place) in runs.into_iter().zip(places) {
                let run = Run {
                    claimed: claimed_run,
                    place,
                };
                if claimed.send(run).await.is_err() {
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

    /// None: nothing came, or Redis failed.
    async fn take(&self, taker: &mut Option<Taker>, offer: &Offer) -> Option<Taken> {
        match self.try_take(taker, offer).await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(pool = %self.pool, %error, "taking tickets failed");
                *taker = None;
                let stop = &self.process.stop;
                stop.run_until_cancelled(tokio::time::sleep(BREATHER)).await;
                None
            }
        }
    }

    async fn try_take(
        &self,
        taker: &mut Option<Taker>,
        offer: &Offer,
    ) -> Result<Option<Taken>, platform::redis::RedisError> {
        let connected = match taker {
            Some(connected) => connected,
            None => taker.insert(self.process.platform.tickets.taker(self.pool).await?),
        };
        let more_room = self.slots.more_room(&offer.classes);
        let interrupt = async {
            self.process.stop.run_until_cancelled(more_room).await;
        };
        connected.take(offer, PATIENCE, interrupt).await
    }

    /// Asks until Postgres answers: the tickets are taken, and only this worker knows of them.
    async fn claim(&self, tickets: &[Ticket]) -> Vec<Claimed> {
        let ids: Vec<JobId> = tickets.iter().map(|ticket| ticket.id).collect();
        loop {
            match self.ask_for(&ids).await {
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
    async fn ask_for(&self, ids: &[JobId]) -> Result<Option<Vec<Claimed>>, DbError> {
        let process = &self.process;
        let db = &process.platform.db;
        let claim = self.new_claim();
        let claimed = self
            .answered(&claim, claim::claim(db, &claim, ids, &process.knows))
            .await?;
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

    /// Redis only hurries: where no tickets come although jobs wait, they are claimed from the ledger, at a modest pace.
    async fn claim_waiting(
        &self,
        turn: &mut Turn<'_>,
        pace: &mut Pace,
    ) -> (Vec<Claimed>, Vec<Place>) {
        let process = &self.process;
        let (waits, workers) = process.waiting(self.pool);
        if waits < claim_waiting::PATIENCE || process.stop.is_cancelled() || !pace.is_due(workers) {
            return Default::default();
        }
        let names = process.registry.names_of(self.pool);
        for class in turn.order() {
            let most = turn.room(class).min(FROM_LEDGER);
            if most == 0 {
                continue;
            }
            let claim = self.new_claim();
            let db = &process.platform.db;
            let asking = claim_waiting::claim_waiting(db, &claim, &names, class, most);
            match self.answered(&claim, asking).await {
                Ok(claimed) if claimed.is_empty() => {}
                Ok(claimed) => {
                    metrics::counter!("commons_jobs_claimed_without_ticket_total", "pool" => self.pool.name())
                        .increment(claimed.len() as u64);
                    let places = turn.hold(class, claimed.len(), false);
                    return (claimed, places);
                }
                Err(error) => {
                    tracing::warn!(pool = %self.pool, %error, "claiming from the ledger failed");
                    break;
                }
            }
        }
        Default::default()
    }

    fn new_claim(&self) -> Claim {
        let process = &self.process;
        Claim {
            worker: process.identity(),
            token: process.holdings.claiming(&process.platform.clock),
            deadline: process.server_clock.now().unwrap_or_default() + LIMIT,
        }
    }

    async fn answered(
        &self,
        claim: &Claim,
        asking: impl Future<Output = Result<Vec<Claimed>, DbError>>,
    ) -> Result<Vec<Claimed>, DbError> {
        let answer = within(LIMIT, asking).await;
        match &answer {
            Ok(claimed) => self.process.holdings.claimed(claim.token, claimed),
            Err(_) => self.process.holdings.unanswered(claim.token),
        }
        answer
    }

    async fn give_back(&self, taken: Taken) {
        let _ = self.process.platform.tickets.push(&taken.tickets).await;
    }
}
