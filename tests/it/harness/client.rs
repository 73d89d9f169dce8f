//! People who call the API: the real router, without a socket in between.

use std::sync::Arc;

use futures::StreamExt;
use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderMap, Method, StatusCode};
use poem::{Body, Endpoint, Request, RequestBuilder};
use serde_json::{Value, json};

use super::TestApp;

#[derive(Clone)]
pub struct Client {
    http: Arc<BoxEndpoint<'static>>,
    headers: Vec<(String, String)>,
}

impl Client {
    pub(super) fn new(http: Arc<BoxEndpoint<'static>>) -> Self {
        Self {
            http,
            headers: Vec::new(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// What the header of that name says.
    pub fn authorization(&self) -> &str {
        let header = self
            .headers
            .iter()
            .find(|(name, _)| name == "authorization");
        header.map_or("", |(_, value)| value)
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(
            Method::PUT,
            path,
            Some(("application/json", body.to_string().into_bytes())),
        )
        .await
    }

    pub async fn delete_saying(&self, path: &str, body: Value) -> Reply {
        let body = ("application/json", body.to_string().into_bytes());
        self.send(Method::DELETE, path, Some(body)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(
            Method::POST,
            path,
            Some(("application/json", body.to_string().into_bytes())),
        )
        .await
    }

    pub async fn post_raw(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<Vec<u8>>,
    ) -> Reply {
        self.send(Method::POST, path, Some((content_type, body.into())))
            .await
    }

    /// Paths are those of the API unless they start with `//`.
    pub async fn send(&self, method: Method, path: &str, body: Option<(&str, Vec<u8>)>) -> Reply {
        let (content, body) = body.unzip();
        let body = body.map(Body::from).unwrap_or_default();
        self.stream(method, path, content, body).await
    }

    /// A body that comes as it comes.
    pub async fn stream(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Body,
    ) -> Reply {
        let request = self.request(method, path);
        let request = match content_type {
            Some(content_type) => request.header("content-type", content_type).body(body),
            None => request.body(body),
        };
        let response = self.http.get_response(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().into_vec().await.unwrap();
        Reply {
            status,
            headers,
            bytes,
        }
    }

    /// What a stream sends until it has sent `last`, or is over.
    pub async fn listen(&self, path: &str, last: &str) -> Reply {
        let request = self.request(Method::GET, path).finish();
        let response = self.http.get_response(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let (mut pieces, mut bytes) = (response.into_body().into_bytes_stream(), Vec::new());
        while !String::from_utf8_lossy(&bytes).contains(last)
            && let Some(piece) = pieces.next().await
        {
            bytes.extend_from_slice(&piece.unwrap());
        }
        Reply {
            status,
            headers,
            bytes,
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = match path.strip_prefix("//") {
            Some(path) => format!("/{path}"),
            None => format!("/api/v1{path}"),
        };
        let request = Request::builder().method(method).uri_str(path);
        let headers = self.headers.iter();
        headers.fold(request, |request, (name, value)| {
            request.header(name.as_str(), value.as_str())
        })
    }
}

/// An answer.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// `data` of an answer that has to be of `status`.
    pub fn data(&self, status: u16) -> Value {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.bytes)
        );
        self.json()["data"].clone()
    }

    /// The code of a problem that has to be of `status`.
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.bytes)
        );
        assert_eq!(self.header("content-type"), "application/problem+json");
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

pub const PASSWORD: &str = "Correct-horse-7";

impl TestApp {
    /// Somebody who has registered as `username`.
    pub async fn person(&self, username: &str) -> Client {
        let registered = self.register(username).await.data(201);
        self.anonymous()
            .bearer(registered["token"].as_str().unwrap())
    }

    pub async fn register(&self, username: &str) -> Reply {
        let body = json!({
            "username": username,
            "email": format!("{username}@example.com"),
            "password": PASSWORD,
        });
        self.anonymous().post("/auth/register", body).await
    }

    /// An administrator, made as `commons admin user create --admin` makes one.
    pub async fn admin(&self) -> Client {
        use domain::identity::{NewUser, create_user};
        use domain::people::Role;
        use domain::wire::WireText;
        let read = "root_of_tests";
        let new = NewUser::made_by_operator(
            WireText::read(read).unwrap(),
            WireText::read("root@example.com").unwrap(),
            WireText::read(PASSWORD).unwrap(),
            Role::Admin,
        )
        .await
        .unwrap();
        let mut tx = self.platform.db.begin().await.unwrap();
        create_user(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        self.login(read).await
    }

    /// The administrator, signed in anew.
    pub async fn admin_again(&self) -> Client {
        self.login("root_of_tests").await
    }

    /// Somebody who registered, signed in anew.
    pub async fn login(&self, username: &str) -> Client {
        let body = json!({ "username": username, "password": PASSWORD });
        let signed_in = self.anonymous().post("/auth/login", body).await.data(200);
        self.anonymous()
            .bearer(signed_in["token"].as_str().unwrap())
    }
}
