//! A provider of accounts elsewhere, on a port of its own: it publishes its keys, trades codes once and only with their
//! PKCE, and speaks GitHub's dialect too. What it says of people, and how it signs, tests decide.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use poem::listener::TcpAcceptor;
use poem::web::Json;
use poem::{IntoResponse, Request, Response, Route, Server};
use reqwest::Url;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const CLIENT_ID: &str = "commons@campus";
pub const CLIENT_SECRET: &str = "s3cret:/+ %";

#[derive(Clone)]
pub struct Provider {
    pub base: String,
    world: Arc<Mutex<World>>,
}

struct World {
    keys: Vec<Signer>,
    /// Codes that wait to be traded, with what was asked for them.
    codes: HashMap<String, Grant>,
    forge: Forge,
    away: bool,
    asked: HashMap<String, usize>,
    discovery: Value,
    github_emails: Value,
}

/// Makes an ID token of claims.
pub type Forge = fn(&Signer, &Value) -> String;

struct Grant {
    asked: HashMap<String, String>,
    claims: Value,
}

#[derive(Clone)]
pub struct Signer {
    pub kid: String,
    pub algorithm: Algorithm,
    pub key: EncodingKey,
}

impl Signer {
    pub fn es256(kid: &str) -> Self {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Self::new(
            kid,
            Algorithm::ES256,
            EncodingKey::from_ec_der(document.unwrap().as_ref()),
        )
    }

    pub fn eddsa(kid: &str) -> Self {
        /// PKCS#8 around a seed of 32 bytes.
        const AROUND: [u8; 16] = [
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22,
            0x04, 0x20,
        ];
        let seed: [u8; 32] = ring::rand::generate(&SystemRandom::new()).unwrap().expose();
        let key = EncodingKey::from_ed_der(&[&AROUND[..], &seed].concat());
        Self::new(kid, Algorithm::EdDSA, key)
    }

    /// A key for tests alone.
    pub fn rsa(kid: &str, algorithm: Algorithm) -> Self {
        let text = include_str!("provider.rsa").replace('\n', "");
        let der = STANDARD.decode(text).unwrap();
        Self::new(kid, algorithm, EncodingKey::from_rsa_der(&der))
    }

    fn new(kid: &str, algorithm: Algorithm, key: EncodingKey) -> Self {
        Self {
            kid: kid.to_owned(),
            algorithm,
            key,
        }
    }

    pub fn jwk(&self) -> Value {
        let mut jwk =
            serde_json::to_value(Jwk::from_encoding_key(&self.key, self.algorithm).unwrap())
                .unwrap();
        jwk["kid"] = self.kid.clone().into();
        jwk["use"] = "sig".into();
        jwk
    }

    pub fn sign(&self, claims: &Value) -> String {
        let header = Header {
            kid: Some(self.kid.clone()),
            ..Header::new(self.algorithm)
        };
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }
}

/// Where somebody was sent, as their browser sees it.
pub fn query(url: &str) -> HashMap<String, String> {
    Url::parse(url)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

fn fields(body: &[u8]) -> HashMap<String, String> {
    query(&format!("form:?{}", String::from_utf8_lossy(body)))
}

impl Provider {
    pub async fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let discovery = json!({
            "issuer": base,
            "authorization_endpoint": format!("{base}/authorize?tenant=1"),
            "token_endpoint": format!("{base}/token"),
            "jwks_uri": format!("{base}/keys"),
            "userinfo_endpoint": format!("{base}/userinfo"),
        });
        let provider = Self {
            base,
            world: Arc::new(Mutex::new(World {
                keys: vec![Signer::es256("first")],
                codes: HashMap::new(),
                forge: Signer::sign,
                away: false,
                asked: HashMap::new(),
                discovery,
                github_emails: json!([]),
            })),
        };
        let served = provider.clone();
        let at = |path: &'static str| {
            let served = served.clone();
            make_endpoint(move |request, body| served.answer(path, &request, &body))
        };
        let mut routes = Route::new();
        for path in [
            "/.well-known/openid-configuration",
            "/keys",
            "/token",
            "/userinfo",
            "/login/oauth/access_token",
            "/user",
            "/user/emails",
        ] {
            routes = routes.at(path, at(path));
        }
        let server = Server::new_with_acceptor(TcpAcceptor::from_std(listener).unwrap());
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(server.run(routes));
        provider
    }

    /// The settings of a Commons that offers this provider as `name`.
    pub fn settings(&self, name: &str) -> Vec<(String, String)> {
        let name = name.to_uppercase();
        let setting = |what: &str, value: &str| (format!("OAUTH_{name}_{what}"), value.to_owned());
        vec![
            setting("CLIENT_ID", CLIENT_ID),
            setting("CLIENT_SECRET", CLIENT_SECRET),
            setting("ISSUER", &self.base),
        ]
    }

    /// Somebody signs in at the provider and allows it: the code that goes back.
    pub fn consent(&self, authorization_url: &str, claims: Value) -> String {
        let asked = query(authorization_url);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT_ID);
        assert_eq!(asked["code_challenge_method"], "S256");
        let mut world = self.world.lock().unwrap();
        let code = format!("code-{}+/=", world.codes.len());
        world.codes.insert(code.clone(), Grant { asked, claims });
        code
    }

    pub fn publish(&self, keys: Vec<Signer>) {
        self.world.lock().unwrap().keys = keys;
    }

    pub fn forge(&self, forge: Forge) {
        self.world.lock().unwrap().forge = forge;
    }

    pub fn go_away(&self, away: bool) {
        self.world.lock().unwrap().away = away;
    }

    pub fn discover(&self, field: &str, value: Value) {
        self.world.lock().unwrap().discovery[field] = value;
    }

    pub fn emails_on_github(&self, emails: Value) {
        self.world.lock().unwrap().github_emails = emails;
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        let world = self.world.lock().unwrap();
        world.asked.get(path).copied().unwrap_or_default()
    }

    fn answer(&self, path: &str, request: &Request, body: &[u8]) -> Response {
        let mut world = self.world.lock().unwrap();
        *world.asked.entry(path.to_owned()).or_default() += 1;
        if world.away {
            return poem::http::StatusCode::BAD_GATEWAY.into_response();
        }
        let bearer = request.header("authorization").unwrap_or_default();
        match path {
            "/keys" => {
                let keys: Vec<Value> = world.keys.iter().map(Signer::jwk).collect();
                Json(json!({"keys": keys})).into_response()
            }
            "/token" => world.trade(&self.base, request, body, false),
            "/login/oauth/access_token" => world.trade(&self.base, request, body, true),
            "/userinfo" | "/user" => Json(bearer_claims(bearer)).into_response(),
            "/user/emails" => Json(world.github_emails.clone()).into_response(),
            _ => Json(world.discovery.clone()).into_response(),
        }
    }
}

