//! What happens to a Commons: the faults that say so, and the silent ones.

use std::time::Duration;

use futures::FutureExt;
use futures::future::LocalBoxFuture;

use super::world::{API, EVERYBODY, SCHEDULERS, To, UNKNOWN, WORKERS, World};
use crate::harness::labour::Behave;
use crate::harness::proxy::Fault as Line;

pub struct Fault {
    pub name: &'static str,
    /// Nobody hangs up, nobody says anything.
    pub is_silent: bool,
    /// Ends when the fault is over.
    pub happens: for<'a> fn(&'a mut World) -> LocalBoxFuture<'a, ()>,
}

const fn loud(
    name: &'static str,
    happens: for<'a> fn(&'a mut World) -> LocalBoxFuture<'a, ()>,
) -> Fault {
    Fault {
        name,
        is_silent: false,
        happens,
    }
}

const fn silent(
    name: &'static str,
    happens: for<'a> fn(&'a mut World) -> LocalBoxFuture<'a, ()>,
) -> Fault {
    Fault {
        name,
        is_silent: true,
        happens,
    }
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

async fn pause(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

pub const ALL: [Fault; 37] = [
    loud("nothing happens", |_| pause(10_000).boxed_local()),
    // Processes.
    loud("a worker is killed", |world| {
        world.end(&WORKERS[..1], "-KILL").boxed_local()
    }),
    loud("both workers are killed", |world| {
        world.end(&WORKERS, "-KILL").boxed_local()
    }),
    loud("a worker is told to end", |world| {
        world.end(&WORKERS[..1], "-TERM").boxed_local()
    }),
    loud("a scheduler is killed", |world| {
        world.end(&SCHEDULERS[..1], "-KILL").boxed_local()
    }),
    loud("both schedulers are killed", |world| {
        world.end(&SCHEDULERS, "-KILL").boxed_local()
    }),
    loud("the API is killed", |world| {
        world.end(&[API], "-KILL").boxed_local()
    }),
    loud("the API is told to end", |world| {
        world.end(&[API], "-TERM").boxed_local()
    }),
    loud("all five are killed", |world| {
        world.end(&EVERYBODY, "-KILL").boxed_local()
    }),
    // Servers.
    loud("Postgres is restarted", |world| {
        world.servers.restart_postgres_in_order().boxed_local()
    }),
    loud("Postgres crashes", |world| {
        world.servers.restart_postgres().boxed_local()
    }),
    loud("Postgres is away for 15 s", |world| {
        world.servers.without_postgres(secs(15)).boxed_local()
    }),
    loud("Postgres takes no writes for 10 s", |world| {
        read_only(world).boxed_local()
    }),
    loud("the table of jobs is locked for 5 s", |world| {
        locked(world).boxed_local()
    }),
    loud("Redis is killed and comes back empty", |world| {
        world.servers.restart_redis().boxed_local()
    }),
    loud("Redis is wiped once", |world| {
        world.redis(&["FLUSHALL"]).boxed_local()
    }),
    loud("Redis is wiped twice a second for 5 s", |world| {
        wiped(world).boxed_local()
    }),
    loud("Redis is away for 30 s", |world| {
        world.servers.without_redis(secs(30)).boxed_local()
    }),
    loud("Redis is full for 10 s", |world| full(world).boxed_local()),
    loud("Redis is a replica for 10 s", |world| {
        replica(world).boxed_local()
    }),
    // Lines.
    loud("lines to Postgres are reset, 10 times", |world| {
        reset(world, To::Postgres).boxed_local()
    }),
    loud("lines to Redis are reset, 10 times", |world| {
        reset(world, To::Redis).boxed_local()
    }),
    // What nobody says.
    silent("a worker stands still for 20 s", |world| {
        world.freeze(&WORKERS[..1], secs(20)).boxed_local()
    }),
    silent("a scheduler stands still for 20 s", |world| {
        world.freeze(&SCHEDULERS[..1], secs(20)).boxed_local()
    }),
    silent("the API stands still for 3 s", |world| {
        world.freeze(&[API], secs(3)).boxed_local()
    }),
    silent("Postgres stands still for 14 s", |world| {
        world.servers.freeze_postgres(secs(14)).boxed_local()
    }),
    silent("Redis stands still for 10 s", |world| {
        world.servers.freeze_redis(secs(10)).boxed_local()
    }),
    silent("a worker's lines to Postgres are half-open", |world| {
        half_open(world, &WORKERS[..1], To::Postgres).boxed_local()
    }),
    silent("all lines to Postgres are half-open", |world| {
        half_open(world, &EVERYBODY, To::Postgres).boxed_local()
    }),
    silent("all lines to Redis are half-open", |world| {
        half_open(world, &EVERYBODY, To::Redis).boxed_local()
    }),
    silent(
        "answers of Postgres are lost and its lines reset, 10 times",
        |world| answers_lost(world, To::Postgres).boxed_local(),
    ),
    silent(
        "answers of Redis are lost and its lines reset, 10 times",
        |world| answers_lost(world, To::Redis).boxed_local(),
    ),
    silent("a third worker is an hour behind", |world| {
        world
            .with_wrong_clock("worker", -3_600_000, secs(15))
            .boxed_local()
    }),
    silent("a third worker is 50 ms ahead", |world| {
        world.with_wrong_clock("worker", 50, secs(15)).boxed_local()
    }),
    silent("a third scheduler is thirty days ahead", |world| {
        world
            .with_wrong_clock("scheduler", 30 * 86_400_000, secs(10))
            .boxed_local()
    }),
    silent("50 jobs fail with a text that cannot be stored", |world| {
        unstorable(world).boxed_local()
    }),
    silent(
        "100,000 jobs that nobody knows wait, and a worker is killed",
        |world| unknown(world).boxed_local(),
    ),
];

async fn wiped(world: &World) {
    for _ in 0..10 {
        world.redis(&["FLUSHALL"]).await;
        pause(500).await;
    }
}

async fn full(world: &World) {
    world.redis(&["CONFIG", "SET", "maxmemory", "1"]).await;
    pause(10_000).await;
    world.redis(&["CONFIG", "SET", "maxmemory", "0"]).await;
}

/// Of a server that is not there: it refuses what writes.
async fn replica(world: &World) {
    world.redis(&["REPLICAOF", "127.0.0.1", "1"]).await;
    pause(10_000).await;
    world.redis(&["REPLICAOF", "NO", "ONE"]).await;
}

async fn read_only(world: &World) {
    let takes_none =
        |value: &str| format!("alter system set default_transaction_read_only = {value}");
    for (value, span) in [("on", 10_000), ("off", 0)] {
        world.servers.administer(&takes_none(value)).await;
        world.servers.administer("select pg_reload_conf()").await;
        pause(span).await;
    }
}

async fn locked(world: &World) {
    let lock = "begin; lock table jobs in access exclusive mode; select pg_sleep(5); commit";
    world.sql(lock.to_owned()).await;
}

async fn reset(world: &World, to: To) {
    for _ in 0..10 {
        world.cut(to);
        pause(500).await;
    }
}

async fn half_open(world: &World, names: &[&str], to: To) {
    world.disturb(names, to, Line::HalfOpen, secs(20)).await;
}

async fn answers_lost(world: &World, to: To) {
    for _ in 0..10 {
        world
            .disturb(&WORKERS, to, Line::AnswersLost, Duration::from_millis(10))
            .await;
        pause(500).await;
    }
}

async fn unstorable(world: &World) {
    let jobs = (0..50).map(|_| Behave::FailUnstorably);
    world.app.enqueue_all(jobs).await;
    pause(10_000).await;
}

async fn unknown(world: &mut World) {
    world
        .sql(format!(
            "insert into jobs (id, max_attempts, class, told_at, created_at, state, name, pool, payload)
             select gen_random_uuid(), 20, 1, now(), now(), 'ready', '{UNKNOWN}', 'feed', '{{}}'
             from generate_series(1, 100000)"
        ))
        .await;
    pause(2_000).await;
    world.end(&WORKERS[..1], "-KILL").await;
}
