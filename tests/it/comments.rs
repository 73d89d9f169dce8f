//! Comments: threads, likes, editing, deleting, and who may say and see what.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::harness::laws::posts_are_counted;
use crate::harness::{Client, Reply, TestApp};
use crate::posts::{each, posted, said};

async fn comment(who: &Client, post: &str, words: &str, parent: Option<&str>) -> Reply {
    let body = json!({"content": words, "parent_comment_id": parent});
    who.post(&format!("/posts/{post}/comments"), body).await
}

/// The id of a new comment.
async fn say(who: &Client, post: &str, words: &str, parent: Option<&str>) -> String {
    let said = comment(who, post, words, parent).await.data(201);
    said["id"].as_str().unwrap().to_owned()
}

async fn take(who: &Client, comment: &str) -> Reply {
    who.delete(&format!("/comments/{comment}")).await
}

async fn level(who: &Client, post: &str, query: &str) -> Reply {
    who.get(&format!("/posts/{post}/comments{query}")).await
}

async fn comment_count(who: &Client, post: &str) -> i64 {
    let post = who.get(&format!("/posts/{post}")).await.data(200);
    post["comment_count"].as_i64().unwrap()
}

#[tokio::test]
async fn a_thread_is_shown_level_by_level_with_the_first_answers() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let post = said(&alice, "Sunset").await;
    let one = say(&bob, &post, "One", None).await;
    app.clock.advance(std::time::Duration::from_secs(1));
    let two = say(&alice, &post, "Two @bob", None).await;
    for words in ["a", "b", "c", "d"] {
        app.clock.advance(std::time::Duration::from_secs(1));
        say(&alice, &post, words, Some(&one)).await;
    }
    assert_eq!(
        each(&level(&bob, &post, "").await, "content"),
        ["Two @bob", "One"]
    );
    let oldest = level(&bob, &post, "?sort=oldest").await;
    assert_eq!(each(&oldest, "content"), ["One", "Two @bob"]);
    let first = &oldest.data(200)[0];
    let answers: Vec<&str> = first["replies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| answer["content"].as_str().unwrap())
        .collect();
    assert_eq!(
        (answers, &first["reply_count"]),
        (vec!["a", "b", "c"], &json!(4))
    );
    assert_eq!(oldest.data(200)[1]["mentions"][0]["username"], "bob");
    let path = format!("/comments/{one}/replies?limit=3");
    let page = bob.get(&path).await;
    assert_eq!(each(&page, "content"), ["a", "b", "c"]);
    let next = page.json()["pagination"]["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let rest = bob.get(&format!("{path}&cursor={next}")).await;
    assert_eq!(each(&rest, "content"), ["d"]);
    for (sort, order) in [
        ("newest", ["Two @bob", "One"]),
        ("oldest", ["One", "Two @bob"]),
    ] {
        let page = level(&bob, &post, &format!("?limit=1&sort={sort}")).await;
        let next = page.json()["pagination"]["next_cursor"]
            .as_str()
            .unwrap()
            .to_owned();
        let rest = level(&bob, &post, &format!("?limit=1&sort={sort}&cursor={next}")).await;
        assert_eq!(
            [each(&page, "content"), each(&rest, "content")].concat(),
            order
        );
    }
    assert_eq!(comment_count(&bob, &post).await, 6);
    let with_post = bob.get(&format!("/posts/{post}")).await.data(200);
    assert_eq!(with_post["comments"][0]["id"], json!(two));
    assert_eq!(with_post["comments_cursor"], Value::Null);
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn a_post_comes_with_its_first_comments_and_the_place_of_the_next() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let post = said(&alice, "Sunset").await;
    for words in ["1", "2", "3", "4", "5"] {
        app.clock.advance(std::time::Duration::from_secs(1));
        say(&alice, &post, words, None).await;
    }
    let shown = alice.get(&format!("/posts/{post}")).await.data(200);
    assert_eq!(shown["comments"].as_array().unwrap().len(), 3);
    let next = shown["comments_cursor"].as_str().unwrap();
    let rest = level(&alice, &post, &format!("?cursor={next}")).await;
    assert_eq!(each(&rest, "content"), ["2", "1"]);
}

#[tokio::test]
async fn answers_go_four_levels_down_and_then_beside() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let post = said(&alice, "Deep").await;
    let mut above = None;
    for depth in [0, 1, 2, 3, 4, 4, 4] {
        let made = comment(&alice, &post, "And?", above.as_deref())
            .await
            .data(201);
        assert_eq!(made["depth"], depth);
        above = Some(made["id"].as_str().unwrap().to_owned());
    }
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn a_deleted_comment_with_answers_keeps_its_place_until_they_are_gone() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let post = said(&alice, "Sunset").await;
    let asked = say(&bob, &post, "Where? @carol", None).await;
    let answer = say(&carol, &post, "There", Some(&asked)).await;
    let thanks = say(&bob, &post, "Thanks", Some(&answer)).await;
    assert_eq!(take(&carol, &asked).await.problem(403), "not_yours");
    take(&bob, &asked).await.data(200);
    assert_eq!(take(&bob, &asked).await.problem(404), "not_found");
    let shown = level(&alice, &post, "").await.data(200)[0].clone();
    assert_eq!(
        (&shown["content"], &shown["is_deleted"]),
        (&json!(""), &json!(true))
    );
    assert_eq!(
        (&shown["user"], &shown["mentions"]),
        (&Value::Null, &json!([]))
    );
    assert_eq!(shown["replies"][0]["content"], "There");
    assert_eq!(comment_count(&alice, &post).await, 2);
    let like = format!("/comments/{asked}/like");
    assert_eq!(
        alice.post(&like, Value::Null).await.problem(404),
        "not_found"
    );
    let late = comment(&alice, &post, "Late", Some(&asked)).await;
    assert_eq!(late.json()["errors"][0]["field"], "parent_comment_id");
    take(&alice, &answer).await.data(200);
    assert_eq!(comment_count(&alice, &post).await, 1);
    posts_are_counted(&app).await;
    take(&bob, &thanks).await.data(200);
    assert_eq!(
        level(&alice, &post, "").await.data(200),
        json!([]),
        "nothing stands for nothing"
    );
    assert_eq!(comment_count(&alice, &post).await, 0);
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn a_comment_is_edited_by_its_author_and_says_so() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let post = said(&alice, "Sunset").await;
    let id = say(&bob, &post, "Nice @bob", None).await;
    let path = format!("/comments/{id}");
    let edited = bob
        .put(&path, json!({"content": "Nicer @alice"}))
        .await
        .data(200);
    assert_eq!(
        (&edited["content"], &edited["is_edited"]),
        (&json!("Nicer @alice"), &json!(true))
    );
    assert_eq!(edited["mentions"].as_array().unwrap().len(), 1);
    assert_eq!(edited["mentions"][0]["username"], "alice");
    assert_eq!(
        alice.put(&path, json!({"content": "x"})).await.problem(403),
        "not_yours"
    );
    for words in ["", "  ", "\u{202e}"] {
        let refused = bob.put(&path, json!({"content": words})).await;
        assert_eq!(refused.problem(400), "validation_failed");
    }
}

