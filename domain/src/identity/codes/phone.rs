//! The number of somebody who is signed in: set by a code, taken away by the password.

use platform::Tx;
use platform::config::Config;

use super::{CodeAttempt, Tried, sql, try_code};
use crate::identity::access::{self, AccessChange};
use crate::identity::accounts::{Account, account};
use crate::identity::reauthentication::{Confirmed, last_way_in, wrong};
use crate::identity::sql::lock_ways_in;
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
    access::changed(tx, user, AccessChange::PhoneSet).await?;
    Ok(Tried::Right(account(tx.connection(), user).await?))
}

/// Takes the number away from somebody who showed again who they are, and has another way in. Saying it twice is no
/// error.
pub async fn remove_phone(tx: &mut Tx, owner: &Confirmed) -> Result<Account> {
    let (user, now) = (owner.actor.user, tx.now());
    let ways = lock_ways_in(tx.connection(), user).await?;
    let ways = ways.ok_or(Error::NotFound("account"))?;
    if ways.password_hash != owner.known.password_hash {
        return Err(wrong("password"));
    }
    if ways.password_hash.is_none() && !ways.from_elsewhere {
        return Err(last_way_in());
    }
    if sql::remove_phone(tx.connection(), user, now).await? {
        people::changed(tx, user).await?;
        access::changed(tx, user, AccessChange::PhoneRemoved).await?;
    }
    account(tx.connection(), user).await
}
