//! Accounts: what it takes to make one, and what its owner sees.

use chrono::{DateTime, Utc};
use platform::Tx;
use platform::config::Auth;
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::hashing::{self, PasswordHash};
use super::password::Password;
use super::sessions::{self, Device};
use super::{ChosenRole, Email, PersonName, Role, SignedIn, Username, sql, verification};
use crate::{Error, OnConstraint, Result, UserId};

/// An account, as its owner sees it.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Account {
    pub id: UserId,
    pub username: Username,
    pub email: Email,
    /// Whether the address is proved to be theirs.
    pub email_verified: bool,
    pub first_name: Option<PersonName>,
    pub last_name: Option<PersonName>,
    pub role: Role,
    pub last_login_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// What a person says of themselves to get an account.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Registration {
    pub username: Username,
    pub email: Email,
    pub password: Password,
    pub first_name: Option<PersonName>,
    pub last_name: Option<PersonName>,
    /// `member` where nothing is said.
    pub role: Option<ChosenRole>,
}

/// An account that is ready to be made: the rules are kept, the password is hashed.
pub struct NewUser {
    pub(super) username: Username,
    pub(super) email: Email,
    pub(super) email_is_verified: bool,
    pub(super) password_hash: PasswordHash,
    pub(super) first_name: Option<PersonName>,
    pub(super) last_name: Option<PersonName>,
    pub(super) role: Role,
}

impl NewUser {
    /// Takes a moment (the password is hashed): do it before a transaction begins.
    pub async fn registering(said: Registration) -> Result<Self> {
        said.password.suits(&said.username)?;
        Ok(Self {
            username: said.username,
            email: said.email,
            email_is_verified: false,
            password_hash: hashing::hash(said.password).await?,
            first_name: said.first_name,
            last_name: said.last_name,
            role: said.role.unwrap_or_default().into(),
        })
    }

    /// An account that an operator makes for somebody: any role, and the address is taken on trust.
    pub async fn made_by_operator(
        username: Username,
        email: Email,
        password: Password,
        role: Role,
    ) -> Result<Self> {
        password.suits(&username)?;
        Ok(Self {
            username,
            email,
            email_is_verified: true,
            password_hash: hashing::hash(password).await?,
            first_name: None,
            last_name: None,
            role,
        })
    }
}

/// Makes an account, signs it in and sends the mail that proves its address.
pub async fn register(
    tx: &mut Tx,
    auth: &Auth,
    new: &NewUser,
    device: &Device,
) -> Result<SignedIn> {
    let account = create_user(tx, new).await?;
    let tokens = sessions::open(tx, auth, account.id, account.role, device).await?;
    verification::ask(tx, auth, account.id, &account.email).await?;
    Ok(SignedIn { account, tokens })
}

/// Makes an account. Of two at once with the same name or address one succeeds; Postgres decides which.
pub async fn create_user(tx: &mut Tx, new: &NewUser) -> Result<Account> {
    let (id, now) = (UserId::at(tx.now()), tx.now());
    sql::insert_user(tx.connection(), id, new, now)
        .await
        .on_constraint(
            "users_username_taken",
            Error::taken("username_taken", "username", "This username is taken."),
        )
        .on_constraint(
            "users_email_taken",
            Error::taken(
                "email_taken",
                "email",
                "This e-mail address has an account.",
            ),
        )
}

/// The account of whoever is signed in.
pub async fn me(connection: &mut PgConnection, user: UserId) -> Result<Account> {
    sql::account(connection, user)
        .await?
        .ok_or(Error::NotFound("account"))
}

impl Example for Account {
    fn example() -> Self {
        Self {
            id: UserId::example(),
            username: Username::example(),
            email: Email::example(),
            email_verified: false,
            first_name: Some(PersonName::example()),
            last_name: None,
            role: Role::Member,
            last_login_at: None,
            created_at: DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default(),
        }
    }
}

impl Example for Registration {
    fn example() -> Self {
        Self {
            username: Username::example(),
            email: Email::example(),
            password: Password::example(),
            first_name: Some(PersonName::example()),
            last_name: None,
            role: Some(ChosenRole::Member),
        }
    }
}
