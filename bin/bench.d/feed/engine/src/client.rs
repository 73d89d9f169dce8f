//! Clients over HTTP, each signed in as somebody.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

const PASSWORD: &str = "Bench-the-Commons-9";

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
    pub token: String,
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

    /// The first page of somebody's feed.
    pub async fn feed(&self, reader: &Reader) -> Result<(StatusCode, Vec<u8>)> {
        let path = format!("{}/posts/feed?limit=20", self.base);
        let answer = self
            .http
            .get(path)
            .bearer_auth(&reader.token)
            .send()
            .await?;
        Ok((answer.status(), answer.bytes().await?.into()))
    }

    /// What a path answers; anything but success is an error.
    pub async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Result<Value> {
        let mut request = self.http.post(format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let request = request.header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{path}: {status} {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// The accounts of the benchmark, signed in; those that there are not yet are registered.
    pub async fn readers(&self, name: &str, count: usize) -> Result<Vec<Reader>> {
        let mut readers = Vec::with_capacity(count);
        for number in 0..count {
            let username = format!("bench_{name}_{number}");
            let known = json!({ "username": username, "password": PASSWORD });
            let answer = match self.post("/auth/login", None, &known).await {
                Ok(answer) => answer,
                Err(_) => {
                    let body = json!({ "username": username, "email": format!("{username}@bench.example"),
                                       "password": PASSWORD });
                    self.post("/auth/register", None, &body).await?
                }
            };
            let said = |field: &str| answer["data"][field].as_str();
            readers.push(Reader {
                id: said("id").context("an account has an id")?.parse()?,
                token: said("token")
                    .context("who signs in gets a token")?
                    .to_owned(),
            });
        }
        Ok(readers)
    }

    /// The same people, signed in at the peer: it takes their word for it.
    pub async fn known_to_peer(&self, readers: &[Reader]) -> Result<Vec<Reader>> {
        let mut known = Vec::with_capacity(readers.len());
        for reader in readers {
            let session = self
                .post("/sessions", None, &json!({ "user_id": reader.id }))
                .await?;
            let token = session["token"].as_str().context("a token")?.to_owned();
            let id = reader.id;
            known.push(Reader { id, token });
        }
        Ok(known)
    }
}
