//! Linking accounts elsewhere to one's own, and letting go of them.

use std::time::Duration;

use serde_json::json;

use super::*;

async fn set_out(app: &TestApp, person: &Client, body: Value) -> Left {
    let reply = person.post("/auth/oauth/campus/link", body).await;
    let url = reply.data(200)["authorization_url"]
        .as_str()
        .unwrap()
        .to_owned();
    Left::of(app, &url, &reply)
}

fn from_app() -> Value {
    json!({"return_to": APP, "state": "mine", "code_challenge": CHALLENGE})
}

#[tokio::test]
async fn somebody_links_an_account_elsewhere_and_signs_in_with_it() {
    let (provider, app) = campus().await;
    let app = app.leaving_jobs();
    let alice = proved(&app, "alice").await;
    let left = set_out(&app, &alice, json!({})).await;
    let code = provider.consent(&left.url, ada());
    let elsewhere = left.back_in(&app.anonymous(), "campus", &code).await;
    assert_eq!(
        elsewhere.problem(400),
        "validation_failed",
        "only in her browser"
    );
    let linked = left.back("campus", &code).await.data(201);
    assert_eq!(linked["provider"], "campus");
    assert_eq!(linked["email"], "ada@campus.example");

    let mine = alice.get("/auth/identities").await;
    assert_eq!(mine.data(200), json!([linked]));
    app.drain().await;
    assert_eq!(app.letters("alice@example.com", "was linked").len(), 1);
    let signed_in = sign_in(&provider, &app, "campus", ada()).await.data(200);
    assert_eq!(me(&app, &signed_in).await["username"], "alice");
}

#[tokio::test]
async fn an_application_links_with_a_code_that_only_its_person_can_use() {
    let (provider, app) = campus().await;
    let app = app.leaving_jobs();
    let (alice, bob) = (proved(&app, "alice").await, proved(&app, "bob").await);
    let left = set_out(&app, &alice, from_app()).await;
    let code = provider.consent(&left.url, ada());
    // The browser need not be the one that set out: an application opens another.
    let back = left.back_in(&app.anonymous(), "campus", &code).await;
    let code = word(&back, "code");
    assert_eq!(app.count("select count(*) from user_identities").await, 0);

    let body = json!({"code": code, "code_verifier": VERIFIER});
    let stolen = bob.post("/auth/identities", body.clone()).await;
    assert_eq!(stolen.json()["errors"][0]["code"], "code_invalid");
    assert_eq!(
        trade(&app, &code, VERIFIER).await.problem(400),
        "validation_failed"
    );
    let wrong = json!({"code": code, "code_verifier": "y".repeat(43)});
    let wrong = alice.post("/auth/identities", wrong).await;
    assert_eq!(wrong.json()["errors"][0]["code"], "code_invalid");
    alice.post("/auth/identities", body.clone()).await.data(201);
    let again = alice.post("/auth/identities", body).await;
    assert_eq!(again.problem(400), "validation_failed");
}

#[tokio::test]
async fn an_account_elsewhere_belongs_to_one_person() {
    let (provider, app) = campus().await;
    let app = app.leaving_jobs();
    let (alice, bob) = (proved(&app, "alice").await, proved(&app, "bob").await);
    let link = async |person: &Client| {
        let left = set_out(&app, person, json!({})).await;
        let code = provider.consent(&left.url, ada());
        left.back("campus", &code).await
    };
    let (one, two) = tokio::join!(link(&alice), link(&bob));
    let (won, lost, loser) = match one.status.as_u16() {
        201 => (one, two, bob),
        _ => (two, one, alice),
    };
    won.data(201);
    assert_eq!(lost.problem(409), "identity_taken");

    let left = set_out(&app, &loser, from_app()).await;
    let code = provider.consent(&left.url, ada());
    let code = word(&left.back("campus", &code).await, "code");
    let body = json!({"code": code, "code_verifier": VERIFIER});
    let refused = loser.post("/auth/identities", body).await;
    assert_eq!(refused.problem(409), "identity_taken");
    assert_eq!(app.count("select count(*) from user_identities").await, 1);
}

#[tokio::test]
async fn linking_takes_a_fresh_sign_in_or_the_password_and_a_proved_address() {
    let provider = Provider::start().await;
    let app = offering(&provider, "campus", &[("GUESSES_PER_ACCOUNT", "1")]).await;
    let app = app.leaving_jobs();
    let alice = app.person("alice").await;
    let link = async |body: Value| alice.post("/auth/oauth/campus/link", body).await;
    assert_eq!(link(json!({})).await.problem(409), "email_unverified");
    prove(&app, "alice").await;
    link(json!({})).await.data(200);
    app.clock.advance(Duration::from_secs(301));
    assert_eq!(
        link(json!({})).await.json()["errors"][0]["code"],
        "required"
    );
    link(json!({"password": "Correct-horse-7"})).await.data(200);
    let wrong = link(json!({"password": "wrong"})).await;
    assert_eq!(wrong.json()["errors"][0]["field"], "password");
    let guessing = link(json!({"password": "Correct-horse-7"})).await;
    assert_eq!(guessing.problem(429), "rate_limited");
    let stranger = app
        .anonymous()
        .post("/auth/oauth/campus/link", json!({}))
        .await;
    assert_eq!(stranger.problem(401), "token_missing");
}

#[tokio::test]
async fn the_last_way_into_an_account_is_not_taken_away() {
    let (provider, app) = campus().await;
    let signed_in = sign_in(&provider, &app, "campus", ada()).await.data(200);
    let ada_here = app.anonymous().bearer(signed_in["token"].as_str().unwrap());
    let left = set_out(&app, &ada_here, json!({})).await;
    let code = provider.consent(&left.url, json!({"sub": "ada-2"}));
    left.back("campus", &code).await.data(201);
    let mine = ada_here.get("/auth/identities").await.data(200);
    let path = |at: usize| format!("/auth/identities/{}", mine[at]["id"].as_str().unwrap());

    let (first, second) = (path(0), path(1));
    let (one, two) = tokio::join!(ada_here.delete(&first), ada_here.delete(&second));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let lost = if one.status == 409 { one } else { two };
    assert_eq!(lost.problem(409), "last_way_in");
    assert_eq!(app.count("select count(*) from user_identities").await, 1);
    app.drain().await;
}

#[tokio::test]
async fn an_account_elsewhere_is_unlinked_by_its_owner_alone() {
    let (provider, app) = campus().await;
    let app = app.leaving_jobs();
    let (alice, bob) = (proved(&app, "alice").await, proved(&app, "bob").await);
    let left = set_out(&app, &alice, json!({})).await;
    let code = provider.consent(&left.url, ada());
    let linked = left.back("campus", &code).await.data(201);
    let path = format!("/auth/identities/{}", linked["id"].as_str().unwrap());
    assert_eq!(bob.delete(&path).await.problem(404), "not_found");
    alice.delete(&path).await.data(200);
    assert_eq!(alice.delete(&path).await.problem(404), "not_found");
    let signed_in = sign_in(&provider, &app, "campus", ada()).await.data(200);
    assert_ne!(me(&app, &signed_in).await["username"], "alice");
}
