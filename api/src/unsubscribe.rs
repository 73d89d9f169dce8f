//! The link that ends mails, without signing in.

use std::sync::Arc;

use domain::Error;
use domain::delivery::{self, UnsubscribeToken};
use platform::Platform;
use platform::config::SigningKey;
use poem::Request;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use poem_openapi::types::Example;

use crate::apis::Tag;
use crate::identity::page::{self, Page};
use crate::problem::Answer;

pub(crate) struct UnsubscribeApi {
    platform: Arc<Platform>,
}

#[OpenApi(prefix_path = "/unsubscribe", tag = "Tag::Notifications")]
impl UnsubscribeApi {
    /// Follow an unsubscribe link
    ///
    /// What the link in a mail opens: a page that asks for the click which ends such mails. Opening it ends none, for
    /// programs that look into mails open every link. Programs that do not accept `text/html` are refused with a problem
    /// where the link is not good.
    #[oai(path = "/", method = "get", operation_id = "followUnsubscribeLink")]
    async fn follow(
        &self,
        request: &Request,
        /// The token of the link.
        #[oai(example = "example_token")]
        token: Query<UnsubscribeToken>,
    ) -> Answer<Page> {
        match delivery::check_unsubscribe(self.keys(), &token.0) {
            Ok(_) => Ok(Page::to_unsubscribe(token.0.as_str())),
            Err(refused) => shown(request, refused),
        }
    }

    /// Unsubscribe
    ///
    /// Ends the mails that the link came in: those of one kind of notification, or the weekly digest. Nobody has to be
    /// signed in, and saying it twice is no error. Mail programs post here by themselves when their reader clicks
    /// (RFC 8058); what they post is not looked at. The settings turn the mails on again.
    #[oai(path = "/", method = "post", operation_id = "unsubscribe")]
    async fn unsubscribe(
        &self,
        request: &Request,
        /// The token of the link.
        #[oai(example = "example_token")]
        token: Query<UnsubscribeToken>,
    ) -> Answer<Page> {
        let mut tx = self.platform.db.begin().await?;
        match delivery::unsubscribe(&mut tx, self.keys(), &token.0).await {
            Ok(_) => {
                tx.commit().await?;
                Ok(Page::unsubscribed())
            }
            Err(refused) => shown(request, refused),
        }
    }
}

fn shown(request: &Request, refused: Error) -> Answer<Page> {
    match refused {
        Error::Invalid(_) if page::is_wanted(request) => Ok(Page::refused(&refused)),
        refused => Err(refused.into()),
    }
}

impl UnsubscribeApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    fn keys(&self) -> &[SigningKey] {
        &self.platform.config.auth.keys
    }
}

fn example_token() -> UnsubscribeToken {
    UnsubscribeToken::example()
}
