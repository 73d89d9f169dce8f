//! Timelines: what stands in them, whatever was written where.

mod explore;
mod faults;
mod paging;
mod shown;

use std::time::Duration;

use domain::feed::jobs::{FanOut, Warm};
use domain::lifecycle::jobs::Purge;
use domain::{PostId, UserId};
use platform::timelines::MOST;
use serde_json::{Value, json};
use uuid::Uuid;
use workers::Plan;

use crate::harness::{Client, Reply, Somebody, TestApp};

async fn follow(who: &Somebody, whom: &Somebody) {
    let path = format!("/users/{}/follow", whom.id);
    who.post(&path, Value::Null).await.data(200);
}

async fn post(who: &Client, caption: &str) -> Uuid {
    let post = who
        .post("/posts", json!({"caption": caption}))
        .await
        .data(201);
    post["id"].as_str().unwrap().parse().unwrap()
}

/// What the posts of a page say.
fn captions(reply: &Reply) -> Vec<String> {
    let data = reply.data(200);
    let posts = data.as_array().unwrap().iter();
    posts
        .map(|post| post["caption"].as_str().unwrap().to_owned())
        .collect()
}

async fn feed(who: &Client) -> Vec<String> {
    captions(&who.get("/posts/feed").await)
}

/// What stands in somebody's timeline in Redis, the newest first; none where there is no timeline.
async fn timeline(app: &TestApp, who: UserId) -> Option<Vec<Uuid>> {
    let part = app
        .platform
        .timelines
        .read(who.0, Uuid::max(), MOST + 1)
        .await;
    let part = part.unwrap()?;
    Some(part.told.iter().map(|told| told.id).collect())
}

/// So many posts of somebody, past the API: their captions are their numbers, a second lies between two.
async fn published(app: &TestApp, author: UserId, count: i64) -> Vec<Uuid> {
    let now = app.clock.now();
    let times = (1..=count).map(|number| now - chrono::TimeDelta::seconds(count - number + 1));
    let ids: Vec<Uuid> = times.map(platform::id_at).collect();
    sqlx::query(
        "with made as (
             insert into posts (id, author_id, kind, caption, state, published_at, place, created_at, updated_at)
             select id, $1, 'text', number::text, 'published', $3, id, $3, $3
             from unnest($2::uuid[]) with ordinality as one (id, number) returning id)
         insert into post_counts (post_id, created_at) select id, $3 from made",
    )
    .bind(author.0)
    .bind(&ids)
    .bind(now)
    .execute(app.platform.db.pool())
    .await
    .unwrap();
    ids
}

/// Reads, and has the timeline made: so long after all follows that only what is written there, or by celebrities, is
/// found.
async fn warmed(app: &TestApp, who: &Somebody) {
    app.clock.advance(Duration::from_secs(120));
    feed(who).await;
    app.drain().await;
    app.clock.advance(Duration::from_secs(120));
}

#[tokio::test]
async fn the_feed_is_what_one_follows_and_oneself_the_newest_first() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    follow(&alice, &bob).await;
    for (who, caption) in [(&bob, "1"), (&carol, "2"), (&alice, "3"), (&bob, "4")] {
        post(who, caption).await;
    }
    let cold = alice.get("/posts/feed").await;
    assert_eq!(captions(&cold), ["4", "3", "1"]);
    assert_eq!(cold.json()["pagination"]["total"], 3);
    app.drain().await;
    assert_eq!(timeline(&app, alice.id).await.unwrap().len(), 2, "bob's");
    assert_eq!(feed(&alice).await, ["4", "3", "1"], "from the timeline");
    assert_eq!(app.unfinished().await, 0, "it is not made twice");
    app.platform.redis.wipe().await.unwrap();
    assert_eq!(feed(&alice).await, ["4", "3", "1"], "from Postgres");
    app.drain().await;
}

#[tokio::test]
async fn a_post_is_written_to_those_who_read_and_once() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    follow(&alice, &bob).await;
    follow(&carol, &bob).await;
    warmed(&app, &alice).await;
    let id = post(&bob, "hello").await;
    assert_eq!(
        feed(&alice).await,
        Vec::<String>::new(),
        "the job has not run"
    );
    app.drain().await;
    app.enqueue(FanOut {
        post_id: PostId(id),
    })
    .await;
    app.drain().await;
    assert_eq!(timeline(&app, alice.id).await, Some(vec![id]));
    assert_eq!(timeline(&app, carol.id).await, None, "carol reads nothing");
    assert_eq!(feed(&alice).await, ["hello"]);
    assert_eq!(feed(&carol).await, ["hello"]);
    app.drain().await;
}

