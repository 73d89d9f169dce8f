//! Signing in, staying in, leaving. A session is a device; its refresh tokens are a family, each good once.

use platform::config::Auth;
use platform::live::Message;
use platform::{Db, Platform, Tx};
use poem_openapi::Object;
use poem_openapi::types::Example;

use super::codes::CodeAttempt;
use super::hashing::{self, PasswordHash};
use super::password::PasswordAttempt;
use super::tokens::{self, RefreshToken, Tokens};
use super::{Account, CsrfToken, Entry, Way, entry, second_factor, sql, verification};
use crate::people::{self, Actor, LoginText, Person, Phone, Role};
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

/// How somebody signs in: one of `email`, `username` and `phone`, and the password; with `phone` a code from a text
/// message does as well.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Login {
    pub email: Option<LoginText>,
    pub username: Option<LoginText>,
    pub phone: Option<Phone>,
    pub password: Option<PasswordAttempt>,
    /// Instead of the password, with `phone`.
    pub code: Option<CodeAttempt>,
}

/// What somebody shows to sign in.
#[derive(Clone, Debug)]
pub enum LoginProof {
    Password(PasswordAttempt),
    Code(Phone, CodeAttempt),
}

/// The account somebody says is theirs.
#[derive(Clone, Copy, Debug)]
pub enum Claimed<'a> {
    Email(&'a str),
    Username(&'a str),
    Phone(&'a str),
}

impl Claimed<'_> {
    /// One word for the account, whoever spells it how: what tries are counted by.
    pub fn folded(&self) -> String {
        match self {
            Self::Email(text) | Self::Username(text) | Self::Phone(text) => text.to_lowercase(),
        }
    }
}

impl Login {
    pub fn claimed(&self) -> Result<Claimed<'_>> {
        let email = self
            .email
            .as_ref()
            .map(|text| Claimed::Email(text.as_str()));
        let username = self.username.as_ref();
        let username = username.map(|text| Claimed::Username(text.as_str()));
        let phone = self.phone.as_ref();
        let phone = phone.map(|phone| Claimed::Phone(phone.as_str()));
        let given: Vec<Claimed<'_>> = [email, username, phone].into_iter().flatten().collect();
        match given[..] {
            [one] => Ok(one),
            ref given => Err(one_of_three(given.is_empty())),
        }
    }
}

impl Login {
    /// The password, or the code for the phone: one of them.
    pub fn shown(&self) -> Result<LoginProof> {
        match (&self.password, &self.code, &self.phone) {
            (Some(password), None, _) => Ok(LoginProof::Password(password.clone())),
            (None, Some(code), Some(phone)) => Ok(LoginProof::Code(phone.clone(), code.clone())),
            (None, Some(_), None) => Err(Error::invalid(
                "code",
                "ambiguous",
                "a code goes with `phone` alone",
            )),
            (None, None, _) => Err(Error::invalid("password", "required", "is required")),
            (Some(_), Some(_), _) => Err(Error::invalid(
                "code",
                "ambiguous",
                "give one of `password` and `code`",
            )),
        }
    }
}

fn one_of_three(none: bool) -> Error {
    let fault = |field: &str| FieldError {
        field: field.to_owned(),
        code: if none { "required" } else { "ambiguous" },
        detail: "give one of `email`, `username` and `phone`".to_owned(),
    };
    Error::Invalid(["email", "username", "phone"].map(fault).into())
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
    /// Where the hash has gone out of use: what they typed, and a hash of it as it is made now.
    renewal: Option<(PasswordAttempt, PasswordHash)>,
}

