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
