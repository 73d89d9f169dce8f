//! What made-up people have posted: of the last month, more in its last days, and more by those whom many follow.

use chrono::TimeDelta;
use platform::{Db, id_at};
use rand::Rng;
use rand::rngs::SmallRng;
use uuid::Uuid;

use super::{SLICE, names, sql};
use crate::Result;

/// How far back the first post goes.
const SPAN: TimeDelta = TimeDelta::days(30);

/// Posts as columns.
#[derive(Default)]
pub(super) struct Posts {
    pub ids: Vec<Uuid>,
    pub authors: Vec<Uuid>,
    pub captions: Vec<String>,
}

/// `each` posts for each person, on the average.
pub(super) async fn make(
    db: &Db,
    random: &mut SmallRng,
    people: &[Uuid],
    each: usize,
) -> Result<()> {
    let total = if people.is_empty() {
        0
    } else {
        people.len() * each
    };
    let mut done = 0;
    while done < total {
        let size = SLICE.min(total - done);
        let mut posts = Posts::default();
        for _ in 0..size {
            let (age, rank): (f64, f64) = (random.random(), random.random());
            let age = (SPAN.num_milliseconds() as f64 * age * age) as i64;
            posts
                .ids
                .push(id_at(db.clock().now() - TimeDelta::milliseconds(age)));
            let rank = (rank.powi(2) * people.len() as f64) as usize;
            posts.authors.push(people[rank.min(people.len() - 1)]);
            posts.captions.push(caption(random));
        }
        let mut tx = db.begin().await?;
        sql::insert_posts(tx.connection(), &posts).await?;
        tx.commit().await?;
        done += size;
    }
    Ok(())
}

fn caption(random: &mut SmallRng) -> String {
    let words: Vec<&str> = (0..random.random_range(3..12))
        .map(|_| names::topic(random))
        .collect();
    words.join(" ")
}
