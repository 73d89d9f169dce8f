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

/// Every counter of posts and comments says what counting says, and no deleted comment keeps its place for nothing.
pub async fn posts_are_counted(app: &TestApp) {
    let wrong: Vec<String> = sqlx::query_scalar(
        "select 'post ' || post_id from post_counts c
         where like_count <> (select count(*) from post_likes l where l.post_id = c.post_id)
            or save_count <> (select count(*) from post_saves s where s.post_id = c.post_id)
            or comment_count <> (select count(*) from comments k where k.post_id = c.post_id and k.deleted_at is null)
            or share_count <> (select count(*) from posts p where (p.repost_of = c.post_id or p.quote_of = c.post_id)
                               and p.state = 'published' and p.deleted_at is null)
         union all
         select 'comment ' || comment_id from comment_counts c
         where like_count <> (select count(*) from comment_likes l where l.comment_id = c.comment_id)
            or reply_count <> (select count(*) from comments k where k.parent_id = c.comment_id)
         union all
         select 'tombstone ' || id from comments c
         where deleted_at is not null and not exists (select from comments k where k.parent_id = c.id)
         union all
         select 'person ' || user_id from user_counts
         where post_count <> (select count(*) from posts where author_id = user_id and state = 'published'
                              and deleted_at is null and repost_of is null and visibility <> 'private')",
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
