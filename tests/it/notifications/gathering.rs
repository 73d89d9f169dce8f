//! From what people do to the one row of its group.

use domain::notifications::jobs::{Gather, PurgeNotifications};
use futures::future::join_all;

use super::*;

#[tokio::test]
async fn a_follow_is_told_and_taking_it_back_takes_the_notification_back() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    follow(&bob, &alice).await;
    gathered(&app).await;
    let told = listed(&alice).await;
    assert_eq!(told[0]["type"], "follow");
    assert_eq!(told[0]["content"], "bob follows you");
    assert_eq!(told[0]["actor"]["username"], "bob");
    assert_eq!(told[0]["actor_count"], 1);
    assert_eq!(told[0]["is_read"], false);
    assert!(told[0].get("target_id").is_none());
    follow(&carol, &alice).await;
    gathered(&app).await;
    assert_eq!(texts(&alice).await, ["carol and bob follow you"]);
    unfollow(&carol, &alice).await;
    gathered(&app).await;
    assert_eq!(texts(&alice).await, ["bob follows you"]);
    unfollow(&bob, &alice).await;
    gathered(&app).await;
    assert_eq!(app.count("select count(*) from notifications").await, 0);
}

#[tokio::test]
async fn a_request_is_told_until_it_is_answered() {
    let app = TestApp::start().await;
    let [alice, bob, carol, dave] = app.given(["alice", "bob", "carol", "dave"]).await;
    app.about(&alice, "update users set is_private = true where id = $1")
        .await;
    for who in [&bob, &carol, &dave] {
        follow(who, &alice).await;
    }
    gathered(&app).await;
    assert_eq!(texts(&alice).await, ["dave and 2 others ask to follow you"]);
    unfollow(&dave, &alice).await;
    for (who, answer) in [(&bob, "accept"), (&carol, "reject")] {
        let path = format!("/follow-requests/{}/{answer}", who.id);
        alice.post(&path, Value::Null).await.data(200);
    }
    gathered(&app).await;
    assert_eq!(texts(&alice).await, Vec::<String>::new());
}

#[tokio::test]
async fn two_hundred_who_like_at_once_are_one_job_and_one_row() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let crowd = app.crowd(200).await;
    let post = post_by(&alice).await;
    join_all(crowd.iter().map(|one| like(&app, alice.id, post, one.id))).await;
    like(&app, alice.id, post, alice.id).await;
    assert_eq!(app.enqueued::<Gather>().await.len(), 1);
    gathered(&app).await;
    let told = listed(&alice).await;
    assert_eq!((told.len(), unread(&alice).await), (1, 1));
    assert_eq!(told[0]["actor_count"], 200);
    assert_eq!(told[0]["actors"].as_array().unwrap().len(), 8);
    assert_eq!(told[0]["target_id"], post.to_string());
    let text = told[0]["content"].as_str().unwrap();
    assert!(text.ends_with("and 199 others like your post"), "{text}");

    let version = "select xmin::text::bigint from notifications";
    let before = app.count(version).await;
    let mut tx = app.platform.db.begin().await.unwrap();
    notify(&mut tx, alice.id, Cause::LikeOfPost(post))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    gathered(&app).await;
    assert_eq!(
        app.count(version).await,
        before,
        "nothing changed: nothing is written"
    );
}

/// So many likes each second, each told on its own, and workers that never rest.
#[tokio::test]
async fn ten_thousand_likes_in_ten_seconds_are_a_handful_of_writes() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let post = post_by(&alice).await;
    app.run(
        "insert into users (id, username, email, created_at, updated_at)
         select gen_random_uuid(), 'fan' || n, 'fan' || n || '@example.com', now(), now()
         from generate_series(1, 10000) as n;
         create table writes (place bigint generated always as identity, at text);
         create function write() returns trigger language plpgsql
             as 'begin insert into writes (at) values (tg_table_name); return null; end';
         create trigger counted after insert or update or delete on notifications for each row execute function write();
         create trigger counted after insert or update on notification_places for each row execute function write();
         create trigger counted after insert on jobs for each row execute function write();
         create trigger counted after insert on deliveries for each row execute function write()",
    )
    .await;
    let fans: Vec<Uuid> = sqlx::query_scalar("select id from users where username like 'fan%'")
        .fetch_all(app.platform.db.pool())
        .await
        .unwrap();
    for second in fans.chunks(1_000) {
        let likes = second
            .chunks(50)
            .map(|some| all_like(&app, alice.id, post, some));
        join_all(likes).await;
        app.clock.advance(Duration::from_secs(1));
        app.relay().await;
        app.drain().await;
    }
    gathered(&app).await;
    let told = listed(&alice).await;
    assert_eq!((told.len(), unread(&alice).await), (1, 1));
    assert_eq!(told[0]["actor_count"], 10_000);
    let writes = app.count("select count(*) from writes").await;
    let gained = app
        .count("select count(*) from writes where at = 'notifications'")
        .await;
    assert!(
        (1..=3).contains(&gained) && writes <= 20,
        "{gained} of {writes}"
    );
}

