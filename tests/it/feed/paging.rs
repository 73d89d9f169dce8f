//! Pages stay where they are while posts arrive.

use super::*;

/// Reads the feed to its end by its cursors.
pub(super) async fn walk(who: &Client, limit: usize) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let place = cursor.map(|cursor| format!("&cursor={cursor}"));
        let place = place.unwrap_or_default();
        let page = who.get(&format!("/posts/feed?limit={limit}{place}")).await;
        all.extend(captions(&page));
        let pagination = page.json()["pagination"].clone();
        cursor = pagination["next_cursor"].as_str().map(str::to_owned);
        assert_eq!(pagination["has_more"], cursor.is_some());
        if cursor.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn posts_that_arrive_between_pages_move_nothing() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    follow(&alice, &bob).await;
    follow(&alice, &carol).await;
    published(&app, bob.id, 30).await;
    warmed(&app, &alice).await;
    let numbers = |from: i32, to: i32| -> Vec<String> {
        (to..=from).rev().map(|number| number.to_string()).collect()
    };
    let first = alice.get("/posts/feed?limit=10").await;
    assert_eq!(captions(&first), numbers(30, 21));
    let cursor = first.json()["pagination"]["next_cursor"].clone();
    for _ in 0..3 {
        tokio::join!(post(&carol, "new"), post(&alice, "new"));
    }
    app.drain().await;
    let by_cursor = format!("/posts/feed?limit=10&cursor={}", cursor.as_str().unwrap());
    assert_eq!(captions(&alice.get(&by_cursor).await), numbers(20, 11));
    for (offset, page) in [(10, numbers(20, 11)), (20, numbers(10, 1)), (30, vec![])] {
        let path = format!("/posts/feed?limit=10&offset={offset}");
        assert_eq!(captions(&alice.get(&path).await), page);
    }
    let fresh = alice.get("/posts/feed?limit=7").await;
    assert_eq!(
        captions(&fresh)[5..],
        ["new", "30"],
        "a first page begins anew"
    );
    let shifted = alice.get("/posts/feed?limit=2&offset=6").await;
    assert_eq!(
        captions(&shifted),
        ["30", "29"],
        "and offsets count from there"
    );
}

#[tokio::test]
async fn a_page_is_filled_up_with_what_stands_below_those_that_are_not_shown() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    follow(&alice, &bob).await;
    published(&app, bob.id, 300).await;
    warmed(&app, &alice).await;
    app.run("update posts set visibility = 'private' where caption::integer > 20")
        .await;
    let page = alice.get("/posts/feed?limit=10").await;
    let shown: Vec<String> = (11..=20).rev().map(|number| number.to_string()).collect();
    assert_eq!(captions(&page), shown);
    assert_eq!(page.json()["pagination"]["has_more"], true);
    assert_eq!(walk(&alice, 7).await.len(), 20);
}

#[tokio::test]
async fn somebody_who_follows_thousands_has_a_cold_feed_in_one_statement() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    sqlx::raw_sql(
        "insert into users (id, username, email, created_at, updated_at)
             select gen_random_uuid(), 'many' || n, 'many' || n || '@example.com', now(), now()
             from generate_series(1, 5000) as n;
         insert into user_counts (user_id, created_at)
             select id, now() from users where username like 'many%';
         insert into follows (follower_id, following_id, id, created_at)
             select a.id, m.id, ('0193' || lpad(substr(m.username, 5), 28, '0'))::uuid, now() from users a, users m
             where a.username = 'alice' and m.username like 'many%';
         insert into posts (id, author_id, kind, caption, state, published_at, place, created_at, updated_at)
             select place, id, 'text', n::text, 'published', now(), place, now(), now()
             from (select id, n, ('0193' || lpad(to_hex(n * 10000 + substr(username, 5)::integer), 28, '0'))::uuid as place
                   from users, generate_series(1, 4) as n where username like 'many%') as one;
         insert into post_counts (post_id, created_at) select id, now() from posts;
         analyze users; analyze follows; analyze posts;",
    )
    .execute(app.platform.db.pool())
    .await
    .unwrap();
    let began = std::time::Instant::now();
    let cold = alice.get("/posts/feed?limit=50").await;
    assert_eq!(captions(&cold), vec!["4"; 50]);
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
    app.drain().await;
    assert_eq!(timeline(&app, alice.id).await.unwrap().len(), MOST);
    assert_eq!(
        captions(&alice.get("/posts/feed?limit=50").await),
        vec!["4"; 50]
    );
}
