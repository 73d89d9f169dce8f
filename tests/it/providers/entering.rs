//! From the provider into an account.

use std::time::Duration;

use serde_json::json;

use super::*;

#[tokio::test]
async fn somebody_new_gets_an_account_and_the_second_time_comes_into_the_same() {
    let (provider, app) = campus().await;
    let offered = app.anonymous().get("/auth/oauth").await.data(200);
    assert_eq!(offered, json!([{"name": "campus", "title": "Campus"}]));

    let first = sign_in(&provider, &app, "campus", ada()).await;
    assert_eq!(first.header("cache-control"), "no-store");
    let first = first.data(200);
    let account = me(&app, &first).await;
    assert_eq!(account["email"], "ada@campus.example");
    assert_eq!(account["email_verified"], true);
    assert_eq!(account["full_name"], "Ada Lovelace");
    assert_eq!(
        account["profile_picture_url"],
        "https://campus.example/ada.jpg"
    );
    assert!(
        account["username"]
            .as_str()
            .unwrap()
            .starts_with("ada.lovelace")
    );

    let mut moved = ada();
    moved["email"] = "countess@campus.example".into();
    let second = sign_in(&provider, &app, "campus", moved).await.data(200);
    assert_eq!(second["id"], first["id"]);
    assert_eq!(me(&app, &second).await["email"], "ada@campus.example");
    assert_eq!(app.count("select count(*) from users").await, 1);
    assert_eq!(app.count("select count(*) from provider_attempts").await, 0);
}

#[tokio::test]
async fn an_application_is_called_with_a_code_that_is_good_once_and_only_with_its_verifier() {
    let (provider, app) = campus().await;
    let left = leave_from_app(&app, "campus").await;
    let code = provider.consent(&left.url, ada());
    let back = left.back("campus", &code).await;
    let code = word(&back, "code");
    assert!(!back.header("location").contains("token"));

    let other = "x".repeat(43);
    let refused = trade(&app, &code, &other).await;
    assert_eq!(refused.problem(400), "validation_failed");
    assert_eq!(refused.json()["errors"][0]["code"], "code_invalid");
    let (one, two) = tokio::join!(trade(&app, &code, VERIFIER), trade(&app, &code, VERIFIER));
    let (won, lost) = if one.status == 200 {
        (one, two)
    } else {
        (two, one)
    };
    assert_eq!(
        me(&app, &won.data(200)).await["email"],
        "ada@campus.example"
    );
    assert_eq!(lost.json()["errors"][0]["code"], "code_invalid");
}

#[tokio::test]
async fn a_code_for_an_application_lives_for_a_minute_and_an_attempt_for_ten() {
    let (provider, app) = campus().await;
    let left = leave_from_app(&app, "campus").await;
    let code = provider.consent(&left.url, ada());
    let code = word(&left.back("campus", &code).await, "code");
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(
        trade(&app, &code, VERIFIER).await.problem(400),
        "validation_failed"
    );

    let left = leave(&app, "campus").await;
    let code = provider.consent(&left.url, ada());
    app.clock.advance(Duration::from_secs(600));
    let late = left.back("campus", &code).await;
    assert_eq!(late.json()["errors"][0]["code"], "attempt_invalid");

    app.enqueue(domain::identity::jobs::PurgeExpiredTokens {})
        .await;
    app.drain().await;
    assert_eq!(app.count("select count(*) from provider_attempts").await, 0);
    assert_eq!(app.count("select count(*) from provider_codes").await, 0);
}

#[tokio::test]
async fn programs_are_told_the_url_and_everybody_keeps_to_pkce_and_a_nonce() {
    let (_provider, app) = campus().await;
    let program = app.anonymous().header("accept", "application/json");
    let reply = program.get("/auth/oauth/campus").await;
    let url = reply.data(200)["authorization_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let asked = query(&url);
    assert_eq!(asked["tenant"], "1", "what the endpoint holds is kept");
    assert_eq!(asked["scope"], "openid email profile");
    assert_eq!(
        asked["redirect_uri"],
        "http://localhost:8080/api/v1/auth/oauth/campus/callback"
    );
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(asked[name].len(), 43, "{name}");
    }
    let cookie = reply.header("set-cookie");
    assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
    assert_eq!(
        app.anonymous().get("/auth/oauth/nobody").await.problem(404),
        "not_found"
    );
}

