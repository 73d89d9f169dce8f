//! A post as it looks to whoever asks: made in one place for every door, whole pages at a time.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use platform::Storage;
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::{CommentsFrom, PostKind, PostState, Visibility, sql};
use crate::media::{self, Media};
use crate::people::{self, PersonCard, Username};
use crate::{Error, MediaId, PostId, Result, UserId};

/// A post.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Post {
    pub id: PostId,
    pub user_id: UserId,
    pub user: PersonCard,
    pub post_type: PostKind,
    pub caption: String,
    /// As they were first written, without their #.
    pub hashtags: Vec<String>,
    pub mentions: Vec<Mention>,
    pub media: Vec<Media>,
    pub visibility: Visibility,
    pub comments_from: CommentsFrom,
    pub location: Option<String>,
    pub like_count: i64,
    pub comment_count: i64,
    /// Reposts and quotes.
    pub share_count: i64,
    /// Whether whoever asks likes it.
    pub is_liked: bool,
    /// Whether whoever asks has saved it.
    pub is_saved: bool,
    /// Whether whoever asks has reposted it.
    pub is_shared: bool,
    /// What this is a repost of.
    pub repost_of: Option<Box<Post>>,
    /// What this quotes. Absent where whoever asks may not see that, or it is gone.
    pub quote_of: Option<Box<Post>>,
    pub state: PostState,
    pub publish_at: Option<DateTime<Utc>>,
    pub published_at: Option<DateTime<Utc>>,
    /// When it was last edited.
    pub edited_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    /// Which of its author's changes this shows.
    #[oai(skip)]
    pub version: i32,
}

/// Somebody whom a text mentions.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example)]
pub struct Mention {
    pub id: UserId,
    pub username: Username,
}

/// A post that the viewer may see.
pub async fn one(
    connection: &mut PgConnection,
    storage: &Storage,
    viewer: UserId,
    id: PostId,
    now: DateTime<Utc>,
) -> Result<Post> {
    let mut found = views(connection, storage, viewer, &[id], now).await?;
    found.pop().ok_or(Error::NotFound("post"))
}

/// Posts in this order, without those that the viewer may not see, with the files, people and originals that belong to
/// them. However many there are, it takes the same few round trips.
pub async fn views(
    connection: &mut PgConnection,
    storage: &Storage,
    viewer: UserId,
    ids: &[PostId],
    now: DateTime<Utc>,
) -> Result<Vec<Post>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sql::posts(connection, viewer, ids).await?;
    let mut here: BTreeSet<PostId> = rows.iter().map(|row| row.id).collect();
    let shared = rows.iter().flat_map(|row| [row.repost_of, row.quote_of]);
    let shared = shared.flatten().collect();
    let originals = missing(connection, viewer, &mut here, shared).await?;
    // What is reposted may be a quote itself.
    let reposted: BTreeSet<PostId> = rows.iter().filter_map(|row| row.repost_of).collect();
    let quotes = rows.iter().chain(&originals);
    let quotes = quotes.filter(|row| reposted.contains(&row.id));
    let quoted = quotes.filter_map(|row| row.quote_of).collect();
    let quoted = missing(connection, viewer, &mut here, quoted).await?;
    let every = || rows.iter().chain(&originals).chain(&quoted);
    let authors: BTreeSet<UserId> = every().map(|row| row.author).collect();
    let authors: Vec<UserId> = authors.into_iter().collect();
    let cards = people::cards(connection, viewer, &authors).await?;
    let files: Vec<MediaId> = every().flat_map(|row| row.media_ids.clone()).collect();
    let parts = Parts {
        cards: cards.into_iter().map(|card| (card.id, card)).collect(),
        media: media::views(connection, storage, &files, now).await?,
    };
    let known: HashMap<PostId, Post> = every()
        .filter_map(|row| Some((row.id, parts.post(row)?)))
        .collect();
    let whole = rows.iter().filter_map(|row| {
        let mut post = known.get(&row.id)?.clone();
        let behind = |id: PostId| known.get(&id).cloned().map(Box::new);
        post.quote_of = row.quote_of.and_then(behind);
        post.repost_of = row.repost_of.and_then(behind);
        if let Some(original) = &mut post.repost_of {
            let quoted = every().find(|row| row.id == original.id);
            original.quote_of = quoted.and_then(|row| row.quote_of).and_then(behind);
        }
        Some(post)
    });
    Ok(whole.collect())
}

/// Those of `wanted` that are not `here` yet and that the viewer may see.
async fn missing(
    connection: &mut PgConnection,
    viewer: UserId,
    here: &mut BTreeSet<PostId>,
    wanted: BTreeSet<PostId>,
) -> Result<Vec<sql::PostRow>> {
    let wanted: Vec<PostId> = wanted.difference(here).copied().collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let found = sql::posts(connection, viewer, &wanted).await?;
    here.extend(found.iter().map(|row| row.id));
    Ok(found)
}

/// What posts of a page have in common.
struct Parts {
    cards: HashMap<UserId, PersonCard>,
    media: HashMap<MediaId, Media>,
}

impl Parts {
    fn post(&self, row: &sql::PostRow) -> Option<Post> {
        let media = row.media_ids.iter().filter_map(|id| self.media.get(id));
        let mentions = row.mention_ids.iter().zip(&row.mention_names);
        let mention = |(id, username): (&UserId, &Username)| Mention {
            id: *id,
            username: username.clone(),
        };
        Some(Post {
            id: row.id,
            user_id: row.author,
            user: self.cards.get(&row.author)?.clone(),
            post_type: row.kind,
            caption: row.caption.clone(),
            hashtags: row.hashtags.clone(),
            mentions: mentions.map(mention).collect(),
            media: media.cloned().collect(),
            visibility: row.visibility,
            comments_from: row.comments_from,
            location: row.location.clone(),
            like_count: row.like_count,
            comment_count: row.comment_count,
            share_count: row.share_count,
            is_liked: row.is_liked,
            is_saved: row.is_saved,
            is_shared: row.is_shared,
            repost_of: None,
            quote_of: None,
            state: row.state,
            publish_at: row.publish_at,
            published_at: row.published_at,
            edited_at: row.edited_at,
            created_at: row.created_at,
            version: row.version,
        })
    }
}

impl Example for Mention {
    fn example() -> Self {
        Self {
            id: UserId::example(),
            username: Username::example(),
        }
    }
}

impl Example for Post {
    fn example() -> Self {
        let at = DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default();
        Self {
            id: PostId::example(),
            user_id: UserId::example(),
            user: PersonCard::example(),
            post_type: PostKind::Image,
            caption: "Beautiful sunset at campus! #nature".to_owned(),
            hashtags: vec!["nature".to_owned()],
            mentions: Vec::new(),
            media: vec![Media::example()],
            visibility: Visibility::Public,
            comments_from: CommentsFrom::Everyone,
            location: None,
            like_count: 245,
            comment_count: 18,
            share_count: 3,
            is_liked: true,
            is_saved: false,
            is_shared: false,
            repost_of: None,
            quote_of: None,
            state: PostState::Published,
            publish_at: None,
            published_at: Some(at),
            edited_at: None,
            created_at: at,
            version: 1,
        }
    }
}
