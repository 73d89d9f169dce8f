//! What a page has to say besides the cookies that its browser sends by itself: a token that only pages that may read
//! our answers know. It follows from the session; nothing is stored.

use platform::config::Auth;
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::signed::Purpose;
use super::sql;
use super::tokens::RefreshToken;
use crate::{Error, Result, SessionId};

const PURPOSE: Purpose = Purpose(b"commons.csrf.1");

/// What a page sends as `X-CSRF-Token`.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub struct CsrfToken {
    pub csrf_token: String,
}

impl CsrfToken {
    pub fn of(auth: &Auth, session: SessionId) -> Result<Self> {
        let token = PURPOSE.seal(session.0, &auth.keys);
        token
            .map(|csrf_token| Self { csrf_token })
            .ok_or_else(|| Error::Internal("there is no key".to_owned()))
    }

    /// Whether `shown` is the token of this session.
    pub fn fits(auth: &Auth, session: SessionId, shown: &str) -> bool {
        PURPOSE.seals(shown, session.0, &auth.keys)
    }

    pub(super) fn demand(auth: &Auth, session: SessionId, shown: &str) -> Result<()> {
        match Self::fits(auth, session, shown) {
            true => Ok(()),
            false => Err(Self::wrong()),
        }
    }

    pub fn wrong() -> Error {
        Error::denied(
            "csrf_token_wrong",
            "With cookies, what changes something needs the session's CSRF token as X-CSRF-Token.",
        )
    }

    /// For a page that has lost it: of the session that the refresh token is of.
    pub async fn by_refresh_token(
        connection: &mut PgConnection,
        auth: &Auth,
        token: &RefreshToken,
    ) -> Result<Self> {
        let known = sql::refresh_token(connection, &token.hash()).await?;
        let known = known.filter(|known| !known.used);
        let known = known.ok_or(Error::Unauthenticated("refresh_invalid"))?;
        Self::of(auth, known.session_id)
    }
}

impl Example for CsrfToken {
    fn example() -> Self {
        Self {
            csrf_token: "d0pTqQm3Z3uQv1X9s8cJ5uYb2n7Hk4Lr6Wf0Ea1Gt8M".to_owned(),
        }
    }
}
