//! Pages of what is found.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{post, say};
use crate::harness::{Client, TestApp};

/// All pages, one after the other; meanwhile `between` is done.
async fn all<F: AsyncFnMut()>(person: &Client, path: &str, mut between: F) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = person.get(&format!("{path}{cursor}")).await.json();
        let posts = page["data"].as_array().unwrap().iter();
        all.extend(posts.map(|post| post["caption"].as_str().unwrap().to_owned()));
        match &page["pagination"]["next_cursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => return all,
        }
        between().await;
    }
}

#[tokio::test]
async fn pages_hold_everything_once_while_posts_arrive() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice] = app.given(["alice"]).await;
    for number in 0..23 {
        say(&alice, &format!("tea number {number} #tea")).await;
    }
    for path in [
        "/search/posts?q=tea%20number&limit=5",
        "/hashtags/tea/posts?limit=5",
    ] {
        let arrives = async || {
            say(&alice, "late tea #tea").await;
        };
        let seen = all(&alice, path, arrives).await;
        let numbered: Vec<&String> = seen.iter().filter(|one| one.starts_with("tea")).collect();
        let each: BTreeSet<&&String> = numbered.iter().collect();
        assert_eq!((numbered.len(), each.len()), (23, 23), "{path}");
    }
    let skipped = alice.get("/search/posts?q=number&limit=5&offset=20").await;
    assert_eq!(skipped.data(200).as_array().unwrap().len(), 3);
    let refused = alice.get("/search/posts?q=tea&cursor=nonsense").await;
    assert_eq!(refused.problem(400), "validation_failed");
}

/// A span holds 1,024 posts: matches lie in several, with gaps between them.
#[tokio::test]
async fn what_is_rare_is_found_however_far_down_it_is() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice] = app.given(["alice"]).await;
    let mut rare = Vec::new();
    for (number, gap) in [(1, "900"), (2, "3000"), (3, "70000"), (4, "600000")] {
        rare.push(say(&alice, &format!("rare {number}")).await);
        let skip =
            format!("select setval('post_words_seq_seq', nextval('post_words_seq_seq') + {gap})");
        sqlx::query(sqlx::AssertSqlSafe(skip))
            .execute(app.platform.db.pool())
            .await
            .unwrap();
    }
    say(&alice, "common").await;
    let found = all(&alice, "/search/posts?q=rare%20&limit=3", async || ()).await;
    assert_eq!(found, ["rare 4", "rare 3", "rare 2", "rare 1"]);
}

#[tokio::test]
async fn hashtags_are_suggested_by_their_beginning_and_counted() {
    let app = TestApp::start().await.leaving_jobs();
    let [alice] = app.given(["alice"]).await;
    for (tag, uses) in [("Nature", 2), ("nat", 1), ("native", 3), ("other", 4)] {
        for _ in 0..uses {
            post(
                &alice,
                serde_json::json!({"caption": "x", "hashtags": [tag]}),
            )
            .await;
        }
    }
    let list = alice.get("/search/hashtags?q=%23NAT").await.data(200);
    let list: Vec<(&str, i64)> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| {
            (
                tag["tag"].as_str().unwrap(),
                tag["use_count"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(list, [("#nat", 1), ("#native", 3), ("#Nature", 2)]);
    let tag = alice.get("/hashtags/NATURE").await.data(200);
    assert_eq!(
        (&tag["tag"], &tag["use_count"]),
        (&"#Nature".into(), &2.into())
    );
    let none = alice.get("/hashtags/nothing_has_it").await;
    assert_eq!(none.problem(404), "not_found");
}
