//! Files: in a folder and in a bucket, and the links by which they are fetched.

use std::time::Duration;

use futures::TryStreamExt;
use platform::storage::Grant;
use poem::http::Method;

use crate::harness::{Bucket, Reply, TestApp};

const MINUTE: Duration = Duration::from_secs(60);

/// The path of a link, as the test's client takes it.
fn path(link: &str) -> String {
    let (_, path) = link.split_once("localhost:8080").unwrap();
    format!("/{path}")
}

async fn fetch(app: &TestApp, link: &str, range: &str) -> Reply {
    let client = app.anonymous();
    let client = match range {
        "" => client,
        range => client.header("range", range),
    };
    client.get(&path(link)).await
}

#[tokio::test]
async fn a_file_is_put_read_in_parts_listed_and_deleted() {
    let app = TestApp::start().await;
    let storage = &app.platform.storage;
    let large: Vec<u8> = (0..20_000_003_u32).map(|at| (at % 251) as u8).collect();
    assert_eq!(
        storage.put("t/7/large.zip", &large[..]).await.unwrap(),
        large.len() as u64
    );
    storage.put("t/7/small.zip", &b"old"[..]).await.unwrap();
    storage.put("t/7/small.zip", &b"new one"[..]).await.unwrap();
    storage.put("t/77/other.zip", &b"x"[..]).await.unwrap();
    let read = async |key: &str, range| -> Vec<u8> {
        let parts = storage.get(key, range).await.unwrap();
        let parts: Vec<_> = parts.try_collect().await.unwrap();
        parts.concat()
    };
    assert_eq!(read("t/7/small.zip", None).await, b"new one");
    assert_eq!(
        read("t/7/large.zip", Some(9_000_000..9_000_010)).await,
        large[9_000_000..9_000_010]
    );
    assert!(read("t/7/large.zip", None).await == large);
    let found: Vec<_> = storage.list("t/7").unwrap().try_collect().await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(storage.head("t/7/none.zip").await.unwrap(), None);

    storage.delete("t/7/none.zip").await.unwrap();
    assert_eq!(storage.delete_all("t/7").await.unwrap(), 2);
    assert_eq!(storage.delete_all("t/7").await.unwrap(), 0);
    assert_eq!(
        storage.head("t/77/other.zip").await.unwrap().unwrap().size,
        1
    );
    // A process died while it wrote.
    let folder = std::path::Path::new(&app.settings["STORAGE_DIR"]).join("t/8");
    std::fs::create_dir_all(&folder).unwrap();
    for (half, key) in [("a.zip#1", "t/8/a.zip"), ("b.zip#2", "")] {
        std::fs::write(folder.join(half), "half").unwrap();
        match key {
            "" => assert_eq!(storage.delete_all("t/8").await.unwrap(), 0),
            key => storage.delete(key).await.unwrap(),
        }
        assert!(!folder.join(half).exists());
    }
    for key in ["../x", "t/../../x", "/etc/passwd/../x"] {
        assert!(storage.head(key).await.is_err(), "{key}");
    }
}

