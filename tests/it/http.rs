//! What every request goes through, whatever it asks for.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};

use crate::harness::{Reply, TestApp};

const REGISTER: &str = "/auth/register";

fn somebody(username: &str) -> Value {
    let email = format!("{username}@example.com");
    json!({"username": username, "email": email, "password": "Correct-horse-7"})
}

/// Requests that cannot succeed, each with the status and code of its problem.
async fn failures(app: &TestApp) -> Vec<(Reply, u16, &'static str)> {
    let anonymous = app.anonymous();
    let raw = |kind: &'static str, body: &str| {
        let (anonymous, body) = (anonymous.clone(), body.to_owned());
        async move { anonymous.post_raw(REGISTER, kind, body).await }
    };
    let json = "application/json";
    let long = format!("{{\"username\": \"{}\"}}", "x".repeat(1000));
    let said = anonymous.clone().header("content-length", "1001");
    let missing = r#"{"username": "alice", "email": "alice@example.com"}"#;
    vec![
        (raw(json, "{").await, 400, "json_malformed"),
        (raw(json, "").await, 400, "json_malformed"),
        (raw(json, missing).await, 400, "validation_failed"),
        (raw(json, "[]").await, 400, "validation_failed"),
        (raw(json, &long).await, 413, "body_too_large"),
        (
            said.post_raw(REGISTER, json, long.clone()).await,
            413,
            "body_too_large",
        ),
        (raw("text/plain", "{}").await, 415, "media_type_unsupported"),
        (
            anonymous.send(Method::POST, REGISTER, None).await,
            415,
            "media_type_unsupported",
        ),
        (
            anonymous.get("/auth/verify-email").await,
            400,
            "parameter_invalid",
        ),
        (anonymous.get("/no/such/path").await, 404, "route_unknown"),
        (anonymous.get("//nowhere").await, 404, "route_unknown"),
        (anonymous.get(REGISTER).await, 405, "method_not_allowed"),
        (anonymous.get("/users/me").await, 401, "token_missing"),
    ]
}

#[tokio::test]
async fn every_failure_is_a_problem_of_its_own_and_writes_nothing() {
    let app = TestApp::with(&[("BODY_LIMIT", "1000")]).await;
    for (reply, status, code) in failures(&app).await {
        assert_eq!(reply.problem(status), code);
        let problem = reply.json();
        assert_eq!(problem["success"], false);
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("urn:commons:problem:{code}"));
        assert_eq!(problem["request_id"], reply.header("x-request-id"));
    }
    assert_eq!(app.count("select count(*) from users").await, 0);
}

#[tokio::test]
async fn all_wrong_fields_are_told_at_once() {
    let app = TestApp::start().await;
    let body = json!({"username": "a!", "email": "nobody", "first_name": 5, "nickname": "x", "last_name": ""});
    let refused = app.anonymous().post(REGISTER, body).await;
    assert_eq!(refused.problem(400), "validation_failed");
    let told = refused.json()["errors"].as_array().unwrap().clone();
    let told: Vec<String> = told
        .iter()
        .map(|error| format!("{} {}", error["field"], error["code"]).replace('"', ""))
        .collect();
    assert_eq!(
        told,
        [
            "email invalid",
            "first_name invalid",
            "last_name too_short",
            "nickname unknown_field",
            "username too_short",
            "password required",
        ]
    );
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let app = TestApp::start().await;
    let reply = app.anonymous().delete("/users/me/exports").await;
    assert_eq!(reply.problem(405), "method_not_allowed");
    assert_eq!(reply.header("allow"), "GET, HEAD");
    // Of two APIs on one path.
    let reply = app.anonymous().post("/users/me", json!({})).await;
    assert_eq!(reply.problem(405), "method_not_allowed");
    assert_eq!(reply.header("allow"), "GET, HEAD, PUT, DELETE");
    let reply = app.anonymous().get("/auth/login").await;
    assert_eq!(
        (reply.problem(405), reply.header("allow")),
        ("method_not_allowed".to_owned(), "POST")
    );
}

#[tokio::test]
async fn a_token_that_is_not_good_says_how() {
    let app = TestApp::start().await;
    for (authorization, code, error) in [
        ("Bearer a.b.c", "token_malformed", true),
        ("Bearer", "token_malformed", true),
        ("Basic YTpi", "token_missing", false),
    ] {
        let reply = app
            .anonymous()
            .header("authorization", authorization)
            .get("/users/me")
            .await;
        assert_eq!(reply.problem(401), code, "{authorization}");
        assert!(
            reply
                .header("www-authenticate")
                .starts_with("Bearer realm=")
        );
        assert_eq!(
            reply.header("www-authenticate").contains("invalid_token"),
            error
        );
    }
}

