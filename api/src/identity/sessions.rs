//! Where a person is signed in.

use std::sync::Arc;

use domain::identity::{self, CsrfToken, EndedSessions, SessionPlace, SessionView};
use domain::{Error, SessionId};
use platform::Platform;
use poem::Request;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use crate::answer::{List200, Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::edge::{Caller, Token};
use crate::page::{Paging, cursor};
use crate::problem::{Answer, Refusals, Told};

pub(crate) struct SessionsApi {
    platform: Arc<Platform>,
}

struct Ending;
struct Remembering;

#[OpenApi(prefix_path = "/auth", tag = "Tag::Auth")]
impl SessionsApi {
    /// My sessions
    ///
    /// Every device that is signed in, the last used first. A session is used when it asks for new tokens.
    #[oai(path = "/sessions", method = "get", operation_id = "listSessions")]
    async fn list(
        &self,
        Signed(actor): Signed,
        /// Most sessions on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<SessionView>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let after = paging.after::<SessionPlace>()?;
        let now = self.platform.clock.now();
        let mut connection = self.platform.db.acquire().await?;
        let (mut data, total) = identity::list_sessions(
            &mut connection,
            actor,
            now,
            after,
            paging.offset,
            paging.limit,
        )
        .await?;
        let pagination = paging.of(&mut data, total, false, |session| {
            self::cursor(&session.place())
        });
        Ok(List200 { data, pagination })
    }

    /// End a session
    ///
    /// The device is signed out at once: its access token is worth nothing from now on.
    #[oai(path = "/sessions/:id", method = "delete", operation_id = "endSession")]
    async fn end(
        &self,
        Signed(actor): Signed,
        id: Path<SessionId>,
    ) -> Answer<Ok200<Nothing>, Ending> {
        let mut tx = self.platform.db.begin().await?;
        identity::end_session(&mut tx, actor.user, id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(Nothing {}).ending_session(id.0 == actor.session))
    }

    /// End all other sessions
    ///
    /// With `all=true` this one too. Whoever was about to show their second factor begins again.
    #[oai(path = "/sessions", method = "delete", operation_id = "endSessions")]
    async fn end_all(
        &self,
        Signed(actor): Signed,
        /// Whether to end this session as well.
        all: Query<Option<bool>>,
    ) -> Answer<Ok200<EndedSessions>> {
        let all = all.0.unwrap_or_default();
        let mut tx = self.platform.db.begin().await?;
        let ended = identity::end_sessions(&mut tx, actor, all).await?;
        tx.commit().await?;
        Ok(Ok200::of(ended).ending_session(all))
    }

    /// My CSRF token
    ///
    /// For a page that has lost it, or that lives on another origin than the cookie it could read: the token of the
    /// session that the cookies are of. It stays the same for as long as the session.
    #[oai(path = "/csrf-token", method = "get", operation_id = "getCsrfToken")]
    async fn csrf_token(&self, request: &Request) -> Answer<Ok200<CsrfToken>, Remembering> {
        let auth = &self.platform.config.auth;
        let caller = request.data::<Caller>();
        if let Some(Token::Good(actor)) = caller.map(|caller| caller.token) {
            return Ok(Ok200::of(CsrfToken::of(auth, actor.session)?));
        }
        let refresh = caller.and_then(|caller| caller.cookies.refresh());
        let refresh = refresh.ok_or(Error::Unauthenticated("token_missing"))?;
        let mut connection = self.platform.db.acquire().await?;
        let token = CsrfToken::by_refresh_token(&mut connection, auth, refresh).await?;
        Ok(Ok200::of(token))
    }
}

impl SessionsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}

impl Refusals for Ending {
    const LIST: &'static [Told] = &[Told::new(
        404,
        "not_found",
        "You have no such session, or it is over.",
    )];
}

impl Refusals for Remembering {
    const LIST: &'static [Told] = &[
        crate::problem::catalog::TOKEN_MISSING,
        Told::new(
            401,
            "refresh_invalid",
            "The refresh token is not one of ours.",
        ),
    ];
}