#[tokio::test]
async fn whom_one_follows_is_there_at_once_with_what_they_posted_before() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    post(&bob, "before").await;
    warmed(&app, &alice).await;
    follow(&alice, &bob).await;
    assert_eq!(feed(&alice).await, ["before"]);
    assert_eq!(app.enqueued::<Warm>().await.len(), 1);
    app.drain().await;
    assert_eq!(timeline(&app, alice.id).await.unwrap().len(), 1);
    let undone = alice.delete(&format!("/users/{}/follow", bob.id)).await;
    undone.data(200);
    assert_eq!(feed(&alice).await, Vec::<String>::new());
}

#[tokio::test]
async fn celebrities_are_looked_for_and_not_written() {
    let app = TestApp::with(&[("FEED_FANOUT_MOST", "2")]).await;
    let [star, alice, bob, carol] = app.given(["star", "alice", "bob", "carol"]).await;
    for one in [&alice, &bob] {
        follow(one, &star).await;
    }
    warmed(&app, &alice).await;
    let written = post(&star, "two followers").await;
    app.drain().await;
    follow(&carol, &star).await;
    post(&star, "three").await;
    app.drain().await;
    post(&star, "three still").await;
    assert_eq!(
        app.enqueued::<FanOut>().await.len(),
        0,
        "it is known by now"
    );
    assert_eq!(timeline(&app, alice.id).await, Some(vec![written]));
    let all = ["three still", "three", "two followers"];
    assert_eq!(feed(&alice).await, all);
    assert_eq!(feed(&bob).await, all);
    app.drain().await;
    assert_eq!(feed(&bob).await, all);
}

#[tokio::test]
async fn a_timeline_holds_the_newest_800_and_the_feed_goes_on_below() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    follow(&alice, &bob).await;
    let ids = published(&app, bob.id, 1_000).await;
    warmed(&app, &alice).await;
    let newest: Vec<Uuid> = ids.iter().rev().take(MOST).copied().collect();
    assert_eq!(timeline(&app, alice.id).await, Some(newest));
    let one_more = post(&bob, "1001").await;
    app.drain().await;
    let held = timeline(&app, alice.id).await.unwrap();
    assert_eq!((held.len(), held[0]), (MOST, one_more));
    let all: Vec<String> = (1..=1_001).rev().map(|number| number.to_string()).collect();
    for limit in [100, 77] {
        assert_eq!(paging::walk(&alice, limit).await, all, "pages of {limit}");
    }
    let deep = alice.get("/posts/feed?offset=790&limit=20").await;
    assert_eq!(captions(&deep), all[790..810]);
}

#[tokio::test]
async fn nothing_that_is_published_while_timelines_are_made_is_lost() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    follow(&alice, &bob).await;
    let crew = app.crew(workers::registry(), Plan::all());
    let mut all = Vec::new();
    for _ in 0..12 {
        app.platform.timelines.forget(alice.id.0).await.unwrap();
        let (one, read, two) = tokio::join!(post(&bob, "one"), feed(&alice), post(&bob, "two"));
        assert!(
            read.len() >= all.len().min(20),
            "a read never misses what was there"
        );
        all.extend([one, two]);
    }
    feed(&alice).await;
    crate::harness::eventually("all ran", Duration::from_secs(20), async || {
        app.unfinished().await == 0
    })
    .await;
    crew.dismiss().await;
    let mut held = timeline(&app, alice.id).await.unwrap();
    held.sort();
    all.sort();
    assert_eq!(held, all);
}

#[tokio::test]
async fn without_redis_the_feed_comes_from_postgres() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    let alice = app.login("alice").await;
    let [bob] = app.given(["bob"]).await;
    alice
        .post(&format!("/users/{}/follow", bob.id), Value::Null)
        .await
        .data(200);
    post(&bob, "hello").await;
    app.drain().await;
    let away = app.beside(&[("REDIS_URL", "redis://127.0.0.1:1")]);
    let alice = away.login("alice").await;
    assert_eq!(feed(&alice).await, ["hello"]);
    let page = alice.get("/posts/feed?offset=1").await;
    assert_eq!(captions(&page), Vec::<String>::new());
    // What was enqueued meanwhile had no ticket.
    app.platform.redis.wipe().await.unwrap();
    app.sweep().await;
    app.drain().await;
}

#[tokio::test]
async fn of_somebody_who_is_gone_no_timeline_stays() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    warmed(&app, &alice).await;
    assert!(timeline(&app, alice.id).await.is_some());
    app.about(
        &alice,
        "update users set delete_at = created_at where id = $1",
    )
    .await;
    app.enqueue(Purge { user_id: alice.id }).await;
    app.drain().await;
    assert_eq!(timeline(&app, alice.id).await, None);
}
