//! The small world to look at.

use std::time::Duration;

use domain::Error;
use domain::audit::Operator;
use domain::demo::{self, Motif, Outcome, Painter, Plan};
use domain::identity::Password;
use domain::wire::WireText;
use serde_json::{Value, json};

use crate::harness::laws::{counts_are_exact, posts_are_counted};
use crate::harness::{Client, TestApp, eventually};

const SECRET: &str = "Forty-2-buns";

/// One as large as in earnest, the others smaller.
const PAINTED: Painter = |picture| {
    let (columns, rows) = picture.shape.size();
    let size = match picture.motif {
        Motif::Saturn => (columns, rows),
        _ => (columns / 4, rows / 4),
    };
    workers::paint::paint(picture, size)
};

/// As small as it goes.
const SKETCHED: Painter = |picture| workers::paint::paint(picture, (32, 24));

async fn make(app: &TestApp, paint: Painter, among_others: bool) -> domain::Result<Outcome> {
    let plan = Plan {
        by: &Operator::shell("test"),
        password: Password::read(SECRET).ok().unwrap(),
        paint,
        among_others,
    };
    demo::make(&app.platform, &plan).await
}

/// What follows has followed.
async fn settle(app: &TestApp) {
    for _ in 0..2 {
        app.clock.advance(Duration::from_secs(11));
        app.relay().await;
        app.drain().await;
    }
}

async fn sign_in(app: &TestApp, username: &str) -> Client {
    let body = json!({"username": username, "password": SECRET});
    let reply = app.anonymous().post("/auth/login", body).await;
    let token = reply.data(200)["token"].as_str().unwrap().to_owned();
    app.anonymous().bearer(&token)
}

/// How much there is of everything.
async fn amounts(app: &TestApp) -> Vec<i64> {
    vec![
        app.count("select count(*) from users").await,
        app.count("select count(*) from posts").await,
        app.count("select count(*) from comments").await,
        app.count("select count(*) from media").await,
        app.count("select count(*) from post_likes").await,
        app.count("select count(*) from comment_likes").await,
        app.count("select count(*) from post_saves").await,
        app.count("select count(*) from follows").await,
        app.count("select count(*) from follow_requests").await,
        app.count("select count(*) from jobs").await,
        app.count("select count(*) from admin_audit").await,
    ]
}

fn list(of: &Value) -> Vec<Value> {
    of.as_array().unwrap().clone()
}

