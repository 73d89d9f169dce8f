//! That nothing is left of who left.

use std::time::Duration;

use domain::UserId;
use domain::lifecycle::jobs::{Purge, PurgeDue, PurgeExports};
use domain::lifecycle::tables::{Purge as Fate, tables};
use domain::lifecycle::{self, Closing};
use futures::TryStreamExt;
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{self, NAME, id, rows};
use crate::harness::laws::posts_are_counted;
use crate::harness::{PASSWORD, Reply, TestApp};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn login(app: &TestApp, username: &str) -> Reply {
    let body = json!({"username": username, "password": PASSWORD});
    app.anonymous().post("/auth/login", body).await
}

async fn texts(app: &TestApp, query: String) -> Vec<String> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(query))
        .fetch_all(app.platform.db.pool())
        .await
        .unwrap()
}

/// Tables with a row in which `text` stands, in whatever column.
async fn tables_with(app: &TestApp, text: &str) -> Vec<String> {
    let tables = "select c.relname::text from pg_class c where c.relkind = 'r'
                  and c.relnamespace = 'public'::regnamespace order by 1";
    let mut found = Vec::new();
    for table in texts(app, tables.to_owned()).await {
        let query = format!(
            "select '{table}'::text from {table} as t where t::text ilike '%{text}%' limit 1"
        );
        found.extend(texts(app, query).await);
    }
    found
}

async fn leave(app: &TestApp, name: &str) {
    let token = login(app, name).await.data(200);
    let person = app.anonymous().bearer(token["token"].as_str().unwrap());
    let said = json!({"password": PASSWORD});
    person.delete_saying("/users/me", said).await.data(202);
}

async fn purge(app: &TestApp, user: Uuid) {
    app.enqueue(Purge {
        user_id: UserId(user),
    })
    .await;
    app.drain().await;
}

const COUNTS: &str =
    "select username || ' ' || follower_count || ' ' || following_count from user_counts
    join users on id = user_id where username in ('bob', 'dave') order by 1";

/// What the house leaves empty until an account is put away, suspended or deleted.
const STANDING: [&str; 6] = [
    "deactivated_at",
    "delete_at",
    "deleted_at",
    "suspended_at",
    "suspended_until",
    "suspended_why",
];

async fn columns(app: &TestApp, filled: bool, user: Uuid) -> Vec<String> {
    let query = format!(
        "select key from users, jsonb_each(to_jsonb(users)) where id = '{user}' and (value <> 'null') = {filled} order by 1"
    );
    texts(app, query).await
}

/// Alice has had her month, and was everything an account can be.
async fn alice_is_due(app: &TestApp) -> world::World {
    let world = world::full(app).await;
    assert_eq!(
        columns(app, false, world.alice_id).await,
        STANDING,
        "give alice one"
    );
    assert_eq!(texts(app, COUNTS.to_owned()).await, ["bob 2 1", "dave 0 2"]);
    leave(app, NAME).await;
    app.run(
        "update users set deactivated_at = created_at, suspended_at = created_at, suspended_until = created_at,
                          suspended_why = 'zqxalice' where username = 'zqxalice'",
    )
    .await;
    app.drain().await;
    app.clock.advance(29 * DAY);
    purge(app, world.alice_id).await;
    let kept = tables_with(app, NAME).await;
    assert!(!kept.is_empty(), "her time of grace is not over");
    app.clock.advance(DAY);
    world
}

#[tokio::test]
async fn nothing_is_left_of_who_left_but_an_id_that_says_nothing() {
    let app = TestApp::start().await;
    let world = alice_is_due(&app).await;
    for round in 1..=2 {
        purge(&app, world.alice_id).await;
        for said in [NAME, "zqxdoe", "4915199887766"] {
            let kept = tables_with(&app, said).await;
            assert_eq!(kept, Vec::<String>::new(), "{said} in round {round}");
        }
        for table in tables() {
            let left = match (&table.purge, table.columns) {
                (Fate::Keep(_) | Fate::Anonymise, _) | (_, []) => 0,
                _ => rows(&app, table, world.alice_id).await,
            };
            assert_eq!(left, 0, "{} in round {round}", table.name);
        }
        let mut kept = tables_with(&app, &world.alice_id.to_string()).await;
        kept.retain(|table| !table.starts_with("finished_jobs"));
        assert_eq!(kept, ["admin_audit", "job_pauses", "users"]);
        assert_eq!(
            texts(&app, COUNTS.to_owned()).await,
            ["bob 1 0", "dave 0 1"]
        );
        let words = "select word from name_words order by 1".to_owned();
        assert_eq!(texts(&app, words).await, ["bob", "carol", "dave"]);
        posts_are_counted(&app).await;
        let said = "select coalesce(content, '') from comments order by depth".to_owned();
        assert_eq!(
            texts(&app, said).await,
            ["", "Yes"],
            "what bob answered stays"
        );
    }
    let files = app.platform.storage.list("exports").unwrap();
    assert_eq!(files.try_collect::<Vec<_>>().await.unwrap(), []);
    let key = format!("user:{}", world.alice_id);
    assert_eq!(app.platform.cache.get([key.as_str()]).await, [None]);
    assert_eq!(login(&app, NAME).await.problem(401), "credentials_wrong");
    assert_eq!(world.alice.get("/users/me").await.status, 401);
}

#[tokio::test]
async fn what_stays_of_an_account_is_what_every_account_has() {
    let app = TestApp::start().await;
    let world = alice_is_due(&app).await;
    purge(&app, world.alice_id).await;
    assert_eq!(
        columns(&app, true, world.alice_id).await,
        [
            "created_at",
            "deleted_at",
            "found_by_phone",
            "id",
            "is_business",
            "is_premium",
            "is_private",
            "last_seen_to",
            "messages_from",
            "role",
            "updated_at",
            "username",
            "verification_level"
        ]
    );
}

