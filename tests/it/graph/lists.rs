//! Lists of people: their order, their pages, and who is in them.

use super::*;

/// Reads a list to its end by its cursors, in pages of `limit`.
async fn walk(who: &Somebody, path: &str, limit: usize) -> (Vec<String>, Value) {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let place = cursor.map(|cursor| format!("&cursor={cursor}"));
        let path = format!("{path}?limit={limit}{}", place.unwrap_or_default());
        let page = who.get(&path).await;
        all.extend(names(&page));
        let pagination = page.json()["pagination"].clone();
        cursor = pagination["next_cursor"].as_str().map(str::to_owned);
        assert_eq!(pagination["has_more"], cursor.is_some());
        if cursor.is_none() {
            return (all, pagination);
        }
    }
}

#[tokio::test]
async fn lists_are_read_page_by_page_the_latest_first() {
    let app = TestApp::start().await;
    let [star] = app.given(["star"]).await;
    let crowd = app.crowd(7).await;
    for one in &crowd {
        act(one, "follow", &star).await.data(200);
    }
    let latest_first: Vec<String> = crowd.iter().rev().map(|one| one.name.clone()).collect();
    for limit in [1, 3, 7, 100] {
        let (all, _) = walk(&star, "/users/me/followers", limit).await;
        assert_eq!(all, latest_first, "pages of {limit}");
    }
    let page = crowd[0].get("/users/star/followers?limit=2&offset=5").await;
    assert_eq!(names(&page), ["crowd2", "crowd1"]);
    let pagination = page.json()["pagination"].clone();
    assert_eq!(
        (&pagination["total"], &pagination["total_is_estimate"]),
        (&json!(7), &json!(false))
    );
    let first = &star.get("/users/me/followers?limit=1").await.data(200)[0];
    assert_eq!(
        (&first["is_following"], &first["is_followed_by"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn who_is_hidden_is_left_out_and_the_page_is_filled_with_those_who_follow() {
    let app = TestApp::start().await;
    let [star, viewer] = app.given(["star", "viewer"]).await;
    let crowd = app.crowd(6).await;
    for one in &crowd {
        act(one, "follow", &star).await.data(200);
    }
    app.about(
        &crowd[4],
        "update users set suspended_at = now(), suspended_why = 'spam' where id = $1",
    )
    .await;
    act(&crowd[2], "block", &viewer).await.data(200);
    let page = viewer.get("/users/star/followers?limit=3").await;
    assert_eq!(names(&page), ["crowd6", "crowd4", "crowd2"]);
    let pagination = page.json()["pagination"].clone();
    assert_eq!(
        (
            &pagination["total"],
            &pagination["total_is_estimate"],
            &pagination["has_more"]
        ),
        (&json!(6), &json!(true), &json!(true))
    );
    let (all, _) = walk(&viewer, "/users/star/followers", 3).await;
    assert_eq!(all, ["crowd6", "crowd4", "crowd2", "crowd1"]);
    let whole = viewer.get("/users/star/followers").await;
    assert_eq!(whole.json()["pagination"]["total"], 4);
}

#[tokio::test]
async fn the_lists_of_a_private_account_are_for_those_who_follow_it() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    act(&alice, "follow", &carol).await.data(200);
    act(&carol, "follow", &alice).await.data(200);
    make_private(&app, &carol).await;
    for list in ["followers", "following"] {
        let path = format!("/users/carol/{list}");
        assert_eq!(names(&alice.get(&path).await), ["alice"]);
        assert_eq!(names(&carol.get(&path).await), ["alice"]);
        assert_eq!(bob.get(&path).await.problem(403), "account_private");
    }
    act(&bob, "follow", &carol).await.data(200);
    assert_eq!(
        bob.get("/users/carol/followers").await.problem(403),
        "account_private",
        "asking is not following"
    );
}

#[tokio::test]
async fn mutuals_are_those_i_follow_who_follow_that_person() {
    let app = TestApp::start().await;
    let [viewer, star] = app.given(["viewer", "star"]).await;
    let crowd = app.crowd(5).await;
    for (number, one) in crowd.iter().enumerate() {
        act(&viewer, "follow", one).await.data(200);
        if number % 2 == 0 {
            act(one, "follow", &star).await.data(200);
        }
    }
    make_private(&app, &star).await;
    let (all, pagination) = walk(&viewer, "/users/star/mutuals", 2).await;
    assert_eq!(all, ["crowd5", "crowd3", "crowd1"]);
    assert_eq!(
        (&pagination["total"], &pagination["total_is_estimate"]),
        (&json!(3), &json!(false))
    );
    assert!(names(&star.get("/users/viewer/mutuals").await).is_empty());
}

#[tokio::test]
async fn a_cursor_of_another_kind_is_refused() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    for path in [
        "/users/me/followers",
        "/blocks",
        "/mutes",
        "/users/suggestions",
    ] {
        let refused = alice.get(&format!("{path}?cursor=bm9uc2Vuc2U")).await;
        assert_eq!(refused.problem(400), "validation_failed", "{path}");
        let both = alice.get(&format!("{path}?offset=1&cursor=bm9u")).await;
        assert_eq!(both.json()["errors"][0]["code"], "ambiguous", "{path}");
    }
}
