//! The number of an account: set by a code, taken away by the password.

use poem::http::Method;
use serde_json::json;

use crate::codes::{MINUTE, PHONE, bearer, code, other_than, verify};
use crate::harness::{Client, PASSWORD, Reply, TestApp};

async fn set_phone(person: &Client, phone: &str, code: &str) -> Reply {
    let body = json!({"phone": phone, "code": code}).to_string();
    let body = Some(("application/json", body.into_bytes()));
    person.send(Method::PUT, "/auth/phone", body).await
}

async fn remove_phone(person: &Client, password: &str) -> Reply {
    let body = json!({"password": password}).to_string();
    let body = Some(("application/json", body.into_bytes()));
    person.send(Method::DELETE, "/auth/phone", body).await
}

#[tokio::test]
async fn a_number_is_set_by_a_code_signs_in_with_the_password_and_is_taken_away_by_it() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let typed = code(&app, PHONE).await;
    let wrong = set_phone(&alice, PHONE, &other_than(&typed)).await;
    assert_eq!(wrong.problem(401), "code_wrong");
    let account = set_phone(&alice, PHONE, &typed).await.data(200);
    assert_eq!(account["phone"], PHONE);
    assert_eq!(alice.get("/users/me").await.data(200)["phone"], PHONE);

    let by_phone = json!({"phone": PHONE, "password": PASSWORD});
    let login = async || app.anonymous().post("/auth/login", by_phone.clone()).await;
    assert_eq!(login().await.data(200)["username"], "alice");

    let refused = remove_phone(&alice, "Wrong-horse-7").await;
    assert_eq!(refused.problem(400), "validation_failed");
    assert_eq!(refused.json()["errors"][0]["code"], "wrong");
    for _ in 0..2 {
        let account = remove_phone(&alice, PASSWORD).await.data(200);
        assert!(account["phone"].is_null());
    }
    assert_eq!(login().await.problem(401), "credentials_wrong");
    app.drain().await;
    assert_eq!(
        app.letters("alice@example.com", "number was added").len(),
        1
    );
    assert_eq!(app.letters("alice@example.com", "was taken away").len(), 1);
}

#[tokio::test]
async fn that_a_number_is_taken_is_told_only_to_those_who_hold_it() {
    let app = TestApp::start().await;
    let typed = code(&app, PHONE).await;
    let owner = verify(&app, PHONE, &typed).await.data(200);
    app.clock.advance(MINUTE);
    let alice = app.person("alice").await;
    let next = code(&app, PHONE).await;
    let guess = set_phone(&alice, PHONE, &other_than(&next)).await;
    assert_eq!(guess.problem(401), "code_wrong");
    let taken = set_phone(&alice, PHONE, &next).await;
    assert_eq!(taken.problem(409), "phone_taken");
    assert_eq!(taken.json()["errors"][0]["field"], "phone");
    // The code is good to sign in where the number belongs.
    let signed_in = verify(&app, PHONE, &next).await.data(200);
    assert_eq!(signed_in["id"], owner["id"]);
}

#[tokio::test]
async fn the_only_way_into_an_account_is_not_taken_away() {
    let app = TestApp::start().await;
    let typed = code(&app, PHONE).await;
    let made = verify(&app, PHONE, &typed).await.data(200);
    let person = bearer(&app, &made);
    let refused = remove_phone(&person, PASSWORD).await;
    assert_eq!(refused.problem(409), "last_way_in");
    assert_eq!(person.get("/users/me").await.data(200)["phone"], PHONE);
}

/// Each of two ways in is the last where the other goes: of two who take one away at once, one is refused.
#[tokio::test]
async fn of_two_ways_in_that_are_taken_away_at_once_one_stays() {
    let app = TestApp::start().await;
    let typed = code(&app, PHONE).await;
    let made = verify(&app, PHONE, &typed).await.data(200);
    let person = bearer(&app, &made);
    for round in 0..10 {
        sqlx::query(
            "with back as (update users set phone = $2 where id = $1)
             insert into user_identities (id, user_id, provider, subject, created_at, last_used_at)
             values ($1, $1, 'campus', 'ada', now(), now()) on conflict do nothing",
        )
        .bind(made["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap())
        .bind(PHONE)
        .execute(app.platform.db.pool())
        .await
        .unwrap();
        let identity = format!("/auth/identities/{}", made["id"].as_str().unwrap());
        let (phone, elsewhere) =
            tokio::join!(remove_phone(&person, PASSWORD), person.delete(&identity));
        let mut statuses = [phone.status.as_u16(), elsewhere.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "round {round}");
    }
    app.drain().await;
}
