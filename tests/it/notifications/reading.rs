//! The list, and what its reader does with it.

use domain::notifications::jobs::Gather;
use domain::notifications::{self};
use poem::http::Method;

use super::*;

/// Alice, of whose posts so many are liked, the last first in her list.
async fn liked(app: &TestApp, posts: usize) -> [Somebody; 2] {
    let [alice, bob] = app.given(["alice", "bob"]).await;
    for _ in 0..posts {
        let post = post_by(&alice).await;
        like(app, alice.id, post, bob.id).await;
        gathered(app).await;
    }
    [alice, bob]
}

fn ids(list: &[Value]) -> Vec<String> {
    let id = |one: &Value| one["id"].as_str().unwrap().to_owned();
    list.iter().map(id).collect()
}

async fn page(who: &Client, query: &str) -> (Vec<String>, Value) {
    let reply = who.get(&format!("/notifications?{query}")).await;
    let data = reply.data(200);
    (
        ids(data.as_array().unwrap()),
        reply.json()["pagination"].clone(),
    )
}

#[tokio::test]
async fn pages_by_cursor_and_offset_show_each_once() {
    let app = TestApp::start().await;
    let [alice, bob] = liked(&app, 5).await;
    let all = ids(&listed(&alice).await);
    assert_eq!(all.len(), 5);
    let (mut seen, mut query) = (Vec::new(), "limit=2".to_owned());
    loop {
        let (ids, pagination) = page(&alice, &query).await;
        assert_eq!(pagination["total"], 5);
        seen.extend(ids);
        let Some(cursor) = pagination["next_cursor"].as_str() else {
            break;
        };
        query = format!("limit=2&cursor={cursor}");
    }
    assert_eq!(seen, all);
    assert_eq!(page(&alice, "offset=3&limit=2").await.0, all[3..]);

    follow(&bob, &alice).await;
    gathered(&app).await;
    let (follows, pagination) = page(&alice, "type=follow").await;
    assert_eq!((follows.len(), pagination["total"].clone()), (1, json!(1)));
    let path = format!("/notifications/{}/read", all[0]);
    alice.put(&path, Value::Null).await.data(200);
    assert_eq!(page(&alice, "unread=true").await.1["total"], 5);
    assert_eq!(page(&alice, "unread=false").await.0, all[..1]);
    assert_eq!(page(&alice, "unread=true&type=like").await.0, all[1..]);
    let wrong = alice.get("/notifications?type=nonsense").await;
    assert_eq!(wrong.problem(400), "parameter_invalid");
}

#[tokio::test]
async fn the_text_is_in_the_language_of_the_reader() {
    let app = TestApp::start().await;
    let [alice, _] = liked(&app, 1).await;
    assert_eq!(texts(&alice).await, ["bob likes your post"]);
    for (language, text) in [
        ("de-CH", "bob gefällt dein Beitrag"),
        ("ja", "bob likes your post"),
    ] {
        let body = json!({ "language": language });
        alice.put("/settings/language", body).await.data(200);
        assert_eq!(texts(&alice).await, [text]);
    }
}

#[tokio::test]
async fn all_are_read_up_to_a_place_or_those_that_there_are() {
    let app = TestApp::start().await;
    let [alice, _] = liked(&app, 3).await;
    let list = listed(&alice).await;
    let up_to = json!({"up_to": list[1]["place"]});
    let read = alice.put("/notifications/read-all", up_to).await.data(200);
    assert_eq!(read, json!({"marked": 2, "unread_count": 1}));
    let read = alice
        .send(Method::PUT, "/notifications/read-all", None)
        .await;
    assert_eq!(read.data(200), json!({"marked": 1, "unread_count": 0}));
    let again = alice.put("/notifications/read-all", json!({})).await;
    assert_eq!(again.data(200)["marked"], 0);
}

/// What gains something while all are being read was not shown: it stays unread, whoever comes first.
#[tokio::test]
async fn what_comes_while_all_are_read_stays_unread() {
    let app = TestApp::start().await;
    let [alice, _] = liked(&app, 1).await;
    let [carol] = app.given(["carol"]).await;
    let told = listed(&alice).await[0].clone();
    let post = PostId(told["target_id"].as_str().unwrap().parse().unwrap());
    like(&app, alice.id, post, carol.id).await;
    let job = app.enqueued::<Gather>().await.remove(0);
    let mut gathering = app.platform.db.begin().await.unwrap();
    let gained = notifications::gather(&mut gathering, &job).await.unwrap();
    assert_eq!(gained.len(), 1);
    let commit = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        gathering.commit().await.unwrap();
    };
    let reading = alice.put("/notifications/read-all", json!({}));
    let (read, ()) = tokio::join!(reading, commit);
    assert_eq!(read.data(200)["marked"], 0);
    assert_eq!(unread(&alice).await, 1);
    gathered(&app).await;
}

#[tokio::test]
async fn a_deleted_one_is_back_only_with_something_new() {
    let app = TestApp::start().await;
    let [alice, bob] = liked(&app, 1).await;
    let [carol] = app.given(["carol"]).await;
    let told = listed(&alice).await[0].clone();
    let path = format!("/notifications/{}", told["id"].as_str().unwrap());
    assert_eq!(alice.delete(&path).await.data(200)["unread_count"], 0);
    assert_eq!(alice.delete(&path).await.problem(404), "not_found");
    assert_eq!(texts(&alice).await, Vec::<String>::new());
    let post = PostId(told["target_id"].as_str().unwrap().parse().unwrap());
    let mut tx = app.platform.db.begin().await.unwrap();
    notify(&mut tx, alice.id, Cause::LikeOfPost(post))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    gathered(&app).await;
    assert_eq!(texts(&alice).await, Vec::<String>::new());
    like(&app, alice.id, post, carol.id).await;
    gathered(&app).await;
    assert_eq!(texts(&alice).await, ["carol and bob like your post"]);
    assert_eq!(bob.get("/notifications").await.data(200), json!([]));
}

#[tokio::test]
async fn nobody_reads_or_deletes_what_is_anothers() {
    let app = TestApp::start().await;
    let [alice, bob] = liked(&app, 1).await;
    let id = listed(&alice).await[0]["id"].as_str().unwrap().to_owned();
    let (read, one) = (
        format!("/notifications/{id}/read"),
        format!("/notifications/{id}"),
    );
    for (method, path) in [(Method::PUT, &read), (Method::DELETE, &one)] {
        let stranger = bob.send(method.clone(), path, None).await;
        assert_eq!(stranger.problem(404), "not_found");
        let nobody = app.anonymous().send(method, path, None).await;
        assert_eq!(nobody.problem(401), "token_missing");
    }
    for path in [
        "/notifications",
        "/notifications/unread-count",
        "/notifications/stream",
    ] {
        assert_eq!(
            app.anonymous().get(path).await.problem(401),
            "token_missing"
        );
    }
    assert_eq!(texts(&bob).await, Vec::<String>::new());
    assert_eq!((unread(&bob).await, unread(&alice).await), (0, 1));
    bob.put("/notifications/read-all", json!({}))
        .await
        .data(200);
    assert_eq!(unread(&alice).await, 1);
}