#[tokio::test]
async fn the_first_feed_of_the_demo_shows_posts_with_pictures_that_are_ready() {
    let app = TestApp::start().await;
    assert_eq!(make(&app, PAINTED, false).await.unwrap(), Outcome::Made);
    settle(&app).await;
    let mira = sign_in(&app, "mira").await;

    let feed = list(&mira.get("/posts/feed?limit=50").await.data(200));
    let media: Vec<Value> = feed.iter().flat_map(|post| list(&post["media"])).collect();
    assert!(feed.len() >= 14, "{} posts", feed.len());
    assert!(media.len() >= 8, "{} pictures", media.len());
    let shows =
        |one: &Value, form: &str| list(&one["variants"]).iter().any(|of| of["name"] == form);
    for one in &media {
        assert_eq!(one["state"], "ready");
        assert!(shows(one, "original") && shows(one, "small"), "{one}");
        assert!(one["blurhash"].is_string() && one["alt"].is_string());
    }
    assert!(media.iter().any(|one| shows(one, "medium")));
    assert!(feed.iter().any(|post| post["post_type"] == "carousel"));
    assert!(feed.iter().any(|post| post["quote_of"].is_object()));
    assert!(
        feed.iter()
            .all(|post| post["user"]["profile_picture_url"].is_string())
    );
    let times: Vec<&str> = feed
        .iter()
        .map(|post| post["published_at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted_by(|one, next| one > next), "{times:?}");

    let unready = "select count(*) from media where state <> 'ready'";
    assert_eq!(app.count(unready).await, 0);
    assert_eq!(
        app.count("select count(*) from posts where id <> place")
            .await,
        0
    );
    app.drain().await;
    counts_are_exact(&app).await;
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn the_demo_trends_is_found_and_has_told_its_people() {
    let app = TestApp::start().await;
    make(&app, SKETCHED, false).await.unwrap();
    settle(&app).await;
    let (mira, ines) = (sign_in(&app, "mira").await, sign_in(&app, "ines").await);

    let trending = list(&mira.get("/trending/hashtags").await.data(200));
    let tags: Vec<&str> = trending
        .iter()
        .map(|one| one["tag"].as_str().unwrap())
        .collect();
    for tag in ["#campus", "#photography", "#nightsky"] {
        assert!(tags.contains(&tag), "{tag} is not among {tags:?}");
    }
    let found = list(
        &mira
            .get("/search/posts?q=cinnamon%20OR%20thermos")
            .await
            .data(200),
    );
    assert!(!found.is_empty());
    assert!(!list(&mira.get("/posts/explore").await.data(200)).is_empty());
    let unread = mira.get("/notifications/unread-count").await.data(200);
    assert!(unread["unread_count"].as_i64().unwrap() >= 5, "{unread}");

    let requests = list(&ines.get("/follow-requests").await.data(200));
    assert_eq!(requests.len(), 2);
    let stranger = sign_in(&app, "tomas").await;
    let hidden = stranger.get("/users/ines/posts").await.problem(403);
    assert_eq!(hidden, "account_private");
    app.drain().await;
    assert!(app.mails().is_empty() && app.texts().is_empty());
}

#[tokio::test]
async fn whoever_makes_the_demo_again_changes_nothing() {
    let app = TestApp::start().await;
    make(&app, SKETCHED, false).await.unwrap();
    settle(&app).await;
    let mira = sign_in(&app, "mira").await;
    mira.delete("/users/jonas/follow").await.data(200);
    app.drain().await;
    settle(&app).await;
    let before = amounts(&app).await;
    assert_eq!(make(&app, SKETCHED, false).await.unwrap(), Outcome::There);
    assert_eq!(amounts(&app).await, before);
}

#[tokio::test]
async fn of_two_who_make_the_demo_at_once_one_does() {
    let app = TestApp::start().await.leaving_jobs();
    let both = tokio::join!(make(&app, SKETCHED, false), make(&app, SKETCHED, false));
    let made = [&both.0, &both.1].map(|one| matches!(one, Ok(Outcome::Made)));
    assert!(made == [true, false] || made == [false, true], "{both:?}");
    let other = if made[0] { both.1 } else { both.0 };
    let is_fine = |error: &Error| {
        matches!(
            error,
            Error::Conflict {
                code: "demo_being_made",
                ..
            }
        )
    };
    assert!(other.as_ref().err().is_none_or(is_fine), "{other:?}");
    assert_eq!(app.count("select count(*) from users").await, 9);
}

#[tokio::test]
async fn a_demo_that_was_cut_off_is_taken_up_where_it_ended() {
    let whole = TestApp::start().await.leaving_jobs();
    make(&whole, SKETCHED, false).await.unwrap();

    let app = TestApp::start().await.leaving_jobs();
    let some = eventually("some of it is there", Duration::from_secs(60), async || {
        app.count("select count(*) from comments").await > 5
    });
    tokio::select! {
        made = make(&app, SKETCHED, false) => panic!("{made:?} before it was cut off"),
        () = some => {}
    }
    let mut outcome = None;
    eventually(
        "the one that was cut off has let go",
        Duration::from_secs(60),
        async || {
            outcome = make(&app, SKETCHED, false).await.ok();
            outcome.is_some()
        },
    )
    .await;
    assert_eq!(outcome, Some(Outcome::Made));
    let told = "select count(*) from jobs";
    let jobs = (whole.count(told).await, app.count(told).await);
    let (mut one, mut other) = (amounts(&whole).await, amounts(&app).await);
    // A file that nothing shows yet may have come twice, with its job.
    assert!((0..=3).contains(&(other[3] - one[3])) && (0..=3).contains(&(jobs.1 - jobs.0)));
    for amounts in [&mut one, &mut other] {
        (amounts[3], amounts[9]) = (0, 0);
    }
    assert_eq!(one, other);
    counts_are_exact(&app).await;
    posts_are_counted(&app).await;
}

#[tokio::test]
async fn the_demo_keeps_out_of_a_world_where_others_live() {
    let app = TestApp::start().await.leaving_jobs();
    let [_, _] = app.given(["vera", "jonas"]).await;
    // Jonas is no demo account, whatever he is called.
    let taken = make(&app, SKETCHED, true).await.unwrap_err();
    assert!(
        matches!(&taken, Error::Invalid(fields) if fields[0].detail.contains("jonas")),
        "{taken:?}"
    );
    app.run("update users set username = 'jon' where username = 'jonas'")
        .await;
    let code = make(&app, SKETCHED, false).await.unwrap_err();
    assert!(
        matches!(
            code,
            Error::Conflict {
                code: "people_live_here",
                ..
            }
        ),
        "{code:?}"
    );
    assert_eq!(app.count("select count(*) from users").await, 2);
    assert_eq!(make(&app, SKETCHED, true).await.unwrap(), Outcome::Made);
    assert_eq!(app.count("select count(*) from users").await, 11);
}
