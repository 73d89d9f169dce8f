//! Browsers: sessions in cookies that no script reads, and the token that only our pages know.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};

use crate::harness::{Authenticator, Browser, Client, PASSWORD, Reply, TestApp};

const MINUTE: Duration = Duration::from_secs(60);

async fn registered(app: &TestApp, username: &str) -> (Browser, Reply) {
    let mut browser = Browser::new(app.anonymous());
    let email = format!("{username}@example.com");
    let body = json!({"username": username, "email": email, "password": PASSWORD});
    let reply = browser.post("/auth/register", body).await;
    (browser, reply)
}

fn cleared(reply: &Reply) -> Vec<String> {
    let cookies = reply.cookies().into_iter();
    let gone = cookies.filter(|(_, (value, attributes))| {
        value.is_empty() && attributes.contains(&"Max-Age=0".to_owned())
    });
    gone.map(|(name, _)| name).collect()
}

const ALL: [&str; 3] = ["commons_access", "commons_csrf", "commons_refresh"];

#[tokio::test]
async fn a_browser_gets_its_tokens_as_cookies_and_none_in_the_body() {
    let app = TestApp::start().await.leaving_jobs();
    let (browser, reply) = registered(&app, "alice").await;
    let data = reply.data(201);
    assert_eq!(
        (&data["token_type"], &data["expires_in"]),
        (&json!("Cookie"), &json!(900))
    );
    assert!(data.get("token").is_none() && data.get("refresh_token").is_none());
    let cookies = reply.cookies();
    let attributes = |name: &str| cookies[name].1.join("; ");
    assert_eq!(
        attributes("commons_access"),
        "Path=/api; Max-Age=900; SameSite=Lax; HttpOnly"
    );
    assert_eq!(
        attributes("commons_refresh"),
        "Path=/api/v1/auth; Max-Age=604800; SameSite=Strict; HttpOnly"
    );
    assert_eq!(
        attributes("commons_csrf"),
        "Path=/; Max-Age=604800; SameSite=Lax"
    );
    assert_eq!(json!(cookies["commons_csrf"].0), data["csrf_token"]);
    assert_eq!(cookies.len(), 3);
    let me = browser.without_csrf().get("/users/me").await.data(200);
    assert_eq!(me["username"], "alice");
}

#[tokio::test]
async fn over_https_cookies_are_for_https_alone() {
    let proxied = app_behind_proxy(&[]).await;
    let secure = proxied.anonymous().header("x-forwarded-proto", "https");
    let public = app_behind_proxy(&[("PUBLIC_URL", "https://commons.example")]).await;
    for (app, http) in [(&proxied, secure), (&public, public.anonymous())] {
        app.register("alice").await.data(201);
        let mut browser = Browser::new(http);
        let body = json!({"username": "alice", "password": PASSWORD});
        let reply = browser.post("/auth/login", body).await;
        reply.data(200);
        let cookies = reply.cookies();
        let names: Vec<&str> = cookies.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "__Secure-commons_access",
                "__Secure-commons_refresh",
                "commons_csrf"
            ]
        );
        for (_, attributes) in cookies.values() {
            assert!(attributes.contains(&"Secure".to_owned()), "{attributes:?}");
        }
        browser.get("/users/me").await.data(200);
        let mut plain = browser.clone();
        let access = plain.cookies.remove("__Secure-commons_access").unwrap();
        plain.cookies.insert("commons_access".to_owned(), access);
        assert_eq!(plain.get("/users/me").await.problem(401), "token_missing");
    }
}

async fn app_behind_proxy(more: &[(&str, &str)]) -> TestApp {
    let mut settings = vec![("TRUSTED_PROXIES", "0.0.0.0")];
    settings.extend(more);
    TestApp::with(&settings).await.leaving_jobs()
}

#[tokio::test]
async fn pages_of_other_sites_are_served_where_the_settings_say_so() {
    let settings = [
        ("AUTH_COOKIE_SAMESITE", "none"),
        ("CORS_ORIGINS", "https://app.example"),
    ];
    let app = TestApp::with(&settings).await.leaving_jobs();
    let (_, reply) = registered(&app, "alice").await;
    for (_, attributes) in reply.cookies().values() {
        assert!(attributes.contains(&"SameSite=None".to_owned()));
        assert!(attributes.contains(&"Secure".to_owned()));
    }
    let ask = async |origin: &str| {
        let page = app.anonymous().header("origin", origin);
        let page = page.header("access-control-request-method", "POST");
        page.send(Method::OPTIONS, "/auth/login", None).await
    };
    let listed = ask("https://app.example").await;
    assert_eq!(listed.header("access-control-allow-credentials"), "true");
    assert_eq!(
        listed.header("access-control-allow-origin"),
        "https://app.example"
    );
    let taken = listed.header("access-control-allow-headers");
    assert!(taken.contains("X-CSRF-Token") && taken.contains("Commons-Session"));
    let stranger = ask("https://evil.example").await;
    assert_eq!(stranger.header("access-control-allow-credentials"), "");
}

