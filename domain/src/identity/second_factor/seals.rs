//! Secrets of authenticators are sealed at rest, each for its owner.

use platform::Tx;
use platform::config::Auth;

use super::sql;
use crate::seal::Seal;
use crate::{Result, UserId};

pub(super) fn of(user: &UserId) -> Seal<'_> {
    Seal {
        purpose: "commons.totp.1\n",
        place: user.0.as_bytes(),
    }
}

/// Seals secrets with the newest key, those of the next `limit` people after `after`. The last of them; none: that was
/// all. A secret that no key opens is left and told: its owner has their recovery codes.
pub async fn reseal(
    tx: &mut Tx,
    auth: &Auth,
    after: Option<UserId>,
    limit: i64,
) -> Result<Option<UserId>> {
    let sealed = sql::secrets(tx.connection(), after, limit).await?;
    for one in &sealed {
        match of(&one.user_id).renew(&auth.keys, &one.secret) {
            Ok(None) => {}
            Ok(Some(renewed)) => {
                sql::reseal(tx.connection(), one.user_id, &one.secret, &renewed).await?;
            }
            Err(error) => {
                tracing::error!(user = %one.user_id, %error, "the secret of an authenticator is lost");
            }
        }
    }
    Ok(sealed.last().map(|last| last.user_id))
}
