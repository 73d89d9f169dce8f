//! People.

use std::sync::Arc;

use domain::identity::{self, Account};
use platform::Platform;
use poem_openapi::OpenApi;

use crate::answer::Ok200;
use crate::apis::Tag;
use crate::auth::Signed;
use crate::problem::Answer;

pub(crate) struct UsersApi {
    platform: Arc<Platform>,
}

#[OpenApi(prefix_path = "/users", tag = "Tag::Users")]
impl UsersApi {
    /// My account
    ///
    /// The account of whoever is signed in, with what only they may see.
    #[oai(path = "/me", method = "get", operation_id = "getMe")]
    async fn me(&self, Signed(actor): Signed) -> Answer<Ok200<Account>> {
        let mut connection = self.platform.db.acquire().await?;
        let account = identity::account(&mut connection, actor.user).await?;
        Ok(Ok200::of(account))
    }
}

impl UsersApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}
