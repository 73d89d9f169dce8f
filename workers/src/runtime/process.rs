//! A worker process: its name, its pools, its start and its end.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use apalis::prelude::{Monitor, MonitorError, ParallelizeExt, WorkerBuilder};
use platform::db::within;
use platform::jobs::workers::NewWorker;
use platform::jobs::{Ended, Pauses, Pool, Report, workers};
use platform::server_clock::judge_skew;
use platform::{Db, Platform, ServerClock, new_id};
use tokio::sync::{Mutex, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::backend::{PoolBackend, Run};
use super::holdings::Holdings;
use super::pull::Puller;
use super::runner::Runner;
use super::slots::Slots;
use super::{LIMIT, Plan, heartbeat, settle};
use crate::registry::{Registry, registry};

/// Places of a pool from which on it has two pullers.
const MANY: usize = 100;
const BREATHER: Duration = Duration::from_millis(500);

pub(super) struct Process {
    pub(super) platform: Arc<Platform>,
    pub(super) registry: Registry,
    pub(super) knows: Vec<String>,
    pub(super) slots: HashMap<&'static str, Arc<Slots>>,
    pub(super) pauses: watch::Receiver<Pauses>,
    /// No more claims.
    pub(super) stop: CancellationToken,
    /// The grace is over: what still runs is dropped and handed back.
    pub(super) abandon: CancellationToken,
    pub(super) holdings: Holdings,
    pub(super) server_clock: ServerClock,
    /// False while this machine's clock differs too much from Postgres'.
    pub(super) clock_is_right: watch::Sender<bool>,
    /// Held by the one run whose job has crashed a worker before.
    pub(super) suspect: Mutex<()>,
    identity: RwLock<Uuid>,
    /// What the last heartbeat said of jobs that wait.
    waiting: RwLock<(HashMap<String, f64>, u32)>,
    /// One registration at a time.
    registering: Mutex<()>,
    reports: RwLock<Option<mpsc::Sender<Report>>>,
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("the workers stopped: {0}")]
    Monitor(#[from] MonitorError),
    #[error("the heartbeat cannot start: {0}")]
    Heartbeat(#[from] std::io::Error),
}

/// Runs the pools of `plan` until `stop`, then lets jobs finish for the configured grace and hands the rest back.
pub async fn run(
    platform: Platform,
    plan: Vec<Plan>,
    stop: CancellationToken,
) -> Result<(), RunError> {
    if plan.iter().any(|plan| plan.pool == Pool::Media) {
        crate::media::log_library();
    }
    run_with(platform, registry(), plan, stop).await
}

/// The same with a registry of one's own.
pub async fn run_with(
    platform: Platform,
    registry: Registry,
    plan: Vec<Plan>,
    stop: CancellationToken,
) -> Result<(), RunError> {
    let (seen, pauses) = watch::channel(Pauses::default());
    let (reports, inbox) = mpsc::channel(settle::WAITING);
    let process = Arc::new(Process {
        knows: registry.names(),
        slots: plan
            .iter()
            .map(|plan| {
                let slots = Slots::new(plan.slots, registry.classes(plan.pool));
                (plan.pool.name(), Arc::new(slots))
            })
            .collect(),
        identity: RwLock::new(new_id(&platform.clock)),
        registering: Mutex::new(()),
        waiting: RwLock::default(),
        reports: RwLock::new(Some(reports)),
        abandon: CancellationToken::new(),
        holdings: Holdings::default(),
        server_clock: ServerClock::default(),
        clock_is_right: watch::Sender::new(true),
        suspect: Mutex::new(()),
        platform: Arc::new(platform),
        registry,
        pauses,
        stop,
    });
    process.register(&process.platform.db).await;

    let end = CancellationToken::new();
    let heartbeat = heartbeat::start(process.clone(), end.clone())?;
    let loops = process.clone().start_loops(seen, inbox, &end);

    let ran = process.clone().monitor(&plan).run().await;

    process.stop.cancel();
    process.abandon.cancel();
    process.no_more_reports();
    end.cancel();
    loops.close();
    loops.wait().await;
    let _ = tokio::task::spawn_blocking(move || heartbeat.join()).await;
    process.retire().await;
    Ok(ran?)
}

impl Process {
    /// What goes on beside the pools: following the pauses, settling, and counting the grace once it stops.
    fn start_loops(
        self: Arc<Self>,
        seen: watch::Sender<Pauses>,
        inbox: mpsc::Receiver<Report>,
        end: &CancellationToken,
    ) -> TaskTracker {
        let loops = TaskTracker::new();
        let (control, follow) = (self.platform.control.clone(), end.clone());
        let process = self.clone();
        loops.spawn(async move {
            let ended = |runs: &[Ended]| process.holdings.end(runs);
            control.follow(seen, ended, follow).await;
        });
        let inbox = Arc::new(Mutex::new(inbox));
        for _ in 0..settle::WRITERS {
            loops.spawn(settle::write(self.clone(), inbox.clone()));
        }
        loops.spawn(async move {
            self.stop.cancelled().await;
            let grace = tokio::time::sleep(self.platform.config.jobs.grace);
            let over = async {
                tokio::select! {
                    () = grace => self.abandon.cancel(),
                    () = self.abandon.cancelled() => {}
                }
            };
            over.await;
        });
        loops
    }

    /// apalis' supervisor over one worker a pool.
    fn monitor(self: Arc<Self>, plan: &[Plan]) -> Monitor {
        let mut monitor = Monitor::new().should_restart(|_, _| true);
        for Plan { pool, .. } in plan.iter().copied() {
            let process = self.clone();
            monitor = monitor.register(move |_| {
                let slots = process
                    .slots
                    .get(pool.name())
                    .cloned()
                    .unwrap_or_else(|| Arc::new(Slots::new(1, [true; 3])));
                let (claimed, inbox) = mpsc::channel(slots.total());
                // With many places a second puller takes tickets while the claim of the first is on its way.
                for _ in 0..(1 + slots.total() / MANY).min(2) {
                    let puller = Puller {
                        process: process.clone(),
                        pool,
                        slots: slots.clone(),
                    };
                    #[expect(
                        clippy::disallowed_methods,
                        reason = "ends with its worker: the other side of its channel"
                    )]
                    tokio::spawn(puller.pull(claimed.clone()));
                }
                drop(claimed);
                let runner = Runner {
                    process: process.clone(),
                    slots,
                };
                #[expect(
                    clippy::disallowed_methods,
                    reason = "apalis' own way to use all cores"
                )]
                WorkerBuilder::new(pool.name())
                    .backend(PoolBackend::new(inbox))
                    .parallelize(tokio::spawn)
                    .build(move |run: Run| runner.clone().run(run))
            });
        }
        monitor
    }

    pub(super) fn identity(&self) -> Uuid {
        *self.identity.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Given up for dead while it was not (stopped, or cut off): its jobs are others' now, so it registers again under a new
    /// id. `was`: the id that is known no more; whoever finds out second finds a new one.
    pub(super) async fn register_again(&self, db: &Db, was: Uuid) {
        let _one = self.registering.lock().await;
        if self.identity() != was {
            return;
        }
        tracing::error!(
            "this worker was given up for dead and its jobs were taken over; registering again"
        );
        *self
            .identity
            .write()
            .unwrap_or_else(PoisonError::into_inner) = new_id(&self.platform.clock);
        self.register(db).await;
    }

    pub(super) fn note_waiting(&self, seconds: HashMap<String, f64>, workers: u32) {
        *self.waiting.write().unwrap_or_else(PoisonError::into_inner) = (seconds, workers);
    }

    /// For how long the oldest job of a pool has waited, and how many workers live, as of the last heartbeat.
    pub(super) fn waiting(&self, pool: Pool) -> (Duration, u32) {
        let waiting = self.waiting.read().unwrap_or_else(PoisonError::into_inner);
        let seconds = waiting.0.get(pool.name()).copied().unwrap_or(0.0);
        let waits = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        (waits, waiting.1)
    }

    pub(super) async fn settle(&self, report: Report) {
        let reports = self
            .reports
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(reports) = reports {
            let _ = reports.send(report).await;
        }
    }

    fn no_more_reports(&self) {
        self.reports
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    /// Claims wait while the clock is wrong: handlers compare times of rows with it.
    pub(super) fn judge_clock(&self) {
        if let Some(skew) = self.server_clock.skew(&self.platform.clock) {
            self.clock_is_right.send_if_modified(|is_right| {
                let was_right = *is_right;
                *is_right = judge_skew(skew, was_right);
                was_right != *is_right
            });
        }
    }

    async fn register(&self, db: &Db) {
        let slots = self
            .slots
            .iter()
            .map(|(name, slots)| (*name, slots.total()))
            .collect();
        let name = process_name();
        while !self.stop.is_cancelled() {
            let worker = NewWorker {
                id: self.identity(),
                name: &name,
                slots: &slots,
                knows: &self.knows,
                silence: self.platform.config.jobs.silence,
            };
            let asked = Instant::now();
            match within(LIMIT, workers::register(db, &worker)).await {
                Ok(now) => {
                    self.server_clock.set(now, asked);
                    self.judge_clock();
                    tracing::info!(worker.id = %worker.id, worker.name = name, ?slots, "worker {name} started");
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "waiting for Postgres");
                    tokio::time::sleep(BREATHER).await;
                }
            }
        }
    }

    async fn retire(&self) {
        match within(LIMIT, workers::retire(&self.platform.db, self.identity())).await {
            Ok(tickets) => {
                let handed_back = tickets.len();
                let _ = self.platform.tickets.push(&tickets).await;
                tracing::info!(handed_back, "worker stopped");
            }
            Err(error) => {
                tracing::warn!(%error, "the worker could not retire; a sweep will take its jobs back");
            }
        }
    }
}

fn process_name() -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host = host.trim();
    format!(
        "{}:{}",
        if host.is_empty() { "localhost" } else { host },
        std::process::id()
    )
}