/// The access token is what it is good for.
fn bearer_claims(bearer: &str) -> Value {
    let token = bearer.trim_start_matches("Bearer ");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).unwrap()).unwrap()
}

impl World {
    fn trade(&mut self, issuer: &str, request: &Request, body: &[u8], github: bool) -> Response {
        let form = fields(body);
        let refused = |error: &str| {
            let answer = Json(json!({"error": error, "error_description": "…"}));
            match github {
                true => answer.into_response(),
                false => answer
                    .with_status(poem::http::StatusCode::BAD_REQUEST)
                    .into_response(),
            }
        };
        if !knows_client(request, &form) {
            return refused("invalid_client");
        }
        let Some(grant) = self.codes.get_mut(&form["code"]).map(std::mem::take) else {
            return refused("invalid_grant");
        };
        let digest = Sha256::digest(form["code_verifier"].as_bytes());
        let fits = grant.asked.get("code_challenge") == Some(&URL_SAFE_NO_PAD.encode(digest))
            && grant.asked.get("redirect_uri") == form.get("redirect_uri");
        if !fits {
            return refused("invalid_grant");
        }
        let mut claims = json!({
            "iss": issuer,
            "aud": CLIENT_ID,
            "exp": platform::Clock::system().now().timestamp() + 3600,
            "iat": platform::Clock::system().now().timestamp(),
            "nonce": grant.asked.get("nonce"),
        });
        let mut told = grant.claims.clone();
        let userinfo = told["userinfo"].take();
        let own = told.as_object().unwrap().clone();
        claims.as_object_mut().unwrap().extend(own);
        let access = if userinfo.is_null() {
            &grant.claims
        } else {
            &userinfo
        };
        let mut answer = json!({
            "access_token": URL_SAFE_NO_PAD.encode(access.to_string()),
            "token_type": "Bearer",
        });
        if !github {
            answer["id_token"] = (self.forge)(&self.keys[0], &claims).into();
        }
        Json(answer).into_response()
    }
}

impl Default for Grant {
    /// A code that has been traded: nothing fits it.
    fn default() -> Self {
        Self {
            asked: HashMap::new(),
            claims: json!({}),
        }
    }
}

/// By the basic scheme (both parts escaped), else in the form; Apple's secret is one that was signed.
fn knows_client(request: &Request, form: &HashMap<String, String>) -> bool {
    if let Some(basic) = request
        .header("authorization")
        .and_then(|header| header.strip_prefix("Basic "))
    {
        let pair = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
        let (id, secret) = pair.split_once(':').unwrap();
        let read = fields(format!("id={id}&secret={secret}").as_bytes());
        return read["id"] == CLIENT_ID && read["secret"] == CLIENT_SECRET;
    }
    let secret = form.get("client_secret").map_or("", String::as_str);
    let is_signed = jsonwebtoken::decode_header(secret).is_ok_and(|header| {
        header.alg == Algorithm::ES256 && header.kid.as_deref() == Some("KEY1")
    });
    form["client_id"] == CLIENT_ID && (secret == CLIENT_SECRET || is_signed)
}

fn make_endpoint(
    answer: impl Fn(Request, Vec<u8>) -> Response + Clone + Send + Sync + 'static,
) -> impl poem::Endpoint {
    poem::endpoint::make(move |mut request: Request| {
        let answer = answer.clone();
        async move {
            let body = request.take_body().into_vec().await?;
            Ok::<_, poem::Error>(answer(request, body))
        }
    })
}
