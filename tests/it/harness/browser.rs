//! A browser: it keeps cookies and sends them by itself.

use std::collections::BTreeMap;

use poem::http::Method;
use serde_json::Value;

use super::{Client, Reply};

impl Reply {
    /// The cookies an answer sets, by name, with their attributes.
    pub fn cookies(&self) -> BTreeMap<String, (String, Vec<String>)> {
        let headers = self.headers.get_all("set-cookie").iter();
        headers
            .map(|header| {
                let mut parts = header.to_str().unwrap().split("; ");
                let (name, value) = parts.next().unwrap().split_once('=').unwrap();
                let attributes = parts.map(str::to_owned).collect();
                (name.to_owned(), (value.to_owned(), attributes))
            })
            .collect()
    }
}

/// A browser with a page of ours in it.
#[derive(Clone)]
pub struct Browser {
    pub http: Client,
    pub cookies: BTreeMap<String, String>,
    pub csrf: Option<String>,
}

impl Browser {
    pub fn new(http: Client) -> Self {
        Self {
            http: http.header("commons-session", "cookie"),
            cookies: BTreeMap::new(),
            csrf: None,
        }
    }

    pub fn client(&self) -> Client {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let client = match pairs.is_empty() {
            true => self.http.clone(),
            false => self.http.clone().header("cookie", &pairs.join("; ")),
        };
        match &self.csrf {
            Some(csrf) => client.header("x-csrf-token", csrf),
            None => client,
        }
    }

    pub fn take(&mut self, reply: &Reply) {
        for (name, (value, _)) in reply.cookies() {
            self.cookies.insert(name, value);
        }
        self.cookies.retain(|_, value| !value.is_empty());
        if reply.status.is_success()
            && let Some(csrf) = reply.json()["data"]["csrf_token"].as_str()
        {
            self.csrf = Some(csrf.to_owned());
        }
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Reply {
        let reply = self.client().post(path, body).await;
        self.take(&reply);
        reply
    }

    /// Without a body, as a page asks for new tokens.
    pub async fn refresh(&mut self) -> Reply {
        let reply = self
            .client()
            .send(Method::POST, "/auth/refresh", None)
            .await;
        self.take(&reply);
        reply
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.client().get(path).await
    }

    /// Another page: it sends the cookies, and knows nothing else.
    pub fn without_csrf(&self) -> Self {
        Self {
            csrf: None,
            ..self.clone()
        }
    }

    pub fn with_csrf(&self, csrf: &str) -> Self {
        Self {
            csrf: Some(csrf.to_owned()),
            ..self.clone()
        }
    }
}
