//! Accounts: what it takes to make one, and what its owner sees on the way in.

use chrono::{DateTime, Utc};
use platform::Tx;
use platform::config::Auth;
use platform::mail::Letter;
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::allowances::{self, Allowance};
use super::hashing::{self, PasswordHash};
use super::jobs::SendAddressKnownMail;
use super::password::Password;
use super::sessions::{self, Device};
use super::{SignedIn, handle, letters, sql, verification};
use crate::people::{self, ChosenRole, Email, PersonName, Phone, Role, Username};
use crate::{Error, OnConstraint, Result, UserId};

/// An account, as its owner sees it on the way in. All of it is at `/users/me`.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Account {
    pub id: UserId,
    pub username: Username,
    /// Absent where they came in by phone, or by a provider that does not give it away.
    pub email: Option<Email>,
    /// Whether the address is proved to be theirs.
    pub email_verified: bool,
    /// Proved to be theirs.
    pub phone: Option<Phone>,
    pub first_name: Option<PersonName>,
    pub last_name: Option<PersonName>,
    pub full_name: Option<PersonName>,
    pub profile_picture_url: Option<String>,
    pub role: Role,
    pub last_login_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// What a person says of themselves to get an account.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Registration {
    /// Made from the name where nothing is said. It can be changed.
    pub username: Option<Username>,
    pub email: Email,
    pub password: Password,
    pub first_name: Option<PersonName>,
    pub last_name: Option<PersonName>,
    pub full_name: Option<PersonName>,
    /// `member` where nothing is said.
    pub role: Option<ChosenRole>,
}

/// An account that is ready to be made: the rules are kept, the password is hashed.
pub struct NewUser {
    pub(super) username: Username,
    pub(super) email: Option<Email>,
    pub(super) email_is_verified: bool,
    /// Proved to be theirs.
    pub(super) phone: Option<Phone>,
    pub(super) password_hash: Option<PasswordHash>,
    pub(super) first_name: Option<PersonName>,
    pub(super) last_name: Option<PersonName>,
    pub(super) full_name: Option<PersonName>,
    pub(super) picture_url: Option<String>,
    pub(super) bio: Option<String>,
    pub(super) role: Role,
}

impl NewUser {
    /// Nothing but a name.
    pub(super) fn named(username: Username) -> Self {
        Self {
            username,
            email: None,
            email_is_verified: false,
            phone: None,
            password_hash: None,
            first_name: None,
            last_name: None,
            full_name: None,
            picture_url: None,
            bio: None,
            role: Role::default(),
        }
    }

    /// Takes a moment (the password is hashed): do it before a transaction begins.
    pub async fn registering(said: Registration) -> Result<Self> {
        let named = [&said.full_name, &said.first_name, &said.last_name];
        let username = match said.username {
            Some(username) => username,
            None => handle::from_names(named.into_iter().flatten().map(PersonName::as_str))?,
        };
        said.password.suits(&username)?;
        Ok(Self {
            email: Some(said.email),
            password_hash: Some(hashing::hash(said.password).await?),
            first_name: said.first_name,
            last_name: said.last_name,
            full_name: said.full_name,
            role: said.role.unwrap_or_default().into(),
            ..Self::named(username)
        })
    }

    /// An account without an address: nobody writes to it, and nobody can ask for another password.
    pub async fn without_address(
        username: Username,
        full_name: PersonName,
        password: Password,
    ) -> Result<Self> {
        password.suits(&username)?;
        Ok(Self {
            password_hash: Some(hashing::hash(password).await?),
            full_name: Some(full_name),
            ..Self::named(username)
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
            email: Some(email),
            email_is_verified: true,
            password_hash: Some(hashing::hash(password).await?),
            role,
            ..Self::named(username)
        })
    }
}

/// An account that waits for its address to be proved. The same whether or not the address has an account already.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct Registered {
    /// Where the mail goes that says how to go on.
    pub email: Email,
    /// Always true: there is no session yet.
    pub verification_required: bool,
}

/// What came of a registration.
#[derive(Clone, Debug)]
pub enum Arrival {
    SignedIn(Box<SignedIn>),
    Registered(Registered),
}