#[tokio::test]
async fn over_https_the_cookie_is_of_this_host_alone() {
    let provider = Provider::start().await;
    let app = offering(
        &provider,
        "campus",
        &[("PUBLIC_URL", "https://api.example")],
    )
    .await;
    let left = leave(&app, "campus").await;
    assert!(left.cookie.starts_with("__Host-commons-oauth-"));
    let code = provider.consent(&left.url, ada());
    left.back("campus", &code).await.data(200);
}

#[tokio::test]
async fn a_callback_is_worth_nothing_in_another_browser_and_stays_good_in_the_right_one() {
    let (provider, app) = campus().await;
    let left = leave(&app, "campus").await;
    let code = provider.consent(&left.url, ada());
    let other = leave(&app, "campus").await;
    for browser in [
        app.anonymous(),
        other.browser,
        app.anonymous().header("cookie", "x=y"),
    ] {
        let refused = left.back_in(&browser, "campus", &code).await;
        assert_eq!(refused.problem(400), "validation_failed");
        assert_eq!(refused.json()["errors"][0]["code"], "attempt_invalid");
    }
    let person = app.anonymous().header("accept", "text/html");
    let page = left.back_in(&person, "campus", &code).await;
    assert_eq!(page.status, 400);
    assert!(page.header("content-type").starts_with("text/html"));
    assert_eq!(provider.asked("/token"), 0);
    left.back("campus", &code).await.data(200);
}

#[tokio::test]
async fn of_two_callbacks_at_once_one_wins_and_a_replay_finds_nothing() {
    let (provider, app) = campus().await;
    let left = leave(&app, "campus").await;
    let code = provider.consent(&left.url, ada());
    let (one, two) = tokio::join!(left.back("campus", &code), left.back("campus", &code));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    let replayed = left.back("campus", &code).await;
    assert_eq!(replayed.json()["errors"][0]["code"], "attempt_invalid");
    assert_eq!(provider.asked("/token"), 1);
}

#[tokio::test]
async fn two_first_sign_ins_of_one_person_at_once_make_one_account() {
    let (provider, app) = campus().await;
    for with_address in [true, false] {
        let mut claims = ada();
        claims["sub"] = format!("ada-{with_address}").into();
        if !with_address {
            claims["email_verified"] = false.into();
            claims["email"] = "ada@elsewhere.example".into();
        }
        let enter = || sign_in(&provider, &app, "campus", claims.clone());
        let (one, two) = tokio::join!(enter(), enter());
        assert_eq!(one.data(200)["id"], two.data(200)["id"]);
    }
    assert_eq!(app.count("select count(*) from users").await, 2);
    assert_eq!(app.count("select count(*) from user_identities").await, 2);
}

#[tokio::test]
async fn an_address_that_both_sides_have_proved_leads_into_its_account() {
    let (provider, app) = campus().await;
    let app = app.leaving_jobs();
    let registered = app.register("ada").await.data(201);
    prove(&app, "ada").await;
    let mut claims = ada();
    claims["email"] = "ADA@example.com".into();
    let signed_in = sign_in(&provider, &app, "campus", claims).await.data(200);
    assert_eq!(signed_in["id"], registered["id"]);
    assert_eq!(app.count("select count(*) from user_identities").await, 1);
}

