//! Signing in with an account elsewhere: against a real provider over HTTP, through the real router.

mod entering;
mod kinds;
mod linking;
mod tokens;

use serde_json::{Value, json};

use crate::harness::provider::{Provider, query};
use crate::harness::{Client, Reply, TestApp};

const APP: &str = "https://app.example/in";
/// Of RFC 7636.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn campus() -> (Provider, TestApp) {
    let provider = Provider::start().await;
    let app = offering(&provider, "campus", &[]).await;
    (provider, app)
}

async fn offering(provider: &Provider, name: &str, more: &[(&str, &str)]) -> TestApp {
    let own = provider.settings(name);
    let mut settings = vec![("OAUTH_PROVIDERS", name), ("OAUTH_RETURN_TO", APP)];
    settings.extend(
        own.iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    settings.extend(more);
    TestApp::with(&settings).await
}

/// A browser on its way to the provider.
struct Left {
    url: String,
    cookie: String,
    browser: Client,
}

impl Left {
    fn of(app: &TestApp, url: &str, reply: &Reply) -> Self {
        let cookie = reply.header("set-cookie").split(';').next().unwrap();
        Self {
            url: url.to_owned(),
            cookie: cookie.to_owned(),
            browser: app.anonymous().header("cookie", cookie),
        }
    }

    fn state(&self) -> String {
        query(&self.url)["state"].clone()
    }

    /// Back with a code, in the same browser.
    async fn back(&self, name: &str, code: &str) -> Reply {
        self.back_in(&self.browser, name, code).await
    }

    async fn back_in(&self, browser: &Client, name: &str, code: &str) -> Reply {
        browser
            .get(&callback(name, &[("code", code), ("state", &self.state())]))
            .await
    }
}

fn callback(name: &str, parameters: &[(&str, &str)]) -> String {
    let path = format!("/auth/oauth/{name}/callback");
    let url = reqwest::Url::parse_with_params("http://x.example", parameters).unwrap();
    format!("{path}?{}", url.query().unwrap())
}

/// Somebody without an application.
async fn leave(app: &TestApp, name: &str) -> Left {
    let reply = app.anonymous().get(&format!("/auth/oauth/{name}")).await;
    assert_eq!(reply.status, 302);
    Left::of(app, reply.header("location"), &reply)
}

/// Somebody from an application.
async fn leave_from_app(app: &TestApp, name: &str) -> Left {
    let path = format!("/auth/oauth/{name}?return_to={APP}&state=mine&code_challenge={CHALLENGE}");
    let reply = app.anonymous().get(&path).await;
    assert_eq!(reply.status, 302);
    Left::of(app, reply.header("location"), &reply)
}

/// The whole way, without an application.
async fn sign_in(provider: &Provider, app: &TestApp, name: &str, claims: Value) -> Reply {
    let left = leave(app, name).await;
    let code = provider.consent(&left.url, claims);
    left.back(name, &code).await
}

async fn trade(app: &TestApp, code: &str, verifier: &str) -> Reply {
    let body = json!({"code": code, "code_verifier": verifier});
    app.anonymous().post("/auth/oauth/token", body).await
}

/// The word an application was called with.
fn word(reply: &Reply, name: &str) -> String {
    assert_eq!(
        reply.status,
        303,
        "{}",
        String::from_utf8_lossy(&reply.bytes)
    );
    let location = reply.header("location");
    assert!(location.starts_with(APP), "{location}");
    let words = query(location);
    assert_eq!(words["state"], "mine");
    words.get(name).cloned().unwrap_or_default()
}

fn ada() -> Value {
    json!({
        "sub": "ada-1",
        "email": "ada@campus.example",
        "email_verified": true,
        "name": "Ada Lovelace",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "picture": "https://campus.example/ada.jpg",
    })
}

async fn me(app: &TestApp, signed_in: &Value) -> Value {
    let token = signed_in["token"].as_str().unwrap();
    app.anonymous()
        .bearer(token)
        .get("/users/me")
        .await
        .data(200)
}

/// Somebody who registered and proved their address.
async fn proved(app: &TestApp, username: &str) -> Client {
    let person = app.person(username).await;
    prove(app, username).await;
    person
}

async fn prove(app: &TestApp, username: &str) {
    sqlx::query("update users set email_verified_at = created_at where username = $1")
        .bind(username)
        .execute(app.platform.db.pool())
        .await
        .unwrap();
}
