//! Ending mails by the link in them.

use poem::http::Method;
use serde_json::json;

use super::{is_proved, tells, wants};
use crate::harness::letters::token;
use crate::harness::{Client, Reply, Somebody, TestApp};

/// Somebody who has a mail, and the path of its link.
async fn mailed() -> (TestApp, [Somebody; 2], String) {
    let app = TestApp::start().await;
    let people = app.given(["alice", "ben"]).await;
    is_proved(&app, &people[0]).await;
    wants(
        &people[0],
        json!({"types": {"follow": {"email": true}, "mention": {"email": true}}}),
    )
    .await;
    tells(&app, &people[0], "follow", None, &[&people[1]]).await;
    let mail = app.letters("alice@example.com", "token=").remove(0);
    let token = token(&mail).replace('>', "");
    let path = format!("/unsubscribe?token={token}");
    (app, people, path)
}

async fn clicks(client: &Client, path: &str) -> Reply {
    let form = "List-Unsubscribe=One-Click";
    client
        .post_raw(path, "application/x-www-form-urlencoded", form)
        .await
}

async fn cell(somebody: &Somebody, kind: &str) -> bool {
    let settings = somebody.get("/settings").await.data(200);
    settings["notifications"]["types"][kind]["email"] == true
}

#[tokio::test]
async fn opening_the_link_ends_nothing_and_one_click_ends_mails_of_its_kind_alone() {
    let (app, [alice, ben], path) = mailed().await;
    let page = app.anonymous().get(&path).await;
    assert_eq!(page.status.as_u16(), 200);
    let html = String::from_utf8(page.bytes.clone()).unwrap();
    let action = format!("action=\"{}\"", &path[1..]);
    assert!(
        html.contains("<button>") && html.contains(&action),
        "{html}"
    );
    assert!(
        page.header("content-security-policy")
            .contains("form-action 'self'")
    );
    assert!(cell(&alice, "follow").await);

    for _ in 0..2 {
        assert_eq!(clicks(&app.anonymous(), &path).await.status.as_u16(), 200);
        assert!(!cell(&alice, "follow").await);
        assert!(cell(&alice, "mention").await);
    }
    let sent = app.mails().len();
    app.run("delete from notifications").await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    assert_eq!(app.mails().len(), sent);
    tells(&app, &alice, "mention", None, &[&ben]).await;
    assert_eq!(app.mails().len(), sent + 1);
}

#[tokio::test]
async fn the_page_speaks_the_language_of_whoever_got_the_mail() {
    let (app, [alice, _], path) = mailed().await;
    let german = json!({"language": "de-AT"});
    alice.put("/settings/language", german).await.data(200);
    let opened = app.anonymous().get(&path).await;
    let done = clicks(&app.anonymous(), &path).await;
    for (page, words) in [(opened, "Keine solchen Mails mehr"), (done, "Erledigt")] {
        let html = String::from_utf8(page.bytes).unwrap();
        assert!(
            html.contains("<html lang=\"de\">") && html.contains(words),
            "{html}"
        );
    }
}

#[tokio::test]
async fn mail_programs_may_post_anything_and_years_later() {
    let (app, [alice, _], path) = mailed().await;
    app.clock
        .advance(std::time::Duration::from_secs(5 * 365 * 86_400));
    let boundary = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    let multipart = "multipart/form-data; boundary=x";
    let posted = app.anonymous().post_raw(&path, multipart, boundary).await;
    assert_eq!(posted.status.as_u16(), 200);
    let moved =
        "select count(*) from user_settings where notifications @> '{\"follow.email\": false}'";
    assert_eq!(app.count(moved).await, 1);
    app.about(&alice, "delete from user_settings where user_id = $1")
        .await;
    let empty = app.anonymous().send(Method::POST, &path, None).await;
    assert_eq!(empty.status.as_u16(), 200);
    assert_eq!(app.count(moved).await, 1);
}

#[tokio::test]
async fn a_link_that_is_not_ours_ends_nothing() {
    let (app, [alice, _], path) = mailed().await;
    let other_kind = path.replace("token=follow.", "token=mention.");
    let broken = path[..path.len() - 4].to_owned();
    for bad in [other_kind.as_str(), &broken, "/unsubscribe?token=x"] {
        assert_eq!(
            app.anonymous().get(bad).await.problem(400),
            "validation_failed"
        );
        assert_eq!(
            clicks(&app.anonymous(), bad).await.problem(400),
            "validation_failed"
        );
    }
    let browser = app.anonymous().header("accept", "text/html");
    let page = browser.get(&other_kind).await;
    assert_eq!(page.status.as_u16(), 400);
    assert!(String::from_utf8_lossy(&page.bytes).contains("This link does not work"));
    assert!(cell(&alice, "mention").await);
}

#[tokio::test]
async fn a_link_of_somebody_who_is_gone_does_no_harm() {
    let (app, [alice, _], path) = mailed().await;
    app.about(&alice, "delete from users where id = $1").await;
    assert_eq!(clicks(&app.anonymous(), &path).await.status.as_u16(), 200);
    assert_eq!(app.count("select count(*) from user_settings").await, 0);
}
