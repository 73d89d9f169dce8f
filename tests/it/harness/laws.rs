//! What is true at any time, whatever has happened.

use super::TestApp;

/// Every counter of people says what counting says.
pub async fn counts_are_exact(app: &TestApp) {
    let wrong: Vec<String> = sqlx::query_scalar(
        "select username || ': ' || follower_count || ' followers, counted ' || followers.count
                || '; follows ' || following_count || ', counted ' || following.count
         from user_counts join users on id = user_id,
              lateral (select count(*) from follows where following_id = user_id) as followers,
              lateral (select count(*) from follows where follower_id = user_id) as following
         where follower_count <> followers.count or following_count <> following.count
         order by username",
    )
    .fetch_all(app.platform.db.pool())
    .await
    .unwrap();
    assert_eq!(wrong, Vec::<String>::new());
}

/// Nobody follows or asks to follow across a block.
pub async fn blocks_part(app: &TestApp) {
    let across = app
        .count(
            "select count(*) from blocks
             join (select follower_id, following_id from follows
                   union all select follower_id, following_id from follow_requests) as bond
               on (follower_id, following_id) in ((blocker_id, blocked_id), (blocked_id, blocker_id))",
        )
        .await;
    assert_eq!(across, 0, "follows or requests across a block");
}