#[tokio::test]
async fn a_star_in_the_list_of_origins_is_nobody() {
    let app = TestApp::with(&[("CORS_ORIGINS", "*")]).await;
    for origin in ["*", "https://evil.example"] {
        let reply = app
            .anonymous()
            .header("origin", origin)
            .get("/users/me")
            .await;
        assert_eq!(reply.header("access-control-allow-origin"), "");
        assert_eq!(reply.header("access-control-allow-credentials"), "");
    }
}

#[tokio::test]
async fn what_changes_something_takes_the_token_that_only_our_pages_know() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = registered(&app, "alice").await;
    let (bob, _) = registered(&app, "bob").await;
    let foreign = bob.csrf.clone().unwrap();
    let cut = alice.csrf.as_deref().unwrap()[1..].to_owned();
    let forged = [
        alice.without_csrf(),
        alice.with_csrf(""),
        alice.with_csrf("nonsense"),
        alice.with_csrf(&foreign),
        alice.with_csrf(&cut),
    ];
    for page in forged {
        let client = page.client();
        for reply in [
            client
                .post("/auth/two-factor", json!({"password": PASSWORD}))
                .await,
            client.delete("/auth/sessions?all=true").await,
            client.post("/auth/logout", Value::Null).await,
        ] {
            assert_eq!(reply.problem(403), "csrf_token_wrong");
        }
        page.get("/auth/sessions").await.data(200);
    }
    let body = json!({"password": PASSWORD});
    alice
        .client()
        .post("/auth/two-factor", body)
        .await
        .data(200);
    let with_key = alice
        .without_csrf()
        .client()
        .header("idempotency-key", "k1");
    let refused = with_key.post("/auth/logout", Value::Null).await;
    assert_eq!(refused.problem(403), "csrf_token_wrong");
    alice.get("/users/me").await.data(200);
}

#[tokio::test]
async fn what_needs_nobody_signed_in_is_not_stopped_by_a_cookie_of_before() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = registered(&app, "alice").await;
    let body = json!({"username": "alice", "password": PASSWORD});
    let mut page = alice.without_csrf();
    page.post("/auth/login", body.clone()).await.data(200);
    page.csrf = None;
    let keyed = page.client().header("idempotency-key", "k1");
    keyed.post("/auth/login", body).await.data(200);
}

#[tokio::test]
async fn a_bearer_token_wins_over_a_cookie_and_needs_no_csrf_token() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = registered(&app, "alice").await;
    let bob = app.register("bob").await.data(201);
    let both = alice
        .without_csrf()
        .client()
        .bearer(bob["token"].as_str().unwrap());
    assert_eq!(both.get("/users/me").await.data(200)["username"], "bob");
    both.post("/auth/logout", Value::Null).await.data(200);
    alice.get("/users/me").await.data(200);
    let bad = alice.client().bearer("nonsense");
    assert_eq!(bad.get("/users/me").await.problem(401), "token_malformed");
    let plain = app.anonymous().bearer(bob["token"].as_str().unwrap());
    assert_eq!(plain.get("/users/me").await.problem(401), "token_revoked");
}

#[tokio::test]
async fn who_does_not_ask_for_cookies_gets_none() {
    let app = TestApp::start().await.leaving_jobs();
    let reply = app.register("alice").await;
    assert!(reply.cookies().is_empty());
    let data = reply.data(201);
    assert!(data["token"].is_string() && data.get("csrf_token").is_none());
    let tokens = json!({"refresh_token": data["refresh_token"]});
    let reply = app.anonymous().post("/auth/refresh", tokens).await;
    assert!(reply.cookies().is_empty() && reply.data(200)["refresh_token"].is_string());
}

#[tokio::test]
async fn two_cookies_of_one_name_are_none() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = registered(&app, "alice").await;
    let (bob, _) = registered(&app, "bob").await;
    let access =
        |browser: &Browser| format!("commons_access={}", browser.cookies["commons_access"]);
    let cookies = format!("{}; {}", access(&alice), access(&bob));
    let tricked = app.anonymous().header("cookie", &cookies);
    assert_eq!(
        tricked.get("/users/me").await.problem(401),
        "token_malformed"
    );
}

