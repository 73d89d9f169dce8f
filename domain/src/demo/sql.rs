//! What is there of the demo. That somebody is of it is in the audit, which nobody changes.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{CommentId, PostId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

pub(super) struct Known {
    pub id: UserId,
    pub username: String,
    pub has_picture: bool,
    pub has_banner: bool,
}

pub(super) struct KnownPost {
    pub id: PostId,
    pub author: UserId,
    pub caption: String,
}

pub(super) struct KnownComment {
    pub id: CommentId,
    pub post: PostId,
    pub author: UserId,
    pub content: String,
}

/// Whether this connection makes the world. It does until [`let_go`], or until it ends.
pub(super) async fn hold(connection: &mut PgConnection) -> Result<bool> {
    sqlx::query_scalar!(r#"select pg_try_advisory_lock(hashtext('demo')) as "mine!""#)
        .fetch_one(connection)
        .await
}

pub(super) async fn let_go(connection: &mut PgConnection) -> Result<()> {
    sqlx::query!("select pg_advisory_unlock(hashtext('demo'))")
        .fetch_one(connection)
        .await?;
    Ok(())
}

pub(super) async fn is_made(connection: &mut PgConnection) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from admin_audit where target = 'demo' and action = 'demo.made') as "made!""#
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn known(connection: &mut PgConnection) -> Result<Vec<Known>> {
    sqlx::query_as!(
        Known,
        r#"
        select u.id as "id: UserId", u.username, u.profile_picture_url is not null as "has_picture!",
               u.profile_banner_url is not null as "has_banner!"
        from admin_audit a join users u on u.id = (a.detail ->> 'person')::uuid
        where a.target = 'demo' and a.action = 'demo.person' and u.deleted_at is null
        "#
    )
    .fetch_all(connection)
    .await
}

/// Those of `names` that somebody else goes by.
pub(super) async fn taken(
    connection: &mut PgConnection,
    names: &[String],
    ours: &[Uuid],
) -> Result<Vec<String>> {
    sqlx::query_scalar!(
        "select username from users where lower(username) = any($1) and id <> all($2) order by username",
        names,
        ours,
    )
    .fetch_all(connection)
    .await
}

/// Whether anybody lives here who is neither of the demo nor an administrator.
pub(super) async fn has_others(connection: &mut PgConnection, ours: &[Uuid]) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from users where role <> 'admin' and deleted_at is null and id <> all($1)) as "others!""#,
        ours,
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn posts(connection: &mut PgConnection, ours: &[Uuid]) -> Result<Vec<KnownPost>> {
    sqlx::query_as!(
        KnownPost,
        r#"
        select id as "id: PostId", author_id as "author: UserId", caption from posts
        where author_id = any($1) and deleted_at is null and repost_of is null
        "#,
        ours,
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn comments(
    connection: &mut PgConnection,
    posts: &[Uuid],
) -> Result<Vec<KnownComment>> {
    sqlx::query_as!(
        KnownComment,
        r#"
        select id as "id: CommentId", post_id as "post: PostId", author_id as "author!: UserId", content from comments
        where post_id = any($1) and deleted_at is null
        "#,
        posts,
    )
    .fetch_all(connection)
    .await
}

/// Pictures of the demo that workers have yet to make ready.
pub(super) async fn unready(connection: &mut PgConnection, ours: &[Uuid]) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from media where owner_id = any($1) and state in ('uploaded', 'processing')"#,
        ours,
    )
    .fetch_one(connection)
    .await
}
