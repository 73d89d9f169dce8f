//! What is not told, and what is not told any more.

use super::*;

async fn liked_by(app: &TestApp, alice: &Somebody, who: &[&Somebody]) -> PostId {
    let post = post_by(alice).await;
    for one in who {
        like(app, alice.id, post, one.id).await;
    }
    post
}

#[tokio::test]
async fn whoever_is_muted_blocked_or_away_does_not_count() {
    let app = TestApp::start().await;
    let [alice, bob, muted, blocked, blocks, away] = app
        .given(["alice", "bob", "muted", "blocked", "blocks", "away"])
        .await;
    alice.post("/users/muted/mute", json!({})).await.data(200);
    alice
        .post("/users/blocked/block", Value::Null)
        .await
        .data(200);
    blocks
        .post("/users/alice/block", Value::Null)
        .await
        .data(200);
    app.about(
        &away,
        "update users set deactivated_at = now() where id = $1",
    )
    .await;
    let crowd = [&bob, &muted, &blocked, &blocks, &away];
    liked_by(&app, &alice, &crowd).await;
    gathered(&app).await;
    assert_eq!(texts(&alice).await, ["bob likes your post"]);
}

#[tokio::test]
async fn a_block_hides_at_once_what_was_told_before() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    liked_by(&app, &alice, &[&bob, &carol]).await;
    liked_by(&app, &alice, &[&carol]).await;
    gathered(&app).await;
    assert_eq!(unread(&alice).await, 2);
    carol
        .post("/users/alice/block", Value::Null)
        .await
        .data(200);
    let told = listed(&alice).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["content"], "bob likes your post");
    assert_eq!(
        (told[0]["actor_count"].clone(), unread(&alice).await),
        (json!(1), 1)
    );
    assert_eq!(told[0]["actors"].as_array().unwrap().len(), 1);
    gathered(&app).await;
    let rows = "select count(*) from notifications where actor_count = 1";
    assert_eq!(app.count(rows).await, 1);
    assert_eq!(app.count("select count(*) from notifications").await, 1);
}

#[tokio::test]
async fn a_block_ends_follows_and_their_notifications() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    follow(&bob, &alice).await;
    gathered(&app).await;
    alice.post("/users/bob/block", Value::Null).await.data(200);
    gathered(&app).await;
    assert_eq!(app.count("select count(*) from notifications").await, 0);
}

#[tokio::test]
async fn what_is_about_a_thing_that_is_gone_is_gone() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let post = liked_by(&app, &alice, &[&bob]).await;
    let said = comment(&app, alice.id, post, bob.id).await;
    let liked =
        "insert into comment_likes (comment_id, user_id, id, created_at) values ($1, $2, $3, $4)";
    let told = [(bob.id, Cause::LikeOfComment(said))];
    deed(&app, liked, (said.0, carol.id), &told).await;
    gathered(&app).await;
    assert_eq!((unread(&alice).await, unread(&bob).await), (2, 1));
    app.run("update posts set visibility = 'private'").await;
    assert_eq!((unread(&alice).await, unread(&bob).await), (2, 0));
    app.run("update posts set deleted_at = now()").await;
    assert_eq!(texts(&alice).await, Vec::<String>::new());
    assert_eq!(unread(&alice).await, 0);
}

#[tokio::test]
async fn who_wants_to_hear_nothing_of_a_kind_is_told_nothing() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let off = json!({"types": {"like": {"in_app": false}}});
    alice.put("/settings/notifications", off).await.data(200);
    liked_by(&app, &alice, &[&bob]).await;
    follow(&bob, &alice).await;
    gathered(&app).await;
    assert_eq!(texts(&alice).await, ["bob follows you"]);
    let off = json!({"channels": {"in_app": false}});
    alice.put("/settings/notifications", off).await.data(200);
    let post = post_by(&alice).await;
    comment(&app, alice.id, post, bob.id).await;
    gathered(&app).await;
    assert_eq!(texts(&alice).await, ["bob follows you"]);
}
