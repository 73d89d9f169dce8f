//! What has to be right about a provider's word before it is believed.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use super::*;
use crate::harness::provider::{CLIENT_ID, Signer};

async fn refused(provider: &Provider, app: &TestApp, claims: Value, why: &str) {
    let reply = sign_in(provider, app, "campus", claims).await;
    assert_eq!(reply.problem(401), "provider_refused", "{why}");
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = ada();
    claims[name] = value;
    claims
}

#[tokio::test]
async fn a_token_that_is_not_for_us_now_is_not_believed() {
    let (provider, app) = campus().await;
    let now = platform::Clock::system().now().timestamp();
    for (claims, why) in [
        (with("nonce", json!("another")), "another sign-in's nonce"),
        (with("nonce", Value::Null), "no nonce"),
        (with("aud", json!("another")), "another's audience"),
        (with("aud", json!(["another"])), "others' audience"),
        (
            with("aud", json!([CLIENT_ID, "another"])),
            "two audiences and no party",
        ),
        (with("azp", json!("another")), "another party"),
        (with("iss", json!("https://evil.example")), "another issuer"),
        (
            with("iss", json!(format!("{}/", provider.base))),
            "nearly the issuer",
        ),
        (with("exp", json!(now - 120)), "expired"),
        (with("iat", json!(now + 600)), "from the future"),
        (with("nbf", json!(now + 600)), "not yet"),
        (with("sub", json!("")), "nobody"),
        (with("sub", Value::Null), "no subject"),
    ] {
        refused(&provider, &app, claims, why).await;
    }
    assert_eq!(app.count("select count(*) from users").await, 0);
    let mut claims = with("aud", json!([CLIENT_ID, "another"]));
    claims["azp"] = CLIENT_ID.into();
    claims["exp"] = (now - 30).into();
    sign_in(&provider, &app, "campus", claims).await.data(200);
}

#[tokio::test]
async fn a_token_that_the_provider_did_not_sign_is_not_believed() {
    let (provider, app) = campus().await;
    let forgeries: [(&str, crate::harness::provider::Forge); 6] = [
        ("none", |_, claims| {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!(
                "{}.{}.",
                part(&json!({"alg": "none", "kid": "first"})),
                part(claims)
            )
        }),
        (
            "signed with the public key as a secret",
            |signer, claims| {
                let header = Header {
                    kid: Some(signer.kid.clone()),
                    ..Header::new(Algorithm::HS256)
                };
                let public = URL_SAFE_NO_PAD
                    .decode(signer.jwk()["x"].as_str().unwrap())
                    .unwrap();
                jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(&public)).unwrap()
            },
        ),
        ("another's key under a known name", |signer, claims| {
            Signer::es256(&signer.kid).sign(claims)
        }),
        ("a key nobody published", |_, claims| {
            Signer::es256("unknown").sign(claims)
        }),
        (
            "another kind of key under a known name",
            |signer, claims| Signer::eddsa(&signer.kid).sign(claims),
        ),
        ("changed after it was signed", |signer, claims| {
            let token = signer.sign(claims);
            let parts: Vec<&str> = token.split('.').collect();
            let mut other = claims.clone();
            other["sub"] = "admin".into();
            let other = URL_SAFE_NO_PAD.encode(other.to_string());
            format!("{}.{other}.{}", parts[0], parts[2])
        }),
    ];
    for (why, forge) in forgeries {
        provider.forge(forge);
        refused(&provider, &app, ada(), why).await;
    }
    provider.forge(Signer::sign);
    sign_in(&provider, &app, "campus", ada()).await.data(200);
}

#[tokio::test]
async fn each_algorithm_with_a_public_key_is_taken() {
    let (provider, app) = campus().await;
    for (at, signer) in [
        Signer::rsa("a", Algorithm::RS256),
        Signer::rsa("b", Algorithm::PS256),
        Signer::eddsa("c"),
        Signer::es256("d"),
    ]
    .into_iter()
    .enumerate()
    {
        app.clock.advance(Duration::from_secs(61));
        provider.publish(vec![signer]);
        let reply = sign_in(&provider, &app, "campus", ada()).await;
        reply.data(200);
        assert_eq!(provider.asked("/keys"), at + 1);
    }
}