/// In one transaction, so that ten thousand take seconds; each of them says it.
async fn all_like(app: &TestApp, author: UserId, post: PostId, fans: &[Uuid]) {
    let mut tx = app.platform.db.begin().await.unwrap();
    let now = tx.now();
    let ids: Vec<Uuid> = fans.iter().map(|_| id_at(now)).collect();
    sqlx::query(
        "insert into post_likes (post_id, user_id, id, created_at)
         select $1, fan, id, $4 from unnest($2::uuid[], $3::uuid[]) as one (fan, id)",
    )
    .bind(post.0)
    .bind(fans)
    .bind(ids)
    .bind(now)
    .execute(tx.connection())
    .await
    .unwrap();
    for _ in fans {
        notify(&mut tx, author, Cause::LikeOfPost(post))
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_is_new_moves_up_unread_and_what_is_taken_back_stays_where_it_is() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let post = post_by(&alice).await;
    like(&app, alice.id, post, bob.id).await;
    gathered(&app).await;
    let first = listed(&alice).await[0].clone();
    let path = format!("/notifications/{}/read", first["id"].as_str().unwrap());
    let read = alice.put(&path, Value::Null).await.data(200);
    assert_eq!(read["unread_count"], 0);
    like(&app, alice.id, post, carol.id).await;
    gathered(&app).await;
    let second = listed(&alice).await[0].clone();
    assert_eq!(second["id"], first["id"]);
    assert!(second["place"].as_str() > first["place"].as_str());
    assert_eq!(
        (second["is_read"].clone(), unread(&alice).await),
        (json!(false), 1)
    );

    alice
        .put("/notifications/read-all", json!({}))
        .await
        .data(200);
    unlike(&app, alice.id, post, carol.id).await;
    gathered(&app).await;
    let third = listed(&alice).await[0].clone();
    assert_eq!(third["content"], "bob likes your post");
    assert_eq!(third["place"], second["place"]);
    assert_eq!(
        (third["is_read"].clone(), unread(&alice).await),
        (json!(true), 0)
    );
}

#[tokio::test]
async fn each_day_is_a_group_of_its_own_and_a_late_worker_counts_the_days_before() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let day = Duration::from_secs(24 * 3600);
    follow(&bob, &alice).await;
    // Nobody works for a day.
    app.clock.advance(day);
    let path = format!("/users/{}/follow", alice.id);
    let again = app.again(&carol).await;
    again.post(&path, Value::Null).await.data(200);
    gathered(&app).await;
    let alice_again = app.again(&alice).await;
    let told = texts(&alice_again).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.contains(&"bob follows you".to_owned()));
    assert!(told.contains(&"carol follows you".to_owned()));
}

#[tokio::test]
async fn comments_replies_mentions_and_shares_are_told_to_whom_they_are_for() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let post = post_by(&alice).await;
    let said = comment(&app, alice.id, post, bob.id).await;
    comment(&app, alice.id, post, bob.id).await;
    comment(&app, alice.id, post, alice.id).await;
    let reply = "insert into comments (id, post_id, parent_id, depth, author_id, content, created_at, updated_at)
                 select $3, post_id, id, 1, $2, 'Yes', $4, $4 from comments where id = $1";
    let told = [
        (alice.id, Cause::Comment(post)),
        (bob.id, Cause::Reply(said)),
    ];
    let answer = CommentId(deed(&app, reply, (said.0, carol.id), &told).await);
    let mention = "with about as (select $3::uuid)
                   insert into comment_mentions (comment_id, user_id, created_at) values ($1, $2, $4)";
    let told = [(bob.id, Cause::MentionInComment(answer))];
    deed(&app, mention, (answer.0, bob.id), &told).await;
    let liked =
        "insert into comment_likes (comment_id, user_id, id, created_at) values ($1, $2, $3, $4)";
    let told = [(bob.id, Cause::LikeOfComment(said))];
    deed(&app, liked, (said.0, alice.id), &told).await;
    let repost = "insert into posts (id, author_id, kind, repost_of, state, published_at, place, created_at, updated_at)
                  values ($3, $2, 'text', $1, 'published', $4, $3, $4, $4)";
    let told = [(alice.id, Cause::Share(post))];
    deed(&app, repost, (post.0, carol.id), &told).await;
    let mention = "with about as (select $3::uuid)
                   insert into post_mentions (post_id, user_id, created_at) values ($1, $2, $4)";
    let told = [(carol.id, Cause::MentionInPost(post))];
    deed(&app, mention, (post.0, carol.id), &told).await;
    gathered(&app).await;

    let sorted = async |who: &Client| {
        let mut texts = texts(who).await;
        texts.sort();
        texts
    };
    assert_eq!(
        sorted(&alice).await,
        [
            "carol and bob commented on your post",
            "carol shared your post"
        ]
    );
    assert_eq!(
        sorted(&bob).await,
        [
            "alice likes your comment",
            "carol mentioned you in a comment",
            "carol replied to your comment",
        ]
    );
    assert_eq!(sorted(&carol).await, ["alice mentioned you in a post"]);
}

#[tokio::test]
async fn what_gained_nothing_for_long_is_purged() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    follow(&bob, &alice).await;
    gathered(&app).await;
    app.clock.advance(Duration::from_secs(89 * 24 * 3600));
    let fresh = app.again(&carol).await;
    let path = format!("/users/{}/follow", alice.id);
    fresh.post(&path, Value::Null).await.data(200);
    gathered(&app).await;
    app.clock.advance(Duration::from_secs(2 * 24 * 3600));
    app.enqueue(PurgeNotifications {}).await;
    app.drain().await;
    let left = app.again(&alice).await;
    assert_eq!(texts(&left).await, ["carol follows you"]);
}

#[tokio::test]
async fn a_notification_in_words_of_its_own_is_told_as_it_is_even_twice_at_one_instant() {
    use domain::notifications::announce;
    use domain::settings::NotificationType;
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    for text in ["Welcome", "Your export is ready"] {
        let mut tx = app.platform.db.begin().await.unwrap();
        let told = announce(&mut tx, alice.id, NotificationType::System, None, text).await;
        assert!(told.unwrap().is_some());
        tx.commit().await.unwrap();
    }
    assert_eq!(texts(&alice).await, ["Your export is ready", "Welcome"]);
}