#[tokio::test]
async fn who_signs_in_a_moment_before_the_purge_stays_with_all_they_have() {
    let app = TestApp::start().await;
    let world = world::full(&app).await;
    leave(&app, NAME).await;
    app.drain().await;
    app.clock.advance(31 * DAY);
    app.enqueue(PurgeDue {}).await;
    login(&app, NAME).await.data(200);
    app.drain().await;
    purge(&app, world.alice_id).await;
    for table in ["users", "follows", "user_topics", "user_words"] {
        let table = tables().find(|one| one.name == table).unwrap();
        assert!(
            rows(&app, table, world.alice_id).await > 0,
            "{}",
            table.name
        );
    }
    assert_eq!(login(&app, NAME).await.data(200)["phone"], "+4915199887766");
}

#[tokio::test]
async fn of_an_entry_and_a_purge_at_one_instant_one_happens() {
    let app = TestApp::start().await.leaving_jobs();
    for name in ["ann", "ben", "cat", "dan"] {
        app.register(name).await.data(201);
        leave(&app, name).await;
    }
    app.clock.advance(31 * DAY);
    for name in ["ann", "ben", "cat", "dan"] {
        let user = id(&app, name).await;
        let close = async {
            let mut tx = app.platform.db.begin().await.unwrap();
            let closing = lifecycle::close(&mut tx, UserId(user)).await.unwrap();
            tx.commit().await.unwrap();
            closing
        };
        let (entered, closing) = tokio::join!(login(&app, name), close);
        match closing {
            Closing::Stays => assert_eq!(entered.data(200)["username"], name),
            Closing::Closed => assert_eq!(entered.problem(401), "credentials_wrong"),
        }
    }
}

#[tokio::test]
async fn a_purge_that_was_cut_off_goes_on_and_counts_of_a_crowd_stay_exact() {
    let app = TestApp::start().await;
    app.register("star").await.data(201);
    app.run(
        "insert into users (id, username, created_at, updated_at)
             select gen_random_uuid(), 'fan_' || n, now(), now() from generate_series(1, 4500) n;
         insert into user_counts (user_id, following_count, created_at) select id, 2, now() from users where username like 'fan%';
         insert into follows (follower_id, following_id, id, created_at)
             select f.id, s.id, gen_random_uuid(), now() from users f, users s
             where f.username like 'fan%' and s.username = 'star';
         insert into follows (follower_id, following_id, id, created_at)
             select s.id, f.id, gen_random_uuid(), now() from users f, users s
             where f.username like 'fan%' and s.username = 'star' and right(f.username, 1) = '7';
         update user_counts set follower_count = 1
             where user_id in (select following_id from follows where follower_id = (select id from users where username = 'star'))",
    )
    .await;
    let star = id(&app, "star").await;
    leave(&app, "star").await;
    app.clock.advance(31 * DAY);
    // As far as a worker came that was killed.
    let mut tx = app.platform.db.begin().await.unwrap();
    let closing = lifecycle::close(&mut tx, UserId(star)).await.unwrap();
    assert_eq!(closing, Closing::Closed);
    tx.commit().await.unwrap();
    let follows = "select count(*) from follows";
    let mut statement = 0;
    while app.count(follows).await > 2_500 {
        let mut tx = app.platform.db.begin().await.unwrap();
        assert!(
            lifecycle::purge_slice(&mut tx, UserId(star), &mut statement)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
    }
    assert_eq!(app.count(follows).await, 2_500);
    assert_eq!(login(&app, "star").await.problem(401), "credentials_wrong");

    app.enqueue(PurgeDue {}).await;
    app.drain().await;
    assert_eq!(app.count(follows).await, 0);
    let wrong =
        "select count(*) from user_counts where (follower_count, following_count) <> (0, 1)";
    assert_eq!(app.count(wrong).await, 0);
    assert_eq!(app.count("select count(*) from user_counts").await, 4_500);
    let due = "select count(*) from users where delete_at is not null";
    assert_eq!(app.count(due).await, 0);
    app.enqueue(PurgeDue {}).await;
    app.drain().await;
    let purges = "select count(*) from finished_jobs where name = 'lifecycle.purge'";
    assert_eq!(app.count(purges).await, 1);
}

#[tokio::test]
async fn the_name_of_who_left_rests_before_another_can_take_it() {
    let app = TestApp::start().await;
    app.register("alice").await.data(201);
    let alice = id(&app, "alice").await;
    leave(&app, "alice").await;
    app.drain().await;
    app.clock.advance(31 * DAY);
    purge(&app, alice).await;
    assert_eq!(tables_with(&app, "alice").await, Vec::<String>::new());
    let body =
        json!({"username": "Alice", "email": "new@example.com", "password": "Another-horse-8"});
    let register = async || app.anonymous().post("/auth/register", body.clone()).await;
    let refused = register().await;
    assert_eq!(refused.problem(409), "username_taken");
    assert_eq!(refused.json()["errors"][0]["field"], "username");
    let reserved =
        json!({"username": "deleted_1", "email": "x@example.com", "password": "Another-horse-8"});
    let reserved = app.anonymous().post("/auth/register", reserved).await;
    assert_eq!(
        reserved.json()["errors"][0]["code"],
        Value::from("reserved")
    );

    app.clock.advance(91 * DAY);
    app.enqueue(PurgeExports {}).await;
    app.drain().await;
    register().await.data(201);
    app.drain().await;
}
