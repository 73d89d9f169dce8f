//! Installations of applications that get pushes. One belongs to whoever signed in on it last, and to the session that
//! registered it: it is gone when that is over.

mod sql;

use chrono::{DateTime, Utc};
use platform::Tx;
use platform::secret::Secret;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use sqlx::PgConnection;

use crate::people::Actor;
use crate::wire::{Fault, WireText, wire_text};
use crate::{DeviceId, Error, Result, SessionId, UserId};

/// The longest token that is taken; those of FCM have some two hundred characters today.
const LONGEST: usize = 4_096;

/// What an installation runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, sqlx::Type)]
#[oai(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum DevicePlatform {
    Android,
    Ios,
    Web,
}

/// What FCM calls an installation. Whoever has it and our key can write to it: no log and no answer holds it.
#[derive(Clone, Debug)]
pub struct PushToken(Secret);

wire_text!(PushToken);

/// An installation that wants pushes.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct NewDevice {
    pub platform: DevicePlatform,
    pub token: PushToken,
}

/// An installation that gets pushes.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct Device {
    pub id: DeviceId,
    pub platform: DevicePlatform,
    pub created_at: DateTime<Utc>,
    /// When it last registered.
    pub last_used_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// Registers an installation for the session that asks. A token that somebody registered before is theirs no more; one
/// that this session registered before is replaced, for FCM hands out new ones.
pub async fn register(tx: &mut Tx, actor: Actor, new: &NewDevice) -> Result<Device> {
    let (id, now) = (DeviceId::at(tx.now()), tx.now());
    // Of two who register for one session the second waits: one token stays.
    if !sql::lock_session(tx.connection(), actor.session, actor.user).await? {
        return Err(Error::Unauthenticated("token_revoked"));
    }
    sql::forget_others(tx.connection(), actor, &new.token).await?;
    let row = sql::upsert(tx.connection(), id, actor, new, now).await?;
    Ok(row.of(actor.session))
}

/// All of a person's, the last registered first. They are few: one a session.
pub async fn list(
    connection: &mut PgConnection,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<Vec<Device>> {
    let rows = sql::list(connection, actor.user, now).await?;
    Ok(rows.into_iter().map(|row| row.of(actor.session)).collect())
}

/// No more pushes for it.
pub async fn remove(tx: &mut Tx, user: UserId, device: DeviceId) -> Result<()> {
    match sql::delete(tx.connection(), user, device).await? {
        true => Ok(()),
        false => Err(Error::NotFound("device")),
    }
}

/// FCM does not know it any more; unless it has another token by now.
pub async fn bury(tx: &mut Tx, device: DeviceId, token: &Secret) -> Result<()> {
    Ok(sql::delete_dead(tx.connection(), device, token.expose()).await?)
}

impl PushToken {
    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl sql::Row {
    fn of(self, session: SessionId) -> Device {
        Device {
            id: self.id,
            platform: self.platform,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            is_current: self.session_id == session,
        }
    }
}

impl WireText for PushToken {
    const NAME: &'static str = "PushToken";

    fn read(text: &str) -> Result<Self, Fault> {
        match text {
            "" => Err(Fault::new("too_short", "is empty")),
            _ if text.len() > LONGEST => Err(Fault::new(
                "too_long",
                format!("can have at most {LONGEST} characters"),
            )),
            _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Err(Fault::new("invalid", "is not a token of FCM"))
            }
            _ => Ok(Self(Secret::new(text))),
        }
    }

    fn show(&self) -> String {
        self.0.expose().to_owned()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(1),
            max_length: Some(LONGEST),
            example: Some(Self::example().show().into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Example for PushToken {
    fn example() -> Self {
        Self(Secret::new(
            "dGhpcyBpcyBhbiBleGFtcGxl:APA91bHun4MxP5egoKMwt2KZFBaFUH",
        ))
    }
}

impl Example for NewDevice {
    fn example() -> Self {
        Self {
            platform: DevicePlatform::Android,
            token: PushToken::example(),
        }
    }
}

impl Example for Device {
    fn example() -> Self {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        Self {
            id: DeviceId::example(),
            platform: DevicePlatform::Android,
            created_at: at(1_731_672_600),
            last_used_at: at(1_731_676_200),
            is_current: true,
        }
    }
}
