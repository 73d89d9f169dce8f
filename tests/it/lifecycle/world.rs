//! A person of whom there is a row in every table of the registry, and others around them.

use domain::lifecycle::tables::{PersonalTable, tables};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Client, TestApp};

/// A name that stands nowhere else.
pub const NAME: &str = "zqxalice";

pub struct World {
    pub alice: Client,
    pub alice_id: Uuid,
}

pub async fn id(app: &TestApp, username: &str) -> Uuid {
    sqlx::query_scalar("select id from users where username = $1")
        .bind(username)
        .fetch_one(app.platform.db.pool())
        .await
        .unwrap()
}

/// How many rows of a table know of somebody.
pub async fn rows(app: &TestApp, table: &PersonalTable, user: Uuid) -> i64 {
    let knows: Vec<String> = table
        .columns
        .iter()
        .map(|column| format!("{column} = $1"))
        .collect();
    let query = format!(
        "select count(*) from {} where {}",
        table.name,
        knows.join(" or ")
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(query))
        .bind(user)
        .fetch_one(app.platform.db.pool())
        .await
        .unwrap()
}

/// Alice, who has a row in every table; bob, carol and dave around her.
pub async fn full(app: &TestApp) -> World {
    for name in ["bob", "carol", "dave"] {
        app.register(name).await.data(201);
    }
    let alice = app.person(NAME).await;
    app.drain().await;
    let body = json!({"username": NAME, "password": crate::harness::PASSWORD});
    let keyed = app.anonymous().header("idempotency-key", "once");
    keyed.post("/auth/login", body).await.data(200);
    app.run(AROUND_ALICE).await;
    alice.post("/users/me/export", Value::Null).await.data(202);
    app.drain().await;
    let alice_id = id(app, NAME).await;
    for table in tables().filter(|table| !table.columns.is_empty()) {
        // Work leaves its table when it is done.
        if table.name != "jobs" {
            let found = rows(app, table, alice_id).await;
            assert!(found > 0, "give alice a row in {}", table.name);
        }
    }
    World { alice, alice_id }
}

/// What the API of today does not write by itself.
const AROUND_ALICE: &str = "
    create temp table who as select
        (select id from users where username = 'zqxalice') as alice, (select id from users where username = 'bob') as bob,
        (select id from users where username = 'carol') as carol, (select id from users where username = 'dave') as dave;
    update users set
        email_verified_at = created_at, phone = '+4915199887766', phone_verified_at = created_at,
        first_name = 'Zqxalice', last_name = 'Zqxdoe', full_name = 'Zqxalice Zqxdoe', display_name = 'zqxalice!',
        bio = 'I am zqxalice', profile_picture_url = 'https://x.example/zqxalice.jpg',
        profile_banner_url = 'https://x.example/zqxalice.png', location = 'zqxalice town',
        website = 'https://zqxalice.example', education_level = 'zqxalice', institution = 'zqxalice',
        business_info = '{\"name\": \"zqxalice\"}', last_login_at = created_at, last_seen_at = created_at
    where username = 'zqxalice';
    insert into name_words (word, created_at) values ('zqxdoe', now()), ('bob', now()) on conflict do nothing;
    insert into user_words (word, user_id, created_at) select word, alice, now() from who, unnest(array['zqxdoe', 'bob']) word;
    insert into user_word_pairs (word, beside, user_id, created_at) select 'zqxdoe', 'bob', alice, now() from who;
    insert into follows (follower_id, following_id, id, created_at)
        select bob, alice, gen_random_uuid(), now() from who union all
        select dave, alice, gen_random_uuid(), now() from who union all
        select alice, bob, gen_random_uuid(), now() from who union all
        select dave, bob, gen_random_uuid(), now() from who;
    update user_counts set
        follower_count = (select count(*) from follows where following_id = user_id),
        following_count = (select count(*) from follows where follower_id = user_id);
    insert into follow_requests (follower_id, following_id, id, created_at)
        select alice, dave, gen_random_uuid(), now() from who;
    insert into blocks (blocker_id, blocked_id, id, created_at)
        select alice, dave, gen_random_uuid(), now() from who union all
        select carol, alice, gen_random_uuid(), now() from who;
    insert into mutes (muter_id, muted_id, id, created_at)
        select alice, bob, gen_random_uuid(), now() from who union all
        select carol, alice, gen_random_uuid(), now() from who;
    insert into user_topics (user_id, kind, folded, topic, place, created_at)
        select alice, 'skill', 'zqxalice', 'Zqxalice', 0, now() from who;
    insert into admin_audit (id, actor, actor_name, action, target, created_at)
        select gen_random_uuid(), alice, alice::text, 'user.create', bob::text, now() from who;
    insert into job_pauses (name, paused_by) select 'nothing.at_all', alice from who;
    insert into password_resets (id, email, user_id, created_at, expires_at)
        select gen_random_uuid(), 'zqxalice@example.com', alice, now(), now() from who;
    insert into user_identities (id, user_id, provider, subject, email, created_at, last_used_at)
        select gen_random_uuid(), alice, 'campus', 'zqxalice', 'zqxalice@campus.example', now(), now() from who;
    insert into provider_attempts (state_hash, browser_hash, signed_by, provider, user_id, created_at, expires_at)
        select 'a', 'a', 'test', 'campus', alice, now(), now() from who;
    insert into provider_codes (hash, code_challenge, user_id, created_at, expires_at)
        select 'a', 'a', alice, now(), now() from who;
    insert into second_factors (user_id, secret, created_at) select alice, 'a', now() from who;
    insert into recovery_codes (user_id, hash, created_at) select alice, 'a', now() from who;
    insert into second_factor_challenges (id, user_id, way, created_at, expires_at)
        select gen_random_uuid(), alice, 'password', now(), now() from who;
    insert into contacts (owner_id, person_id, id, name, created_at)
        select alice, bob, gen_random_uuid(), 'Bob', now() from who union all
        select carol, alice, gen_random_uuid(), 'zqxalice', now() from who;
    insert into user_settings (user_id, language, created_at, updated_at) select alice, 'de', now(), now() from who;
    insert into suggestion_dismissals (user_id, dismissed_id, created_at)
        select alice, bob, now() from who union all select carol, alice, now() from who;
    insert into media (id, owner_id, kind, content_type, filename, alt, state, size, created_at, updated_at)
        select gen_random_uuid(), alice, 'document', 'application/pdf', 'zqxalice.pdf', 'zqxalice', 'ready', 1, now(), now()
        from who;
    update users set profile_picture_id = m.id, profile_banner_id = m.id from media m where m.owner_id = users.id;
    insert into popular_people (user_id, place, created_at) select alice, 1, now() from who;
    drop table who;
";
