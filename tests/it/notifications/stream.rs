//! The stream over real connections: replicas of their own, with a bus of their own.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};

use domain::identity::{Device, Entry, Way, enter};
use platform::live::{Message, Word};
use reqwest::StatusCode;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::harness::eventually;
use crate::harness::fleet::Servers;
use crate::media;
use crate::processing::samples;

/// A replica of the API.
pub(super) struct Replica {
    url: String,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Replica {
    pub(super) async fn start(app: &TestApp, settings: &[(&str, &str)]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let bind: SocketAddr = free.local_addr().unwrap();
        drop(free);
        let bind = bind.to_string();
        let mut all = vec![("BIND", bind.as_str()), ("STREAM_HEARTBEAT", "60s")];
        all.extend(settings);
        let guest = app.beside(&all);
        let stop = CancellationToken::new();
        #[expect(clippy::disallowed_methods, reason = "ends with the test")]
        let serving = tokio::spawn(api::serve(guest.platform.clone(), stop.clone()));
        let live = format!("http://{bind}/health/live");
        eventually("it listens", Duration::from_secs(10), async || {
            reqwest::get(&live).await.is_ok()
        })
        .await;
        Self {
            url: format!("http://{bind}/api/v1/notifications/stream"),
            stop,
            serving,
        }
    }

    /// As SIGTERM does. Answers how long it took.
    pub(super) async fn end(self) -> Duration {
        let begun = std::time::Instant::now();
        self.stop.cancel();
        self.serving.await.unwrap().unwrap();
        begun.elapsed()
    }

    pub(super) async fn open(&self, token: &str, last: Option<&str>) -> Stream {
        let response = self.ask(token, last).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = Stream {
            response,
            text: String::new(),
            patience: Duration::from_secs(10),
        };
        // Everything begins with what is unread; what is missed comes before it.
        if last.is_none() {
            assert_eq!(stream.next().await.name, "unread_count");
        }
        stream
    }

    async fn ask(&self, token: &str, last: Option<&str>) -> reqwest::Response {
        let client = reqwest::Client::new();
        let mut asking = client.get(&self.url).bearer_auth(token);
        if let Some(last) = last {
            asking = asking.header("last-event-id", last);
        }
        asking.send().await.unwrap()
    }
}

#[derive(Debug)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) data: Value,
}

pub(super) struct Stream {
    response: reqwest::Response,
    text: String,
    /// Nobody waits longer for more.
    pub(super) patience: Duration,
}

impl Stream {
    /// The next block of lines, comments included. None where the stream is over.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let chunk = tokio::time::timeout(self.patience, self.response.chunk());
            let chunk = chunk.await.unwrap().ok()??;
            self.text.push_str(str::from_utf8(&chunk).unwrap());
        }
    }

    async fn event(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| {
                let line = block.lines().find_map(|line| line.strip_prefix(name));
                line.unwrap_or_default().trim().to_owned()
            };
            if block.contains("event:") {
                return Some(Event {
                    name: field("event:"),
                    id: field("id:"),
                    data: serde_json::from_str(&field("data:")).unwrap(),
                });
            }
        }
    }

    pub(super) async fn next(&mut self) -> Event {
        self.event().await.unwrap()
    }

    /// The next notification, past what is said of counts.
    async fn notification(&mut self) -> Event {
        loop {
            let event = self.next().await;
            if event.name == "notification" {
                return event;
            }
        }
    }

    /// Reads to the end, which has to be there soon.
    async fn ends(&mut self) {
        let end = async { while self.block().await.is_some() {} };
        let soon = Duration::from_secs(1);
        tokio::time::timeout(soon, end).await.unwrap();
    }
}

pub(super) async fn token(app: &TestApp, user: UserId) -> String {
    let mut tx = app.platform.db.begin().await.unwrap();
    let auth = &app.platform.config.auth;
    let entry = enter(&mut tx, auth, user, Way::Provider, &Device::default()).await;
    let Ok(Entry::SignedIn(signed_in)) = entry else {
        panic!("nobody is let in");
    };
    tx.commit().await.unwrap();
    signed_in.tokens.token.unwrap()
}

#[tokio::test]
async fn what_happens_is_streamed_as_it_is_listed() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let replica = Replica::start(&app, &[]).await;
    let mut stream = replica.open(&token(&app, alice.id).await, None).await;
    follow(&bob, &alice).await;
    gathered(&app).await;
    let told = stream.next().await;
    let listed = listed(&alice).await[0].clone();
    assert_eq!((told.name.as_str(), &told.data), ("notification", &listed));
    assert_eq!(told.id, listed["place"].as_str().unwrap());
    let count = stream.next().await;
    assert_eq!(
        (count.name.as_str(), count.data),
        ("unread_count", json!({"unread_count": 1}))
    );

    let path = format!("/notifications/{}/read", listed["id"].as_str().unwrap());
    alice.put(&path, Value::Null).await.data(200);
    assert_eq!(stream.next().await.data["unread_count"], 0);
    follow(&carol, &alice).await;
    gathered(&app).await;
    assert_eq!(
        stream.notification().await.data["content"],
        "carol and bob follow you"
    );
    let path = format!("/notifications/{}", listed["id"].as_str().unwrap());
    assert_eq!(stream.next().await.name, "unread_count");
    alice.delete(&path).await.data(200);
    let gone = stream.next().await;
    assert_eq!(
        (gone.name.as_str(), &gone.data["id"]),
        ("deleted", &listed["id"])
    );
    drop(stream);
    replica.end().await;
}

