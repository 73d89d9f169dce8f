//! What one might like of people one does not follow.

use domain::feed::jobs::RankExplore;

use super::*;

async fn explore(who: &Client) -> Vec<String> {
    captions(&who.get("/posts/explore").await)
}

async fn ranked(app: &TestApp) {
    app.enqueue(RankExplore {}).await;
    app.drain().await;
}

/// Likes, past the API.
async fn liked(app: &TestApp, post: Uuid, likes: i64) {
    sqlx::query("update post_counts set like_count = $2 where post_id = $1")
        .bind(post)
        .bind(likes)
        .execute(app.platform.db.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn posts_that_move_many_go_first_and_only_strangers_public_ones_are_there() {
    let app = TestApp::start().await;
    let [alice, bob, carol, dave, erin] =
        app.given(["alice", "bob", "carol", "dave", "erin"]).await;
    follow(&alice, &bob).await;
    for (who, caption) in [
        (&alice, "my own"),
        (&bob, "followed"),
        (&carol, "quiet"),
        (&erin, "late"),
    ] {
        post(who, caption).await;
    }
    let loud = post(&dave, "loud").await;
    liked(&app, loud, 50).await;
    for visibility in ["followers", "private"] {
        let body = json!({"caption": visibility, "visibility": visibility});
        dave.post("/posts", body).await.data(201);
    }
    assert_eq!(explore(&alice).await[0], "loud", "the first reader ranks");
    ranked(&app).await;
    assert_eq!(explore(&alice).await, ["loud", "late", "quiet"]);
    alice
        .post(&format!("/users/{}/mute", erin.id), json!({}))
        .await
        .data(200);
    dave.post(&format!("/users/{}/block", alice.id), json!({}))
        .await
        .data(200);
    assert_eq!(
        explore(&alice).await,
        ["quiet"],
        "at once, not with the next ranking"
    );
    app.about(&carol, "update users set is_private = true where id = $1")
        .await;
    assert_eq!(explore(&alice).await, Vec::<String>::new());
    assert_eq!(explore(&bob).await, ["loud", "late", "my own"]);
}

#[tokio::test]
async fn pages_go_on_in_the_ranking_they_began_with() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    for (number, author) in app.crowd(9).await.iter().enumerate() {
        let id = post(author, &author.name).await;
        liked(&app, id, 100 - i64::try_from(number).unwrap()).await;
    }
    ranked(&app).await;
    let first = alice.get("/posts/explore?limit=4").await;
    assert_eq!(captions(&first), ["crowd1", "crowd2", "crowd3", "crowd4"]);
    let cursor = first.json()["pagination"]["next_cursor"].clone();
    app.run("update post_counts set like_count = 1000 - like_count")
        .await;
    app.clock.advance(Duration::from_secs(300));
    ranked(&app).await;
    let next = format!("/posts/explore?limit=9&cursor={}", cursor.as_str().unwrap());
    let page = alice.get(&next).await;
    assert_eq!(
        captions(&page),
        ["crowd5", "crowd6", "crowd7", "crowd8", "crowd9"]
    );
    assert_eq!(page.json()["pagination"]["has_more"], false);
    assert_eq!(explore(&alice).await[0], "crowd9");
    let skipped = alice.get("/posts/explore?offset=7&limit=5").await;
    assert_eq!(captions(&skipped), ["crowd2", "crowd1"]);
    app.clock.advance(Duration::from_secs(7_200));
    ranked(&app).await;
    let rankings = "select count(distinct generation) from explore_posts";
    assert_eq!(app.count(rankings).await, 1, "old rankings are forgotten");
    let [zoe] = app.given(["zoe"]).await;
    zoe.get(&next).await.data(200);
}

#[tokio::test]
async fn nobody_fills_the_ranking_alone() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    published(&app, bob.id, 30).await;
    published(&app, carol.id, 2).await;
    ranked(&app).await;
    assert_eq!(explore(&alice).await.len(), 7);
}
