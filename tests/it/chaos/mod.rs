//! What a whole Commons loses, doubles and owes its clients while something under it breaks: an API, two workers and two
//! schedulers as processes of their own, on servers of their own, under load. `bin/chaos` runs all of [`faults::ALL`] and
//! prints a table; the tests here run three of them.

mod faults;
mod load;
mod outcome;
mod table;
mod world;

use std::time::{Duration, Instant};

use faults::Fault;
use load::Load;
use outcome::Outcome;
use world::World;

/// Which faults `bin/chaos` wants: `all`, or parts of names with commas between.
const WANTED: &str = "COMMONS_CHAOS";
/// Of undisturbed load before the fault.
const BEFORE: Duration = Duration::from_secs(3);
/// How long all has to be well before the load ends, and how long that is waited for.
const CALM: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(120);

async fn outcome_of(fault: &Fault) -> Outcome {
    let mut world = World::start(fault.name).await;
    let load = Load::new(&world).await;
    let disturb = async {
        tokio::time::sleep(BEFORE).await;
        let began = Instant::now();
        (fault.happens)(&mut world).await;
        let over = Instant::now();
        while Instant::now() < over + PATIENCE {
            tokio::time::sleep(Duration::from_millis(200)).await;
            if load.calm_since().max(over).elapsed() >= CALM {
                break;
            }
        }
        load.stop();
        (began, over)
    };
    let ((), (began, over)) = tokio::join!(load.run(), disturb);
    world.drained().await;
    Outcome::of(fault, &world, &load, began, over).await
}

/// Not a test of its own: what `bin/chaos` runs. Nothing is wanted of it otherwise.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "bin/chaos says in the environment what it wants"
)]
fn matrix() {
    let Ok(wanted) = std::env::var(WANTED) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let is_wanted =
        |fault: &&Fault| wanted == "all" || wanted.split(',').any(|part| fault.name.contains(part));
    let mut failed = Vec::new();
    println!("{}", table::HEAD);
    for fault in faults::ALL.iter().filter(is_wanted) {
        let outcome = runtime.block_on(outcome_of(fault));
        println!("{}", table::row(&outcome));
        if !outcome.is_kept() {
            failed.push(fault.name);
        }
    }
    assert!(
        failed.is_empty(),
        "lost, doubled or never resumed: {failed:?}"
    );
}

async fn is_survived(name: &str) {
    let fault = faults::ALL.iter().find(|fault| fault.name == name);
    let outcome = outcome_of(fault.unwrap()).await;
    println!("{}\n{}", table::HEAD, table::row(&outcome));
    assert!(outcome.accepted > 100, "{outcome:?}");
    assert!(outcome.is_kept(), "{outcome:?}");
}

#[tokio::test]
async fn a_killed_worker_costs_nothing_that_was_accepted() {
    is_survived("a worker is killed").await;
}

#[tokio::test]
async fn a_redis_that_is_wiped_again_and_again_costs_nothing_that_was_accepted() {
    is_survived("Redis is wiped twice a second for 5 s").await;
}

#[tokio::test]
async fn lost_answers_of_postgres_cost_nothing_that_was_accepted() {
    is_survived("answers of Postgres are lost and its lines reset, 10 times").await;
}
