//! What people are told of, and how whoever causes it says so.

use platform::Tx;
use poem_openapi::Enum;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::jobs::Gather;
use super::places::Places;
use super::{Changed, sql};
use crate::delivery::jobs::Deliver;
use crate::settings::{self, Channel, NotificationType};
use crate::{CommentId, NotificationId, PostId, Result, UserId};

/// What others do that a person is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", content = "id", rename_all = "snake_case")]
pub enum Cause {
    /// Of a post of theirs.
    LikeOfPost(PostId),
    /// Of a comment of theirs.
    LikeOfComment(CommentId),
    /// Under a post of theirs, unless it answers them: then it is a reply.
    Comment(PostId),
    /// To a comment of theirs.
    Reply(CommentId),
    Follow,
    FollowRequest,
    MentionInPost(PostId),
    MentionInComment(CommentId),
    /// Of a post of theirs: reposted or quoted.
    Share(PostId),
}

/// What a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum TargetType {
    Post,
    Comment,
}

impl TargetType {
    /// The one of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "post" => Some(Self::Post),
            "comment" => Some(Self::Comment),
            _ => None,
        }
    }
}

impl Cause {
    pub fn kind(self) -> NotificationType {
        match self {
            Self::LikeOfPost(_) | Self::LikeOfComment(_) => NotificationType::Like,
            Self::Comment(_) => NotificationType::Comment,
            Self::Reply(_) => NotificationType::Reply,
            Self::Follow => NotificationType::Follow,
            Self::FollowRequest => NotificationType::FollowRequest,
            Self::MentionInPost(_) | Self::MentionInComment(_) => NotificationType::Mention,
            Self::Share(_) => NotificationType::Share,
        }
    }

    /// None: it is about the person themselves.
    pub fn target(self) -> Option<(TargetType, Uuid)> {
        match self {
            Self::LikeOfPost(id)
            | Self::Comment(id)
            | Self::MentionInPost(id)
            | Self::Share(id) => Some((TargetType::Post, id.0)),
            Self::LikeOfComment(id) | Self::Reply(id) | Self::MentionInComment(id) => {
                Some((TargetType::Comment, id.0))
            }
            Self::Follow | Self::FollowRequest => None,
        }
    }

    /// None: nothing of this kind is gathered.
    fn of(kind: NotificationType, target: Option<(TargetType, Uuid)>) -> Option<Self> {
        match (kind, target) {
            (NotificationType::Follow, None) => Some(Self::Follow),
            (NotificationType::FollowRequest, None) => Some(Self::FollowRequest),
            (kind, Some((TargetType::Post, id))) => match kind {
                NotificationType::Like => Some(Self::LikeOfPost(PostId(id))),
                NotificationType::Comment => Some(Self::Comment(PostId(id))),
                NotificationType::Mention => Some(Self::MentionInPost(PostId(id))),
                NotificationType::Share => Some(Self::Share(PostId(id))),
                _ => None,
            },
            (kind, Some((TargetType::Comment, id))) => match kind {
                NotificationType::Like => Some(Self::LikeOfComment(CommentId(id))),
                NotificationType::Reply => Some(Self::Reply(CommentId(id))),
                NotificationType::Mention => Some(Self::MentionInComment(CommentId(id))),
                _ => None,
            },
            (_, None) => None,
        }
    }

    /// Whether somebody who did it does it again: a second comment is news, a second like of the same post is none.
    pub(super) fn repeats(self) -> bool {
        matches!(self, Self::Comment(_) | Self::Reply(_) | Self::Share(_))
    }
}

/// Says, in the transaction of the deed or of its undoing, that there is something to count again for `user`. Last in the
/// transaction: whoever says the same of the same thing waits for its commit. Where one deed is told to several, they are
/// told in the order of their ids.
pub async fn notify(tx: &mut Tx, user: UserId, cause: Cause) -> Result<()> {
    let since = tx.now();
    tx.enqueue(Gather {
        user_id: user,
        cause,
        since,
    })
    .await?;
    Ok(())
}

/// A block came between two people: what either was told of the other is counted again. They are hidden from each other
/// at once in any case; this sets right the numbers, of the latest five hundred of each.
pub async fn part(tx: &mut Tx, one: UserId, other: UserId) -> Result<()> {
    let since = tx.now();
    let mut again = Vec::new();
    for (user, other) in [(one, other), (other, one)] {
        let groups = sql::rows::groups_with(tx.connection(), user, other).await?;
        let known = groups.into_iter().filter_map(|group| {
            let target = group.target_type.zip(group.target_id);
            Cause::of(group.kind, target)
        });
        let causes = known.chain([Cause::Follow, Cause::FollowRequest]);
        again.extend(causes.map(|cause| Gather {
            user_id: user,
            cause,
            since,
        }));
    }
    // Whoever tells several keeps to an order, so that nobody waits in a circle.
    again.sort_by_cached_key(Gather::group);
    tx.enqueue_all(again).await?;
    Ok(())
}

/// Tells a person something in words of its own, where they want to hear of `kind`. Last in the transaction: other
/// notifications of that person wait for its commit.
pub async fn announce(
    tx: &mut Tx,
    user: UserId,
    kind: NotificationType,
    target: Option<(TargetType, Uuid)>,
    content: &str,
) -> Result<Option<NotificationId>> {
    let wanted = settings::notifications(tx.connection(), user).await?;
    if !wanted.allows(kind, Channel::InApp) {
        return Ok(None);
    }
    let now = tx.now();
    let mut places = Places::hold(tx.connection(), user, now).await?;
    let id = NotificationId::at(now);
    let place = places.next();
    let words = sql::rows::Words {
        id,
        user,
        kind,
        target,
        content,
        place,
    };
    sql::rows::insert_words(tx.connection(), &words, now).await?;
    places.keep(tx.connection()).await?;
    tx.enqueue(Deliver {
        notification_id: id,
    })
    .await?;
    Changed::default().tell(tx, user);
    Ok(Some(id))
}
