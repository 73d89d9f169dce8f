//! Others who have a say: a video service, a virus scanner, a CDN.

use ring::hmac;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{MP4, PDF, id, stored, upload};
use crate::harness::{Client, Reply, TestApp};

const SECRET: &str = "a-secret-of-the-video-service";

async fn report(app: &TestApp, secret: &str, at: i64, body: &Value) -> Reply {
    let body = body.to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    let hex: String = signature
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let client: Client = app
        .anonymous()
        .header("x-commons-timestamp", &at.to_string());
    let client = client.header("x-commons-signature", &format!("sha256={hex}"));
    client
        .post_raw("/media/video-webhook", "application/json", body)
        .await
}

#[tokio::test]
async fn a_video_service_is_believed_by_its_signature_and_only_once() {
    let app = TestApp::with(&[("VIDEO_WEBHOOK_SECRET", SECRET)]).await;
    let [alice] = app.given(["alice"]).await;
    let told = upload(&alice, "a.mp4", MP4).await.data(201);
    assert_eq!(app.count("select count(*) from jobs").await, 0);
    let (door, now) = (format!("/media/{}", id(&told)), app.clock.now().timestamp());
    let hls = "https://stream.example/7/master.m3u8";
    let ready =
        json!({"media_id": told["id"], "state": "ready", "hls_url": hls, "duration_ms": 93_000});
    for (secret, at) in [("another", now), (SECRET, now - 301), (SECRET, now + 301)] {
        let refused = report(&app, secret, at, &ready).await;
        assert_eq!(refused.problem(403), "signature_wrong");
    }
    alice.get(&door).await.data(206);
    for _ in 0..2 {
        report(&app, SECRET, now, &ready).await.data(200);
        let video = alice.get(&door).await.data(200);
        assert_eq!(video["variants"][0]["url"], hls);
        assert_eq!(video["duration_ms"], 93_000);
    }
    let failed = json!({"media_id": told["id"], "state": "failed", "failure": "too_long"});
    report(&app, SECRET, now, &failed).await.data(200);
    alice.get(&door).await.data(200);
    let plain = json!({"media_id": told["id"], "state": "ready", "hls_url": "http://x.example/a"});
    assert_eq!(
        report(&app, SECRET, now, &plain).await.problem(400),
        "validation_failed"
    );

    let other = upload(&alice, "b.mp4", MP4).await.data(201);
    let failed = json!({"media_id": other["id"], "state": "failed", "failure": "too_long"});
    report(&app, SECRET, now, &failed).await.data(200);
    let door = format!("/media/{}", id(&other));
    assert_eq!(alice.get(&door).await.problem(422), "media_failed");
    let closed = TestApp::start().await;
    let refused = report(&closed, "", now, &ready).await;
    assert_eq!(refused.problem(403), "signature_wrong");
}

/// As much of clamd as it takes: whatever holds `EICAR` is found.
async fn clamd() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    #[expect(clippy::disallowed_methods, reason = "ends with the test")]
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut command = [0; 10];
            stream.read_exact(&mut command).await.unwrap();
            assert_eq!(&command, b"zINSTREAM\0");
            let mut content = Vec::new();
            loop {
                let length = stream.read_u32().await.unwrap();
                if length == 0 {
                    break;
                }
                let mut chunk = vec![0; length as usize];
                stream.read_exact(&mut chunk).await.unwrap();
                content.extend(chunk);
            }
            let found = content.windows(5).any(|part| part == b"EICAR");
            let said: &[u8] = match found {
                true => b"stream: Eicar-Test-Signature FOUND\0",
                false => b"stream: OK\0",
            };
            stream.write_all(said).await.unwrap();
        }
    });
    address
}

#[tokio::test]
async fn what_harms_is_kept_apart_and_its_bytes_are_deleted() {
    let address = clamd().await;
    let app = TestApp::with(&[("CLAMD", &address)]).await;
    let [alice] = app.given(["alice"]).await;
    let clean = upload(&alice, "a.pdf", PDF).await.data(201);
    let harm = upload(&alice, "b.pdf", b"%PDF-1.7 EICAR").await.data(201);
    for told in [&clean, &harm] {
        assert_eq!(told["state"], "uploaded");
    }
    app.drain().await;
    let door = |told: &Value| format!("/media/{}", id(told));
    assert!(alice.get(&door(&clean)).await.data(200)["media_url"].is_string());
    let refused = alice.get(&door(&harm)).await;
    assert_eq!(refused.problem(422), "media_failed");
    assert_eq!(refused.json()["errors"][0]["code"], "infected");
    assert_eq!(stored(&app).await.len(), 1);
    alice.delete(&door(&harm)).await.data(200);
    app.drain().await;
}

#[tokio::test]
async fn a_cdn_shows_what_is_looked_at_and_no_document() {
    let app = TestApp::with(&[("MEDIA_CDN_URL", "https://cdn.example/")]).await;
    let [alice] = app.given(["alice"]).await;
    let sound = upload(&alice, "a.mp3", b"ID3\x03\0 la la").await.data(201);
    let key = format!("media/{}/{}/original.mp3", alice.id, id(&sound));
    assert_eq!(sound["media_url"], format!("https://cdn.example/{key}"));
    assert_eq!(stored(&app).await, [key]);
    let document = upload(&alice, "a.pdf", PDF).await.data(201);
    let link = document["media_url"].as_str().unwrap();
    assert!(link.starts_with("http://localhost:8080/files/"), "{link}");
}
