//! Counting a group again, and writing what became of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, TimeDelta, Utc};
use platform::{Tx, lowest_id};
use uuid::Uuid;

use super::jobs::Gather;
use super::places::Places;
use super::sql::rows::{Counted, Kept};
use super::{Cause, Changed, sql};
use crate::delivery::jobs::Deliver;
use crate::settings::{self, Channel};
use crate::{NotificationId, Result, UserId};

/// Whoever says something first may have begun a moment later than whoever says it second.
const SLACK: TimeDelta = TimeDelta::minutes(1);

/// Days that nobody came to count are counted, as far back.
const MOST_DAYS: usize = 100;

/// A day (UTC), and the ids that were made on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) bucket: DateTime<Utc>,
    pub(super) since: Uuid,
    pub(super) until: Uuid,
}

/// Who did it on a day: how many, and the latest of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) bucket: DateTime<Utc>,
    pub(super) actor_count: i32,
    pub(super) actor_ids: Vec<Uuid>,
    pub(super) latest: Option<Uuid>,
}

/// What becomes of a group's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Nothing,
    /// Something new came.
    Gain,
    /// Somebody took theirs back.
    Correct(NotificationId),
    /// Nobody is left.
    Delete(NotificationId),
}

/// Counts again who did it. What is as it was is not written, and nobody is told. Answers what is news.
pub async fn gather(tx: &mut Tx, job: &Gather) -> Result<Vec<NotificationId>> {
    let (user, cause, now) = (job.user_id, job.cause, tx.now());
    // Before anything is read: whoever counted before has committed.
    let mut places = Places::hold(tx.connection(), user, now).await?;
    let kept = sql::rows::kept(tx.connection(), user, cause.kind(), cause.target()).await?;
    let days = days(job.since, now, &kept);
    let found = sql::sources::count(tx.connection(), user, cause, &days, now).await?;
    let wanted = settings::notifications(tx.connection(), user).await?;
    let wanted = wanted.allows(cause.kind(), Channel::InApp);
    let (mut gained, mut changed, mut gone) = (Vec::new(), false, Vec::new());
    for found in &found {
        let kept = kept.iter().find(|kept| kept.bucket == found.bucket);
        let row = counted(user, cause, found);
        match change(kept, found, wanted, cause.repeats()) {
            Change::Nothing => continue,
            Change::Gain => {
                let place = places.next();
                gained.push(sql::rows::gain(tx.connection(), &row, place, now).await?);
            }
            Change::Correct(id) => sql::rows::correct(tx.connection(), id, &row).await?,
            Change::Delete(id) => gone.push(id),
        }
        changed = true;
    }
    if !gained.is_empty() {
        places.keep(tx.connection()).await?;
    }
    if !gone.is_empty() {
        sql::rows::delete(tx.connection(), &gone).await?;
    }
    for notification_id in &gained {
        let notification_id = *notification_id;
        tx.enqueue(Deliver { notification_id }).await?;
    }
    if changed {
        Changed { gone }.tell(tx, user);
    }
    Ok(gained)
}

/// Deletes notifications that gained nothing since `before`, at most `limit` of them. How many there were.
pub async fn purge(tx: &mut Tx, before: DateTime<Utc>, limit: i64) -> Result<u64> {
    Ok(sql::rows::purge(tx.connection(), before, limit).await?)
}

fn counted(user: UserId, cause: Cause, found: &Found) -> Counted<'_> {
    Counted {
        user,
        kind: cause.kind(),
        target: cause.target(),
        bucket: found.bucket,
        actor_count: found.actor_count,
        actor_ids: &found.actor_ids,
        latest: found.latest,
    }
}

fn change(kept: Option<&Kept>, found: &Found, wanted: bool, repeats: bool) -> Change {
    let Some(kept) = kept else {
        return match wanted && found.actor_count > 0 {
            true => Change::Gain,
            false => Change::Nothing,
        };
    };
    if found.actor_count == 0 {
        return Change::Delete(kept.id);
    }
    let is_known = |actor: &Uuid| kept.actor_ids.contains(actor);
    let is_newer = found.latest > kept.latest;
    let is_news = found.actor_count > kept.actor_count
        || is_newer && (repeats || !found.actor_ids.iter().all(is_known));
    let is_same = found.actor_count == kept.actor_count
        && found.actor_ids == kept.actor_ids
        && found.latest == kept.latest;
    match is_news && wanted {
        true => Change::Gain,
        false if is_same => Change::Nothing,
        false => Change::Correct(kept.id),
    }
}