#[tokio::test]
async fn how_far_a_file_is_is_told_to_its_owner_alone() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let replica = Replica::start(&app, &[]).await;
    let mut stream = replica.open(&token(&app, alice.id).await, None).await;
    let mut others = replica.open(&token(&app, bob.id).await, None).await;
    let good = media::upload(&alice, "a.png", &samples::png(300, 200)).await;
    app.drain().await;
    let bad = media::upload(&alice, "b.png", b"\x89PNG\r\n\x1a\n and so on").await;
    app.drain().await;
    let (good, bad) = (good.data(201)["id"].clone(), bad.data(201)["id"].clone());
    for told in [
        json!({"id": good, "state": "processing", "progress": 0}),
        json!({"id": good, "state": "ready", "progress": 100}),
        json!({"id": bad, "state": "processing", "progress": 0}),
        json!({"id": bad, "state": "failed", "progress": 0, "failure": "damaged"}),
    ] {
        let event = stream.next().await;
        assert_eq!((event.name.as_str(), event.data), ("media", told));
        assert_eq!(event.id, "", "it is not told again");
    }
    let document = media::upload(&bob, "a.pdf", media::PDF).await.data(201);
    let event = others.next().await;
    assert_eq!(
        (event.name.as_str(), &event.data["id"]),
        ("media", &document["id"])
    );
    assert_eq!(event.data["state"], "ready");
    drop((stream, others));
    replica.end().await;
}

#[tokio::test]
async fn a_silent_stream_shows_that_it_lives_and_looks_whether_it_may() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let replica = Replica::start(&app, &[("STREAM_HEARTBEAT", "200ms")]).await;
    let mut stream = replica.open(&token(&app, alice.id).await, None).await;
    assert_eq!(stream.block().await.unwrap(), ": still here");
    // What nobody said is found as well.
    app.about(
        &bob,
        "insert into notifications (id, user_id, kind, bucket, content, place, created_at, updated_at)
         select $1, id, 'system', now(), 'Found', gen_random_uuid(), now(), now() from users where username = 'alice'",
    )
    .await;
    assert_eq!(stream.notification().await.data["content"], "Found");
    app.run("update sessions set revoked_at = now(), revoked_why = 'by hand'")
        .await;
    app.platform.redis.wipe().await.unwrap();
    stream.ends().await;
    replica.end().await;
}

#[tokio::test]
async fn a_stream_that_hears_much_which_is_not_for_it_shows_that_it_lives_all_the_same() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let replica = Replica::start(&app, &[("STREAM_HEARTBEAT", "300ms")]).await;
    let mut stream = replica.open(&token(&app, alice.id).await, None).await;
    let word = Word {
        person: alice.id.0,
        message: Message::event("typing", Value::Null),
    };
    let talking = async {
        loop {
            app.platform.live.tell(vec![word.clone()]);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = talking => {}
        block = stream.block() => assert_eq!(block.unwrap(), ": still here"),
    }
    drop(stream);
    replica.end().await;
}

/// Forty groups are written by many workers at once while the client goes and comes back.
#[tokio::test]
async fn nothing_is_missed_and_nothing_comes_twice_however_often_the_line_breaks() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let token = token(&app, alice.id).await;
    let (one, other) = (
        Replica::start(&app, &[]).await,
        Replica::start(&app, &[]).await,
    );
    let mut expected = BTreeSet::new();
    for _ in 0..40 {
        let post = post_by(&alice).await;
        like(&app, alice.id, post, bob.id).await;
        expected.insert(post.to_string());
    }
    let (mut seen, mut last) = (Vec::new(), Some(Uuid::nil().to_string()));
    let reading = async {
        while seen.len() < expected.len() {
            for replica in [&one, &other] {
                let mut stream = replica.open(&token, last.as_deref()).await;
                for _ in 0..3 {
                    if seen.len() == expected.len() {
                        break;
                    }
                    let event = stream.notification().await;
                    seen.push(event.data["target_id"].as_str().unwrap().to_owned());
                    last = Some(event.id);
                }
            }
        }
    };
    tokio::join!(reading, gathered(&app));
    let found: BTreeSet<String> = seen.iter().cloned().collect();
    assert_eq!((found, seen.len()), (expected, 40));
    one.end().await;
    other.end().await;
}

