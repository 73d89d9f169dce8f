//! A small world to look at: people with pictures who follow each other, show things and talk, over the last days.
//!
//! All of it happens by the verbs of those who live here, each at [its time](acts): the transactions of a verb take their
//! time from a clock that is set back. What follows (timelines, notifications, sizes of pictures) is done by the workers.
//!
//! The accounts have no address, so that nothing leaves the house, and one password. They are in the audit, by which they
//! are known again: a run that was cut off is taken up where it ended, and once the world is made nobody touches it.

mod acts;
mod paint;
mod people;
mod pictures;
mod play;
mod scenes;
mod sql;

pub use paint::Painter;
pub use pictures::{Hair, Looks, Motif, Picture, Shape};

use platform::Platform;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::audit::{self, Operator};
use crate::feed::jobs::RankExplore;
use crate::graph::jobs::RefreshPopular;
use crate::identity::Password;
use crate::trends::jobs::RecomputeTrends;
use crate::{Error, Result};
use people::RESIDENTS;
use play::Play;

/// How the world is made.
pub struct Plan<'a> {
    pub by: &'a Operator,
    /// Of all of them.
    pub password: Password,
    pub paint: Painter,
    /// Even where people live already.
    pub among_others: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Made,
    /// It was there, and is as it was.
    There,
}

/// What the demo's accounts are called; the first is a good one to look from.
pub fn usernames() -> impl Iterator<Item = &'static str> {
    RESIDENTS.iter().map(|resident| resident.username)
}

/// Makes the world, once. Of two at once one does.
pub async fn make(platform: &Platform, plan: &Plan<'_>) -> Result<Outcome> {
    let mut turn = platform.db.acquire().await?;
    // Whoever is cut off holds up nobody.
    turn.close_on_drop();
    if !sql::hold(&mut turn).await? {
        return Err(Error::conflict(
            "demo_being_made",
            "The demo world is being made at this moment.",
        ));
    }
    let outcome = make_alone(platform, &mut turn, plan).await;
    let freed = sql::let_go(&mut turn).await;
    let outcome = outcome?;
    freed?;
    Ok(outcome)
}

async fn make_alone(
    platform: &Platform,
    connection: &mut PgConnection,
    plan: &Plan<'_>,
) -> Result<Outcome> {
    if sql::is_made(connection).await? {
        return Ok(Outcome::There);
    }
    let known = sql::known(connection).await?;
    let ours: Vec<Uuid> = known.iter().map(|person| person.id.0).collect();
    names_are_free(connection, &ours).await?;
    if !plan.among_others && sql::has_others(connection, &ours).await? {
        return Err(Error::conflict(
            "people_live_here",
            "Other people have accounts here.",
        ));
    }
    let mut play = Play::prepare(platform, connection, plan, known).await?;
    for event in acts::all() {
        play.at(event.ago);
        play.perform(event.act).await?;
    }
    play.end().await;
    finish(platform, plan.by).await?;
    Ok(Outcome::Made)
}

/// Nobody is taken for one of the demo who only goes by the same name.
async fn names_are_free(connection: &mut PgConnection, ours: &[Uuid]) -> Result<()> {
    let names: Vec<String> = usernames().map(str::to_owned).collect();
    let taken = sql::taken(connection, &names, ours).await?;
    match taken.is_empty() {
        true => Ok(()),
        false => {
            let detail = format!("{} live here and are not of the demo", taken.join(", "));
            Err(Error::invalid("username", "taken", detail))
        }
    }
}

/// From now on nobody makes it again. What the clock would have done in a while is done at once.
async fn finish(platform: &Platform, by: &Operator) -> Result<()> {
    let mut tx = platform.db.begin().await?;
    tx.enqueue(RecomputeTrends {}).await?;
    tx.enqueue(RankExplore {}).await?;
    tx.enqueue(RefreshPopular {}).await?;
    audit::record(&mut tx, by, "demo.made", "demo", &json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// How many of its pictures the workers have yet to make ready.
pub async fn unready(connection: &mut PgConnection) -> Result<i64> {
    let known = sql::known(connection).await?;
    let ours: Vec<Uuid> = known.iter().map(|person| person.id.0).collect();
    Ok(sql::unready(connection, &ours).await?)
}
