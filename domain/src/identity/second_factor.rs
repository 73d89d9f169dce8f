//! A second thing to show: a code of an authenticator.

use platform::Tx;
use platform::config::Auth;

use super::entry::Challenge;
use crate::{Result, UserId};

/// What a person has to answer before they come in. None: they have no second factor.
pub(super) async fn challenge(_: &mut Tx, _: &Auth, _: UserId) -> Result<Option<Challenge>> {
    Ok(None)
}
