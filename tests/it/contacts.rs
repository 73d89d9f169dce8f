//! Address books: adding, listing, looking up, comparing.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Client, Reply, TestApp};

const DAY: Duration = Duration::from_secs(24 * 3600);
const NUMBER: &str = "+4915123456789";

async fn sql(app: &TestApp, statement: &'static str) {
    sqlx::raw_sql(statement)
        .execute(app.platform.db.pool())
        .await
        .unwrap();
}

async fn person(app: &TestApp, name: &str) -> (Client, String) {
    let registered = app.register(name).await.data(201);
    let text = |field: &str| registered[field].as_str().unwrap().to_owned();
    (app.anonymous().bearer(&text("token")), text("id"))
}

/// Alice, who asks, and Bob, who has proved number and address.
async fn alice_and_bob(app: &TestApp) -> (Client, String) {
    let (alice, _) = person(app, "alice").await;
    let (_, bob) = person(app, "bob").await;
    sql(
        app,
        "update users set phone = '+4915123456789', phone_verified_at = created_at, email_verified_at = created_at
         where username = 'bob'",
    )
    .await;
    (alice, bob)
}

async fn add(alice: &Client, body: Value) -> Reply {
    alice.post("/contacts", body).await
}

async fn list(alice: &Client) -> Vec<Value> {
    let page = alice.get("/contacts").await.data(200);
    page.as_array().unwrap().clone()
}

/// SHA-256 as a client computes it, by somebody else's code.
async fn hash(app: &TestApp, salt: &str, number: &str) -> String {
    sqlx::query_scalar("select encode(sha256(convert_to($1 || $2, 'UTF8')), 'hex')")
        .bind(salt)
        .bind(number)
        .fetch_one(app.platform.db.pool())
        .await
        .unwrap()
}

async fn hashed(app: &TestApp, alice: &Client, number: &str) -> String {
    let salt = alice.get("/contacts/match-salt").await.data(200);
    hash(app, salt["salt"].as_str().unwrap(), number).await
}

async fn matches(alice: &Client, hashes: &[&str]) -> Vec<Value> {
    let body = json!({ "hashes": hashes });
    let found = alice.post("/contacts/match", body).await.data(200);
    found["matches"].as_array().unwrap().clone()
}

#[tokio::test]
async fn people_are_added_by_id_name_number_or_address_and_adding_again_answers_the_same() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = alice_and_bob(&app).await;
    let first = add(&alice, json!({"user_id": bob, "name": "Bobby"}))
        .await
        .data(201);
    assert_eq!(
        (&first["name"], &first["person"]["username"]),
        (&json!("Bobby"), &json!("bob"))
    );
    for by in [
        json!({"user_id": "BOB"}),
        json!({ "phone": "0049 151 2345 6789" }),
        json!({"email": "Bob@example.com"}),
    ] {
        assert_eq!(add(&alice, by).await.data(201), first);
    }
    let renamed = add(&alice, json!({"user_id": bob, "name": "Robert"}))
        .await
        .data(201);
    assert_eq!(
        (&renamed["id"], &renamed["name"]),
        (&first["id"], &json!("Robert"))
    );
    assert_eq!(list(&alice).await, [renamed]);
}

#[tokio::test]
async fn of_two_who_add_the_same_person_at_once_both_get_the_same_answer() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = alice_and_bob(&app).await;
    let by_id = add(&alice, json!({ "user_id": bob }));
    let by_number = add(&alice, json!({ "phone": NUMBER }));
    let (one, other) = tokio::join!(by_id, by_number);
    assert_eq!(one.data(201), other.data(201));
    assert_eq!(app.count("select count(*) from contacts").await, 1);
}

#[tokio::test]
async fn one_way_to_name_a_person_is_asked_for_and_it_is_not_oneself() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = alice_and_bob(&app).await;
    for (body, code) in [
        (json!({"name": "x"}), "required"),
        (json!({"user_id": bob, "phone": NUMBER}), "ambiguous"),
        (json!({"user_id": "alice"}), "oneself"),
        (json!({"phone": "0151"}), "invalid"),
    ] {
        let refused = add(&alice, body).await;
        assert_eq!(refused.problem(400), "validation_failed");
        assert_eq!(refused.json()["errors"][0]["code"], code);
    }
}

#[tokio::test]
async fn who_is_not_to_be_found_is_as_unknown_as_a_stranger() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = alice_and_bob(&app).await;
    let by_number = json!({ "phone": NUMBER });
    let by_address = json!({"email": "bob@example.com"});
    let unknown = async |body: &Value| {
        assert_eq!(add(&alice, body.clone()).await.problem(404), "not_found");
    };
    unknown(&json!({"phone": "+4915100000000"})).await;
    unknown(&json!({"user_id": "nobody"})).await;

    sql(
        &app,
        "update users set found_by_phone = false, email_verified_at = null",
    )
    .await;
    unknown(&by_number).await;
    unknown(&by_address).await;
    add(&alice, json!({ "user_id": bob })).await.data(201);

    sql(
        &app,
        "update users set found_by_phone = true, email_verified_at = created_at",
    )
    .await;
    sql(
        &app,
        "insert into blocks (blocker_id, blocked_id, id, created_at)
         select bob.id, alice.id, gen_random_uuid(), now() from users bob, users alice
         where bob.username = 'bob' and alice.username = 'alice'",
    )
    .await;
    for body in [by_number, by_address, json!({ "user_id": bob })] {
        unknown(&body).await;
    }
    assert_eq!(list(&alice).await, Vec::<Value>::new());
}

