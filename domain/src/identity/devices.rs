//! Where a person is signed in, and ending it there.

use chrono::{DateTime, Utc};
use platform::Tx;
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::{sessions, sql};
use crate::people::Actor;
use crate::{Error, Result, SessionId, UserId};

/// One device that is signed in.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct SessionView {
    pub id: SessionId,
    /// In a few words: `Firefox on Linux`.
    pub device: String,
    /// Where it signed in from.
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    /// When it last asked for new tokens.
    pub seen_at: DateTime<Utc>,
    /// When it is over, unless it asks for new tokens before.
    pub expires_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// A session as it is kept.
pub(super) struct SessionRow {
    pub(super) id: SessionId,
    pub(super) ip: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) seen_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

/// How many sessions were ended.
#[derive(Clone, Copy, Debug, Object)]
#[oai(example)]
pub struct EndedSessions {
    pub ended: u64,
}

/// A place in the list.
pub type SessionPlace = (DateTime<Utc>, SessionId);

impl SessionView {
    pub fn place(&self) -> SessionPlace {
        (self.seen_at, self.id)
    }

    fn of(row: SessionRow, actor: Actor) -> Self {
        Self {
            id: row.id,
            device: name(row.user_agent.as_deref().unwrap_or_default()),
            ip: row.ip,
            user_agent: row.user_agent,
            created_at: row.created_at,
            seen_at: row.seen_at,
            expires_at: row.expires_at,
            is_current: row.id == actor.session,
        }
    }
}

/// Sessions that stand, the last used first, one more than `limit` where there are more; and how many there are in all.
pub async fn list_sessions(
    connection: &mut PgConnection,
    actor: Actor,
    now: DateTime<Utc>,
    after: Option<SessionPlace>,
    offset: i64,
    limit: i64,
) -> Result<(Vec<SessionView>, i64)> {
    let total = sql::count_sessions(connection, actor.user, now).await?;
    let rows = sql::sessions(connection, actor.user, now, after, offset, limit + 1).await?;
    let views = rows.into_iter().map(|row| SessionView::of(row, actor));
    Ok((views.collect(), total))
}

/// Ends one session of a person.
pub async fn end_session(tx: &mut Tx, user: UserId, session: SessionId) -> Result<()> {
    match sessions::revoke_own(tx, user, session, "ended_by_owner").await? {
        true => Ok(()),
        false => Err(Error::NotFound("session")),
    }
}

/// Ends all sessions of a person but the one that asks, or that too.
pub async fn end_sessions(tx: &mut Tx, actor: Actor, all: bool) -> Result<EndedSessions> {
    let but = Some(actor.session).filter(|_| !all);
    let ended = sessions::revoke_all(tx, actor.user, but, "ended_by_owner").await?;
    Ok(EndedSessions {
        ended: u64::try_from(ended).unwrap_or(u64::MAX),
    })
}

/// What a browser says of itself, in the words people have for it. Each pretends to be another: the first that fits is
/// the one it is.
const BROWSERS: [(&str, &str); 12] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("YaBrowser", "Yandex"),
    ("Vivaldi", "Vivaldi"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("okhttp", "App"),
    ("CFNetwork", "App"),
];

const SYSTEMS: [(&str, &str); 9] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("okhttp", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Darwin", "iOS"),
    ("Linux", "Linux"),
];

fn name(agent: &str) -> String {
    let find = |known: &[(&str, &'static str)]| {
        let mut known = known.iter();
        known
            .find(|(sign, _)| agent.contains(sign))
            .map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => program(agent).unwrap_or_else(|| "Unknown device".to_owned()),
    }
}

/// `curl/8.5.0` is curl.
fn program(agent: &str) -> Option<String> {
    let (name, _) = agent.split_once('/')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_. ".contains(c);
    let is_name = (1..=40).contains(&name.len()) && name.chars().all(plain);
    is_name.then(|| name.trim().to_owned())
}

impl Example for SessionView {
    fn example() -> Self {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        Self {
            id: SessionId::example(),
            device: "Firefox on Linux".to_owned(),
            ip: Some("198.51.100.7".to_owned()),
            user_agent: Some(
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0".to_owned(),
            ),
            created_at: at(1_731_672_600),
            seen_at: at(1_731_676_200),
            expires_at: at(1_732_281_000),
            is_current: true,
        }
    }
}

impl Example for EndedSessions {
    fn example() -> Self {
        Self { ended: 3 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_called_what_people_call_it() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, device) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0".to_owned(), "Firefox on Linux"),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0"), "Edge on Windows"),
            (format!("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {webkit} Chrome/130.0.0.0 Safari/537.36"), "Chrome on macOS"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1".to_owned(), "Safari on iPhone"),
            (format!("Mozilla/5.0 (Linux; Android 14; Pixel 8) {webkit} Chrome/130.0.0.0 Mobile Safari/537.36"), "Chrome on Android"),
            ("okhttp/4.12.0".to_owned(), "App on Android"),
            ("Commons/7 CFNetwork/1568 Darwin/24.0.0".to_owned(), "App on iOS"),
            ("curl/8.5.0".to_owned(), "curl"),
            ("<script>/1".to_owned(), "Unknown device"),
            (String::new(), "Unknown device"),
        ] {
            assert_eq!(name(&agent), device, "{agent}");
        }
    }
}
