//! Signing in, staying in, leaving. A session is a device; its refresh tokens are a family, each good once.

use platform::config::Auth;
use platform::{Db, Tx};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::hashing;
use super::password::PasswordAttempt;
use super::tokens::{self, RefreshToken, Tokens};
use super::{Account, Actor, LoginText, Role, sql};
use crate::{Error, FieldError, Result, SessionId, UserId};

/// Somebody signed in: their account, and their tokens.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct SignedIn {
    #[oai(flatten)]
    pub account: Account,
    #[oai(flatten)]
    pub tokens: Tokens,
}

/// How somebody signs in: one of `email` and `username`, and the password.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Login {
    pub email: Option<LoginText>,
    pub username: Option<LoginText>,
    pub password: PasswordAttempt,
}

/// The account somebody says is theirs.
#[derive(Clone, Copy, Debug)]
pub enum Claimed<'a> {
    Email(&'a str),
    Username(&'a str),
}

impl Claimed<'_> {
    /// One word for the account, whoever spells it how: what tries are counted by.
    pub fn folded(&self) -> String {
        match self {
            Self::Email(text) | Self::Username(text) => text.to_lowercase(),
        }
    }
}

impl Login {
    pub fn claimed(&self) -> Result<Claimed<'_>> {
        match (&self.email, &self.username) {
            (Some(email), None) => Ok(Claimed::Email(email.as_str())),
            (None, Some(username)) => Ok(Claimed::Username(username.as_str())),
            (email, _) => {
                let code = if email.is_some() {
                    "ambiguous"
                } else {
                    "required"
                };
                let fault = |field: &str| FieldError {
                    field: field.to_owned(),
                    code,
                    detail: "give either `email` or `username`".to_owned(),
                };
                Err(Error::Invalid(vec![fault("email"), fault("username")]))
            }
        }
    }
}

/// Where somebody signs in from, for their list of sessions.
#[derive(Clone, Debug, Default)]
pub struct Device {
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

/// Somebody knew the password of an account. Holds the hash they knew, so that a password changed meanwhile counts.
pub struct Proof {
    user: UserId,
    password_hash: String,
}

/// Checks a password, taking as long whether or not there is such an account. Before a transaction begins: it takes a
/// moment, and an unlucky try writes nothing.
pub async fn prove(db: &Db, login: Login) -> Result<Proof> {
    let found = {
        let mut connection = db.acquire().await?;
        match login.claimed()? {
            Claimed::Email(email) => sql::credentials_by_email(&mut connection, email).await?,
            Claimed::Username(name) => sql::credentials_by_username(&mut connection, name).await?,
        }
    };
    let hash = found.as_ref().and_then(|found| found.password_hash.clone());
    let proved = hashing::verify(login.password, hash).await?;
    match found {
        Some(sql::Credentials {
            id,
            password_hash: Some(password_hash),
        }) if proved => Ok(Proof {
            user: id,
            password_hash,
        }),
        _ => Err(wrong_credentials()),
    }
}

/// Opens a session for whoever proved to know the password.
pub async fn login(tx: &mut Tx, auth: &Auth, proof: &Proof, device: &Device) -> Result<SignedIn> {
    let now = tx.now();
    let account = sql::note_login(tx.connection(), proof.user, &proof.password_hash, now)
        .await?
        .ok_or_else(wrong_credentials)?;
    let tokens = open(tx, auth, account.id, account.role, device).await?;
    Ok(SignedIn { account, tokens })
}

fn wrong_credentials() -> Error {
    Error::Unauthenticated("credentials_wrong")
}

pub(super) async fn open(
    tx: &mut Tx,
    auth: &Auth,
    user: UserId,
    role: Role,
    device: &Device,
) -> Result<Tokens> {
    let (session, now) = (SessionId::at(tx.now()), tx.now());
    let expires_at = now + auth.refresh_ttl;
    sql::insert_session(tx.connection(), session, user, device, now, expires_at).await?;
    hand_out(
        tx,
        auth,
        Actor {
            user,
            session,
            role,
        },
    )
    .await
}

/// A fresh pair of tokens for a session that stands.
async fn hand_out(tx: &mut Tx, auth: &Auth, actor: Actor) -> Result<Tokens> {
    let now = tx.now();
    let token = tokens::sign(auth, actor, now)?;
    let refresh = RefreshToken::random()?;
    let expires_at = now + auth.refresh_ttl;
    sql::insert_refresh_token(
        tx.connection(),
        &refresh.hash(),
        actor.session,
        now,
        expires_at,
    )
    .await?;
    Ok(refresh.hand_over(token, auth.access_ttl))
}

/// What came of showing a refresh token. Commit either: a theft that was noticed has to stay noticed.
#[must_use]
pub enum Refreshed {
    Tokens(Tokens),
    /// It had been used: two hold it, one of them stole it. The session is over for both.
    Reused,
}

/// Trades a refresh token for a new pair. Of two who show the same token at once one wins, and the other's showing
/// ends the session.
pub async fn refresh(tx: &mut Tx, auth: &Auth, token: &RefreshToken) -> Result<Refreshed> {
    let (hash, now) = (token.hash(), tx.now());
    if let Some(session) = sql::use_refresh_token(tx.connection(), &hash, now).await? {
        let actor = sql::extend_session(tx.connection(), session, now, now + auth.refresh_ttl)
            .await?
            .ok_or(Error::Unauthenticated("session_revoked"))?;
        return Ok(Refreshed::Tokens(hand_out(tx, auth, actor).await?));
    }
    match sql::refresh_token(tx.connection(), &hash).await? {
        None => Err(Error::Unauthenticated("refresh_invalid")),
        Some(found) if found.used => {
            sql::revoke_session(tx.connection(), found.session_id, "refresh_reused", now).await?;
            tracing::warn!(session = %found.session_id, "a used refresh token was shown again; its session is revoked");
            Ok(Refreshed::Reused)
        }
        Some(_) => Err(Error::Unauthenticated("refresh_expired")),
    }
}

/// Ends the session. Ending it twice changes nothing.
pub async fn logout(tx: &mut Tx, session: SessionId) -> Result<()> {
    let now = tx.now();
    sql::revoke_session(tx.connection(), session, "logout", now).await?;
    Ok(())
}

/// The actor as they are now: the session must stand, and the role is the account's, not the token's.
pub async fn standing(
    connection: &mut PgConnection,
    shown: Actor,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Actor> {
    let role = sql::role_in_session(connection, shown.session, shown.user, now)
        .await?
        .ok_or(Error::Unauthenticated("token_revoked"))?;
    Ok(Actor { role, ..shown })
}

impl Example for SignedIn {
    fn example() -> Self {
        Self {
            account: Account::example(),
            tokens: Tokens::example(),
        }
    }
}

impl Example for Login {
    fn example() -> Self {
        Self {
            email: Some(LoginText::example()),
            username: None,
            password: PasswordAttempt::example(),
        }
    }
}
