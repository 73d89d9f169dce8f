//! In by a code.

use platform::Tx;
use platform::config::Config;
use poem_openapi::Object;
use poem_openapi::types::Example;

use super::{CodeAttempt, Tried, sql, try_code};
use crate::Result;
use crate::identity::accounts::{NewUser, create_user};
use crate::identity::sessions::{Device, wrong_credentials};
use crate::identity::{Entry, Way, entry, handle};
use crate::people::{ChosenRole, PersonName, Phone, Username};

/// A code from a text message, and what a newcomer may say of themselves.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Newcomer {
    pub phone: Phone,
    pub code: CodeAttempt,
    /// For a new account; made from the name where nothing is said. It can be changed.
    pub username: Option<Username>,
    /// For a new account.
    pub full_name: Option<PersonName>,
    /// For a new account; `member` where nothing is said.
    pub role: Option<ChosenRole>,
}

/// Lets in whoever holds the number, and makes them an account where it has none.
pub async fn verify(
    tx: &mut Tx,
    config: &Config,
    said: &Newcomer,
    device: &Device,
) -> Result<Tried<Entry>> {
    let Tried::Right(()) = try_code(tx, config, &said.phone, &said.code).await? else {
        return Ok(Tried::Wrong);
    };
    // Two who verify at once come one after the other, by the row of the code. Whoever gave the number to an account in
    // another way meanwhile, `users_phone_taken` tells.
    let user = match sql::owner_of(tx.connection(), &said.phone).await? {
        Some(user) => user,
        None => create_user(tx, &said.account()?).await?.id,
    };
    let entry = entry::enter(tx, &config.auth, user, Way::Code, device).await?;
    Ok(Tried::Right(entry))
}

/// Lets in whoever holds the number of an account.
pub async fn login(
    tx: &mut Tx,
    config: &Config,
    phone: &Phone,
    code: &CodeAttempt,
    device: &Device,
) -> Result<Tried<Entry>> {
    let Tried::Right(()) = try_code(tx, config, phone, code).await? else {
        return Ok(Tried::Wrong);
    };
    // Rolls back: the code is good to make an account with.
    let user = sql::owner_of(tx.connection(), phone).await?;
    let user = user.ok_or_else(wrong_credentials)?;
    let entry = entry::enter(tx, &config.auth, user, Way::Code, device).await?;
    Ok(Tried::Right(entry))
}

impl Newcomer {
    fn account(&self) -> Result<NewUser> {
        let username = match &self.username {
            Some(username) => username.clone(),
            None => handle::from_names(self.full_name.iter().map(PersonName::as_str))?,
        };
        Ok(NewUser {
            phone: Some(self.phone.clone()),
            full_name: self.full_name.clone(),
            role: self.role.unwrap_or_default().into(),
            ..NewUser::named(username)
        })
    }
}

impl Example for Newcomer {
    fn example() -> Self {
        Self {
            phone: Phone::example(),
            code: CodeAttempt::example(),
            username: None,
            full_name: Some(PersonName::example()),
            role: None,
        }
    }
}
