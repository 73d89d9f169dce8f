//! Posts.

use std::sync::Arc;

use domain::PostId;
use domain::posts::{self, NewPost, Post};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;

use crate::answer::{Created201, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::Body;
use crate::problem::{Answer, Refusals, Told};

pub(crate) struct PostsApi {
    platform: Arc<Platform>,
}

/// Or not for whoever asks: the answer is the same.
pub(crate) const NO_POST: Told = Told::new(404, "not_found", "There is no such post.");

struct Seeing;

impl Refusals for Seeing {
    const LIST: &'static [Told] = &[NO_POST];
}

#[OpenApi(prefix_path = "/posts", tag = "Tag::Posts")]
impl PostsApi {
    /// Publish a post
    ///
    /// Its hashtags and mentions are found in the caption; further hashtags may be given beside it.
    #[oai(path = "/", method = "post", operation_id = "createPost")]
    async fn create(&self, Signed(actor): Signed, body: Body<NewPost>) -> Answer<Created201<Post>> {
        let mut tx = self.platform.db.begin().await?;
        let id = posts::create(&mut tx, actor.user, &body.0).await?;
        let (storage, now) = (&self.platform.storage, tx.now());
        let post = posts::one(tx.connection(), storage, actor.user, id, now).await?;
        tx.commit().await?;
        Ok(Created201::of(post))
    }

    /// A post
    ///
    /// With its counters, and whether whoever asks likes it. One that is not shown to them is not found.
    #[oai(path = "/:post_id", method = "get", operation_id = "getPost")]
    async fn show(
        &self,
        Signed(actor): Signed,
        post_id: Path<PostId>,
    ) -> Answer<Ok200<Post>, Seeing> {
        let (storage, now) = (&self.platform.storage, self.platform.clock.now());
        let mut connection = self.platform.db.acquire().await?;
        let post = posts::one(&mut connection, storage, actor.user, post_id.0, now).await?;
        Ok(Ok200::of(post))
    }
}

impl PostsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }
}
