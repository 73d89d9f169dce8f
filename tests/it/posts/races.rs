//! Two at once: whatever the order, the counters are right.

use futures::future::join_all;

use super::*;

#[tokio::test]
async fn fifty_who_like_a_post_at_once_are_all_counted() {
    let app = TestApp::start().await;
    let [star] = app.given(["star"]).await;
    let crowd = app.crowd(50).await;
    let post = said(&star, "Hello").await;
    let liked = join_all(crowd.iter().map(|one| act(one, "like", &post))).await;
    let mut counts: Vec<i64> = liked
        .iter()
        .map(|reply| reply.data(200)["like_count"].as_i64().unwrap())
        .collect();
    counts.sort_unstable();
    assert_eq!(
        counts,
        (1..=50).collect::<Vec<i64>>(),
        "each was told their own"
    );
    posts_are_counted(&app).await;
    let storm = crowd.iter().enumerate().map(async |(number, one)| {
        for _ in 0..3 {
            let (one, other) = tokio::join!(act(one, "like", &post), undo(one, "like", &post));
            one.data(200);
            other.data(200);
        }
        if number % 2 == 0 {
            undo(one, "like", &post).await.data(200);
        } else {
            act(one, "like", &post).await.data(200);
        }
    });
    join_all(storm).await;
    posts_are_counted(&app).await;
    assert_eq!(app.count("select count(*) from post_likes").await, 25);
}

#[tokio::test]
async fn two_reposts_and_two_saves_at_once_are_one() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    for _ in 0..10 {
        let post = said(&alice, "Hello").await;
        let (one, other, saved, again) = tokio::join!(
            act(&bob, "share", &post),
            act(&bob, "share", &post),
            act(&bob, "save", &post),
            act(&bob, "save", &post)
        );
        assert_eq!(one.data(200)["share_id"], other.data(200)["share_id"]);
        assert_eq!(one.data(200)["share_count"], 1);
        saved.data(200);
        again.data(200);
        posts_are_counted(&app).await;
    }
}

#[tokio::test]
async fn a_post_that_is_deleted_while_it_is_liked_and_shared_is_gone() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    for _ in 0..10 {
        let post = said(&alice, "Hello").await;
        let path = format!("/posts/{post}");
        let (gone, again, liked, shared) = tokio::join!(
            alice.delete(&path),
            alice.delete(&path),
            act(&bob, "like", &post),
            act(&carol, "share", &post)
        );
        let mut statuses = [gone.status.as_u16(), again.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 404], "it is deleted once");
        for reply in [liked, shared] {
            assert!(
                [200, 404].contains(&reply.status.as_u16()),
                "{}",
                reply.status
            );
        }
        assert_eq!(bob.get(&path).await.problem(404), "not_found");
        posts_are_counted(&app).await;
    }
}
