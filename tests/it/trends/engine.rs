//! What the engine makes of time.

use std::time::Duration;

use serde_json::json;

use super::{GROWN, recompute, tag, trending};
use crate::harness::TestApp;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_trend_decays_and_is_over() {
    let app = TestApp::with(&[GROWN]).await;
    let [a, b, c] = app.given(["anna", "bert", "carl"]).await;
    tag(&[&a, &b, &c], "topic").await;
    recompute(&app).await;
    let score = "select (1e6 * score)::bigint from trends where kind = 'hashtag'";
    let at_first = app.count(score).await;
    assert_eq!(
        at_first, 3_000_000,
        "three people now, where nobody is usual"
    );
    app.clock.advance(6 * HOUR);
    recompute(&app).await;
    assert_eq!(
        app.count(score).await,
        1_500_000,
        "half of it after a half-life"
    );
    app.clock.advance(6 * HOUR);
    recompute(&app).await;
    assert_eq!(app.count("select count(*) from trends").await, 0);
    let [later] = app.given(["later"]).await;
    let history = later
        .get("/trending/hashtags/topic/history")
        .await
        .data(200);
    let ranks: Vec<i64> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["rank"].as_i64().unwrap())
        .collect();
    assert_eq!(ranks, [1, 1]);
}

#[tokio::test]
async fn what_is_used_all_the_time_is_no_trend() {
    let app = TestApp::with(&[GROWN]).await;
    let people = app.crowd(6).await;
    let six: Vec<&_> = people.iter().collect();
    tag(&six, "usual").await;
    tag(&six[..4], "new").await;
    recompute(&app).await;
    assert_eq!(trending(six[0]).await, ["#usual", "#new"]);
    app.run(
        "insert into trend_hours (kind, subject_id, hour, people, at, created_at)
         select 'hashtag', h.id, date_trunc('hour', u.created_at) - interval '24 hours' - n * interval '1 hour', 6, u.created_at - interval '7 days', u.created_at
         from hashtags h, generate_series(1, 166) n, (select min(created_at) as created_at from users) u where h.tag = 'usual'",
    )
    .await;
    recompute(&app).await;
    assert_eq!(trending(six[0]).await, ["#new"]);
}

#[tokio::test]
async fn ranks_change_against_the_hour_before_and_twice_is_harmless() {
    let app = TestApp::with(&[GROWN]).await;
    let people = app.crowd(5).await;
    let five: Vec<&_> = people.iter().collect();
    tag(&five[..4], "early").await;
    tag(&five[..3], "late").await;
    recompute(&app).await;
    app.clock.advance(HOUR);
    let [a, b, c] = app.given(["anna", "bert", "carl"]).await;
    tag(&[&a, &b, &c], "late").await;
    recompute(&app).await;
    let read = async || a.get("/trending/hashtags").await.data(200);
    let list = read().await;
    assert_eq!(
        (&list[0]["tag"], &list[0]["rank_change"]),
        (&json!("#late"), &json!(1))
    );
    assert_eq!(
        (&list[1]["tag"], &list[1]["rank_change"]),
        (&json!("#early"), &json!(-1))
    );
    recompute(&app).await;
    assert_eq!(read().await, list);
    app.clock.advance(HOUR + Duration::from_secs(1));
    let [later] = app.given(["later"]).await;
    assert!(
        trending(&later).await.is_empty(),
        "nobody computed it for an hour"
    );
}

#[tokio::test]
async fn posts_trend_by_people_and_are_shown_to_who_may_see_them() {
    let app = TestApp::with(&[GROWN]).await;
    let [owner, blocked, a, b, c] = app
        .given(["owner", "blocked", "anna", "bert", "carl"])
        .await;
    owner
        .post("/users/blocked/block", json!(null))
        .await
        .data(200);
    let mut ids = Vec::new();
    for (visibility, caption) in [
        ("public", "loved"),
        ("followers", "hidden"),
        ("public", "own"),
    ] {
        let body = json!({"caption": caption, "visibility": visibility});
        let post = owner.post("/posts", body).await.data(201);
        ids.push(post["id"].as_str().unwrap().to_owned());
    }
    for (post, fans) in [(0, [&a, &b, &c]), (1, [&a, &b, &c]), (2, [&a, &b, &owner])] {
        for fan in fans {
            sqlx::query("insert into post_likes (post_id, user_id, id, created_at) values ($1::uuid, $2, gen_random_uuid(), $3)")
                .bind(uuid::Uuid::parse_str(&ids[post]).unwrap())
                .bind(fan.id.0)
                .bind(app.clock.now())
                .execute(app.platform.db.pool())
                .await
                .unwrap();
        }
    }
    recompute(&app).await;
    let shown = async |person: &crate::harness::Somebody| {
        let list = person.get("/trending/posts").await.data(200);
        let list = list.as_array().unwrap().iter();
        list.map(|one| one["caption"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        shown(&a).await,
        ["loved"],
        "authors do not make their own posts trend"
    );
    assert!(shown(&blocked).await.is_empty());
    app.run("update posts set visibility = 'followers' where caption = 'loved'")
        .await;
    assert!(shown(&a).await.is_empty(), "before it is computed anew");
    app.run("update posts set visibility = 'public', deleted_at = now() where caption = 'loved'")
        .await;
    assert!(shown(&a).await.is_empty());
}