#[tokio::test]
async fn a_refresh_token_in_a_cookie_is_traded_once_with_the_csrf_token() {
    let app = TestApp::start().await.leaving_jobs();
    let (mut alice, _) = registered(&app, "alice").await;
    let (bob, _) = registered(&app, "bob").await;
    let first = alice.clone();
    let foreign = bob.csrf.clone().unwrap();
    let mut no_cookie = alice.clone();
    no_cookie.cookies.remove("commons_csrf");
    let mut both_foreign = alice.with_csrf(&foreign);
    both_foreign
        .cookies
        .insert("commons_csrf".to_owned(), foreign.clone());
    for mut forged in [
        alice.without_csrf(),
        alice.with_csrf(&foreign),
        no_cookie,
        both_foreign,
    ] {
        let refused = forged.refresh().await;
        assert_eq!(refused.problem(403), "csrf_token_wrong");
        assert!(refused.cookies().is_empty());
    }
    app.clock.advance(20 * MINUTE);
    assert_eq!(alice.get("/users/me").await.problem(401), "token_expired");
    let traded = alice.refresh().await;
    assert_eq!(traded.data(200)["token_type"], "Cookie");
    assert_eq!(traded.cookies().len(), 3);
    assert_eq!(alice.csrf, first.csrf, "it stays the same");
    alice.get("/users/me").await.data(200);
    let empty = alice.post("/auth/refresh", json!({})).await;
    empty.data(200);

    let reused = first.clone().refresh().await;
    assert_eq!(reused.problem(401), "refresh_reused");
    assert_eq!(cleared(&reused), ALL);
    assert_eq!(alice.get("/users/me").await.problem(401), "token_revoked");
    let over = alice.refresh().await;
    assert_eq!(over.problem(401), "session_revoked");
    assert_eq!(cleared(&over), ALL);
    let nothing = Browser::new(app.anonymous()).refresh().await;
    assert_eq!(nothing.problem(401), "refresh_invalid");
}

#[tokio::test]
async fn a_cookie_is_no_refresh_token_for_who_did_not_ask_for_cookies() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = registered(&app, "alice").await;
    let mut script = Browser {
        http: app.anonymous(),
        ..alice
    };
    let refused = script.post("/auth/refresh", json!({})).await;
    assert_eq!(refused.problem(400), "validation_failed");
    assert_eq!(refused.json()["errors"][0]["field"], "refresh_token");
    assert_eq!(
        script.refresh().await.problem(415),
        "media_type_unsupported"
    );
}

#[tokio::test]
async fn of_two_refreshes_of_a_browser_at_once_one_wins_and_the_session_is_over() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = registered(&app, "alice").await;
    let (mut one, mut other) = (alice.clone(), alice);
    let (first, second) = tokio::join!(one.refresh(), other.refresh());
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    let winner = if first.status == 200 { one } else { other };
    assert_eq!(winner.get("/users/me").await.problem(401), "token_revoked");
}

#[tokio::test]
async fn leaving_clears_the_cookies() {
    let app = TestApp::start().await.leaving_jobs();
    let (mut alice, _) = registered(&app, "alice").await;
    let stale = alice.clone();
    let left = alice.post("/auth/logout", Value::Null).await;
    left.data(200);
    assert_eq!(cleared(&left), ALL);
    assert!(alice.cookies.is_empty());
    assert_eq!(stale.get("/users/me").await.problem(401), "token_revoked");
    let body = json!({"username": "alice", "password": PASSWORD});
    for path in ["all=true", "all=false"] {
        let mut again = Browser::new(app.anonymous());
        again.post("/auth/login", body.clone()).await.data(200);
        let ended = again
            .client()
            .delete(&format!("/auth/sessions?{path}"))
            .await;
        ended.data(200);
        assert_eq!(cleared(&ended).is_empty(), path == "all=false");
    }
    let bearer = app.register("bob").await.data(201);
    let bearer = app.anonymous().bearer(bearer["token"].as_str().unwrap());
    assert!(
        bearer
            .post("/auth/logout", Value::Null)
            .await
            .cookies()
            .is_empty()
    );
}