/// The days that may have changed: those since it was first said, and those that have a row.
fn days(since: DateTime<Utc>, now: DateTime<Utc>, kept: &[Kept]) -> Vec<Day> {
    let today = midnight(now);
    let first = midnight(since - SLACK);
    let passed = std::iter::successors(Some(today), |day| day.checked_sub_days(Days::new(1)));
    let said = passed.take_while(|day| *day >= first).take(MOST_DAYS);
    let known = kept.iter().map(|kept| kept.bucket);
    let all: BTreeSet<DateTime<Utc>> = said.chain([today]).chain(known).collect();
    all.into_iter().map(Day::of).collect()
}

fn midnight(at: DateTime<Utc>) -> DateTime<Utc> {
    at.date_naive().and_time(chrono::NaiveTime::MIN).and_utc()
}

impl Day {
    fn of(bucket: DateTime<Utc>) -> Self {
        Self {
            bucket,
            since: lowest_id(bucket),
            until: lowest_id(bucket + TimeDelta::days(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(actors: &[u128], latest: u128) -> Found {
        Found {
            actor_count: i32::try_from(actors.len()).unwrap(),
            actor_ids: actors.iter().map(|id| Uuid::from_u128(*id)).collect(),
            latest: Some(Uuid::from_u128(latest)),
            ..Found::default()
        }
    }

    fn kept(actors: &[u128], latest: u128) -> Kept {
        let found = found(actors, latest);
        Kept {
            id: NotificationId(Uuid::nil()),
            bucket: found.bucket,
            actor_count: found.actor_count,
            actor_ids: found.actor_ids,
            latest: found.latest,
        }
    }

    #[test]
    fn only_what_is_new_is_news() {
        let id = NotificationId(Uuid::nil());
        let before = kept(&[2, 1], 20);
        let of = |now: &Found, repeats| change(Some(&before), now, true, repeats);
        assert_eq!(of(&found(&[2, 1], 20), true), Change::Nothing);
        assert_eq!(of(&found(&[3, 2, 1], 30), false), Change::Gain);
        assert_eq!(of(&found(&[1], 10), false), Change::Correct(id));
        assert_eq!(of(&found(&[], 0), false), Change::Delete(id));
        // One went, another came.
        assert_eq!(of(&found(&[3, 1], 30), false), Change::Gain);
        // Once more by the same person: a comment is news, a like is none.
        assert_eq!(of(&found(&[2, 1], 21), true), Change::Gain);
        assert_eq!(of(&found(&[2, 1], 21), false), Change::Correct(id));
    }

    #[test]
    fn who_wants_to_hear_nothing_is_told_nothing_new() {
        assert_eq!(change(None, &found(&[1], 1), false, true), Change::Nothing);
        let before = kept(&[1], 1);
        let id = before.id;
        let now = change(Some(&before), &found(&[2, 1], 2), false, true);
        assert_eq!(now, Change::Correct(id));
    }

    #[test]
    fn what_was_said_before_midnight_is_counted_on_its_day() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let buckets = |since, now| -> Vec<DateTime<Utc>> {
            let days = days(at(since), at(now), &[]);
            days.iter().map(|day| day.bucket).collect()
        };
        let (monday, tuesday) = (at("2026-11-16T00:00:00Z"), at("2026-11-17T00:00:00Z"));
        assert_eq!(
            buckets("2026-11-16T23:59:59Z", "2026-11-17T00:00:02Z"),
            [monday, tuesday]
        );
        assert_eq!(
            buckets("2026-11-17T12:00:00Z", "2026-11-17T12:00:02Z"),
            [tuesday]
        );
        let day = Day::of(tuesday);
        let id = platform::id_at(tuesday);
        assert!(day.since <= id && id < day.until);
    }
}
