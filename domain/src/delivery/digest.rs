//! The weekly digest: on Monday morning where the person is, one mail of what they have not read, who follows them now,
//! and what those whom they follow showed. Not all at once: each person has a minute of the hour (`digest_minute`).

use askama::Template;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use platform::config::Config;
use platform::mail::Letter;
use platform::{Tx, lowest_id};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use super::claims::{ABANDONED_AFTER, Ready, refused};
use super::jobs::SendDigest;
use super::sql::{self, Content, FoundPost, Group, Walk};
use super::unsubscribe::{Subscription, UnsubscribeToken};
use super::ways::{app_url, unwritten};
use crate::notifications::{Summary, TargetType};
use crate::settings::{self, NotificationType};
use crate::{Result, Tongue, UserId};

/// From this hour on, by the clocks on the wall there.
const HOUR: i32 = 8;

/// Minutes between two looks; the scheduler's entry says the same.
const EVERY: i32 = 15;

/// People that are looked at in one transaction.
const SLICE: i64 = 1_000;

/// What is older was in an earlier one.
const WEEK: TimeDelta = TimeDelta::days(7);

/// A digest that comes so late speaks of another week.
const LATEST: TimeDelta = TimeDelta::days(3);

/// How far the search for those whose digests are due has come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DigestPlace {
    /// Which of the zones, in the order of their names; before them those who chose none.
    walk: usize,
    /// The minute and the person that were looked at last in it.
    last: Option<(i32, Uuid)>,
}

/// Makes the digests of the next of those for whom it is time, with their jobs. None: these were the last.
pub async fn find_digests(
    tx: &mut Tx,
    house_zone: &str,
    due: DateTime<Utc>,
    place: DigestPlace,
) -> Result<Option<DigestPlace>> {
    let walks = sql::zones_due(tx.connection(), house_zone, due, HOUR, EVERY).await?;
    let Some(walk) = walks.get(place.walk) else {
        return Ok(None);
    };
    let (now, week) = (tx.now(), walk.week);
    let after = place.last.unwrap_or((walk.minute, Uuid::nil()));
    let slice = match &walk.zone {
        None => sql::slice_of_house(tx.connection(), walk, after, SLICE, now).await?,
        Some(zone) => {
            let walk: (&Walk, &str) = (walk, zone);
            sql::slice_of_zone(tx.connection(), walk, after, SLICE, now).await?
        }
    };
    let jobs = slice.made.into_iter().map(|id| SendDigest {
        user_id: UserId(id),
        week,
    });
    tx.enqueue_all(jobs).await?;
    Ok(Some(match (slice.minute, slice.last) {
        (Some(minute), Some(id)) => DigestPlace {
            last: Some((minute, id)),
            ..place
        },
        _ => DigestPlace {
            walk: place.walk + 1,
            last: None,
        },
    }))
}

/// Forgets digests of weeks long past. How many there were.
pub async fn purge_digests(tx: &mut Tx, limit: i64) -> Result<u64> {
    let before = (tx.now() - WEEK * 5).date_naive();
    Ok(sql::purge_digests(tx.connection(), before, limit).await?)
}

/// A person's digest, to be sent by this run. `None` in it: there is nothing to say.
pub async fn begin_digest(
    connection: &mut PgConnection,
    config: &Config,
    job: &SendDigest,
    now: DateTime<Utc>,
) -> Result<Ready<(), Option<Letter>>> {
    if now.date_naive() - job.week > LATEST {
        return Ok(Ready::Over("its week is over"));
    }
    let wanted = settings::notifications(connection, job.user_id).await?;
    if !wanted.weekly_digest() {
        return Ok(Ready::Over("nobody wants it any more"));
    }
    let since = lowest_id(now - WEEK);
    let Some(content) = sql::digest(connection, job.user_id, since, now).await? else {
        return Ok(Ready::Over("there is no address to write to"));
    };
    let letter = match content.is_empty() {
        true => None,
        false => Some(letter(config, job.user_id, &content)?),
    };
    let abandoned = now - ABANDONED_AFTER;
    if sql::begin_digest(connection, job.user_id, job.week, now, abandoned).await? {
        return Ok(Ready::Go((), letter));
    }
    let stand = sql::digest_stand(connection, job.user_id, job.week).await?;
    Ok(refused(stand))
}

/// It is sent, or there was nothing to say: no other run sends it.
pub async fn digest_sent(tx: &mut Tx, user: UserId, week: NaiveDate) -> Result<()> {
    let now = tx.now();
    Ok(sql::digest_sent(tx.connection(), user, week, now).await?)
}

