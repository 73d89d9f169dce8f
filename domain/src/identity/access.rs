//! Word to a person that somebody, hopefully they, changed how their account is got into.

use platform::Tx;
use platform::mail::Letter;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::jobs::SendAccessChangedMail;
use super::letters::{self, Notice};
use super::sql;
use crate::{Result, UserId};

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessChange {
    Password,
    PhoneSet,
    PhoneRemoved,
    Linked,
    Unlinked,
}

/// Has the person told, once what changed is committed.
pub(super) async fn changed(tx: &mut Tx, user_id: UserId, change: AccessChange) -> Result<()> {
    tx.enqueue(SendAccessChangedMail { user_id, change })
        .await?;
    Ok(())
}

/// To the address of the account, where it has one.
pub async fn access_changed_letter(
    connection: &mut PgConnection,
    user: UserId,
    change: AccessChange,
) -> Result<Option<Letter>> {
    let to = sql::email(connection, user).await?;
    to.map(|to| letters::notice(&to, change.notice()))
        .transpose()
}

impl AccessChange {
    fn notice(self) -> &'static Notice {
        match self {
            Self::Password => &letters::PASSWORD_CHANGED,
            Self::PhoneSet => &letters::PHONE_SET,
            Self::PhoneRemoved => &letters::PHONE_REMOVED,
            Self::Linked => &letters::LINKED,
            Self::Unlinked => &letters::UNLINKED,
        }
    }
}
