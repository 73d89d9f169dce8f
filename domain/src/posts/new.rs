//! A new post.

use platform::Tx;
use poem_openapi::Object;
use poem_openapi::types::Example;

use super::{Caption, CommentsFrom, Hashtag, PostKind, Visibility, sql, words};
use crate::people::Line;
use crate::{Error, PostId, Result, UserId, feed};

/// Hashtags of one post, from its caption and beside it.
const MOST_TAGS: usize = 30;

/// People whom one post mentions; further ones are not told.
const MOST_MENTIONS: usize = 20;

/// A post to be made.
#[derive(Clone, Debug, Default, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct NewPost {
    pub caption: Option<Caption>,
    /// Beside those in the caption.
    pub hashtags: Option<Vec<Hashtag>>,
    pub visibility: Option<Visibility>,
    pub comments_from: Option<CommentsFrom>,
    pub location: Option<Line>,
}

/// What a post is found by.
pub(super) struct Found {
    pub folded: Vec<String>,
    pub shown: Vec<String>,
    pub in_caption: Vec<bool>,
    pub mentions: Vec<String>,
}

/// Publishes a post.
pub async fn create(tx: &mut Tx, author: UserId, new: &NewPost) -> Result<PostId> {
    let caption = new.caption.as_ref().map_or("", Caption::as_str);
    if caption.is_empty() {
        let detail = "say something, or show something";
        return Err(Error::invalid("caption", "required", detail));
    }
    let found = Found::of(caption, new.hashtags.as_deref().unwrap_or_default())?;
    let (id, now) = (PostId::at(tx.now()), tx.now());
    let row = sql::NewRow {
        id,
        author,
        kind: PostKind::Text,
        caption,
        visibility: new.visibility.unwrap_or_default(),
        comments_from: new.comments_from.unwrap_or_default(),
        location: new.location.as_ref().map(Line::as_str),
    };
    sql::insert_published(tx.connection(), &row, now).await?;
    sql::insert_tags(tx.connection(), id, &found, now).await?;
    sql::insert_mentions(tx.connection(), id, author, &found.mentions, now).await?;
    feed::published(tx, id, author).await?;
    Ok(id)
}

impl Found {
    pub(super) fn of(caption: &str, beside: &[Hashtag]) -> Result<Self> {
        let mut found = Self {
            folded: Vec::new(),
            shown: Vec::new(),
            in_caption: Vec::new(),
            mentions: words::mentioned(caption),
        };
        found.mentions.truncate(MOST_MENTIONS);
        let written = words::tags(caption).into_iter().map(|tag| (tag, true));
        let beside = beside.iter().map(|tag| (tag.as_str().to_owned(), false));
        for (shown, in_caption) in written.chain(beside) {
            let folded = words::fold_tag(&shown);
            if !found.folded.contains(&folded) {
                found.folded.push(folded);
                found.shown.push(shown);
                found.in_caption.push(in_caption);
            }
        }
        match found.folded.len() <= MOST_TAGS {
            true => Ok(found),
            false => {
                let detail = format!("a post can have at most {MOST_TAGS}");
                Err(Error::invalid("hashtags", "too_many", detail))
            }
        }
    }
}

impl Example for NewPost {
    fn example() -> Self {
        Self {
            caption: Some(Caption::example()),
            hashtags: Some(vec![Hashtag::example()]),
            visibility: Some(Visibility::Public),
            comments_from: Some(CommentsFrom::Everyone),
            location: Some(Line::example()),
        }
    }
}
