//! What holds a file, and files that leave.

use std::time::Duration;

use domain::media::jobs::SweepMedia;
use domain::media::{attach, release};
use domain::{Error, MediaId, UserId};

use super::{PDF, id, path, stored, upload};
use crate::harness::TestApp;

async fn hold(app: &TestApp, owner: UserId, ids: &[MediaId]) -> Result<usize, Error> {
    let mut tx = app.platform.db.begin().await.unwrap();
    let held = attach(&mut tx, owner, ids).await?;
    tx.commit().await.unwrap();
    Ok(held.len())
}

async fn let_go(app: &TestApp, ids: &[MediaId]) {
    let mut tx = app.platform.db.begin().await.unwrap();
    release(&mut tx, ids).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_deleted_file_is_gone_with_its_link_and_one_that_is_shown_stays() {
    let app = TestApp::start().await;
    let [alice, bob] = app.given(["alice", "bob"]).await;
    let told = upload(&alice, "a.pdf", PDF).await.data(201);
    let (id, link) = (id(&told), path(&told["media_url"]));
    let door = format!("/media/{id}");
    assert!(matches!(
        hold(&app, bob.id, &[id]).await,
        Err(Error::Invalid(_))
    ));
    assert!(matches!(
        hold(&app, alice.id, &[id, id]).await,
        Err(Error::Invalid(_))
    ));
    assert_eq!(hold(&app, alice.id, &[id]).await.unwrap(), 1);
    assert_eq!(hold(&app, alice.id, &[id]).await.unwrap(), 1);
    let_go(&app, &[id]).await;
    assert_eq!(alice.delete(&door).await.problem(409), "media_in_use");
    let_go(&app, &[id]).await;
    alice.delete(&door).await.data(200);
    assert_eq!(alice.delete(&door).await.problem(404), "not_found");
    assert_eq!(alice.get(&door).await.problem(404), "not_found");
    assert!(matches!(
        hold(&app, alice.id, &[id]).await,
        Err(Error::Invalid(_))
    ));
    app.drain().await;
    assert_eq!(app.anonymous().get(&link).await.problem(404), "not_found");
    assert_eq!(stored(&app).await, Vec::<String>::new());
    assert_eq!(app.count("select count(*) from media").await, 0);
}

#[tokio::test]
async fn whoever_shows_and_whoever_deletes_a_file_at_once_do_not_both_win() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    for _ in 0..8 {
        let told = upload(&alice, "a.pdf", PDF).await.data(201);
        let (door, ids) = (format!("/media/{}", id(&told)), [id(&told)]);
        let (held, deleted) = tokio::join!(hold(&app, alice.id, &ids), alice.delete(&door));
        match held {
            Ok(_) => assert_eq!(deleted.problem(409), "media_in_use"),
            Err(_) => drop(deleted.data(200)),
        }
    }
    app.drain().await;
    assert_eq!(
        app.count("select count(*) from media where uses = 0").await,
        0
    );
}

#[tokio::test]
async fn what_nothing_shows_for_a_day_leaves() {
    let app = TestApp::start().await;
    let [alice] = app.given(["alice"]).await;
    let mut files = Vec::new();
    for _ in 0..3 {
        files.push(id(&upload(&alice, "a.pdf", PDF).await.data(201)));
    }
    hold(&app, alice.id, &files[..2]).await.unwrap();
    app.clock.advance(Duration::from_secs(23 * 3_600));
    let_go(&app, &files[..1]).await;
    app.enqueue(SweepMedia {}).await;
    app.drain().await;
    assert_eq!(app.count("select count(*) from media").await, 3);
    app.clock.advance(Duration::from_secs(2 * 3_600));
    app.enqueue(SweepMedia {}).await;
    app.drain().await;
    assert_eq!(app.count("select count(*) from media").await, 2);
    assert_eq!(stored(&app).await.len(), 2);
    app.clock.advance(Duration::from_secs(23 * 3_600));
    app.enqueue(SweepMedia {}).await;
    app.drain().await;
    assert_eq!(
        app.count("select count(*) from media where uses = 1").await,
        1
    );
    assert_eq!(stored(&app).await.len(), 1);
}