#[tokio::test]
async fn a_link_hands_out_the_file_whole_or_in_part_until_it_expires() {
    let app = TestApp::start().await;
    let storage = &app.platform.storage;
    storage.put("t/7/a.zip", &b"0123456789"[..]).await.unwrap();
    let link = storage
        .signed_url("t/7/a.zip", Some("mine.zip"), 10 * MINUTE)
        .await
        .unwrap();
    let whole = fetch(&app, &link, "").await;
    assert_eq!(
        (whole.status.as_u16(), &whole.bytes[..]),
        (200, &b"0123456789"[..])
    );
    for (header, value) in [
        ("content-type", "application/zip"),
        ("content-disposition", "attachment; filename=\"mine.zip\""),
        ("content-length", "10"),
        ("accept-ranges", "bytes"),
        ("cache-control", "private, no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(whole.header(header), value, "{header}");
    }
    let head = app.anonymous().send(Method::HEAD, &path(&link), None).await;
    assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
    assert_eq!(head.header("content-length"), "10");
    for (range, status, content, told) in [
        ("bytes=2-4", 206, "234", "bytes 2-4/10"),
        ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=-3", 206, "789", "bytes 7-9/10"),
        ("bytes=8-99", 206, "89", "bytes 8-9/10"),
        ("bytes=10-", 416, "", "bytes */10"),
        ("bytes=0-1,4-5", 200, "0123456789", ""),
        ("lines=1", 200, "0123456789", ""),
    ] {
        let part = fetch(&app, &link, range).await;
        assert_eq!(part.status.as_u16(), status, "{range}");
        assert_eq!(part.bytes, content.as_bytes(), "{range}");
        assert_eq!(part.header("content-range"), told, "{range}");
    }
    let other = app.anonymous().header("if-range", "\"another\"");
    let other = other.header("range", "bytes=2-4").get(&path(&link)).await;
    assert_eq!(other.status, 200);
    let same = app.anonymous().header("if-range", whole.header("etag"));
    let same = same.header("range", "bytes=2-4").get(&path(&link)).await;
    assert_eq!(same.status, 206);

    app.clock.advance(10 * MINUTE);
    assert_eq!(fetch(&app, &link, "").await.problem(404), "not_found");
}

#[tokio::test]
async fn a_forged_link_and_one_whose_file_is_gone_find_nothing() {
    let app = TestApp::start().await;
    let storage = &app.platform.storage;
    storage.put("t/7/a.zip", &b"x"[..]).await.unwrap();
    let link = storage.signed_url("t/7/a.zip", None, MINUTE).await.unwrap();
    let mut forged = link.clone().into_bytes();
    let last = forged.len() - 5;
    forged[last] ^= 1;
    let forged = String::from_utf8(forged).unwrap();
    for nothing in [forged.as_str(), "http://localhost:8080/files/nonsense"] {
        assert_eq!(fetch(&app, nothing, "").await.problem(404), "not_found");
    }
    assert_eq!(
        fetch(&app, &link, "").await.header("content-disposition"),
        "inline"
    );
    storage.delete("t/7/a.zip").await.unwrap();
    assert_eq!(fetch(&app, &link, "").await.problem(404), "not_found");
}

/// Straight to the bucket, as a browser goes that followed a link.
async fn outside(method: Method, url: &str, range: &str) -> reqwest::Response {
    let request = reqwest::Client::new().request(method, url);
    let request = match range {
        "" => request,
        range => request.header("range", range),
    };
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_bucket_is_asked_with_a_signature_and_hands_files_out_itself() {
    let bucket = Bucket::start().await;
    let app = TestApp::with(&bucket.settings()).await;
    let storage = &app.platform.storage;
    storage.put("t/7/a.zip", &b"0123456789"[..]).await.unwrap();
    let parts = storage.get("t/7/a.zip", Some(2..5)).await.unwrap();
    let parts: Vec<_> = parts.try_collect().await.unwrap();
    assert_eq!(parts.concat(), b"234");
    assert_eq!(storage.head("t/7/none.zip").await.unwrap(), None);

    let url = storage.signed_url("t/7/a.zip", Some("a.zip"), MINUTE).await;
    let url = url.unwrap();
    let start = format!("{}/files/t/7/a.zip?", bucket.endpoint);
    assert!(url.starts_with(&start), "{url}");
    let found = outside(Method::GET, &url, "bytes=7-").await;
    assert_eq!(found.status().as_u16(), 206);
    assert_eq!(
        found.headers()["content-disposition"],
        "attachment; filename=\"a.zip\""
    );
    assert_eq!(found.headers()["content-type"], "application/zip");
    assert_eq!(found.bytes().await.unwrap(), "789");
    let longer = url.replace("X-Amz-Expires=60", "X-Amz-Expires=600");
    let other = url.replace("/a.zip?", "/b.zip?");
    for forged in [&longer, &other, &start] {
        assert_ne!(*forged, url);
        let refused = outside(Method::GET, forged, "").await;
        assert_eq!(refused.status().as_u16(), 403, "{forged}");
    }
    assert_eq!(outside(Method::DELETE, &url, "").await.status(), 403);

    let ours = storage.link(&Grant {
        key: "t/7/a.zip".to_owned(),
        filename: None,
        until: app.clock.now() + MINUTE,
    });
    let sent_on = fetch(&app, &ours, "").await;
    assert_eq!(sent_on.status, 307);
    let found = outside(Method::GET, sent_on.header("location"), "").await;
    assert_eq!(found.bytes().await.unwrap(), "0123456789");
}

#[tokio::test]
async fn a_bucket_takes_large_files_in_parts_and_lets_all_of_a_person_go() {
    let bucket = Bucket::start().await;
    let app = TestApp::with(&bucket.settings()).await;
    let storage = &app.platform.storage;
    let large: Vec<u8> = (0..12_000_003_u32).map(|at| (at % 251) as u8).collect();
    let size = storage.put("t/7/large.zip", &large[..]).await.unwrap();
    assert_eq!(size, large.len() as u64);
    let parts = storage.get("t/7/large.zip", None).await.unwrap();
    let parts: Vec<_> = parts.try_collect().await.unwrap();
    assert!(parts.concat() == large);
    storage.put("t/7/small.zip", &b"x"[..]).await.unwrap();
    storage.put("t/77/other.zip", &b"x"[..]).await.unwrap();
    let found: Vec<_> = storage.list("t/7").unwrap().try_collect().await.unwrap();
    assert_eq!(found.len(), 2);
    storage.delete("t/7/none.zip").await.unwrap();
    assert_eq!(storage.delete_all("t/7").await.unwrap(), 2);
    assert_eq!(storage.delete_all("t/7").await.unwrap(), 0);
    assert!(storage.head("t/77/other.zip").await.unwrap().is_some());
}