/// Checks a password, taking as long whether or not there is such an account. Before a transaction begins: it takes a
/// moment, and an unlucky try writes nothing.
pub async fn prove(db: &Db, claimed: Claimed<'_>, password: PasswordAttempt) -> Result<Proof> {
    let found = {
        let mut connection = db.acquire().await?;
        match claimed {
            Claimed::Email(email) => sql::credentials_by_email(&mut connection, email).await?,
            Claimed::Username(name) => sql::credentials_by_username(&mut connection, name).await?,
            Claimed::Phone(phone) => sql::credentials_by_phone(&mut connection, phone).await?,
        }
    };
    let hash = found.as_ref().and_then(|found| found.password_hash.clone());
    let proved = hashing::verify(password.clone(), hash).await?;
    match found {
        Some(sql::Credentials {
            id,
            password_hash: Some(password_hash),
        }) if proved => {
            let renewal = match hashing::is_outdated(&password_hash) {
                true => {
                    let hash = hashing::rehash(password.clone()).await?;
                    Some((password, hash))
                }
                false => None,
            };
            Ok(Proof {
                user: id,
                password_hash,
                renewal,
            })
        }
        _ => Err(wrong_credentials()),
    }
}

/// Lets in whoever proved to know the password.
pub async fn login(tx: &mut Tx, auth: &Auth, proof: &Proof, device: &Device) -> Result<Entry> {
    let Some((attempt, renewed)) = &proof.renewal else {
        let way = Way::Password(&proof.password_hash);
        return entry::enter(tx, auth, proof.user, way, device).await;
    };
    let (user, old) = (proof.user, proof.password_hash.as_str());
    if sql::rehash_password(tx.connection(), user, old, renewed).await? {
        return entry::enter(tx, auth, user, Way::Password(&renewed.0), device).await;
    }
    // Somebody was faster: with the same password, by signing in at the same moment, or with another one.
    let hash = sql::password_hash(tx.connection(), user).await?;
    if !hashing::verify(attempt.clone(), hash.clone()).await? {
        return Err(wrong_credentials());
    }
    let way = Way::Password(hash.as_deref().unwrap_or_default());
    entry::enter(tx, auth, user, way, device).await
}

/// Sends another mail of verification to somebody who was refused for want of it, at most one a minute.
pub async fn remind(tx: &mut Tx, auth: &Auth, proof: &Proof) -> Result<()> {
    match verification::resend(tx, auth, proof.user).await {
        Err(Error::RateLimited { .. } | Error::Conflict { .. }) => Ok(()),
        sent => sent,
    }
}

