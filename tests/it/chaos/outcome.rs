//! What a fault cost.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::faults::Fault;
use super::load::{Load, SLOT};
use super::world::World;

#[derive(Debug)]
pub struct Outcome {
    pub name: &'static str,
    pub is_silent: bool,
    /// Effects and posts whose acceptance was acknowledged, those that are not there, and those that are there twice.
    pub accepted: usize,
    pub lost: i64,
    pub doubled: i64,
    /// The longest time without an effect, under steady load.
    pub gap: Duration,
    /// From the end of the fault until the API answered and no pool was late.
    pub resumed: Duration,
    pub lasted: Duration,
    pub api_away: Duration,
    pub pools_away: BTreeMap<String, Duration>,
    /// Jobs that were asked for and still wait at the end.
    pub left: i64,
}

fn slots(moments: &[Instant]) -> Duration {
    SLOT * u32::try_from(moments.len()).unwrap_or(u32::MAX)
}

impl Outcome {
    pub async fn of(
        fault: &Fault,
        world: &World,
        load: &Load,
        began: Instant,
        over: Instant,
    ) -> Self {
        let (effects, posts) = load.seen(|seen| (seen.effects.clone(), seen.posts.clone()));
        let accepted = effects.len() + posts.len();
        let last = load.seen(|seen| {
            let pools = seen.pools_away.values().flatten();
            pools.chain(&seen.api_away).max().copied()
        });
        Self {
            name: fault.name,
            is_silent: fault.is_silent,
            accepted,
            lost: lost(world, &effects, &posts).await,
            doubled: world
                .app
                .count("select count(*) - count(distinct key) from effects")
                .await,
            gap: gap(world).await,
            resumed: last.map_or(Duration::ZERO, |last| last.saturating_duration_since(over)),
            lasted: over - began,
            api_away: load.seen(|seen| slots(&seen.api_away)),
            pools_away: load.seen(|seen| {
                let pools = seen.pools_away.iter();
                pools
                    .map(|(pool, away)| (pool.clone(), slots(away)))
                    .collect()
            }),
            left: world
                .app
                .count("select count(*) from jobs where name = 'test.effect'")
                .await,
        }
    }

    /// Nothing lost, nothing doubled, nothing left behind.
    pub fn is_kept(&self) -> bool {
        (self.lost, self.doubled, self.left) == (0, 0, 0)
    }
}

async fn lost(world: &World, effects: &[String], posts: &[String]) -> i64 {
    let lost = sqlx::query_scalar(
        "select (select count(*) from unnest($1::text[]) as wanted (key)
                 where not exists (select from effects where effects.key = wanted.key))
              + (select count(*) from unnest($2::text[]) as wanted (id)
                 where not exists (select from posts where posts.id::text = wanted.id))",
    );
    lost.bind(effects)
        .bind(posts)
        .fetch_one(world.app.platform.db.pool())
        .await
        .unwrap()
}

async fn gap(world: &World) -> Duration {
    let longest: Option<f64> = sqlx::query_scalar(
        "select max(extract(epoch from pause))::float8
         from (select at - lag(at) over (order by at) as pause from effects) as pauses",
    )
    .fetch_one(world.app.platform.db.pool())
    .await
    .unwrap();
    Duration::from_secs_f64(longest.unwrap_or(0.0))
}
