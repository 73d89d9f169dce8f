//! The number of somebody who is signed in: set by a code, taken away by the password.

use platform::config::Config;
use platform::{Db, Tx};

use super::{CodeAttempt, Tried, sql, try_code};
use crate::identity::accounts::{Account, account};
use crate::identity::hashing;
use crate::identity::password::PasswordAttempt;
use crate::people::{self, Phone};
use crate::{Error, OnConstraint, Result, UserId};

/// Gives an account its number, in place of the one it had. That it is another account's number is told only to those
/// who hold it, and leaves the code good: with it they may sign in there.
pub async fn set_phone(
    tx: &mut Tx,
    config: &Config,
    user: UserId,
    phone: &Phone,
    code: &CodeAttempt,
) -> Result<Tried<Account>> {
    let Tried::Right(()) = try_code(tx, config, phone, code).await? else {
        return Ok(Tried::Wrong);
    };
    let now = tx.now();
    sql::set_phone(tx.connection(), user, phone, now)
        .await
        .on_constraint(
            "users_phone_taken",
            Error::taken("phone_taken", "phone", "This number has an account."),
        )?;
    people::changed(tx, user).await?;
    Ok(Tried::Right(account(tx.connection(), user).await?))
}

/// Somebody signed in who has just shown the password of their account.
pub struct Owner {
    user: UserId,
    password_hash: String,
}

/// Asks for the password, and that there is another way in than the phone. Before a transaction begins: it takes a
/// moment.
pub async fn prove_owner(db: &Db, user: UserId, password: PasswordAttempt) -> Result<Owner> {
    let other_way = {
        let mut connection = db.acquire().await?;
        sql::other_way(&mut connection, user).await?
    };
    let other_way = other_way.ok_or(Error::NotFound("account"))?;
    let password_hash = other_way.password_hash.ok_or_else(only_way_in)?;
    if !hashing::verify(password, Some(password_hash.clone())).await? {
        return Err(wrong_password());
    }
    if !other_way.has_email {
        return Err(only_way_in());
    }
    Ok(Owner {
        user,
        password_hash,
    })
}

/// Takes the number away. Saying it twice is no error.
pub async fn remove_phone(tx: &mut Tx, owner: &Owner) -> Result<Account> {
    let (user, now) = (owner.user, tx.now());
    if !sql::remove_phone(tx.connection(), user, &owner.password_hash, now).await? {
        return Err(wrong_password());
    }
    people::changed(tx, user).await?;
    account(tx.connection(), user).await
}

fn wrong_password() -> Error {
    Error::denied("password_wrong", "This is not the password of the account.")
}

fn only_way_in() -> Error {
    Error::conflict(
        "only_way_in",
        "The phone is the only way into this account: give it an e-mail address and a password first.",
    )
}
