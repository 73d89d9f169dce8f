//! A comment as it looks to whoever asks: made in one place for every door, whole pages at a time.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;
use uuid::Uuid;

use super::sql;
use crate::people::{self, PersonCard};
use crate::posts::{Mention, Post};
use crate::{CommentId, Error, PostId, Result, UserId};

/// Answers that are shown with a comment.
const ANSWERS: i64 = 3;

/// A comment. One that is deleted and has answers keeps its place: it has no words and no author.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Comment {
    pub id: CommentId,
    pub post_id: PostId,
    /// What it answers. Absent: the post.
    pub parent_comment_id: Option<CommentId>,
    /// 0 under the post, 1 under a comment on it, and so on.
    pub depth: i16,
    pub user_id: Option<UserId>,
    pub user: Option<PersonCard>,
    pub content: String,
    pub mentions: Vec<Mention>,
    pub like_count: i64,
    /// How many answer it, directly.
    pub reply_count: i64,
    /// Whether whoever asks likes it.
    pub is_liked: bool,
    pub is_edited: bool,
    pub is_deleted: bool,
    /// When it was last edited.
    pub edited_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    /// The first of its answers, as they were said. There may be more: see `reply_count`.
    pub replies: Vec<Comment>,
}

/// A post with the first comments on it.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct PostPage {
    #[oai(flatten)]
    pub post: Post,
    /// The latest comments on it, the newest first.
    pub comments: Vec<Comment>,
    /// Send it as `cursor` to the list of comments to get the next ones. Absent where these are all.
    pub comments_cursor: Option<String>,
}

/// A comment that the viewer may see, or its place.
pub async fn one(
    connection: &mut PgConnection,
    viewer: UserId,
    comment: CommentId,
) -> Result<Comment> {
    let gone = || Error::NotFound("comment");
    let seen = sql::list::seen(connection, viewer, comment).await?;
    seen.ok_or_else(gone)?;
    let mut found = views(connection, viewer, &[comment], true).await?;
    found.pop().ok_or_else(gone)
}

/// Comments in this order, without those of people who are hidden from the viewer; whether the post is seen was asked
/// before. However many there are, it takes the same few round trips.
pub(super) async fn views(
    connection: &mut PgConnection,
    viewer: UserId,
    ids: &[CommentId],
    with_answers: bool,
) -> Result<Vec<Comment>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut all: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    if with_answers {
        let answers = sql::list::first_answers(connection, viewer, &all, ANSWERS).await?;
        all.extend(answers.iter().map(|id| id.0));
    }
    let rows = sql::view::comments(connection, viewer, &all).await?;
    let authors: BTreeSet<UserId> = rows.iter().filter_map(|row| row.author).collect();
    let authors: Vec<UserId> = authors.into_iter().collect();
    let cards = people::cards(connection, viewer, &authors).await?;
    let cards: HashMap<UserId, PersonCard> =
        cards.into_iter().map(|card| (card.id, card)).collect();
    let asked = ids.len();
    let mut shown: Vec<Comment> = Vec::with_capacity(asked);
    for (place, row) in rows.into_iter().map(|row| (row.place, row)) {
        let comment = row.view(&cards);
        if usize::try_from(place).is_ok_and(|place| place <= asked) {
            shown.push(comment);
        } else if let Some(above) = shown
            .iter_mut()
            .find(|above| Some(above.id) == comment.parent_comment_id)
        {
            above.replies.push(comment);
        }
    }
    Ok(shown)
}

impl sql::view::CommentRow {
    fn view(self, cards: &HashMap<UserId, PersonCard>) -> Comment {
        let mentions = self.mention_ids.into_iter().zip(self.mention_names);
        Comment {
            id: self.id,
            post_id: self.post,
            parent_comment_id: self.parent,
            depth: self.depth,
            user_id: self.author,
            user: self.author.and_then(|author| cards.get(&author)).cloned(),
            content: self.content,
            mentions: mentions
                .map(|(id, username)| Mention { id, username })
                .collect(),
            like_count: self.like_count,
            reply_count: self.reply_count,
            is_liked: self.is_liked,
            is_edited: self.edited_at.is_some(),
            is_deleted: self.is_deleted,
            edited_at: self.edited_at,
            created_at: self.created_at,
            replies: Vec::new(),
        }
    }
}

impl Example for Comment {
    fn example() -> Self {
        Self {
            id: CommentId::example(),
            post_id: PostId::example(),
            parent_comment_id: None,
            depth: 0,
            user_id: Some(UserId::example()),
            user: Some(PersonCard::example()),
            content: "Amazing photo!".to_owned(),
            mentions: Vec::new(),
            like_count: 5,
            reply_count: 0,
            is_liked: false,
            is_edited: false,
            is_deleted: false,
            edited_at: None,
            created_at: DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default(),
            replies: Vec::new(),
        }
    }
}

impl Example for PostPage {
    fn example() -> Self {
        Self {
            post: Post::example(),
            comments: vec![Comment::example()],
            comments_cursor: None,
        }
    }
}
