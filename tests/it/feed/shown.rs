//! What is not to be seen any more is gone with the next read, whatever the timelines hold; and back when it is again.

use super::*;

/// What makes the posts of `$1` go from a feed (of `$2`), and what brings them back.
const GONE: [(&str, &str, Option<&str>); 9] = [
    (
        "unfollowed",
        "delete from follows where following_id = $1 and follower_id = $2",
        None,
    ),
    (
        "blocked",
        "insert into blocks (blocker_id, blocked_id, id, created_at) values ($2, $1, gen_random_uuid(), now())",
        Some("delete from blocks where blocked_id = $1 and blocker_id = $2"),
    ),
    (
        "blocking",
        "insert into blocks (blocker_id, blocked_id, id, created_at) values ($1, $2, gen_random_uuid(), now())",
        Some("delete from blocks where blocker_id = $1 and blocked_id = $2"),
    ),
    (
        "muted",
        "insert into mutes (muter_id, muted_id, id, created_at) values ($2, $1, gen_random_uuid(), now())",
        Some("delete from mutes where muted_id = $1 and muter_id = $2"),
    ),
    (
        "deleted",
        "update posts set deleted_at = now() where author_id = $1 and $2 <> $1",
        None,
    ),
    (
        "made private",
        "update posts set visibility = 'private' where author_id = $1 and $2 <> $1",
        Some("update posts set visibility = 'followers' where author_id = $1 and $2 <> $1"),
    ),
    (
        "suspended",
        "update users set suspended_at = now(), suspended_why = 'spam' where id = $1 and $2 <> $1",
        Some(
            "update users set suspended_at = null, suspended_why = null where id = $1 and $2 <> $1",
        ),
    ),
    (
        "deactivated",
        "update users set deactivated_at = now() where id = $1 and $2 <> $1",
        Some("update users set deactivated_at = null where id = $1 and $2 <> $1"),
    ),
    (
        "leaving",
        "update users set delete_at = now() where id = $1 and $2 <> $1",
        Some("update users set delete_at = null where id = $1 and $2 <> $1"),
    ),
];

async fn run(app: &TestApp, statement: &'static str, author: &Somebody, reader: &Somebody) {
    sqlx::query(statement)
        .bind(author.id.0)
        .bind(reader.id.0)
        .execute(app.platform.db.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn what_disappears_is_gone_with_the_next_read() {
    for most in ["10000", "0"] {
        let app = TestApp::with(&[("FEED_FANOUT_MOST", most)]).await;
        let [reader, cold] = app.given(["reader", "cold"]).await;
        let authors = app.crowd(GONE.len()).await;
        for author in &authors {
            follow(&reader, author).await;
            follow(&cold, author).await;
            post(author, &author.name).await;
        }
        warmed(&app, &reader).await;
        let mut there: Vec<String> = authors.iter().rev().map(|one| one.name.clone()).collect();
        assert_eq!(feed(&reader).await, there);
        for (author, (what, go, back)) in authors.iter().zip(GONE) {
            let without: Vec<String> = there
                .iter()
                .filter(|name| **name != author.name)
                .cloned()
                .collect();
            run(&app, go, author, &reader).await;
            assert_eq!(feed(&reader).await, without, "{what}");
            match back {
                Some(back) => run(&app, back, author, &reader).await,
                None => there = without,
            }
            assert_eq!(feed(&reader).await, there, "after {what}");
        }
        assert_eq!(feed(&cold).await.len(), GONE.len() - 1, "one is deleted");
        app.drain().await;
    }
}

#[tokio::test]
async fn the_doors_of_the_graph_are_seen_with_the_next_read() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    for author in [&bob, &carol] {
        follow(&alice, author).await;
        post(author, &author.name).await;
    }
    warmed(&app, &alice).await;
    let mute = format!("/users/{}/mute", bob.id);
    alice.post(&mute, json!({})).await.data(200);
    assert_eq!(feed(&alice).await, ["carol"]);
    alice.delete(&mute).await.data(200);
    let block = format!("/users/{}/block", alice.id);
    carol.post(&block, json!({})).await.data(200);
    assert_eq!(feed(&alice).await, ["bob"]);
    alice
        .delete(&format!("/users/{}/follow", bob.id))
        .await
        .data(200);
    assert_eq!(feed(&alice).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_repost_goes_with_its_original_and_with_whoever_is_muted() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    follow(&alice, &bob).await;
    let original = post(&carol, "original").await;
    app.drain().await;
    let repost = published(&app, bob.id, 1).await[0];
    sqlx::query("update posts set repost_of = $1, caption = 'repost' where id = $2")
        .bind(original)
        .bind(repost)
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    warmed(&app, &alice).await;
    assert_eq!(feed(&alice).await, ["repost"]);
    let mute = format!("/users/{}/mute", carol.id);
    alice.post(&mute, json!({})).await.data(200);
    assert_eq!(feed(&alice).await, Vec::<String>::new(), "carol is muted");
    alice.delete(&mute).await.data(200);
    assert_eq!(feed(&alice).await, ["repost"]);
    app.run("update posts set deleted_at = now() where caption = 'original'")
        .await;
    assert_eq!(
        feed(&alice).await,
        Vec::<String>::new(),
        "there is nothing behind it"
    );
}

#[tokio::test]
async fn a_timeline_that_holds_mostly_what_is_not_shown_is_tidied() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    follow(&alice, &bob).await;
    published(&app, bob.id, 50).await;
    warmed(&app, &alice).await;
    alice
        .delete(&format!("/users/{}/follow", bob.id))
        .await
        .data(200);
    app.clock.advance(Duration::from_secs(620));
    assert_eq!(feed(&alice).await, Vec::<String>::new());
    app.drain().await;
    assert_eq!(timeline(&app, alice.id).await, Some(Vec::new()));
    assert_eq!(feed(&alice).await, Vec::<String>::new());
    assert_eq!(app.unfinished().await, 0, "once is enough");
}