#[tokio::test]
async fn a_request_keeps_the_name_it_came_with_where_that_is_one() {
    let app = TestApp::start().await.leaving_jobs();
    let named = app.anonymous().header("x-request-id", "my.request-1");
    let reply = named.post(REGISTER, somebody("alice")).await;
    assert_eq!(reply.header("x-request-id"), "my.request-1");
    let jobs = app
        .count("select count(*) from jobs where request_id = 'my.request-1'")
        .await;
    assert_eq!(jobs, 1, "its jobs know where they came from");
    let unnamed = app
        .anonymous()
        .header("x-request-id", "no name!")
        .get("//health")
        .await;
    assert_eq!(unnamed.header("x-request-id").len(), 36);
}

#[tokio::test]
async fn addresses_and_people_are_counted_and_the_ways_in_apart() {
    let limits = [
        ("RATE_LIMIT", "2/60s"),
        ("AUTH_RATE_LIMIT", "2/60s"),
        ("TRUSTED_PROXIES", "0.0.0.0"),
    ];
    let app = TestApp::with(&limits).await.leaving_jobs();
    let alice = app.person("alice").await;
    let from =
        |client: crate::harness::Client, address: &str| client.header("x-forwarded-for", address);

    let here = from(app.anonymous(), "198.51.100.1");
    let first = here.get("/users/me").await;
    assert_eq!(first.header("ratelimit-policy"), "\"default\";q=2;w=60");
    assert!(first.header("ratelimit").starts_with("\"default\";r=1;t="));
    here.get("/users/me").await;
    let refused = here.get("/users/me").await;
    assert_eq!(refused.problem(429), "rate_limited");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 60);
    let elsewhere = from(app.anonymous(), "198.51.100.2");
    assert_eq!(elsewhere.get("/users/me").await.status, 401);

    for (address, status) in [
        ("198.51.100.1", 200),
        ("198.51.100.3", 200),
        ("198.51.100.4", 429),
    ] {
        let reply = from(alice.clone(), address).get("/users/me").await;
        assert_eq!(
            reply.status, status,
            "a person is counted wherever they are"
        );
    }
    let reply = here.post("/auth/login", json!({})).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("ratelimit-policy")),
        (400, "\"auth\";q=2;w=60")
    );
    for _ in 0..5 {
        assert_eq!(here.get("//health/live").await.status, 200);
    }
    app.clock.advance(Duration::from_secs(120));
    assert_eq!(here.get("/users/me").await.status, 401);
}

#[tokio::test]
async fn without_redis_requests_pass_uncounted() {
    let app = TestApp::with(&[
        ("REDIS_URL", "redis://127.0.0.1:1"),
        ("RATE_LIMIT", "1/60s"),
    ])
    .await
    .leaving_jobs();
    let alice = app.person("alice").await;
    for _ in 0..3 {
        let reply = alice.get("/users/me").await;
        assert_eq!(
            (reply.status.as_u16(), reply.header("ratelimit")),
            (200, "")
        );
    }
    let health = alice.get("//health").await;
    assert_eq!(health.status, 503);
    assert_eq!(health.json()["status"], "degraded");
    assert_eq!(health.json()["services"]["redis"]["status"], "down");
    assert_eq!(alice.get("//health/ready").await.status, 200);
}

#[tokio::test]
async fn without_postgres_the_answer_is_503_and_tells_nothing() {
    let away = [
        ("DATABASE_URL", "postgres://commons@127.0.0.1:1/away"),
        ("DATABASE_ACQUIRE_TIMEOUT", "200ms"),
    ];
    let app = TestApp::with(&away).await;
    let reply = app
        .anonymous()
        .post("/auth/login", json!({"username": "a", "password": "b"}))
        .await;
    assert_eq!(reply.problem(503), "unavailable");
    assert!(!reply.header("retry-after").is_empty());
    assert!(!reply.json()["detail"].as_str().unwrap().contains("pool"));
    assert_eq!(app.anonymous().get("//health/ready").await.status, 503);
    assert_eq!(app.anonymous().get("//health/live").await.status, 200);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up_with_all_it_did() {
    let app = TestApp::with(&[("REQUEST_TIMEOUT", "2ms")]).await;
    let reply = app.register("alice").await;
    assert_eq!(reply.problem(503), "timeout");
    assert_eq!(app.count("select count(*) from users").await, 0);
}

/// More requests that hold a transaction than the pool has connections must not starve one another.
#[tokio::test]
async fn what_a_client_has_already_is_not_sent_again() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = app.person("alice").await;
    let first = alice.get("/users/me").await;
    let again = alice
        .clone()
        .header("if-none-match", first.header("etag"))
        .get("/users/me")
        .await;
    assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
    let other = alice
        .header("if-none-match", "\"other\"")
        .get("/users/me")
        .await;
    assert_eq!(
        (other.status.as_u16(), other.header("etag")),
        (200, first.header("etag"))
    );
}