#[tokio::test]
async fn ending_the_session_one_asks_by_clears_the_cookies_and_another_does_not() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = registered(&app, "alice").await;
    let mut other = Browser::new(app.anonymous());
    let body = json!({"username": "alice", "password": PASSWORD});
    other.post("/auth/login", body).await.data(200);
    let listed = alice.get("/auth/sessions").await.data(200);
    let sessions = listed.as_array().unwrap();
    for current in [false, true] {
        let mut sessions = sessions.iter();
        let session = sessions.find(|one| one["is_current"] == current).unwrap();
        let path = format!("/auth/sessions/{}", session["id"].as_str().unwrap());
        let ended = alice.client().delete(&path).await;
        ended.data(200);
        assert_eq!(!cleared(&ended).is_empty(), current);
    }
    assert_eq!(other.get("/users/me").await.problem(401), "token_revoked");
}

#[tokio::test]
async fn a_page_that_lost_its_csrf_token_asks_for_it() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = registered(&app, "alice").await;
    let mut page = alice.without_csrf();
    let told = page.get("/auth/csrf-token").await;
    assert_eq!(json!(alice.csrf), told.data(200)["csrf_token"]);
    assert_eq!(
        told.cookies()["commons_csrf"].0,
        alice.csrf.clone().unwrap()
    );
    page.cookies.remove("commons_access");
    let told = page.get("/auth/csrf-token").await;
    page.take(&told);
    page.refresh().await.data(200);
    let nobody = app.anonymous().get("/auth/csrf-token").await;
    assert_eq!(nobody.problem(401), "token_missing");
}

#[tokio::test]
async fn a_browser_outlives_a_change_of_keys() {
    const OLD: &str = "old:0123456789abcdef0123456789abcdef";
    const NEW: &str = "new:fedcba9876543210fedcba9876543210";
    let app = TestApp::with(&[("AUTH_KEYS", OLD)]).await.leaving_jobs();
    let (mut alice, _) = registered(&app, "alice").await;
    alice.http = app
        .beside(&[("AUTH_KEYS", NEW)])
        .anonymous()
        .header("commons-session", "cookie");
    assert_eq!(alice.refresh().await.problem(403), "csrf_token_wrong");
    let told = alice.get("/auth/csrf-token").await;
    alice.take(&told);
    alice.refresh().await.data(200);
    alice.get("/users/me").await.data(200);
}

#[tokio::test]
async fn the_second_factor_lets_a_browser_in_by_cookies_too() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = registered(&app, "alice").await;
    let body = json!({"password": PASSWORD});
    let started = alice
        .client()
        .post("/auth/two-factor", body)
        .await
        .data(200);
    let authenticator = Authenticator::with(started["secret"].as_str().unwrap(), &app.clock);
    let code = json!({"code": authenticator.code()});
    alice
        .client()
        .post("/auth/two-factor/confirm", code)
        .await
        .data(200);
    app.clock.advance(MINUTE);
    let mut browser = Browser::new(app.anonymous());
    let body = json!({"username": "alice", "password": PASSWORD});
    let asked = browser.post("/auth/login", body).await;
    assert!(asked.cookies().is_empty());
    let challenge = asked.data(202)["challenge"].clone();
    let body = json!({"challenge": challenge, "code": authenticator.code()});
    let entered = browser.post("/auth/two-factor/verify", body).await;
    assert!(entered.data(200).get("token").is_none());
    browser.get("/users/me").await.data(200);
}

#[tokio::test]
async fn an_answer_that_is_given_again_gives_the_cookies_again_and_only_as_cookies() {
    let app = TestApp::start().await.leaving_jobs();
    app.register("alice").await.data(201);
    let body = json!({"username": "alice", "password": PASSWORD});
    let keyed = |client: Client| client.header("idempotency-key", "k1");
    let browser = Browser::new(keyed(app.anonymous()));
    let first = browser.client().post("/auth/login", body.clone()).await;
    let again = browser.client().post("/auth/login", body.clone()).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.cookies(), again.cookies());
    assert_eq!(first.data(200), again.data(200));
    let script = keyed(app.anonymous()).post("/auth/login", body).await;
    assert_eq!(script.problem(422), "idempotency_key_reused");
}

#[tokio::test]
async fn a_browser_is_counted_as_the_person_it_is() {
    let app = TestApp::with(&[("RATE_LIMIT", "2/60s"), ("TRUSTED_PROXIES", "0.0.0.0")])
        .await
        .leaving_jobs();
    let (alice, _) = registered(&app, "alice").await;
    for (address, status) in [
        ("198.51.100.1", 200),
        ("198.51.100.2", 200),
        ("198.51.100.3", 429),
    ] {
        let client = alice.client().header("x-forwarded-for", address);
        assert_eq!(client.get("/users/me").await.status, status, "{address}");
    }
}
