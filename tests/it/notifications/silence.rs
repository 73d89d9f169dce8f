//! A line to Redis that is cut without a word: neither side hears that the other is gone.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::stream::{Replica, token};
use super::*;
use crate::harness::eventually;

/// Carries bytes to Redis and back, until it falls silent; whoever comes later is carried again.
struct Line {
    url: String,
    lines: watch::Sender<u64>,
}

impl Line {
    async fn to(redis: &str) -> Self {
        let redis: SocketAddr = redis.trim_start_matches("redis://").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}", listener.local_addr().unwrap());
        let (lines, silent) = watch::channel(0);
        #[expect(clippy::disallowed_methods, reason = "ends with the test")]
        let _carrying = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(redis).await.unwrap();
                let mut silent = silent.clone();
                silent.mark_unchanged();
                let _line = tokio::spawn(carry(near, far, silent));
            }
        });
        Self { url, lines }
    }

    fn falls_silent(&self) {
        self.lines.send_modify(|times| *times += 1);
    }
}

/// Both ends stay open for ever.
async fn carry(mut near: TcpStream, mut far: TcpStream, mut silent: watch::Receiver<u64>) {
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => return,
        _ = silent.changed() => {}
    }
    std::future::pending::<()>().await;
}

/// Somebody has subscribed to what is said to that person.
async fn listens_to(app: &TestApp, who: UserId) {
    let channel = app.platform.redis.key(&format!("live:{}", who.0));
    eventually("it listens", Duration::from_secs(10), async || {
        let mut asking = redis::cmd("PUBSUB");
        asking.arg("NUMSUB").arg(&channel);
        let mut redis = app.platform.redis.shared();
        let (_, heard): (String, u64) = asking.query_async(&mut redis).await.unwrap();
        heard > 0
    })
    .await;
}

#[tokio::test]
async fn a_line_that_fell_silent_is_noticed_and_what_was_said_meanwhile_is_found() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let line = Line::to(&app.settings["REDIS_URL"]).await;
    let replica = Replica::start(&app, &[("REDIS_URL", line.url.as_str())]).await;
    let mut stream = replica.open(&token(&app, alice.id).await, None).await;
    listens_to(&app, alice.id).await;
    line.falls_silent();
    follow(&bob, &alice).await;
    gathered(&app).await;
    stream.patience = Duration::from_secs(50);
    let told = stream.next().await;
    assert_eq!(told.data, listed(&alice).await[0]);
    drop(stream);
    replica.end().await;
}
