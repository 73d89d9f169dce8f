//! Workers that are killed, files that go meanwhile, a storage that is away.

use std::time::Duration;

use domain::media::MediaKind;
use domain::media::jobs::ProcessMedia;

use super::samples::{self, SECRET};
use crate::harness::fleet::Member;
use crate::harness::{TestApp, eventually};

#[tokio::test]
async fn a_worker_killed_while_it_makes_a_picture_leaves_nothing_that_is_not_known() {
    let app = TestApp::in_real_time(&[]).await;
    let [owner] = app.given(["owner"]).await;
    let mut first = Member::worker("media:1", &app.settings);
    let photo = samples::large_jpeg(5000, 4000);
    let file = app
        .given_file(&owner, MediaKind::Image, "image/jpeg", photo)
        .await;
    eventually("it has begun", Duration::from_secs(30), async || {
        app.known(&file).await.state == "processing"
    })
    .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    first.signal("-KILL");
    first.end().await;
    let _second = Member::worker("media:1", &app.settings);
    let _scheduler = Member::start("scheduler", &app.settings);
    eventually("another has made it", Duration::from_secs(90), async || {
        app.known(&file).await.state == "ready" && app.unfinished().await == 0
    })
    .await;
    assert_eq!(app.shapes(&file).await.len(), 7);
    app.assert_tidy(&file, SECRET).await;
}

#[tokio::test]
async fn a_picture_looked_into_twice_is_the_same() {
    let app = TestApp::start().await;
    let [owner] = app.given(["owner"]).await;
    let photo = samples::jpeg(900, 600, 8);
    let file = app
        .given_file(&owner, MediaKind::Image, "image/jpeg", photo)
        .await;
    app.drain().await;
    let before = app.shapes(&file).await;
    app.replay().await;
    app.drain().await;
    // As after a worker that died between its last file and its finish.
    app.run("update media set state = 'processing'").await;
    app.enqueue(ProcessMedia { media_id: file.id }).await;
    app.drain().await;
    let after = app.known(&file).await;
    assert_eq!((after.width, after.height), (Some(600), Some(900)));
    assert_eq!(app.shapes(&file).await, before);
    app.assert_tidy(&file, SECRET).await;
}

#[tokio::test]
async fn of_a_file_that_goes_meanwhile_nothing_stays() {
    let app = TestApp::start().await;
    let [owner] = app.given(["owner"]).await;
    let photo = samples::large_jpeg(5000, 3000);
    let file = app
        .given_file(&owner, MediaKind::Image, "image/jpeg", photo)
        .await;
    let crew = app.crew(workers::registry(), workers::Plan::all());
    eventually("it has begun", Duration::from_secs(20), async || {
        app.known(&file).await.state == "processing"
    })
    .await;
    app.run("update media set state = 'deleting'").await;
    eventually("it is given up", Duration::from_secs(90), async || {
        app.unfinished().await == 0
    })
    .await;
    crew.dismiss().await;
    assert_eq!(app.known(&file).await.state, "deleting");
    assert_eq!(app.variants(&file).await.len(), 0);
    assert_eq!(app.lying(&file).await.len(), 0);
    let outcome = "select count(*) from finished_jobs where outcome = 'discarded'";
    assert_eq!(app.count(outcome).await, 1);
}

#[tokio::test]
async fn a_storage_that_is_away_for_a_while_costs_a_retry() {
    let app = TestApp::start().await;
    let [owner] = app.given(["owner"]).await;
    let file = app
        .given_file(
            &owner,
            MediaKind::Image,
            "image/png",
            samples::png(300, 200),
        )
        .await;
    let (there, away) = (
        &app.settings["STORAGE_DIR"],
        format!("{}.away", app.settings["STORAGE_DIR"]),
    );
    std::fs::rename(there, &away).unwrap();
    app.drain().await;
    assert_eq!(app.known(&file).await.state, "processing");
    let _ = std::fs::remove_dir_all(there);
    std::fs::rename(&away, there).unwrap();
    app.clock.advance(Duration::from_secs(60));
    app.relay().await;
    app.drain().await;
    assert_eq!(app.known(&file).await.state, "ready");
    app.assert_tidy(&file, SECRET).await;
}
