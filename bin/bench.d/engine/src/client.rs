//! People over HTTP, each signed in as somebody.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Ask;

const PASSWORD: &str = "Bench-the-Commons-9";

/// None of the addresses is https, but a client will not start without.
pub fn ready() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Everybody of the benchmark, on one server.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    root: Arc<str>,
    base: Arc<str>,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Reader {
    pub id: Uuid,
    pub username: String,
    pub token: Arc<str>,
}

impl Client {
    pub fn new(root: &str, base: &str) -> Result<Self> {
        let http = reqwest::Client::builder()
            .pool_max_idle_per_host(usize::MAX)
            .no_proxy()
            .build()?;
        Ok(Self {
            http,
            root: root.into(),
            base: base.into(),
        })
    }

    pub async fn is_live(&self) -> Result<()> {
        let answer = self.http.get(format!("{}/health/live", self.root));
        answer.send().await?.error_for_status()?.bytes().await?;
        Ok(())
    }

    /// The status and the whole body.
    pub async fn ask(&self, ask: &Ask) -> Result<(StatusCode, Vec<u8>)> {
        let path = format!("{}{}", self.base, ask.path);
        let mut request = self.http.request(ask.method.clone(), path);
        if let Some(token) = &ask.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = &ask.body {
            request = request.header("content-type", "application/json");
            request = request.body(body.to_string());
        }
        let answer = request.send().await?;
        Ok((answer.status(), answer.bytes().await?.into()))
    }

    /// What is answered; anything but success is an error.
    pub async fn told(&self, ask: &Ask) -> Result<Value> {
        let (status, body) = self.ask(ask).await?;
        let text = String::from_utf8_lossy(&body);
        ensure!(status.is_success(), "{}: {status} {text}", ask.path);
        Ok(serde_json::from_slice(&body)?)
    }

    /// The accounts of this name, signed in; those that there are not yet are registered.
    pub async fn readers(&self, name: &str, count: usize) -> Result<Vec<Reader>> {
        let mut readers = Vec::with_capacity(count);
        for number in 0..count {
            let username = format!("bench_{name}_{number}");
            let (status, body) = self.log_in(&username).await?;
            let answer = match status {
                StatusCode::UNAUTHORIZED => {
                    let email = format!("{username}@bench.example");
                    let new = json!({ "username": username, "email": email, "password": PASSWORD });
                    self.told(&post("/auth/register", new)).await?
                }
                _ => {
                    let text = String::from_utf8_lossy(&body);
                    ensure!(status.is_success(), "{username}: {status} {text}");
                    serde_json::from_slice(&body)?
                }
            };
            let said = |field: &str| answer["data"][field].as_str();
            let token = said("token").context("who signs in gets a token")?.into();
            readers.push(Reader {
                id: said("id").context("an account has an id")?.parse()?,
                username,
                token,
            });
        }
        Ok(readers)
    }

    /// The same people, signed in at the peer: it takes their word for it.
    pub async fn known_to_peer(&self, readers: &[Reader]) -> Result<Vec<Reader>> {
        let mut known = Vec::with_capacity(readers.len());
        for reader in readers {
            let asked = post("/sessions", json!({ "user_id": reader.id }));
            let session = self.told(&asked).await?;
            let token = session["token"].as_str().context("a token")?.into();
            known.push(Reader {
                token,
                ..reader.clone()
            });
        }
        Ok(known)
    }

    pub async fn log_in(&self, username: &str) -> Result<(StatusCode, Vec<u8>)> {
        let known = json!({ "username": username, "password": PASSWORD });
        self.ask(&post("/auth/login", known)).await
    }
}

/// From somebody who is not signed in.
fn post(path: &str, body: Value) -> Ask {
    Ask {
        method: Method::POST,
        path: path.to_owned(),
        body: Some(body),
        token: None,
    }
}
