//! Reposts and quotes.

use super::*;

async fn share_count(who: &Client, post: &str) -> i64 {
    see(who, post).await["share_count"].as_i64().unwrap()
}

#[tokio::test]
async fn a_repost_is_made_once_and_shows_the_original() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let post = said(&alice, "Sunset").await;
    let first = act(&bob, "share", &post).await.data(200);
    let again = act(&bob, "share", &post).await.data(200);
    assert_eq!(first, again);
    let repost = first["share_id"].as_str().unwrap();
    assert_eq!(
        (&first["share_count"], &first["is_shared"]),
        (&json!(1), &json!(true))
    );
    let of_repost = act(&carol, "share", repost).await.data(200);
    assert_eq!(
        (&of_repost["post_id"], &of_repost["share_count"]),
        (&json!(post), &json!(2))
    );
    let seen = see(&carol, repost).await;
    assert_eq!(seen["repost_of"]["caption"], "Sunset");
    let liked = act(&carol, "like", repost).await.data(200);
    assert_eq!(
        (&liked["post_id"], &liked["like_count"]),
        (&json!(post), &json!(1))
    );
    let words = json!({"caption": "x"});
    let edited = bob.put(&format!("/posts/{repost}"), words).await;
    assert_eq!(edited.problem(409), "repost");
    assert_eq!(each(&carol.get("/users/bob/posts").await, "id"), [repost]);
    assert_eq!(
        bob.get("/users/me").await.data(200)["post_count"],
        0,
        "it is not bob's own"
    );
    posts_are_counted(&app).await;

    for _ in 0..2 {
        let back = undo(&bob, "share", &post).await.data(200);
        assert_eq!(
            (&back["share_count"], &back["is_shared"]),
            (&json!(1), &json!(false))
        );
    }
    assert_eq!(
        carol.get(&format!("/posts/{repost}")).await.problem(404),
        "not_found"
    );
    let anew = act(&bob, "share", &post).await.data(200);
    assert_ne!(anew["share_id"], first["share_id"]);
    let anew = anew["share_id"].as_str().unwrap();
    bob.delete(&format!("/posts/{anew}")).await.data(200);
    assert_eq!(share_count(&alice, &post).await, 1);
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn a_quote_says_something_of_its_own_and_stays_when_the_original_goes() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let post = said(&alice, "Sunset").await;
    let mut quotes = Vec::new();
    for words in ["Look!", "Look again! #sun"] {
        let path = format!("/posts/{post}/share");
        let quoted = bob.post(&path, json!({"caption": words})).await.data(200);
        assert_eq!(quoted["is_shared"], false, "a quote is no repost");
        quotes.push(quoted["share_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(share_count(&bob, &post).await, 2);
    let seen = see(&alice, &quotes[1]).await;
    assert_eq!(seen["quote_of"]["id"], json!(post));
    bob.delete(&format!("/posts/{}", quotes[0])).await.data(200);
    assert_eq!(share_count(&bob, &post).await, 1);
    alice.delete(&format!("/posts/{post}")).await.data(200);
    let seen = see(&alice, &quotes[1]).await;
    assert_eq!(
        (&seen["caption"], &seen["quote_of"]),
        (&json!("Look again! #sun"), &Value::Null)
    );
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn a_repost_of_a_quote_shows_what_it_quotes_to_whoever_sees_that() {
    let app = TestApp::start().await;
    let [alice, bob, carol, dave] = app.given(["alice", "bob", "carol", "dave"]).await;
    let post = said(&alice, "Sun").await;
    let words = json!({"caption": "Look!"});
    let quote = bob.post(&format!("/posts/{post}/share"), words).await;
    let quote = quote.data(200)["share_id"].as_str().unwrap().to_owned();
    let repost = act(&carol, "share", &quote).await.data(200);
    let repost = repost["share_id"].as_str().unwrap().to_owned();
    let quoted = async |who: &Client| {
        let seen = see(who, &repost).await;
        assert_eq!(seen["repost_of"]["id"], json!(quote));
        seen["repost_of"]["quote_of"]["caption"].clone()
    };
    assert_eq!(quoted(&dave).await, "Sun");
    alice.post("/users/dave/block", Value::Null).await.data(200);
    assert_eq!(
        (quoted(&dave).await, quoted(&bob).await),
        (Value::Null, json!("Sun"))
    );
    app.drain().await;
}

#[tokio::test]
async fn only_what_everybody_may_see_is_shared_and_a_repost_is_seen_where_its_original_is() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    bob.post("/users/alice/follow", Value::Null).await.data(200);
    let close = posted(
        &alice,
        json!({"caption": "Close", "visibility": "followers"}),
    )
    .await;
    assert_eq!(
        act(&bob, "share", &close).await.problem(403),
        "not_shareable"
    );
    assert_eq!(act(&carol, "share", &close).await.problem(404), "not_found");
    let open = said(&alice, "Open").await;
    let repost = act(&bob, "share", &open).await.data(200);
    let repost = format!("/posts/{}", repost["share_id"].as_str().unwrap());
    carol.get(&repost).await.data(200);
    alice
        .put("/users/me", json!({"is_private": true}))
        .await
        .data(200);
    assert_eq!(carol.get(&repost).await.problem(404), "not_found");
    assert!(each(&carol.get("/users/bob/posts").await, "id").is_empty());
    assert_eq!(
        act(&bob, "share", &said(&alice, "New").await)
            .await
            .problem(403),
        "not_shareable"
    );
    let refused = carol.get("/users/alice/posts").await;
    assert_eq!(refused.problem(403), "account_private");
    assert_eq!(each(&bob.get("/users/alice/posts").await, "id").len(), 3);
    app.drain().await;
}