/// Makes an account and sends the mail that proves its address. Signs it in, where that does not wait for the proof.
pub async fn register(tx: &mut Tx, auth: &Auth, new: &NewUser, device: &Device) -> Result<Arrival> {
    if let (true, Some(email)) = (auth.require_verified_email, &new.email) {
        return register_unseen(tx, auth, new, email)
            .await
            .map(Arrival::Registered);
    }
    let account = create_user(tx, new).await?;
    let tokens = sessions::open(tx, auth, account.id, account.role, device).await?;
    if let Some(email) = &account.email {
        verification::ask(tx, auth, account.id, email).await?;
    }
    let signed_in = SignedIn { account, tokens };
    Ok(Arrival::SignedIn(Box::new(signed_in)))
}

/// Tells nobody but the reader of the mail whether the address has an account, by answer or by time: where it has one,
/// the new one is made all the same, without the address, and taken back.
async fn register_unseen(
    tx: &mut Tx,
    auth: &Auth,
    new: &NewUser,
    email: &Email,
) -> Result<Registered> {
    // Two registrations of one address wait for each other here, so that none fails for it.
    sql::lock_address(tx.connection(), email).await?;
    let allowed = allowances::take(tx, auth, Allowance::Known(email)).await?;
    sql::set_savepoint(tx.connection()).await?;
    let id = UserId::at(tx.now());
    let known = insert(tx, id, new, true).await?;
    people::index_names(tx, id).await?;
    match known {
        None => verification::ask(tx, auth, id, email).await?,
        Some(user_id) => {
            sql::back_to_savepoint(tx.connection()).await?;
            if allowed {
                tx.enqueue(SendAddressKnownMail { user_id }).await?;
            }
        }
    }
    Ok(Registered {
        email: email.clone(),
        verification_required: true,
    })
}

/// Word to an address that somebody wanted to register once more.
pub async fn address_known_letter(
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Letter>> {
    let to = sql::email(connection, user).await?;
    to.map(|to| letters::notice(&to, &letters::ADDRESS_KNOWN))
        .transpose()
}

pub(super) fn email_taken() -> Error {
    Error::taken(
        "email_taken",
        "email",
        "This e-mail address has an account.",
    )
}

/// Makes an account. Of two at once with the same name, address or number one succeeds; Postgres decides which.
pub async fn create_user(tx: &mut Tx, new: &NewUser) -> Result<Account> {
    let id = UserId::at(tx.now());
    insert(tx, id, new, false).await?;
    people::index_names(tx, id).await?;
    account(tx.connection(), id).await
}

/// Makes the row. With `unseen` an address that has an account is left out, and whose it is is answered.
async fn insert(tx: &mut Tx, id: UserId, new: &NewUser, unseen: bool) -> Result<Option<UserId>> {
    let now = tx.now();
    sql::insert_user(tx.connection(), id, new, unseen, now)
        .await
        .on_constraint(
            "users_username_taken",
            Error::taken("username_taken", "username", "This username is taken."),
        )
        .on_constraint("users_email_taken", email_taken())
        .on_constraint(
            "users_phone_taken",
            Error::taken("phone_taken", "phone", "This number has an account."),
        )
}

/// The account of whoever is signed in.
pub async fn account(connection: &mut PgConnection, user: UserId) -> Result<Account> {
    sql::account(connection, user)
        .await?
        .ok_or(Error::NotFound("account"))
}

impl Example for Account {
    fn example() -> Self {
        Self {
            id: UserId::example(),
            username: Username::example(),
            email: Some(Email::example()),
            email_verified: false,
            phone: None,
            first_name: Some(PersonName::example()),
            last_name: None,
            full_name: None,
            profile_picture_url: None,
            role: Role::Member,
            last_login_at: None,
            created_at: DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default(),
        }
    }
}

impl Example for Registered {
    fn example() -> Self {
        Self {
            email: Email::example(),
            verification_required: true,
        }
    }
}

impl Example for Registration {
    fn example() -> Self {
        Self {
            username: Some(Username::example()),
            email: Email::example(),
            password: Password::example(),
            first_name: Some(PersonName::example()),
            last_name: None,
            full_name: None,
            role: Some(ChosenRole::Member),
        }
    }
}
