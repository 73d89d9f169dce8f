//! Whom to follow.

use domain::graph::jobs::RefreshPopular;

use super::*;

#[tokio::test]
async fn friends_of_friends_are_suggested_by_how_many_lead_to_them_then_by_their_followers() {
    let app = TestApp::start().await;
    let [me, ann, ben, both, big, small] = app
        .given(["me_too", "ann", "ben", "both", "big", "small"])
        .await;
    let [fan] = app.given(["fan"]).await;
    for friend in [&ann, &ben] {
        act(&me, "follow", friend).await.data(200);
        act(friend, "follow", &both).await.data(200);
        act(friend, "follow", &me).await.data(200);
    }
    act(&ann, "follow", &ben).await.data(200);
    act(&ann, "follow", &small).await.data(200);
    act(&ben, "follow", &big).await.data(200);
    act(&fan, "follow", &big).await.data(200);

    let suggested = me.get("/users/suggestions").await;
    assert_eq!(names(&suggested), ["both", "big", "small"]);
    let people = suggested.data(200);
    let people = people.as_array().unwrap().iter();
    let counts: Vec<&Value> = people.map(|one| &one["mutual_count"]).collect();
    assert_eq!(counts, [&json!(2), &json!(1), &json!(1)]);
}

#[tokio::test]
async fn nobody_is_suggested_who_is_asked_muted_dismissed_blocked_or_away() {
    let app = TestApp::start().await;
    let [me, friend] = app.given(["me_too", "friend"]).await;
    let crowd = app.crowd(7).await;
    act(&me, "follow", &friend).await.data(200);
    for one in &crowd {
        act(&friend, "follow", one).await.data(200);
    }
    assert_eq!(names(&me.get("/users/suggestions").await).len(), 7);
    make_private(&app, &crowd[0]).await;
    act(&me, "follow", &crowd[0]).await.data(200);
    act(&me, "mute", &crowd[1]).await.data(200);
    for _ in 0..2 {
        let dismissed = me.delete("/users/suggestions/crowd3").await;
        assert_eq!(dismissed.data(200), json!({}));
    }
    act(&me, "block", &crowd[3]).await.data(200);
    act(&crowd[4], "block", &me).await.data(200);
    app.about(
        &crowd[5],
        "update users set delete_at = now() where id = $1",
    )
    .await;
    assert_eq!(names(&me.get("/users/suggestions").await), ["crowd7"]);
}

#[tokio::test]
async fn who_follows_nobody_is_shown_the_most_followed_verified_people_first() {
    let app = TestApp::start().await;
    let [newcomer, star, judge, shy] = app.given(["newcomer", "star", "judge", "shy"]).await;
    let crowd = app.crowd(3).await;
    for one in &crowd {
        act(one, "follow", &star).await.data(200);
        act(one, "follow", &shy).await.data(200);
    }
    act(&crowd[0], "follow", &judge).await.data(200);
    app.about(
        &judge,
        "update users set verification_level = 'blue' where id = $1",
    )
    .await;
    make_private(&app, &shy).await;
    assert!(names(&newcomer.get("/users/suggestions").await).is_empty());
    for _ in 0..2 {
        app.enqueue(RefreshPopular {}).await;
        app.drain().await;
        let suggested = newcomer.get("/users/suggestions").await;
        assert_eq!(names(&suggested), ["judge", "star"]);
        assert_eq!(suggested.data(200)[0]["mutual_count"], 0);
    }
    act(&newcomer, "block", &judge).await.data(200);
    assert_eq!(names(&newcomer.get("/users/suggestions").await), ["star"]);

    undo(&crowd[0], "follow", &star).await.data(200);
    undo(&crowd[1], "follow", &star).await.data(200);
    undo(&crowd[2], "follow", &star).await.data(200);
    app.enqueue(RefreshPopular {}).await;
    app.drain().await;
    assert!(names(&newcomer.get("/users/suggestions").await).is_empty());
}

#[tokio::test]
async fn suggestions_are_read_page_by_page() {
    let app = TestApp::start().await;
    let [me, friend] = app.given(["me_too", "friend"]).await;
    act(&me, "follow", &friend).await.data(200);
    for one in &app.crowd(5).await {
        act(&friend, "follow", one).await.data(200);
    }
    let (mut all, mut path) = (Vec::new(), "/users/suggestions?limit=2".to_owned());
    loop {
        let page = me.get(&path).await;
        all.extend(names(&page));
        let pagination = page.json()["pagination"].clone();
        match pagination["next_cursor"].as_str() {
            Some(next) => path = format!("/users/suggestions?limit=2&cursor={next}"),
            None => break,
        }
    }
    all.sort();
    assert_eq!(all, ["crowd1", "crowd2", "crowd3", "crowd4", "crowd5"]);
}
