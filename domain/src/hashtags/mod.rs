//! Hashtags: what is said under them, and by how much.
//!
//! Each use by a published post has a row of its own, kept by [`search::index`](crate::search::index) with the words of
//! the post. The rows of posts that everybody sees (`is_for_everybody` in Postgres) are counted, by the statement that
//! changes them (see the migrations). Where it is the author who changes, a [job](jobs::CountUses) sees to it.

pub mod jobs;
mod sql;

use platform::Tx;
use poem_openapi::Object;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use sqlx::PgConnection;
use uuid::Uuid;

use jobs::CountUses;

use crate::people::{check_length, schema};
use crate::posts::{self, fold_tag};
use crate::wire::{Fault, WireText, wire_text};
use crate::{Error, HashtagId, PostId, Result, UserId};

const LONGEST: usize = 100;

/// Uses that are counted anew in one transaction, and those of the same post as the last.
const SLICE: i64 = 1_000;

/// A hashtag.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example)]
pub struct Hashtag {
    pub id: HashtagId,
    /// With its #, as it was first written.
    pub tag: String,
    /// Public posts that have it.
    pub use_count: i64,
}

/// The beginning of a hashtag, with or without its #.
#[derive(Clone, Debug)]
pub struct TagBeginning(String);

wire_text!(TagBeginning);

/// A post under a hashtag, and where it stands there.
#[derive(Clone, Copy, Debug)]
pub struct Tagged {
    pub post: PostId,
    pub place: Uuid,
}

/// Hashtags that begin so, the most used first: the very one before all.
pub async fn suggestions(
    connection: &mut PgConnection,
    typed: &TagBeginning,
    limit: i64,
) -> Result<Vec<Hashtag>> {
    Ok(sql::beginning(connection, &fold_tag(&typed.0), limit).await?)
}

/// A hashtag, however it is written, where the viewer may see a post that has it.
pub async fn find(
    connection: &mut PgConnection,
    viewer: UserId,
    tag: &posts::Hashtag,
) -> Result<Hashtag> {
    let found = sql::find(connection, viewer, &fold_tag(tag.as_str())).await?;
    found.ok_or(Error::NotFound("hashtag"))
}

/// What the viewer may see under a hashtag, the newest first, one more than `limit` where there are more.
pub async fn posts(
    connection: &mut PgConnection,
    viewer: UserId,
    hashtag: HashtagId,
    after: Option<Uuid>,
    offset: i64,
    limit: i64,
) -> Result<Vec<Tagged>> {
    let before = after.unwrap_or(Uuid::max());
    Ok(sql::posts(connection, viewer, hashtag, before, offset, limit + 1).await?)
}

/// Writes down anew which hashtags a post uses. `is_known`: it may have used others before.
pub(crate) async fn keep_uses(tx: &mut Tx, post: PostId, is_known: bool) -> Result<()> {
    if is_known {
        let now = tx.now();
        let tags = sql::used(tx.connection(), post).await?;
        sql::hold_counts(tx.connection(), &tags, now).await?;
        sql::drop_uses(tx.connection(), post).await?;
    }
    sql::keep_uses(tx.connection(), post).await?;
    Ok(())
}

/// Whoever changes whether everybody sees what a person posts says so, after the row of the person is changed: a job counts
/// their hashtags anew.
pub(crate) async fn author_changed(tx: &mut Tx, author_id: UserId) -> Result<()> {
    if sql::uses_any(tx.connection(), author_id).await? {
        tx.enqueue(CountUses { author_id }).await?;
    }
    Ok(())
}

/// Counts the next slice of a person's uses anew, those of posts from before `place`. Where it ended, if there were any.
/// How their account stands does not change until this transaction has committed.
pub async fn count_slice(tx: &mut Tx, author: UserId, place: Option<Uuid>) -> Result<Option<Uuid>> {
    let (before, now) = (place.unwrap_or(Uuid::max()), tx.now());
    sql::hold_author(tx.connection(), author).await?;
    let uses = sql::uses_of(tx.connection(), author, before, SLICE).await?;
    let Some(last) = uses.last() else {
        return Ok(None);
    };
    let tags: Vec<Uuid> = uses.iter().map(|used| used.hashtag_id).collect();
    sql::hold_counts(tx.connection(), &tags, now).await?;
    sql::count_uses(tx.connection(), author, last.place, before).await?;
    Ok(Some(last.place))
}

impl WireText for TagBeginning {
    const NAME: &'static str = "TagBeginning";

    fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim().trim_start_matches(['#', '＃']);
        check_length(text, 1, LONGEST)?;
        Ok(Self(text.to_owned()))
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        schema(1, LONGEST + 1, "nat")
    }
}

impl Example for TagBeginning {
    fn example() -> Self {
        Self("nat".to_owned())
    }
}

impl Example for Hashtag {
    fn example() -> Self {
        Self {
            id: HashtagId::example(),
            tag: "#nature".to_owned(),
            use_count: 15_420,
        }
    }
}