#[tokio::test]
async fn the_author_says_who_may_comment() {
    let app = TestApp::start().await;
    let [alice, follower, stranger] = app.given(["alice", "follower", "stranger"]).await;
    follower
        .post("/users/alice/follow", Value::Null)
        .await
        .data(200);
    for (who_may, expected) in [
        ("everyone", [201, 201, 201]),
        ("followers", [201, 201, 403]),
        ("nobody", [201, 403, 403]),
    ] {
        let post = posted(&alice, json!({"caption": "x", "comments_from": who_may})).await;
        for (who, status) in [&alice, &follower, &stranger].into_iter().zip(expected) {
            let reply = comment(who, &post, "Hello", None).await;
            assert_eq!(reply.status, status, "{who_may} {}", who.name);
            if status == 403 {
                assert_eq!(reply.problem(403), "comments_limited");
            }
        }
    }
    app.drain().await;
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn a_block_parts_people_under_the_posts_of_others_too() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let post = said(&alice, "Sunset").await;
    let bobs = say(&bob, &post, "Bob was here", None).await;
    let carols = say(&carol, &post, "Carol too", None).await;
    say(&carol, &post, "Hi bob", Some(&bobs)).await;
    bob.post("/users/carol/block", Value::Null).await.data(200);
    assert_eq!(
        each(&level(&carol, &post, "").await, "content"),
        ["Carol too"]
    );
    let shown = level(&bob, &post, "").await;
    assert_eq!(each(&shown, "content"), ["Bob was here"]);
    assert_eq!(
        shown.data(200)[0]["replies"],
        json!([]),
        "her answer is hidden from him"
    );
    assert_eq!(each(&level(&alice, &post, "").await, "content").len(), 2);
    for (who, theirs) in [(&bob, &carols), (&carol, &bobs)] {
        let answer = comment(who, &post, "x", Some(theirs)).await;
        assert_eq!(answer.json()["errors"][0]["code"], "not_found");
        let path = format!("/comments/{theirs}");
        assert_eq!(who.get(&path).await.problem(404), "not_found");
        assert_eq!(who.delete(&path).await.problem(404), "not_found");
        let liked = who.post(&format!("{path}/like"), Value::Null).await;
        assert_eq!(liked.problem(404), "not_found");
    }
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn fifty_who_like_a_comment_at_once_are_all_counted() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let crowd = app.crowd(50).await;
    let post = said(&alice, "Hello").await;
    let id = say(&alice, &post, "First", None).await;
    let path = format!("/comments/{id}/like");
    let liked = join_all(crowd.iter().map(|one| one.post(&path, Value::Null))).await;
    let mut counts: Vec<i64> = liked
        .iter()
        .map(|reply| reply.data(200)["like_count"].as_i64().unwrap())
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=50).collect::<Vec<i64>>());
    let likers = alice.get(&format!("/comments/{id}/likes?limit=100")).await;
    assert_eq!(each(&likers, "username").len(), 50);
    let undone = join_all(crowd.iter().take(20).map(|one| one.delete(&path))).await;
    assert!(undone.iter().all(|reply| reply.status == 200));
    posts_are_counted(&app).await;
}

