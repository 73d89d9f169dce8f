//! Providers with ways of their own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;

use super::*;

async fn github(provider: &Provider) -> TestApp {
    let (url, api) = ("OAUTH_GITHUB_URL", "OAUTH_GITHUB_API_URL");
    offering(
        provider,
        "github",
        &[(url, &provider.base), (api, &provider.base)],
    )
    .await
}

#[tokio::test]
async fn github_says_who_somebody_is_and_only_a_primary_and_verified_address_counts() {
    let provider = Provider::start().await;
    let app = github(&provider).await;
    let octocat = json!({"id": 583_231, "login": "octocat", "name": "Octo Cat", "email": "shown@x.example",
                         "avatar_url": "https://avatars.example/u/583231"});
    let left = leave(&app, "github").await;
    assert!(
        left.url
            .starts_with(&format!("{}/login/oauth/authorize?", provider.base))
    );
    assert_eq!(query(&left.url)["scope"], "read:user user:email");
    provider.emails_on_github(json!([
        {"email": "unverified@x.example", "primary": true, "verified": false, "visibility": null},
        {"email": "second@x.example", "primary": false, "verified": true, "visibility": null},
    ]));
    let code = provider.consent(&left.url, octocat.clone());
    let first = left.back("github", &code).await.data(200);
    let account = me(&app, &first).await;
    assert!(account["email"].is_null());
    assert_eq!(account["full_name"], "Octo Cat");

    provider
        .emails_on_github(json!([{"email": "octo@x.example", "primary": true, "verified": true}]));
    let second = sign_in(&provider, &app, "github", octocat).await.data(200);
    assert_eq!(second["id"], first["id"]);
    let other = json!({"id": 2, "name": null, "avatar_url": "javascript:alert(1)"});
    let other = sign_in(&provider, &app, "github", other).await.data(200);
    assert_eq!(me(&app, &other).await["email"], "octo@x.example");
    assert!(me(&app, &other).await["profile_picture_url"].is_null());
}

#[tokio::test]
async fn github_refuses_with_200_and_is_understood() {
    let provider = Provider::start().await;
    let app = github(&provider).await;
    let left = leave(&app, "github").await;
    let refused = left.back("github", "a code of nobody's").await;
    assert_eq!(refused.problem(401), "provider_refused");
}

#[tokio::test]
async fn apple_posts_back_and_is_shown_a_secret_that_is_signed() {
    let provider = Provider::start().await;
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let key = STANDARD.encode(key.as_ref());
    let pem = format!("-----BEGIN PRIVATE KEY-----\\n{key}\\n-----END PRIVATE KEY-----");
    let more = [
        ("OAUTH_APPLE_TEAM_ID", "TEAM1"),
        ("OAUTH_APPLE_KEY_ID", "KEY1"),
        ("OAUTH_APPLE_PRIVATE_KEY", pem.as_str()),
        ("PUBLIC_URL", "https://api.example"),
    ];
    let app = offering(&provider, "apple", &more).await;
    let reply = app.anonymous().get("/auth/oauth/apple").await;
    let left = Left::of(&app, reply.header("location"), &reply);
    assert_eq!(query(&left.url)["response_mode"], "form_post");
    assert!(reply.header("set-cookie").contains("SameSite=None; Secure"));

    let claims =
        json!({"sub": "000.a", "email": "x@privaterelay.example", "email_verified": "true"});
    let code = provider.consent(&left.url, claims.clone());
    let user = r#"{"name": {"firstName": "Ada", "lastName": "Lovelace"}, "email": "x@y.example"}"#;
    let (state, path) = (left.state(), "/auth/oauth/apple/callback");
    let parameters = [("code", code.as_str()), ("state", &state), ("user", user)];
    let form = callback("apple", &parameters);
    let form = form.split_once('?').unwrap().1;
    let kind = "application/x-www-form-urlencoded";
    let json = left.browser.post(path, json!({})).await;
    assert_eq!(json.problem(415), "media_type_unsupported");
    let other = app.anonymous().post_raw(path, kind, form).await;
    assert_eq!(other.problem(400), "validation_failed", "another browser");
    let first = left.browser.post_raw(path, kind, form).await.data(200);
    let account = me(&app, &first).await;
    assert_eq!(account["email"], "x@privaterelay.example");
    assert_eq!(
        (&account["first_name"], &account["last_name"]),
        (&json!("Ada"), &json!("Lovelace"))
    );
}

#[tokio::test]
async fn settings_that_do_not_make_a_provider_are_all_named_at_the_start() {
    let read = |settings: &[(&str, &str)]| {
        let lookup = |name: &str| {
            let found = settings.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        platform::config::Config::read(&lookup)
            .unwrap_err()
            .to_string()
    };
    let problems = read(&[
        ("OAUTH_PROVIDERS", "google,apple,campus,github,Bad!,token"),
        ("OAUTH_RETURN_TO", "http://app.example"),
    ]);
    for part in ["`Bad!`", "`token`", "OAUTH_RETURN_TO"] {
        assert!(problems.contains(part), "{part}: {problems}");
    }
    let problems = read(&[
        ("OAUTH_PROVIDERS", "google,apple,campus,github"),
        ("OAUTH_CAMPUS_ISSUER", "http://id.example"),
    ]);
    assert!(
        problems.contains("OAUTH_CAMPUS_ISSUER is wrong"),
        "{problems}"
    );
    let problems = read(&[("OAUTH_PROVIDERS", "google,apple,campus,github")]);
    for part in [
        "OAUTH_GOOGLE_CLIENT_ID",
        "OAUTH_GOOGLE_CLIENT_SECRET",
        "OAUTH_APPLE_TEAM_ID",
        "OAUTH_APPLE_PRIVATE_KEY",
        "OAUTH_CAMPUS_ISSUER",
        "OAUTH_GITHUB_CLIENT_SECRET",
    ] {
        assert!(
            problems.contains(&format!("{part} is not set")),
            "{part}: {problems}"
        );
    }
}