#[tokio::test]
async fn contacts_are_listed_page_by_page_to_their_owner_alone_and_can_be_taken_out_twice() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = person(&app, "alice").await;
    let mut bob = None;
    for name in ["bob", "carol", "dave"] {
        let (client, id) = person(&app, name).await;
        add(&alice, json!({ "user_id": id })).await.data(201);
        bob = bob.or(Some(client));
    }
    let mut seen = Vec::new();
    let mut path = "/contacts?limit=2".to_owned();
    loop {
        let page = alice.get(&path).await.json();
        assert_eq!(page["pagination"]["total"], 3);
        let names = page["data"].as_array().unwrap().iter();
        seen.extend(names.map(|one| one["person"]["username"].as_str().unwrap().to_owned()));
        let Some(next) = page["pagination"]["next_cursor"].as_str() else {
            break;
        };
        path = format!("/contacts?limit=2&cursor={next}");
    }
    assert_eq!(seen, ["dave", "carol", "bob"]);
    assert_eq!(list(&bob.unwrap()).await, Vec::<Value>::new());
    for _ in 0..2 {
        alice.delete("/contacts/carol").await.data(200);
        assert_eq!(list(&alice).await.len(), 2);
    }
    sql(&app, "delete from users where username = 'dave'").await;
    assert_eq!(list(&alice).await.len(), 1);
}

#[tokio::test]
async fn looking_up_numbers_and_addresses_ends_for_the_day_and_names_are_free() {
    let app = TestApp::with(&[("CONTACTS_LOOKUP_LIMIT", "2/86400s")])
        .await
        .leaving_jobs();
    let (alice, bob) = alice_and_bob(&app).await;
    let stranger = json!({"phone": "+4915100000000"});
    assert_eq!(
        add(&alice, stranger.clone()).await.problem(404),
        "not_found"
    );
    add(&alice, json!({"email": "bob@example.com"}))
        .await
        .data(201);
    let refused = add(&alice, stranger).await;
    assert_eq!(refused.problem(429), "rate_limited");
    assert!(!refused.header("retry-after").is_empty());
    add(&alice, json!({ "user_id": bob })).await.data(201);
    app.clock.advance(2 * DAY);
    let alice = again(&app, "alice").await;
    add(&alice, json!({ "phone": NUMBER })).await.data(201);
}

async fn again(app: &TestApp, name: &str) -> Client {
    let body = json!({"username": name, "password": "Correct-horse-7"});
    let session = app.anonymous().post("/auth/login", body).await.data(200);
    app.anonymous().bearer(session["token"].as_str().unwrap())
}

#[tokio::test]
async fn an_address_book_is_compared_by_hashes() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = alice_and_bob(&app).await;
    let known = hashed(&app, &alice, NUMBER).await;
    let unknown = hashed(&app, &alice, "+4915100000000").await;
    let found = matches(&alice, &[&unknown, &known, &known.to_uppercase()]).await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["hash"], &found[0]["person"]["id"]),
        (&json!(known), &json!(bob))
    );

    let bob = again(&app, "bob").await;
    assert!(
        matches(&bob, &[&known]).await.is_empty(),
        "nobody finds themselves"
    );
    sql(&app, "update users set found_by_phone = false").await;
    assert!(matches(&alice, &[&known]).await.is_empty());
    sql(
        &app,
        "update users set found_by_phone = true, phone_verified_at = null",
    )
    .await;
    assert!(matches(&alice, &[&known]).await.is_empty());
    sql(&app, "update users set phone_verified_at = created_at").await;
    assert_eq!(matches(&alice, &[&known]).await.len(), 1);
    sql(&app, "update users set phone = null").await;
    assert!(matches(&alice, &[&known]).await.is_empty());
}

#[tokio::test]
async fn numbers_that_are_compared_are_counted_one_by_one() {
    let app = TestApp::with(&[("CONTACTS_MATCH_LIMIT", "1500/86400s")])
        .await
        .leaving_jobs();
    let (alice, _) = person(&app, "alice").await;
    let many = |count: usize| json!({ "hashes": vec!["ab".repeat(32); count] });
    let compare = async |count: usize| alice.post("/contacts/match", many(count)).await;
    let refused = compare(1001).await;
    assert_eq!(refused.problem(400), "validation_failed");
    assert_eq!(refused.json()["errors"][0]["code"], "too_many");
    compare(1000).await.data(200);
    assert_eq!(compare(501).await.problem(429), "rate_limited");
    compare(500).await.data(200);
    assert_eq!(compare(1).await.problem(429), "rate_limited");
    let body = json!({"hashes": ["abc"]});
    let refused = alice.post("/contacts/match", body).await;
    assert_eq!(refused.json()["errors"][0]["field"], "hashes.0");
}

#[tokio::test]
async fn comparing_a_thousand_numbers_takes_one_look_into_the_index() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = alice_and_bob(&app).await;
    sql(
        &app,
        "insert into users (id, username, phone, phone_verified_at, created_at, updated_at)
         select gen_random_uuid(), 'many_' || n, '+49160' || (1000000 + n), now(), now(), now()
         from generate_series(1, 2000) as n",
    )
    .await;
    let mut connection = app.platform.db.acquire().await.unwrap();
    // As the pool plans it: once, for any number of hashes.
    sqlx::raw_sql("prepare compared as select id from users where phone_hash(phone) = any($1) and phone is not null")
        .execute(&mut *connection)
        .await
        .unwrap();
    let plan: Vec<String> =
        sqlx::query_scalar("explain execute compared(array_fill('\\x07'::bytea, array[1000]))")
            .fetch_all(&mut *connection)
            .await
            .unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("Index Cond: (phone_hash(phone)"), "{plan}");
    drop(connection);
    let mut hashes = Vec::new();
    for n in 1..=20 {
        hashes.push(hashed(&app, &alice, &format!("+49160{}", 1_000_000 + n)).await);
    }
    let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
    assert_eq!(matches(&alice, &hashes).await.len(), 20);
}
