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
    insert into devices (id, user_id, session_id, platform, token, created_at, last_used_at)
        select gen_random_uuid(), alice, (select id from sessions where user_id = alice limit 1), 'web', 'zqxalice',
               now(), now() from who;
    insert into digests (user_id, week, created_at) select alice, '2026-01-05', now() from who;
    insert into notifications (id, user_id, kind, bucket, actor_count, actor_ids, place, created_at, updated_at)
        select gen_random_uuid(), alice, 'follow', now(), 1, array[bob], gen_random_uuid(), now(), now() from who;
    insert into notification_places (user_id, place, created_at) select alice, gen_random_uuid(), now() from who
        on conflict do nothing;
    insert into media (id, owner_id, kind, content_type, filename, alt, state, size, created_at, updated_at)
        select gen_random_uuid(), alice, 'document', 'application/pdf', 'zqxalice.pdf', 'zqxalice', 'ready', 1, now(), now()
        from who;
    update users set profile_picture_id = m.id, profile_banner_id = m.id from media m where m.owner_id = users.id;
    insert into popular_people (user_id, place, created_at) select alice, 1, now() from who;
    insert into posts (id, author_id, kind, caption, state, published_at, place, created_at, updated_at)
        select gen_random_uuid(), alice, 'text', 'zqxalice #zqxtag', 'published', now(), gen_random_uuid(), now(), now() from who;
    insert into hashtags (id, tag, shown, created_at) values (gen_random_uuid(), 'zqxtag', 'zqxtag', now());
    insert into hashtag_uses (hashtag_id, place, post_id, author_id, is_public, created_at)
        select h.id, p.place, p.id, p.author_id, true, now() from posts p, hashtags h where h.tag = 'zqxtag';
    create temp table wall as select gen_random_uuid() as hers, gen_random_uuid() as bobs, gen_random_uuid() as quote,
        gen_random_uuid() as asked, gen_random_uuid() as answer, gen_random_uuid() as remark;
    insert into posts (id, author_id, kind, caption, quote_of, state, published_at, place, created_at, updated_at)
        select bobs, bob, 'text', 'Hello', null::uuid, 'published', now(), bobs, now(), now() from who, wall union all
        select hers, alice, 'text', 'I am zqxalice', null, 'published', now(), hers, now(), now() from who, wall union all
        select quote, alice, 'text', 'zqxalice says so', bobs, 'published', now(), quote, now(), now() from who, wall;
    insert into post_counts (post_id, created_at) select id, now() from posts;
    insert into post_edits (id, post_id, caption, created_at) select gen_random_uuid(), hers, 'zqxalice', now() from wall;
    insert into post_mentions (post_id, user_id, created_at) select bobs, alice, now() from who, wall;
    insert into post_likes (post_id, user_id, id, created_at)
        select bobs, alice, gen_random_uuid(), now() from who, wall union all
        select hers, bob, gen_random_uuid(), now() from who, wall;
    insert into post_saves (post_id, user_id, id, created_at)
        select bobs, alice, gen_random_uuid(), now() from who, wall union all
        select hers, bob, gen_random_uuid(), now() from who, wall;
    insert into comments (id, post_id, author_id, parent_id, depth, content, created_at, updated_at)
        select asked, bobs, alice, null::uuid, 0, 'zqxalice asks', now(), now() from who, wall union all
        select answer, bobs, bob, asked, 1, 'Yes', now(), now() from who, wall union all
        select gen_random_uuid(), bobs, alice, answer, 2, 'zqxalice says thanks', now(), now() from who, wall union all
        select remark, hers, bob, null, 0, 'Nice', now(), now() from who, wall;
    insert into comment_counts (comment_id, created_at) select id, now() from comments;
    insert into comment_mentions (comment_id, user_id, created_at) select answer, alice, now() from who, wall;
    insert into comment_likes (comment_id, user_id, id, created_at)
        select answer, alice, gen_random_uuid(), now() from who, wall;
    update post_counts c set
        like_count = (select count(*) from post_likes l where l.post_id = c.post_id),
        save_count = (select count(*) from post_saves s where s.post_id = c.post_id),
        comment_count = (select count(*) from comments k where k.post_id = c.post_id),
        share_count = (select count(*) from posts p where p.quote_of = c.post_id);
    update comment_counts c set
        like_count = (select count(*) from comment_likes l where l.comment_id = c.comment_id),
        reply_count = (select count(*) from comments k where k.parent_id = c.comment_id);
    update user_counts set post_count = (select count(*) from posts where author_id = user_id);
    drop table wall;
    insert into feed_celebrities (user_id, created_at) select alice, now() from who;
    drop table who;
";