/// Whoever answers holds what they answer: it keeps its place, or it was gone before.
#[tokio::test]
async fn an_answer_and_a_deletion_at_one_instant_leave_no_orphan() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let post = said(&alice, "Hello").await;
    for _ in 0..20 {
        let asked = say(&bob, &post, "Well?", None).await;
        let (answered, taken) = tokio::join!(
            comment(&carol, &post, "Well!", Some(&asked)),
            take(&bob, &asked)
        );
        taken.data(200);
        assert!(
            [201, 400].contains(&answered.status.as_u16()),
            "{}",
            answered.status
        );
        posts_are_counted(&app).await;
    }
}

#[tokio::test]
async fn answers_that_go_at_one_instant_take_the_places_above_along() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let post = said(&alice, "Hello").await;
    for _ in 0..10 {
        let top = say(&alice, &post, "Top", None).await;
        let middle = say(&bob, &post, "Middle", Some(&top)).await;
        let one = say(&alice, &post, "One", Some(&middle)).await;
        let other = say(&bob, &post, "Other", Some(&middle)).await;
        let all = tokio::join!(
            take(&alice, &top),
            take(&bob, &middle),
            take(&alice, &one),
            take(&bob, &other)
        );
        for reply in [all.0, all.1, all.2, all.3] {
            reply.data(200);
        }
        assert_eq!(app.count("select count(*) from comments").await, 0);
        posts_are_counted(&app).await;
    }
}

#[tokio::test]
async fn a_comment_and_a_block_at_one_instant_part_the_two() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    for _ in 0..10 {
        let post = said(&alice, "Hello").await;
        let (said, blocked) = tokio::join!(
            comment(&bob, &post, "Hi", None),
            alice.post("/users/bob/block", Value::Null)
        );
        blocked.data(200);
        assert!(
            [201, 404].contains(&said.status.as_u16()),
            "{}",
            said.status
        );
        assert_eq!(level(&alice, &post, "").await.data(200), json!([]));
        assert_eq!(level(&bob, &post, "").await.problem(404), "not_found");
        posts_are_counted(&app).await;
        alice.delete("/users/bob/block").await.data(200);
    }
}