pub(super) fn wrong_credentials() -> Error {
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

/// A refresh token, and where it was.
pub enum ShownRefresh {
    ByHand(RefreshToken),
    /// In a cookie, which browsers send by themselves: the page says its CSRF token too.
    InCookie {
        token: RefreshToken,
        csrf: String,
    },
}

/// Trades a refresh token for a new pair. Of two who show the same token at once one wins, and the other's showing
/// ends the session.
pub async fn refresh(tx: &mut Tx, auth: &Auth, shown: &ShownRefresh) -> Result<Refreshed> {
    let now = tx.now();
    let hash = match shown {
        ShownRefresh::ByHand(token) => token.hash(),
        ShownRefresh::InCookie { token, csrf } => {
            let hash = token.hash();
            let known = sql::refresh_token(tx.connection(), &hash).await?;
            let known = known.ok_or(Error::Unauthenticated("refresh_invalid"))?;
            CsrfToken::demand(auth, known.session_id, csrf)?;
            hash
        }
    };
    if let Some(session) = sql::use_refresh_token(tx.connection(), &hash, now).await? {
        let actor = sql::extend_session(tx.connection(), session, now, now + auth.refresh_ttl)
            .await?
            .ok_or(Error::Unauthenticated("session_revoked"))?;
        return Ok(Refreshed::Tokens(hand_out(tx, auth, actor).await?));
    }
    match sql::refresh_token(tx.connection(), &hash).await? {
        None => Err(Error::Unauthenticated("refresh_invalid")),
        Some(found) if found.used => {
            revoke(tx, found.session_id, "refresh_reused").await?;
            tracing::warn!(session = %found.session_id, "a used refresh token was shown again; its session is revoked");
            Ok(Refreshed::Reused)
        }
        Some(_) => Err(Error::Unauthenticated("refresh_expired")),
    }
}

/// Ends the session. Ending it twice changes nothing.
pub async fn logout(tx: &mut Tx, session: SessionId) -> Result<()> {
    revoke(tx, session, "logout").await
}

/// Ends a session: its refresh tokens are worth nothing from the commit on, its access tokens from now.
pub(super) async fn revoke(tx: &mut Tx, session: SessionId, why: &str) -> Result<()> {
    let now = tx.now();
    if let Some(user) = sql::revoke_session(tx.connection(), session, why, now).await? {
        close(tx, user, session);
    }
    sql::silence(tx.connection(), &[session]).await?;
    people::forget(tx, vec![session_key(session)]).await
}

/// Ends a session of this person's. Whether it stood.
pub(super) async fn revoke_own(
    tx: &mut Tx,
    user: UserId,
    session: SessionId,
    why: &str,
) -> Result<bool> {
    let now = tx.now();
    let stood = sql::revoke_own_session(tx.connection(), session, user, why, now).await?;
    if stood {
        sql::silence(tx.connection(), &[session]).await?;
        close(tx, user, session);
        people::forget(tx, vec![session_key(session)]).await?;
    }
    Ok(stood)
}

/// Ends all sessions of a person, but for one where it is named. How many there were.
pub(crate) async fn revoke_all(
    tx: &mut Tx,
    user: UserId,
    but: Option<SessionId>,
    why: &str,
) -> Result<usize> {
    let now = tx.now();
    second_factor::void(tx, user).await?;
    let revoked = sql::revoke_sessions(tx.connection(), user, but, why, now).await?;
    for session in &revoked {
        close(tx, user, *session);
    }
    let keys: Vec<String> = revoked.iter().copied().map(session_key).collect();
    if !keys.is_empty() {
        sql::silence(tx.connection(), &revoked).await?;
        people::forget(tx, keys).await?;
    }
    Ok(revoked.len())
}

/// What the session holds open closes once this is committed.
fn close(tx: &mut Tx, user: UserId, session: SessionId) {
    tx.tell_live(user.0, Message::Close { session: session.0 });
}

/// How long a session is taken to stand without asking Postgres again. Whoever ends it closes the copy at once.
const STANDS_FOR: std::time::Duration = std::time::Duration::from_secs(60);

fn session_key(session: SessionId) -> String {
    format!("session:{session}")
}

/// The actor as they are now: the session must stand, and the role is the account's, not the token's. One look into
/// Redis; Postgres is asked once a minute, or where Redis is away.
pub async fn standing(platform: &Platform, shown: Actor) -> Result<Actor> {
    let (cache, now) = (&platform.cache, platform.clock.now());
    let (session_key, owner) = (session_key(shown.session), shown.user.to_string());
    let person_key = people::key(shown.user);
    let [session, person] = cache.get([&session_key, &person_key]).await;
    if session.as_deref() == Some(&owner)
        && let Some(person) = person.and_then(|copy| serde_json::from_str::<Person>(&copy).ok())
    {
        platform.presence.note(shown.user.0, now).await;
        return Ok(shown.with(person.role));
    }
    let mut connection = platform.db.acquire().await?;
    let revoked = || Error::Unauthenticated("token_revoked");
    if !sql::session_stands(&mut connection, shown.session, shown.user, now).await? {
        return Err(revoked());
    }
    let person = people::find(cache, &mut connection, shown.user).await?;
    let person = person.ok_or_else(revoked)?;
    cache.fill(&session_key, &owner, STANDS_FOR).await;
    platform.presence.note(shown.user.0, now).await;
    Ok(shown.with(person.role))
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
            phone: None,
            password: Some(PasswordAttempt::example()),
            code: None,
        }
    }
}