#[tokio::test]
async fn new_keys_are_fetched_when_one_is_unknown_but_not_at_every_strangers_word() {
    let (provider, app) = campus().await;
    for _ in 0..3 {
        sign_in(&provider, &app, "campus", ada()).await.data(200);
    }
    assert_eq!(provider.asked("/keys"), 1);
    assert_eq!(provider.asked("/.well-known/openid-configuration"), 1);

    provider.forge(|_, claims| Signer::es256("unknown").sign(claims));
    for _ in 0..3 {
        refused(&provider, &app, ada(), "unknown").await;
    }
    assert_eq!(provider.asked("/keys"), 1, "fetched a moment ago");
    app.clock.advance(Duration::from_secs(61));
    for _ in 0..3 {
        refused(&provider, &app, ada(), "unknown").await;
    }
    assert_eq!(provider.asked("/keys"), 2, "once a minute");
}

#[tokio::test]
async fn a_provider_that_is_away_is_a_503_and_its_old_documents_do_for_a_while() {
    let (provider, app) = campus().await;
    provider.go_away(true);
    let reply = app.anonymous().get("/auth/oauth/campus").await;
    assert_eq!(reply.problem(503), "unavailable");
    assert!(!reply.header("retry-after").is_empty());
    app.anonymous().get("/auth/oauth/campus").await;
    assert_eq!(
        provider.asked("/.well-known/openid-configuration"),
        1,
        "left alone"
    );

    provider.go_away(false);
    app.clock.advance(Duration::from_secs(6));
    sign_in(&provider, &app, "campus", ada()).await.data(200);
    provider.go_away(true);
    app.clock.advance(Duration::from_secs(2 * 3600));
    leave(&app, "campus").await;
}

#[tokio::test]
async fn a_discovery_document_of_another_or_one_that_leads_to_plain_http_is_not_followed() {
    let provider = Provider::start().await;
    for (field, value) in [
        ("issuer", json!("https://evil.example")),
        ("token_endpoint", json!("http://evil.example/token")),
        ("jwks_uri", json!("http://evil.example/keys")),
    ] {
        let app = offering(&provider, "campus", &[]).await;
        provider.discover("issuer", json!(provider.base));
        provider.discover(field, value);
        let reply = app.anonymous().get("/auth/oauth/campus").await;
        assert_eq!(reply.problem(503), "unavailable", "{field}");
    }
}

#[tokio::test]
async fn another_providers_answer_is_not_taken_for_this_ones() {
    let (provider, app) = campus().await;
    let back = async |iss: Option<&str>| {
        let left = leave(&app, "campus").await;
        let (code, state) = (provider.consent(&left.url, ada()), left.state());
        let mut parameters = vec![("code", code.as_str()), ("state", &state)];
        parameters.extend(iss.map(|iss| ("iss", iss)));
        left.browser.get(&callback("campus", &parameters)).await
    };
    back(Some(&provider.base)).await.data(200);
    let mixed = back(Some("https://evil.example")).await;
    assert_eq!(mixed.problem(401), "provider_refused");
    back(None).await.data(200);
    provider.discover(
        "authorization_response_iss_parameter_supported",
        json!(true),
    );
    app.clock.advance(Duration::from_secs(3600));
    assert_eq!(back(None).await.problem(401), "provider_refused");
}

#[tokio::test]
async fn an_address_that_stands_only_at_userinfo_counts_if_it_is_about_the_same_person() {
    let (provider, app) = campus().await;
    let bare = |about: Value| json!({"sub": "ada-1", "userinfo": about});
    refused(
        &provider,
        &app,
        bare(json!({"sub": "bob", "email": "bob@x.example"})),
        "of another",
    )
    .await;
    let about = json!({"sub": "ada-1", "email": "ada@x.example", "email_verified": true});
    let signed_in = sign_in(&provider, &app, "campus", bare(about))
        .await
        .data(200);
    assert_eq!(me(&app, &signed_in).await["email"], "ada@x.example");
}
