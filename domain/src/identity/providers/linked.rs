//! The accounts elsewhere that a person signs in with.

use chrono::{DateTime, Utc};
use platform::oauth::Identity;
use platform::{Db, Tx};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::sql;
use crate::identity::access::{self, AccessChange};
use crate::identity::password::PasswordAttempt;
use crate::identity::reauthentication::{FRESH, last_way_in, reauthenticate};
use crate::identity::sql::lock_ways_in;
use crate::people::{Actor, Email};
use crate::wire::WireText;
use crate::{Error, IdentityId, Result, UserId};

/// An account elsewhere that somebody signs in with.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct LinkedIdentity {
    pub id: IdentityId,
    /// The provider's word in paths.
    pub provider: String,
    /// The address there, as it was when they last came. Absent where the provider does not tell it.
    pub email: Option<Email>,
    pub created_at: DateTime<Utc>,
    /// When somebody last signed in with it.
    pub last_used_at: DateTime<Utc>,
}

/// Whether somebody may add a way into their account: they signed in just now, or know the password. A stolen access
/// token is not enough to move in. Before a transaction begins: checking a password takes a moment.
pub async fn may_link(
    db: &Db,
    actor: Actor,
    password: Option<PasswordAttempt>,
    now: DateTime<Utc>,
) -> Result<()> {
    let found = {
        let mut connection = db.acquire().await?;
        sql::showed_who_they_are(&mut connection, actor).await?
    };
    let found = found.ok_or(Error::Unauthenticated("token_revoked"))?;
    // Whoever registered another's address must not leave a way in behind for the day its owner takes the account.
    if found.email_unverified {
        return Err(Error::conflict(
            "email_unverified",
            "Prove your e-mail address first.",
        ));
    }
    if found.signed_in_at + FRESH > now {
        return Ok(());
    }
    reauthenticate(db, actor, password).await?;
    Ok(())
}

/// Links an account elsewhere to a person, who is told.
pub(super) async fn link(
    tx: &mut Tx,
    user: UserId,
    provider: &str,
    identity: &Identity,
) -> Result<LinkedIdentity> {
    let linked = begin_with(tx, user, provider, identity).await?;
    access::changed(tx, user, AccessChange::Linked).await?;
    Ok(linked)
}

/// Links the account elsewhere that a person comes from. Linking it again changes nothing; of two people at once one
/// gets it.
pub(super) async fn begin_with(
    tx: &mut Tx,
    user: UserId,
    provider: &str,
    identity: &Identity,
) -> Result<LinkedIdentity> {
    let (id, now) = (IdentityId::at(tx.now()), tx.now());
    let email = identity
        .email
        .as_deref()
        .and_then(|text| Email::read(text).ok());
    let new = sql::NewIdentity {
        id,
        user,
        provider,
        subject: &identity.subject,
        email: email.as_ref().map(Email::as_str),
    };
    let linked = sql::insert_identity(tx.connection(), &new, now).await?;
    linked.ok_or_else(|| {
        Error::conflict(
            "identity_taken",
            "This account elsewhere is linked to another person.",
        )
    })
}

/// A person's accounts elsewhere, the oldest first.
pub async fn identities(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Vec<LinkedIdentity>> {
    Ok(sql::identities(connection, user).await?)
}

/// Takes an account elsewhere away, unless it is the only way in. The person is locked: two at once do not take the
/// last two.
pub async fn unlink(tx: &mut Tx, user: UserId, id: IdentityId) -> Result<()> {
    let ways = lock_ways_in(tx.connection(), user).await?;
    let ways = ways.ok_or(Error::NotFound("account"))?;
    let has_another = ways.password_hash.is_some() || ways.by_phone;
    match sql::delete_identity(tx.connection(), user, id, has_another).await? {
        sql::Unlinked::Done => access::changed(tx, user, AccessChange::Unlinked).await,
        sql::Unlinked::Unknown => Err(Error::NotFound("linked account")),
        sql::Unlinked::LastWayIn => Err(last_way_in()),
    }
}

impl Example for LinkedIdentity {
    fn example() -> Self {
        let at = DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default();
        Self {
            id: IdentityId::example(),
            provider: "google".to_owned(),
            email: Some(Email::example()),
            created_at: at,
            last_used_at: at,
        }
    }
}