/// It was not sent: the next run may.
pub async fn give_digest_back(
    connection: &mut PgConnection,
    user: UserId,
    week: NaiveDate,
) -> Result<()> {
    Ok(sql::give_digest_back(connection, user, week).await?)
}

impl Content {
    fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.followers.is_empty() && self.posts.is_empty()
    }
}

#[derive(Template)]
#[template(path = "delivery/digest.html")]
struct Html<'a> {
    digest: &'a Digest<'a>,
}

#[derive(Template)]
#[template(path = "delivery/digest.txt")]
struct Plain<'a> {
    digest: &'a Digest<'a>,
}

struct Digest<'a> {
    lang: &'static str,
    subject: &'static str,
    hello: &'static str,
    parts: Vec<Part>,
    open: &'static str,
    link: &'a str,
    why: &'static str,
    end: &'static str,
    unsubscribe: &'a str,
}

struct Part {
    heading: &'static str,
    lines: Vec<String>,
}

fn letter(config: &Config, user: UserId, content: &Content) -> Result<Letter> {
    let language = content.language.as_deref();
    let tongue = Tongue::of(language.unwrap_or(config.people.language.as_str()));
    let token = UnsubscribeToken::sign(user, Subscription::Digest, &config.auth.keys)?;
    let unsubscribe = token.link(config);
    let digest = Digest {
        lang: tongue.code(),
        subject: tongue.pick("Your week", "Deine Woche"),
        hello: tongue.pick(
            "Hello, this is what happened while you were away.",
            "Hallo, das ist passiert, während du weg warst.",
        ),
        parts: parts(content, tongue),
        open: tongue.pick("Open", "Öffnen"),
        link: app_url(config),
        why: tongue.pick(
            "You get this mail once a week.",
            "Du bekommst diese Mail einmal in der Woche.",
        ),
        end: tongue.pick("No more weekly mails", "Keine Wochenmails mehr"),
        unsubscribe: &unsubscribe,
    };
    let (html, text) = (Html { digest: &digest }, Plain { digest: &digest });
    Ok(Letter {
        to: content.email.clone(),
        subject: digest.subject.to_owned(),
        text: text.render().map_err(unwritten)?,
        html: html.render().map_err(unwritten)?,
        unsubscribe: Some(unsubscribe.clone()),
    })
}

/// What there is nothing of is left out.
fn parts(content: &Content, tongue: Tongue) -> Vec<Part> {
    let groups = content.groups.iter().filter_map(|group| group.line(tongue));
    let followers = content.followers_line(tongue);
    let posts = content.posts.iter().map(|post| post.line(tongue));
    let all = [
        Part {
            heading: tongue.pick("Not read yet", "Noch nicht gelesen"),
            lines: groups.collect(),
        },
        Part {
            heading: tongue.pick("New followers", "Neu dabei"),
            lines: followers.into_iter().collect(),
        },
        Part {
            heading: tongue.pick("From people you follow", "Von Leuten, denen du folgst"),
            lines: posts.collect(),
        },
    ];
    all.into_iter()
        .filter(|part| !part.lines.is_empty())
        .collect()
}

impl Content {
    fn followers_line(&self, tongue: Tongue) -> Option<String> {
        let names: Vec<&str> = self.followers.iter().map(String::as_str).collect();
        let summary = Summary {
            kind: NotificationType::Follow,
            target: None,
            names: &names,
            count: self.follower_count,
            content: None,
        };
        (!names.is_empty()).then(|| summary.text(tongue).to_string())
    }
}

impl Group {
    fn line(&self, tongue: Tongue) -> Option<String> {
        let names: Vec<&str> = self.actors.iter().map(String::as_str).collect();
        let summary = Summary {
            kind: NotificationType::named(&self.kind)?,
            target: self.target.as_deref().and_then(TargetType::named),
            names: &names,
            count: self.count,
            content: self.content.as_deref(),
        };
        Some(summary.text(tongue).to_string())
    }
}

impl FoundPost {
    /// `Ann: Snow on the quad · 12 likes, 1 comment`
    fn line(&self, tongue: Tongue) -> String {
        let words: Vec<&str> = self.caption.split_whitespace().collect();
        let caption = match words.is_empty() {
            true => tongue.pick("a picture", "ein Bild").to_owned(),
            false => words.join(" "),
        };
        let likes = match self.likes {
            1 => tongue.pick("1 like", "1 Herz").to_owned(),
            many => format!("{many} {}", tongue.pick("likes", "Herzen")),
        };
        let comments = match self.comments {
            1 => tongue.pick("1 comment", "1 Kommentar").to_owned(),
            many => format!("{many} {}", tongue.pick("comments", "Kommentare")),
        };
        format!("{}: {caption} · {likes}, {comments}", self.author)
    }
}
