//! Clients over HTTP, each signed in as somebody.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

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
    pub id: String,
    pub username: String,
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

    /// The status and the whole body.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &str,
    ) -> Result<(StatusCode, Vec<u8>)> {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let answer = request.bearer_auth(token).send().await?;
        Ok((answer.status(), answer.bytes().await?.into()))
    }

    /// What a path answers; anything but success is an error.
    pub async fn get(&self, path: &str, token: &str) -> Result<Value> {
        let (status, body) = self.ask(Method::GET, path, token).await?;
        let text = String::from_utf8_lossy(&body);
        ensure!(status.is_success(), "{path}: {status} {text}");
        Ok(serde_json::from_slice(&body)?)
    }

    /// The accounts of the benchmark, signed in; those that there are not yet are registered.
    pub async fn readers(&self, count: usize) -> Result<Vec<Reader>> {
        let mut readers = Vec::with_capacity(count);
        for number in 0..count {
            let username = format!("bench_reader_{number}");
            let mut answer = self.log_in(&username).await?;
            if answer.status() == StatusCode::UNAUTHORIZED {
                let body = json!({ "username": username, "email": format!("{username}@bench.example"),
                                   "password": PASSWORD });
                answer = self.post("/auth/register", &body).await?;
            }
            let (status, text) = (answer.status(), answer.text().await?);
            ensure!(status.is_success(), "{username}: {status} {text}");
            let data = &serde_json::from_str::<Value>(&text)?["data"];
            let said = |field: &str| Some(data[field].as_str()?.to_owned());
            readers.push(Reader {
                id: said("id").context("an account has an id")?,
                username,
                token: said("token").context("who signs in gets a token")?,
            });
        }
        Ok(readers)
    }

    /// The same people, signed in at the peer: it takes their word for it.
    pub async fn known_to_peer(&self, readers: &[Reader]) -> Result<Vec<Reader>> {
        let mut known = Vec::with_capacity(readers.len());
        for reader in readers {
            let body = json!({ "user_id": reader.id });
            let text = self.post("/sessions", &body).await?.text().await?;
            let session: Value = serde_json::from_str(&text)?;
            let token = session["token"].as_str().context("a token")?.to_owned();
            known.push(Reader {
                token,
                ..reader.clone()
            });
        }
        Ok(known)
    }

    pub async fn log_in(&self, username: &str) -> Result<Response> {
        let body = json!({ "username": username, "password": PASSWORD });
        self.post("/auth/login", &body).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Response> {
        let request = self.http.post(format!("{}{path}", self.base));
        let request = request.header("content-type", "application/json");
        Ok(request.body(body.to_string()).send().await?)
    }
}
