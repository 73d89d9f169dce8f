//! What happened to people: gathered, read, streamed.

mod gathering;
mod hiding;
mod reading;
mod silence;
mod stream;

use std::time::Duration;

use domain::notifications::{Cause, notify};
use domain::{CommentId, PostId, UserId};
use platform::id_at;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Client, Reply, Somebody, TestApp};

/// Longer than anything waits to be gathered.
const LATER: Duration = Duration::from_secs(11);

/// Lets time pass until all that was said is gathered.
async fn gathered(app: &TestApp) {
    app.clock.advance(LATER);
    app.relay().await;
    app.drain().await;
}

async fn post_by(who: &Client) -> PostId {
    let made = who.post("/posts", json!({"caption": "Sunset"})).await;
    PostId(made.data(201)["id"].as_str().unwrap().parse().unwrap())
}

/// A deed of `actor` on `target`, as a statement: `$1` the target, `$2` the actor, `$3` an id, `$4` the time; and what is
/// said of it.
async fn deed(
    app: &TestApp,
    statement: &'static str,
    (target, actor): (Uuid, UserId),
    told: &[(UserId, Cause)],
) -> Uuid {
    let mut tx = app.platform.db.begin().await.unwrap();
    let (id, now) = (id_at(tx.now()), tx.now());
    sqlx::query(statement)
        .bind(target)
        .bind(actor.0)
        .bind(id)
        .bind(now)
        .execute(tx.connection())
        .await
        .unwrap();
    for (user, cause) in told {
        notify(&mut tx, *user, *cause).await.unwrap();
    }
    tx.commit().await.unwrap();
    id
}

async fn like(app: &TestApp, author: UserId, post: PostId, who: UserId) {
    let liked = "insert into post_likes (post_id, user_id, id, created_at) values ($1, $2, $3, $4)";
    let told = [(author, Cause::LikeOfPost(post))];
    deed(app, liked, (post.0, who), &told).await;
}

async fn unlike(app: &TestApp, author: UserId, post: PostId, who: UserId) {
    let gone = "with about as (select $3::uuid, $4::timestamptz)
                delete from post_likes where post_id = $1 and user_id = $2";
    let told = [(author, Cause::LikeOfPost(post))];
    deed(app, gone, (post.0, who), &told).await;
}

async fn comment(app: &TestApp, author: UserId, post: PostId, who: UserId) -> CommentId {
    let said = "insert into comments (id, post_id, author_id, content, created_at, updated_at)
                values ($3, $1, $2, 'Nice', $4, $4)";
    let told = [(author, Cause::Comment(post))];
    CommentId(deed(app, said, (post.0, who), &told).await)
}

async fn follow(who: &Somebody, whom: &Somebody) {
    let path = format!("/users/{}/follow", whom.id);
    who.post(&path, Value::Null).await.data(200);
}

async fn unfollow(who: &Somebody, whom: &Somebody) {
    let path = format!("/users/{}/follow", whom.id);
    who.delete(&path).await.data(200);
}

async fn listed(who: &Client) -> Vec<Value> {
    let reply: Reply = who.get("/notifications").await;
    reply.data(200).as_array().unwrap().clone()
}

/// The list as its reader sees it: text, and whether it is read.
async fn texts(who: &Client) -> Vec<String> {
    let text = |one: &Value| one["content"].as_str().unwrap().to_owned();
    listed(who).await.iter().map(text).collect()
}

async fn unread(who: &Client) -> i64 {
    let count = who.get("/notifications/unread-count").await.data(200);
    count["unread_count"].as_i64().unwrap()
}
