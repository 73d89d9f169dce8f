//! Posts that pages send in a form, with their files.

use super::*;
use crate::media;
use crate::processing::samples;

fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!(
            "--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    (body + "--edge--\r\n").into_bytes()
}

/// As the page of a campus network sends it.
fn with_file(caption: &str, filename: &str, content: &[u8]) -> Vec<u8> {
    let texts = [("caption", caption), ("hashtags", r#"["nature"]"#)];
    let form = media::form(&texts, &[(filename, content)]);
    let (from, to) = (b"name=\"file\"", b"name=\"media\"");
    let at = form.windows(from.len()).position(|part| part == from);
    let at = at.unwrap();
    [&form[..at], to, &form[at + from.len()..]].concat()
}

#[tokio::test]
async fn a_page_posts_by_a_form() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let image = file(&app, "alice", "image", "ready").await;
    let kind = "multipart/form-data; boundary=edge";
    let fields = [
        ("caption", "Beautiful sunset #nature"),
        ("hashtags", r#"["nature", "college"]"#),
        ("media_ids", &*image),
        ("visibility", "followers"),
        ("location", ""),
    ];
    let post = alice
        .post_raw("/posts", kind, form(&fields))
        .await
        .data(201);
    assert_eq!(post["hashtags"], json!(["college", "nature"]));
    assert_eq!(
        (&post["post_type"], &post["visibility"]),
        (&json!("image"), &json!("followers"))
    );
    let wrong = alice
        .post_raw(
            "/posts",
            kind,
            form(&[("visibility", "nobody"), ("more", "x")]),
        )
        .await;
    assert_eq!(wrong.problem(400), "validation_failed");
    assert_eq!(wrong.json()["errors"].as_array().unwrap().len(), 2);
    let cut = alice
        .post_raw("/posts", kind, b"--edge\r\ncontent-disp".to_vec())
        .await;
    assert_eq!(cut.problem(400), "validation_failed");
    assert_eq!(cut.json()["errors"][0]["code"], "incomplete");
    let anonymous = app
        .anonymous()
        .post_raw("/posts", kind, form(&fields))
        .await;
    assert_eq!(anonymous.problem(401), "token_missing");
}

#[tokio::test]
async fn the_files_of_a_form_become_files_of_the_author_or_leave_nothing() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let with_file = with_file("Sunset", "sunset.png", &samples::png(300, 200));
    let post = alice
        .post_raw("/posts", media::FORM, with_file)
        .await
        .data(201);
    assert_eq!(post["media"][0]["state"], "uploaded");
    app.drain().await;
    let path = format!("/posts/{}", post["id"].as_str().unwrap());
    let shown = alice.get(&path).await.data(200)["media"][0].clone();
    assert_eq!(
        (&shown["state"], &shown["width"]),
        (&json!("ready"), &json!(300))
    );
    assert!(shown["media_url"].as_str().is_some());
    let kept = app.count("select count(*) from media").await;
    let with_file = |caption: &str| self::with_file(caption, "x.exe", b"MZ\x90\0 a program");
    let refused = alice
        .post_raw("/posts", media::FORM, with_file("No picture"))
        .await;
    assert_eq!(refused.problem(415), "file_type_unsupported");
    assert_eq!(app.count("select count(*) from media").await, kept);
}

#[tokio::test]
async fn a_form_sent_again_with_its_key_is_answered_again_and_posted_once() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let keyed = |key: &str| (*alice).clone().header("idempotency-key", key);
    let png = samples::png(300, 200);
    let form = with_file("Sunset", "sunset.png", &png);
    let first = keyed("k1")
        .post_raw("/posts", media::FORM, form.clone())
        .await;
    first.data(201);
    // Whoever sends it again may part it otherwise.
    let (from, to) = ("--frontier", "--elsewhere");
    let text = form
        .iter()
        .map(|byte| char::from(*byte))
        .collect::<String>();
    let parted: Vec<u8> = text.replace(from, to).chars().map(|c| c as u8).collect();
    let kind = "multipart/form-data; boundary=elsewhere";
    let again = keyed("k1").post_raw("/posts", kind, parted).await;
    assert_eq!((again.status, &again.bytes), (first.status, &first.bytes));
    assert_eq!(again.header("idempotent-replayed"), "true");
    for other in [
        with_file("Moonrise", "sunset.png", &png),
        with_file("Sunset", "sunset.png", &samples::png(200, 300)),
    ] {
        let other = keyed("k1").post_raw("/posts", media::FORM, other).await;
        assert_eq!(other.problem(422), "idempotency_key_reused");
    }
    let wrong = with_file("Sunset", "x.exe", b"MZ\x90\0 a program");
    let wrong = keyed("k2").post_raw("/posts", media::FORM, wrong).await;
    assert_eq!(wrong.problem(415), "file_type_unsupported");
    let (client, other) = (keyed("k2"), keyed("k2"));
    let (one, two) = tokio::join!(
        client.post_raw("/posts", media::FORM, form.clone()),
        other.post_raw("/posts", media::FORM, form.clone())
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert!([[201, 201], [201, 409]].contains(&statuses), "{statuses:?}");
    assert_eq!(app.count("select count(*) from posts").await, 2);
    assert_eq!(app.count("select count(*) from media").await, 2);
    let file = media::form(&[], &[("sunset.png", &png)]);
    let file = keyed("k3").post_raw("/media", media::FORM, file).await;
    assert_eq!(file.problem(400), "idempotency_key_unsupported");
    app.drain().await;
    let path = first.json()["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(see(&alice, &path).await["media"][0]["state"], "ready");
}
