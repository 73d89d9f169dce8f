//! Finding posts by their words.

mod pages;
mod seeing;

use domain::PostId;
use domain::wire::WireText;
use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

async fn post(person: &Client, body: Value) -> String {
    let post = person.post("/posts", body).await.data(201);
    post["id"].as_str().unwrap().to_owned()
}

async fn say(person: &Client, caption: &str) -> String {
    post(person, json!({ "caption": caption })).await
}

/// The captions that are found, in their order. `query` is in the form of a URL.
async fn found(person: &Client, query: &str) -> Vec<String> {
    let list = person.get(&format!("/search/posts?q={query}")).await;
    let list = list.data(200);
    let posts = list.as_array().unwrap().iter();
    posts
        .map(|post| post["caption"].as_str().unwrap().to_owned())
        .collect()
}

/// What whoever changes a post does last.
async fn index(app: &TestApp, post: &str) {
    let mut tx = app.platform.db.begin().await.unwrap();
    domain::search::index(&mut tx, PostId::read(post).unwrap())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn words_quotes_minus_and_or_find_what_they_say() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice] = app.given(["alice"]).await;
    for caption in [
        "A beautiful red sunset",
        "The sunset was red and beautiful",
        "Blue morning at the café",
        "日本語の勉強",
    ] {
        say(&alice, caption).await;
    }
    let both = ["A beautiful red sunset", "The sunset was red and beautiful"];
    let mut two = found(&alice, "red%20sunset%20").await;
    two.sort();
    assert_eq!(two, both, "all words, in any order");
    assert_eq!(found(&alice, "%22red%20sunset%22").await, both[..1]);
    assert_eq!(
        found(&alice, "sunset%20-%22red%20sunset%22").await,
        both[1..]
    );
    assert_eq!(
        found(&alice, "-sunset%20-morning%20").await,
        ["日本語の勉強"]
    );
    assert_eq!(found(&alice, "CAFE%20").await, ["Blue morning at the café"]);
    assert_eq!(found(&alice, "morning%20or%20sunset%20").await.len(), 3);
    assert_eq!(
        found(&alice, "%E6%97%A5%E6%9C%AC%E8%AA%9E").await,
        ["日本語の勉強"]
    );
    assert_eq!(
        found(&alice, "%E5%8B%89").await,
        ["日本語の勉強"],
        "one letter of it"
    );
    assert!(
        found(&alice, "sun%20").await.is_empty(),
        "a word that is over"
    );
    assert!(found(&alice, "!%20%26%20'").await.is_empty());
    let refused = alice.get("/search/posts?q=%20").await;
    assert_eq!(refused.problem(400), "parameter_invalid");
}

#[tokio::test]
async fn the_last_word_is_a_beginning_and_hashtags_are_words() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice] = app.given(["alice"]).await;
    say(&alice, "Sunflowers").await;
    say(&alice, "Sunday on the river #OldTown").await;
    post(
        &alice,
        json!({"caption": "No word of it", "hashtags": ["हिन्दी"]}),
    )
    .await;
    assert_eq!(found(&alice, "sunf").await, ["Sunflowers"]);
    assert_eq!(found(&alice, "sun").await.len(), 2);
    assert_eq!(
        found(&alice, "river%20sun").await,
        ["Sunday on the river #OldTown"]
    );
    assert!(found(&alice, "sun%20river").await.is_empty());
    let tagged = ["Sunday on the river #OldTown"];
    assert_eq!(found(&alice, "%23oldtown").await, tagged);
    assert_eq!(
        found(&alice, "%23old").await,
        tagged,
        "the beginning of a tag"
    );
    assert!(found(&alice, "%23old%20").await.is_empty());
    assert!(
        found(&alice, "%23river").await.is_empty(),
        "a word is no tag"
    );
    let hindi = "%23%E0%A4%B9%E0%A4%BF%E0%A4%A8%E0%A5%8D%E0%A4%A6%E0%A5%80";
    assert_eq!(found(&alice, hindi).await, ["No word of it"]);
    assert_eq!(found(&alice, &hindi[3..]).await, ["No word of it"]);
}

#[tokio::test]
async fn hashtags_weigh_more_than_captions_and_fresh_posts_more_than_old_ones() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice] = app.given(["alice"]).await;
    let tagged = post(&alice, json!({"caption": "one", "hashtags": ["tulips"]})).await;
    say(&alice, "two tulips").await;
    say(&alice, "tulips tulips tulips three").await;
    assert_eq!(found(&alice, "tulips").await[0], "one");
    app.run("update post_words set published_at = published_at - interval '60 days' where words @@ '''#tulips'''")
        .await;
    assert_eq!(found(&alice, "tulips").await[2], "one", "it is old");
    app.run("update posts set caption = 'four' where caption = 'one'")
        .await;
    index(&app, &tagged).await;
    assert_eq!(found(&alice, "four").await, ["four"]);
    assert!(found(&alice, "one").await.is_empty());
}

#[tokio::test]
async fn a_search_is_narrowed() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice, bob] = app.given(["alice", "bob"]).await;
    say(&alice, "tea of alice #hot").await;
    say(&bob, "tea of bob").await;
    app.run("update posts set published_at = published_at - interval '3 days' where caption like '%bob'")
        .await;
    app.run(
        "update post_words w set published_at = p.published_at from posts p where p.id = w.post_id",
    )
    .await;
    assert_eq!(found(&alice, "tea&from=bob").await, ["tea of bob"]);
    assert_eq!(
        found(&alice, "tea&hashtag=%23HOT").await,
        ["tea of alice #hot"]
    );
    assert_eq!(found(&alice, "tea&type=text").await.len(), 2);
    assert!(found(&alice, "tea&type=video").await.is_empty());
    let yesterday = app.clock.now() - chrono::TimeDelta::days(1);
    let yesterday = yesterday.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert_eq!(
        found(&alice, &format!("tea&since={yesterday}")).await,
        ["tea of alice #hot"]
    );
    assert_eq!(
        found(&alice, &format!("tea&until={yesterday}")).await,
        ["tea of bob"]
    );
    let nobody = alice.get("/search/posts?q=tea&from=nobody_here").await;
    assert_eq!(nobody.problem(404), "not_found");
}

#[tokio::test]
async fn a_deployment_finds_the_forms_of_the_words_of_its_language() {
    let app = TestApp::with(&[("SEARCH_LANGUAGE", "english")])
        .await
        .leaving_jobs();
    let [alice] = app.given(["alice"]).await;
    say(&alice, "Running under the sunsets").await;
    post(&alice, json!({"caption": "x", "hashtags": ["Gardens"]})).await;
    for query in ["run%20", "sunset%20", "the%20runs%20", "sunsets%20"] {
        assert_eq!(
            found(&alice, query).await,
            ["Running under the sunsets"],
            "{query}"
        );
    }
    assert_eq!(found(&alice, "garden%20").await, ["x"]);
    assert!(found(&alice, "-sunset%20run%20").await.is_empty());
}

#[tokio::test]
async fn two_who_publish_the_same_new_words_and_hashtags_at_once_both_do() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice, bob] = app.given(["alice", "bob"]).await;
    for round in 0..8 {
        let forth = format!("a{round} b{round} c{round} #x{round}a #y{round}b");
        let back = format!("#y{round}b #x{round}a c{round} b{round} a{round}");
        tokio::join!(say(&alice, &forth), say(&bob, &back));
        assert_eq!(found(&alice, &format!("c{round}%20")).await.len(), 2);
        let tag = alice.get(&format!("/hashtags/x{round}a")).await.data(200);
        assert_eq!(tag["use_count"], 2);
    }
}