#[tokio::test]
async fn an_address_that_either_side_has_not_proved_leads_into_no_account() {
    let (provider, app) = campus().await;
    let app = app.leaving_jobs();
    // Somebody registered another's address and waits for them.
    app.register("eve").await.data(201);
    let mut victim = ada();
    victim["email"] = "eve@example.com".into();
    let refused = sign_in(&provider, &app, "campus", victim.clone()).await;
    assert_eq!(refused.problem(409), "email_taken");
    // A provider that takes any address opens no account by it, though the account's is proved.
    prove(&app, "eve").await;
    victim["email_verified"] = false.into();
    let refused = sign_in(&provider, &app, "campus", victim).await;
    assert_eq!(refused.problem(409), "email_taken");
    // And takes no address away from anybody.
    let stranger = json!({"sub": "s", "email": "free@example.com", "email_verified": false});
    let signed_in = sign_in(&provider, &app, "campus", stranger).await.data(200);
    assert!(me(&app, &signed_in).await["email"].is_null());
    assert_eq!(app.count("select count(*) from user_identities").await, 1);
}

#[tokio::test]
async fn people_are_sent_back_to_listed_places_only_and_with_a_challenge() {
    let (_provider, app) = campus().await;
    for place in [
        "https://evil.example/in",
        "https://app.example.evil.example/in",
        "https://app.example@evil.example/in",
        "https://app.example/inside",
        "https://app.example/in/../out",
        "https://app.example/in/..%252fout/%2fx",
        "http://app.example/in",
        "//app.example/in",
        "https:\\\\evil.example",
        "javascript:alert(1)",
        "https://app.example/in?code=planted",
        "https://app.example/in#x",
    ] {
        let parameters = [("return_to", place), ("code_challenge", CHALLENGE)];
        let path = callback("campus", &parameters).replace("/callback", "");
        let refused = app.anonymous().get(&path).await;
        assert_eq!(refused.problem(400), "validation_failed", "{place}");
        assert_eq!(
            refused.json()["errors"][0]["code"],
            "not_allowed",
            "{place}"
        );
    }
    let path = format!("/auth/oauth/campus?return_to={APP}");
    let refused = app.anonymous().get(&path).await;
    assert_eq!(refused.json()["errors"][0]["field"], "code_challenge");
    assert_eq!(app.count("select count(*) from provider_attempts").await, 0);
}

#[tokio::test]
async fn what_goes_wrong_at_the_provider_is_told_to_the_application_and_ends_the_attempt() {
    let (provider, app) = campus().await;
    let left = leave_from_app(&app, "campus").await;
    let denied = callback(
        "campus",
        &[("error", "access_denied"), ("state", &left.state())],
    );
    let back = left.browser.get(&denied).await;
    assert_eq!(word(&back, "error"), "access_denied");
    assert_eq!(
        left.browser.get(&denied).await.problem(400),
        "validation_failed"
    );

    let left = leave(&app, "campus").await;
    let denied = callback(
        "campus",
        &[("error", "access_denied"), ("state", &left.state())],
    );
    assert_eq!(
        left.browser.get(&denied).await.problem(403),
        "access_denied"
    );

    let left = leave_from_app(&app, "campus").await;
    let back = left.back("campus", "a code of nobody's").await;
    assert_eq!(word(&back, "error"), "provider_refused");

    let left = leave_from_app(&app, "campus").await;
    let code = provider.consent(&left.url, ada());
    provider.go_away(true);
    assert_eq!(
        word(&left.back("campus", &code).await, "error"),
        "unavailable"
    );
}

#[tokio::test]
async fn a_suspended_account_is_not_entered_by_another_way() {
    let (provider, app) = campus().await;
    sign_in(&provider, &app, "campus", ada()).await.data(200);
    sqlx::query("update users set suspended_at = now(), suspended_why = 'x'")
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    let refused = sign_in(&provider, &app, "campus", ada()).await;
    assert_eq!(refused.problem(403), "account_suspended");
    let left = leave_from_app(&app, "campus").await;
    let code = provider.consent(&left.url, ada());
    let code = word(&left.back("campus", &code).await, "code");
    assert_eq!(
        trade(&app, &code, VERIFIER).await.problem(403),
        "account_suspended"
    );
}
