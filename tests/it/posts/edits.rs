//! Editing, and what was said before.

use super::*;

#[tokio::test]
async fn an_edit_changes_what_is_given_and_keeps_what_was_said() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let new = json!({"caption": "One #first @bob", "hashtags": ["beside"], "location": "Campus"});
    let post = posted(&alice, new).await;
    let path = format!("/posts/{post}");
    let edited = alice
        .put(&path, json!({"caption": "Two #second @carol @bob"}))
        .await
        .data(200);
    assert_eq!(edited["hashtags"], json!(["beside", "second"]));
    assert_eq!(edited["mentions"][1]["username"], "carol");
    assert_eq!(
        (&edited["location"], edited["edited_at"].is_string()),
        (&json!("Campus"), true)
    );
    let plain = alice
        .put(&path, json!({"location": null, "hashtags": []}))
        .await
        .data(200);
    assert_eq!(
        (&plain["location"], &plain["hashtags"]),
        (&Value::Null, &json!(["second"]))
    );
    let closed = json!({"comments_from": "nobody"});
    alice.put(&path, closed).await.data(200);
    let history = bob.get(&format!("{path}/edits")).await;
    assert_eq!(
        each(&history, "caption"),
        ["Two #second @carol @bob", "One #first @bob"]
    );
    assert_eq!(history.data(200)[1]["location"], "Campus");

    assert_eq!(
        bob.put(&path, json!({"caption": "x"})).await.problem(403),
        "not_yours"
    );
    alice
        .put(&path, json!({"visibility": "private"}))
        .await
        .data(200);
    for reply in [
        carol.put(&path, json!({"caption": "x"})).await,
        carol.get(&path).await,
        carol.get(&format!("{path}/edits")).await,
    ] {
        assert_eq!(reply.problem(404), "not_found");
    }
    let empty = alice.put(&path, json!({"caption": ""})).await;
    assert_eq!(empty.json()["errors"][0]["code"], "required");
}

#[tokio::test]
async fn two_edits_at_once_are_both_in_the_history() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    for _ in 0..5 {
        let post = said(&alice, "Zero #zero").await;
        let path = format!("/posts/{post}");
        let edit = async |words: &str| alice.put(&path, json!({"caption": words})).await;
        let (one, other) = tokio::join!(edit("One #one"), edit("Two #two"));
        one.data(200);
        other.data(200);
        let history = each(&alice.get(&format!("{path}/edits")).await, "caption");
        let now = see(&alice, &post).await;
        let now = now["caption"].as_str().unwrap().to_owned();
        let mut all = history.clone();
        all.push(now.clone());
        all.sort();
        assert_eq!(all, ["One #one", "Two #two", "Zero #zero"]);
        assert_eq!(history.last().unwrap(), "Zero #zero");
        let tag = if now.starts_with("One") { "one" } else { "two" };
        assert_eq!(see(&alice, &post).await["hashtags"], json!([tag]));
    }
}

#[tokio::test]
async fn whoever_read_an_older_version_changes_nothing() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let path = format!("/posts/{}", said(&alice, "Zero").await);
    let read = async || alice.get(&path).await.header("etag").to_owned();
    let edit = async |words: &str, tag: &str| {
        let client = (*alice).clone().header("if-match", tag);
        client.put(&path, json!({"caption": words})).await
    };
    let old = read().await;
    bob.post(&format!("{path}/like"), Value::Null)
        .await
        .data(200);
    assert_ne!(read().await, old, "its bytes are others");
    let (one, other) = tokio::join!(edit("One", &old), edit("Two", &old));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "of two at once one was first");
    let late = edit("Late", &old).await;
    assert_eq!(late.problem(412), "precondition_failed");
    for tag in ["\"unheard of\"", &format!("W/{}", read().await), ""] {
        assert_eq!(edit("x", tag).await.problem(412), "precondition_failed");
    }
    edit("Three", &format!("{old}, {}", read().await))
        .await
        .data(200);
    edit("Four", "*").await.data(200);
    let theirs = (*bob).clone().header("if-match", "\"x\"");
    let theirs = theirs.put(&path, json!({"caption": "x"})).await;
    assert_eq!(theirs.problem(403), "not_yours");
    let unchanged = read().await;
    alice.put(&path, json!({})).await.data(200);
    assert_eq!(read().await, unchanged, "nothing was said");
}

#[tokio::test]
async fn what_was_said_to_few_is_not_read_by_many() {
    let app = TestApp::start().await;
    let [alice, fan, other] = app.given(["alice", "fan", "other"]).await;
    fan.post("/users/alice/follow", Value::Null).await.data(200);
    let new = json!({"caption": "To myself", "visibility": "private"});
    let path = format!("/posts/{}", posted(&alice, new).await);
    for change in [
        json!({"caption": "To friends", "visibility": "followers"}),
        json!({"caption": "To all", "visibility": "public"}),
        json!({"caption": "To all and everybody"}),
    ] {
        alice.put(&path, change).await.data(200);
    }
    for (who, read) in [
        (&alice, &["To all", "To friends", "To myself"][..]),
        (&fan, &["To all", "To friends"]),
        (&other, &["To all"]),
    ] {
        let history = who.get(&format!("{path}/edits")).await;
        assert_eq!(each(&history, "caption"), read, "{}", who.name);
        assert_eq!(history.json()["pagination"]["total"], read.len());
    }
    app.drain().await;
}

#[tokio::test]
async fn whoever_is_mentioned_is_told_once_they_can_read_it_and_no_more_when_they_are_not() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let told = async |who: &Client| each(&who.get("/notifications").await, "content");
    let settled = async || {
        app.clock.advance(Duration::from_secs(11));
        app.relay().await;
        app.drain().await;
    };
    let new = json!({"caption": "@bob @carol", "visibility": "private"});
    let path = format!("/posts/{}", posted(&alice, new).await);
    settled().await;
    assert!(told(&bob).await.is_empty());
    // On another day.
    app.clock.advance(Duration::from_secs(3 * 24 * 3600));
    let (alice, bob, carol) = (
        app.again(&alice).await,
        app.again(&bob).await,
        app.again(&carol).await,
    );
    let open = json!({"visibility": "public"});
    alice.put(&path, open).await.data(200);
    settled().await;
    for who in [&bob, &carol] {
        assert_eq!(told(who).await, ["alice mentioned you in a post"]);
    }
    let fewer = json!({"caption": "@carol"});
    alice.put(&path, fewer).await.data(200);
    let comment = json!({"content": "@bob"});
    let comment = carol.post(&format!("{path}/comments"), comment).await;
    let comment = comment.data(201)["id"].as_str().unwrap().to_owned();
    settled().await;
    assert_eq!(told(&bob).await, ["carol mentioned you in a comment"]);
    let fewer = json!({"content": "Nobody"});
    let comment = format!("/comments/{comment}");
    carol.put(&comment, fewer).await.data(200);
    settled().await;
    assert!(told(&bob).await.is_empty());
    assert_eq!(told(&carol).await, ["alice mentioned you in a post"]);
}

#[tokio::test]
async fn a_hashtag_that_was_given_beside_the_caption_stays_when_it_leaves_the_caption() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let new = json!({"caption": "Sunset #nature #sun", "hashtags": ["nature"]});
    let path = format!("/posts/{}", posted(&alice, new).await);
    let edited = alice.put(&path, json!({"caption": "Sunset"})).await;
    assert_eq!(edited.data(200)["hashtags"], json!(["nature"]));
}
