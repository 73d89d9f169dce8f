//! What is trending.

mod engine;

use domain::trends::jobs::RecomputeTrends;
use serde_json::{Value, json};

use crate::harness::{Somebody, TestApp};

const GROWN: (&str, &str) = ("TRENDS_ACCOUNT_AGE", "0s");

async fn tag(people: &[&Somebody], tag: &str) {
    for person in people {
        let body = json!({"caption": "said", "hashtags": [tag]});
        person.post("/posts", body).await.data(201);
    }
}

async fn recompute(app: &TestApp) {
    app.enqueue(RecomputeTrends {}).await;
    app.drain().await;
}

async fn trending(person: &Somebody) -> Vec<String> {
    let list = person.get("/trending/hashtags").await.data(200);
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["tag"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn what_most_people_use_is_first_and_one_account_makes_no_trend() {
    let app = TestApp::with(&[GROWN]).await;
    let people = app.crowd(5).await;
    let [a, b, c, d, e] = people.each_ref_of();
    tag(&[a, b, c, d, e], "Everybody").await;
    tag(&[a, b, c], "three").await;
    tag(&[a, b], "two").await;
    tag(&[a; 12], "spam").await;
    recompute(&app).await;
    let list = a.get("/trending/hashtags?limit=10").await;
    let first = list.data(200)[0].clone();
    assert_eq!(first["tag"], "#Everybody");
    assert_eq!(
        (&first["use_count"], &first["people_count"]),
        (&json!(5), &json!(5))
    );
    assert_eq!(
        (&first["trending_rank"], first.get("rank_change")),
        (&json!(1), None)
    );
    assert!(first["score"].as_f64().unwrap() > 1.0);
    assert_eq!(trending(a).await, ["#Everybody", "#three"]);
    assert_eq!(
        app.anonymous().get("/trending/hashtags").await.problem(401),
        "token_missing"
    );

    let page = a.get("/trending/hashtags?limit=1").await.json();
    let cursor = page["pagination"]["next_cursor"].as_str().unwrap();
    let next = a
        .get(&format!("/trending/hashtags?limit=1&cursor={cursor}"))
        .await
        .json();
    assert_eq!(next["data"][0]["tag"], "#three");
    assert_eq!(next["pagination"]["has_more"], false);
}

#[tokio::test]
async fn only_public_posts_of_accounts_that_stand_well_count() {
    for away in [
        "update users set suspended_at = now(), suspended_why = 'spam' where id = $1",
        "update users set deactivated_at = now() where id = $1",
        "update users set is_private = true where id = $1",
        "update users set created_at = created_at + interval '1 day' where id = $1",
    ] {
        let app = TestApp::with(&[GROWN]).await;
        let [a, b, c, d] = app.given(["anna", "bert", "carl", "dora"]).await;
        tag(&[&a, &b, &c], "topic").await;
        tag(&[&a, &b, &d], "other").await;
        app.about(&c, away).await;
        recompute(&app).await;
        assert_eq!(trending(&a).await, ["#other"], "{away}");
    }
}

#[tokio::test]
async fn young_accounts_do_not_count_unless_a_setting_says_so() {
    let app = TestApp::start().await;
    let [a, b, c] = app.given(["anna", "bert", "carl"]).await;
    tag(&[&a, &b, &c], "topic").await;
    recompute(&app).await;
    assert!(trending(&a).await.is_empty());
    app.run("update users set created_at = created_at - interval '2 days'")
        .await;
    recompute(&app).await;
    assert_eq!(trending(&a).await, ["#topic"]);
}

#[tokio::test]
async fn a_hidden_hashtag_is_gone_at_once_and_the_act_is_in_the_audit() {
    let app = TestApp::with(&[GROWN]).await.leaving_jobs();
    let [a, b, c] = app.given(["anna", "bert", "carl"]).await;
    tag(&[&a, &b, &c], "Topic").await;
    recompute(&app).await;
    let path = "/admin/trends/hashtags/topic";
    assert_eq!(a.put(path, Value::Null).await.problem(403), "forbidden");
    let admin = app.admin().await;
    for _ in 0..2 {
        let hidden = admin.put(path, Value::Null).await.data(200);
        assert_eq!(
            (&hidden["tag"], &hidden["is_hidden"]),
            (&json!("#Topic"), &json!(true))
        );
    }
    assert!(trending(&a).await.is_empty());
    recompute(&app).await;
    assert!(trending(&a).await.is_empty());
    let history = a.get("/trending/hashtags/topic/history").await.data(200);
    assert_eq!(history, json!([]));
    admin.delete(path).await.data(200);
    recompute(&app).await;
    assert_eq!(trending(&a).await, ["#Topic"]);
    let acts = "select count(*) from admin_audit where action in ('trend.hide', 'trend.show') and target = '#topic'";
    assert_eq!(app.count(acts).await, 2);
    let unknown = admin
        .put("/admin/trends/hashtags/unheard_of", Value::Null)
        .await;
    assert_eq!(unknown.problem(404), "not_found");
}

trait Five {
    fn each_ref_of(&self) -> [&Somebody; 5];
}

impl Five for Vec<Somebody> {
    fn each_ref_of(&self) -> [&Somebody; 5] {
        std::array::from_fn(|at| &self[at])
    }
}
