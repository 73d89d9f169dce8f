//! A made-up world, large and fast: people with names, topics, follows and posts, for benchmarks and demonstrations. The same
//! seed makes the same world.

mod names;
mod posts;
mod sql;

use chrono::TimeDelta;
use platform::{Db, id_at};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use crate::Result;
use crate::identity::{Password, hash_password};

/// Rows in one transaction.
const SLICE: usize = 20_000;

/// How far back the first of them registered.
const SPAN: TimeDelta = TimeDelta::days(3 * 365);

/// How large the world is.
#[derive(Clone, Copy, Debug)]
pub struct World {
    pub people: usize,
    /// Follows for each person, on the average; they go to few, as in life.
    pub follows: usize,
    /// Posts for each person, on the average.
    pub posts: usize,
    pub seed: u64,
}

/// Makes people, all with the same password, and their follows. Calls `tell` with how many there are after each slice.
pub async fn make(db: &Db, world: World, password: Password, tell: impl Fn(usize)) -> Result<()> {
    let hash = hash_password(password).await?;
    let mut random = SmallRng::seed_from_u64(world.seed);
    // Names of another run stay out of this one's way.
    let run = platform::new_id(db.clock()).as_u128() % 1_000_000;
    let mut ids: Vec<Uuid> = Vec::with_capacity(world.people);
    while ids.len() < world.people {
        let size = SLICE.min(world.people - ids.len());
        let slice = people(&mut random, db, run, ids.len(), size, world.people);
        let mut tx = db.begin().await?;
        let now = tx.now();
        sql::insert_people(tx.connection(), &slice, &hash, now).await?;
        tx.commit().await?;
        ids.extend(&slice.ids);
        tell(ids.len());
    }
    follow(db, &mut random, &ids, world.follows).await?;
    posts::make(db, &mut random, &ids, world.posts).await?;
    sql::settle(db.acquire().await?.as_mut()).await?;
    Ok(())
}

/// People as columns: what one statement writes.
#[derive(Default)]
struct Slice {
    ids: Vec<Uuid>,
    usernames: Vec<String>,
    firsts: Vec<String>,
    lasts: Vec<String>,
    locations: Vec<String>,
    roles: Vec<String>,
    levels: Vec<String>,
    private: Vec<bool>,
    /// A row a word: whose, and which.
    word_ids: Vec<Uuid>,
    words: Vec<String>,
    /// A row a topic.
    topic_ids: Vec<Uuid>,
    kinds: Vec<String>,
    topics: Vec<String>,
}

fn people(
    random: &mut SmallRng,
    db: &Db,
    run: u128,
    start: usize,
    size: usize,
    of: usize,
) -> Slice {
    let began = db.clock().now() - SPAN;
    let mut slice = Slice::default();
    for place in start..start + size {
        let age = SPAN.num_milliseconds() * i64::try_from(place).unwrap_or(0)
            / i64::try_from(of).unwrap_or(1).max(1);
        let id = id_at(began + TimeDelta::milliseconds(age));
        let (first, last) = (names::first(random), names::last(random));
        let username = format!(
            "{}_{}{run:06}{place}",
            first.to_lowercase(),
            last.to_lowercase()
        );
        let full = [username.as_str(), first, last.as_str()];
        for word in crate::people::words_of(full) {
            slice.word_ids.push(id);
            slice.words.push(word);
        }
        for kind in ["skill", "interest", "subject"] {
            slice.topic_ids.push(id);
            slice.kinds.push(kind.to_owned());
            slice.topics.push(names::topic(random).to_owned());
        }
        slice.ids.push(id);
        slice.usernames.push(username);
        slice.firsts.push(first.to_owned());
        slice.lasts.push(last);
        slice.locations.push(names::place(random).to_owned());
        slice.roles.push(names::role(random).to_owned());
        slice.levels.push(names::level(random).to_owned());
        slice.private.push(random.random_ratio(1, 10));
    }
    slice
}

/// Follows by a power law: half of them go to a hundredth of the people.
async fn follow(db: &Db, random: &mut SmallRng, ids: &[Uuid], each: usize) -> Result<()> {
    if ids.len() < 2 {
        return Ok(());
    }
    let total = ids.len() * each;
    let mut done = 0;
    while done < total {
        let size = SLICE.min(total - done);
        let (mut followers, mut followed) = (Vec::with_capacity(size), Vec::with_capacity(size));
        for _ in 0..size {
            let chosen: f64 = random.random();
            let rank = chosen.powi(7) * ids.len() as f64;
            followers.push(ids[random.random_range(0..ids.len())]);
            followed.push(ids[(rank as usize).min(ids.len() - 1)]);
        }
        let mut tx = db.begin().await?;
        let now = tx.now();
        let keys: Vec<Uuid> = (0..size).map(|_| id_at(now)).collect();
        sql::insert_follows(tx.connection(), &followers, &followed, &keys, now).await?;
        tx.commit().await?;
        done += size;
    }
    Ok(())
}