#[tokio::test]
async fn who_comes_back_is_told_what_happened_meanwhile_once_whatever_restarted() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let token = token(&app, alice.id).await;
    let first = Replica::start(&app, &[]).await;
    let mut stream = first.open(&token, None).await;
    let mut seen = Vec::new();
    let mut last = None;
    for round in 0..3 {
        let post = post_by(&alice).await;
        like(&app, alice.id, post, bob.id).await;
        gathered(&app).await;
        let told = stream.notification().await;
        last = Some(told.id.clone());
        seen.push((round, told.id));
    }
    let took = first.end().await;
    assert!(
        took < Duration::from_secs(5),
        "streams end at SIGTERM: {took:?}"
    );
    stream.ends().await;

    let mut missed = Vec::new();
    for _ in 0..3 {
        let post = post_by(&alice).await;
        like(&app, alice.id, post, carol.id).await;
        gathered(&app).await;
        missed.push(post.to_string());
    }
    let second = Replica::start(&app, &[]).await;
    let mut stream = second.open(&token, last.as_deref()).await;
    let post = post_by(&alice).await;
    like(&app, alice.id, post, carol.id).await;
    gathered(&app).await;
    missed.push(post.to_string());
    let mut told = Vec::new();
    for _ in 0..missed.len() {
        let event = stream.notification().await;
        told.push(event.data["target_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(told, missed);
    drop(stream);
    second.end().await;
}

#[tokio::test]
async fn a_stream_closes_within_a_second_of_the_end_of_its_session() {
    let app = TestApp::start().await.leaving_jobs();
    let replica = Replica::start(&app, &[]).await;
    let root = app.admin().await;
    for way in ["logout", "ended", "password", "suspended", "others"] {
        let registered = app.register(&format!("alice_{way}")).await.data(201);
        let id: UserId = registered["id"].as_str().unwrap().parse().unwrap();
        let alice = app
            .anonymous()
            .bearer(registered["token"].as_str().unwrap());
        let token = match way {
            "logout" | "suspended" => registered["token"].as_str().unwrap().to_owned(),
            _ => token(&app, id).await,
        };
        let mut stream = replica.open(&token, None).await;
        match way {
            "logout" => alice.post("/auth/logout", Value::Null).await,
            "ended" => {
                let sessions = alice.get("/auth/sessions").await.data(200);
                let sessions = sessions.as_array().unwrap();
                let other = sessions
                    .iter()
                    .find(|one| one["is_current"] == false)
                    .unwrap();
                let path = format!("/auth/sessions/{}", other["id"].as_str().unwrap());
                alice.delete(&path).await
            }
            "password" => {
                let body = json!({
                    "current_password": crate::harness::PASSWORD, "password": "Another-horse-8"
                });
                alice.put("/auth/password", body).await
            }
            "suspended" => {
                let path = format!("/admin/users/{id}/suspension");
                root.put(&path, json!({"reason": "spam"})).await
            }
            _ => alice.delete("/auth/sessions").await,
        }
        .data(200);
        stream.ends().await;
    }
    replica.end().await;
}

#[tokio::test]
async fn a_person_has_so_many_streams_and_whoever_is_nobody_has_none() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let token = token(&app, alice.id).await;
    let replica = Replica::start(&app, &[("STREAMS_PER_PERSON", "2")]).await;
    let one = replica.open(&token, None).await;
    let _other = replica.open(&token, None).await;
    let refused = replica.ask(&token, None).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key("retry-after"));
    drop(one);
    eventually("there is room", Duration::from_secs(5), async || {
        replica.ask(&token, None).await.status() == StatusCode::OK
    })
    .await;
    let nobody = replica.ask("nonsense", None).await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_stream_outlives_a_restart_of_redis() {
    let servers = Servers::start("stream").await;
    let app = TestApp::on_servers(&servers.database_url, &servers.redis_url, &[]).await;
    let [alice, bob, carol] = app.given(["alice", "bob", "carol"]).await;
    let replica = Replica::start(&app, &[]).await;
    let mut stream = replica.open(&token(&app, alice.id).await, None).await;
    let gather = async || {
        eventually("it is due", Duration::from_secs(30), async || {
            app.relay().await;
            app.unfinished().await > 0
        })
        .await;
        app.drain().await;
    };
    follow(&bob, &alice).await;
    gather().await;
    assert_eq!(
        stream.notification().await.data["content"],
        "bob follows you"
    );
    servers.restart_redis().await;
    follow(&carol, &alice).await;
    eventually("Redis is back", Duration::from_secs(10), async || {
        app.platform.redis.ping().await.is_ok()
    })
    .await;
    gather().await;
    assert_eq!(
        stream.notification().await.data["content"],
        "carol and bob follow you"
    );
    drop(stream);
    replica.end().await;
    servers.stop().await;
}
