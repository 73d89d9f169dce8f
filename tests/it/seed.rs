//! Large worlds for benchmarks.

use chrono::TimeDelta;
use domain::identity::Password;
use domain::seed::{self, World};
use domain::wire::WireText;

use crate::harness::TestApp;
use crate::harness::laws::{counts_are_exact, posts_are_counted};

#[tokio::test]
async fn a_seeded_world_has_a_past() {
    let app = TestApp::start().await;
    let world = World {
        people: 120,
        follows: 4,
        posts: 5,
        seed: 1,
    };
    let password = Password::read("Forty-2-buns").ok().unwrap();
    seed::make(&app.platform.db, world, password, |_| {})
        .await
        .unwrap();
    assert_eq!(app.count("select count(*) from users").await, 120);
    assert_eq!(app.count("select count(*) from posts").await, 600);
    let now = app.clock.now();
    let (first, last): (chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::Utc>) =
        sqlx::query_as("select min(published_at), max(published_at) from posts")
            .fetch_one(app.platform.db.pool())
            .await
            .unwrap();
    assert!(
        first < now - TimeDelta::days(20) && last <= now,
        "{first} to {last}"
    );
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar("select id from users")
        .fetch_all(app.platform.db.pool())
        .await
        .unwrap();
    let earliest = platform::id_at(now - TimeDelta::days(3 * 365 - 1));
    assert!(ids.iter().any(|id| *id < earliest));
    counts_are_exact(&app).await;
    posts_are_counted(&app).await;
}
