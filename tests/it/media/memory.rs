//! How much memory a large file takes on its way through the API: a process of its own, asked over sockets.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{FORM, hostile};
use crate::harness::fleet::Member;
use crate::harness::{Bucket, TestApp, eventually};

const SIZE: usize = 96 * 1024 * 1024;
static CHUNK: [u8; 64 * 1024] = [7; 64 * 1024];

struct Api {
    process: Member,
    bind: String,
    token: String,
}

impl Api {
    async fn start(app: &TestApp) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let bind = free.local_addr().unwrap().to_string();
        drop(free);
        let mut settings = app.settings.clone();
        settings.insert("BIND".to_owned(), bind.clone());
        settings.insert("PUBLIC_URL".to_owned(), format!("http://{bind}"));
        settings.insert("MEDIA_AUDIO_LIMIT".to_owned(), "200000000".to_owned());
        let process = Member::start("api", &settings);
        eventually("it listens", Duration::from_secs(20), async || {
            TcpStream::connect(&bind).await.is_ok()
        })
        .await;
        let alice = app.register("alice").await.data(201);
        let token = alice["token"].as_str().unwrap().to_owned();
        Self {
            process,
            bind,
            token,
        }
    }

    /// Sends so many bytes, and what stands around them. The first line of the answer.
    async fn send(
        &self,
        method: Method,
        path: &str,
        around: (&[u8], &[u8]),
        bytes: usize,
    ) -> String {
        let (before, after) = around;
        let mut socket = TcpStream::connect(&self.bind).await.unwrap();
        let length = before.len() + bytes + after.len();
        let (bind, token) = (&self.bind, &self.token);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {bind}\r\nConnection: close\r\nContent-Type: {FORM}\r\n\
             Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n"
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.write_all(before).await.unwrap();
        for at in (0..bytes).step_by(CHUNK.len()) {
            let part = CHUNK.len().min(bytes - at);
            socket.write_all(&CHUNK[..part]).await.unwrap();
        }
        socket.write_all(after).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        answer.lines().next().unwrap_or_default().to_owned()
    }

    async fn form(&self, bytes: usize) -> String {
        let around = (hostile::HEAD, &b"\r\n--frontier--\r\n"[..]);
        self.send(Method::POST, "/api/v1/media", around, bytes)
            .await
    }

    /// Its parts, all at once.
    async fn in_parts(&self, app: &TestApp) -> Vec<String> {
        let new = json!({"content_type": "audio/wav", "size": SIZE});
        let who = app.anonymous().bearer(&self.token);
        let upload = who.post("/media/uploads", new).await.data(201);
        let parts = upload["parts"].as_array().unwrap().clone();
        let sent = parts.iter().map(|part| self.put(part));
        futures::future::join_all(sent).await
    }

    async fn put(&self, part: &Value) -> String {
        let (_, path) = part["url"].as_str().unwrap().split_once("/files/").unwrap();
        let size = usize::try_from(part["size"].as_u64().unwrap()).unwrap();
        let path = format!("/files/{path}");
        self.send(Method::PUT, &path, (b"", b""), size).await
    }
}

const MOST: i64 = 24 * 1024;

#[tokio::test]
async fn a_large_file_takes_little_memory_on_its_way_to_a_folder() {
    let app = TestApp::in_real_time(&[("MEDIA_AUDIO_LIMIT", "200000000")])
        .await
        .leaving_jobs();
    let api = Api::start(&app).await;
    assert_eq!(api.form(1_000).await, "HTTP/1.1 201 Created");
    let before = api.process.most_memory();
    assert_eq!(api.form(SIZE).await, "HTTP/1.1 201 Created");
    for sent in api.in_parts(&app).await {
        assert_eq!(sent, "HTTP/1.1 204 No Content");
    }
    let grown = api.process.most_memory() - before;
    assert!(grown < MOST, "{grown} KiB more");
}

#[tokio::test]
async fn a_large_file_takes_little_memory_on_its_way_to_a_bucket() {
    let bucket = Bucket::start().await;
    let app = TestApp::in_real_time(&bucket.settings())
        .await
        .leaving_jobs();
    let api = Api::start(&app).await;
    assert_eq!(api.form(1_000).await, "HTTP/1.1 201 Created");
    let before = api.process.most_memory();
    assert_eq!(api.form(SIZE).await, "HTTP/1.1 201 Created");
    let grown = api.process.most_memory() - before;
    assert!(grown < MOST, "{grown} KiB more");
}