#[tokio::test]
async fn pages_of_other_origins_may_call_where_they_are_listed() {
    let app = TestApp::with(&[("CORS_ORIGINS", "https://app.example")]).await;
    let ask = |origin: &str| {
        let client = app.anonymous().header("origin", origin);
        let client = client.header("access-control-request-method", "POST");
        async move { client.send(Method::OPTIONS, "/auth/login", None).await }
    };
    let listed = ask("https://app.example").await;
    assert_eq!(listed.status, 204);
    assert_eq!(
        listed.header("access-control-allow-origin"),
        "https://app.example"
    );
    assert!(
        listed
            .header("access-control-allow-headers")
            .contains("Idempotency-Key")
    );
    let stranger = ask("https://app.example.evil.example").await;
    assert_eq!(stranger.header("access-control-allow-origin"), "");
    let failed = app
        .anonymous()
        .header("origin", "https://app.example")
        .get("/users/me")
        .await;
    assert_eq!(
        failed.header("access-control-allow-origin"),
        "https://app.example"
    );
    assert!(
        failed
            .header("access-control-expose-headers")
            .contains("X-Request-Id")
    );
}

#[tokio::test]
async fn where_https_is_required_plain_requests_are_sent_there_or_refused() {
    let settings = [
        ("REQUIRE_HTTPS", "true"),
        ("PUBLIC_URL", "https://commons.example"),
        ("TRUSTED_PROXIES", "0.0.0.0"),
    ];
    let app = TestApp::with(&settings).await;
    let moved = app
        .anonymous()
        .header("host", "evil.example")
        .get("/users/me?a=1")
        .await;
    assert_eq!(moved.status, 308);
    assert_eq!(
        moved.header("location"),
        "https://commons.example/api/v1/users/me?a=1"
    );
    let refused = app.anonymous().post("/auth/login", json!({})).await;
    assert_eq!(refused.problem(403), "https_required");
    assert_eq!(app.anonymous().get("//health/live").await.status, 200);
    let secure = app
        .anonymous()
        .header("x-forwarded-proto", "https")
        .get("/users/me")
        .await;
    assert_eq!(secure.problem(401), "token_missing");
    assert!(
        secure
            .header("strict-transport-security")
            .starts_with("max-age=")
    );
}

#[tokio::test]
async fn answers_tell_browsers_to_do_no_more_with_them_than_they_are_for() {
    let app = TestApp::start().await;
    for path in ["/users/me", "//nowhere", "//health", "//docs"] {
        let reply = app.anonymous().get(path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("x-frame-options"), "DENY");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert!(
            reply
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
    }
}

#[tokio::test]
async fn the_documentation_needs_nothing_from_elsewhere() {
    let app = TestApp::start().await;
    let page = app.anonymous().get("//docs").await;
    assert_eq!(page.status, 200);
    let html = String::from_utf8(page.bytes).unwrap();
    let sources = html
        .split(['"'])
        .filter(|part| part.starts_with('/') || part.contains("//"));
    let sources: Vec<&str> = sources.collect();
    assert_eq!(
        sources,
        [
            "/docs/swagger-ui.css",
            "/docs/swagger-ui.js",
            "/docs/start.js"
        ]
    );
    for source in sources {
        assert_eq!(app.anonymous().get(&format!("/{source}")).await.status, 200);
    }
    let spec = app.anonymous().get("//openapi.json").await;
    assert_eq!(String::from_utf8(spec.bytes).unwrap(), api::openapi_json());
}

#[tokio::test]
async fn health_says_what_becomes_of_videos_and_none_of_it_is_ill() {
    for (setting, video) in [
        (("FFMPEG", "ffmpeg"), "on"),
        (("FFMPEG", "/nowhere/ffmpeg"), "off"),
        (("FFPROBE", "no-program-of-this-name"), "off"),
        (
            ("VIDEO_WEBHOOK_SECRET", "a-secret-of-the-service"),
            "outside",
        ),
    ] {
        let app = TestApp::with(&[setting]).await;
        let health = app.anonymous().get("//health").await;
        assert_eq!(health.status, 200);
        assert_eq!(health.json()["video"], video, "{setting:?}");
    }
}

#[tokio::test]
async fn operators_see_health_and_metrics_by_route() {
    platform::telemetry::meters();
    let app = TestApp::start().await;
    let health = app.anonymous().get("//health").await;
    assert_eq!(
        (health.status.as_u16(), &health.json()["status"]),
        (200, &json!("healthy"))
    );
    app.anonymous().get("/users/me?secret=1").await;
    let metrics = app.anonymous().get("//metrics").await;
    let text = String::from_utf8(metrics.bytes).unwrap();
    assert!(text.contains(
        r#"commons_http_requests_total{method="GET",route="/api/v1/users/{user_id}",status="401"}"#
    ));
    assert!(text.contains("commons_http_request_duration_seconds_bucket"));
    assert!(text.contains("commons_jobs_oldest_runnable_seconds"));
    assert!(!text.contains("secret"));
}
