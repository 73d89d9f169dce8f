//! Who follows, blocks and mutes whom.

use super::{Entries, Export, File, PersonalTable, Purge};

/// Deletes a slice of follows, and counts them off at the other end: in the order of the ids, so that two purges and
/// whoever follows meanwhile do not wait for one another in a circle.
macro_rules! follows {
    ($mine:literal, $theirs:literal, $count:literal) => {
        concat!(
            "with slice as (select ctid from follows where ",
            $mine,
            " = $1 limit $2 for update),
             gone as (delete from follows where ctid = any(array(select ctid from slice)) returning ",
            $theirs,
            " as other),
             held as (select user_id from user_counts where user_id in (select other from gone)
                      order by user_id for no key update),
             counted as (update user_counts set ",
            $count,
            " = greatest(",
            $count,
            " - 1, 0)
                         where user_id in (select user_id from held))
             select count(*) from slice"
        )
    };
}

pub(super) const TABLES: &[PersonalTable] = &[
    PersonalTable {
        name: "follows",
        columns: &["follower_id", "following_id"],
        export: Export::Files(&[
            File {
                name: "followers.json",
                about: "who follows you",
                entries: Entries::Many,
                query: "select jsonb_build_object('username', u.username, 'since', f.created_at)
                        from follows f join users u on u.id = f.follower_id
                        where f.following_id = $1 and not is_hidden_from($1, f.follower_id) order by f.id",
            },
            File {
                name: "following.json",
                about: "whom you follow",
                entries: Entries::Many,
                query: "select jsonb_build_object('username', u.username, 'since', f.created_at)
                        from follows f join users u on u.id = f.following_id
                        where f.follower_id = $1 and not is_hidden_from($1, f.following_id) order by f.id",
            },
        ]),
        purge: Purge::Delete(&[
            follows!("follower_id", "following_id", "follower_count"),
            follows!("following_id", "follower_id", "following_count"),
            rows!("user_counts", "user_id"),
        ]),
    },
    PersonalTable {
        name: "follow_requests",
        columns: &["follower_id", "following_id"],
        export: Export::Files(&[
            File {
                name: "follow_requests_sent.json",
                about: "whom you asked to follow, and wait",
                entries: Entries::Many,
                query: "select jsonb_build_object('username', u.username, 'since', f.created_at)
                        from follow_requests f join users u on u.id = f.following_id
                        where f.follower_id = $1 and not is_hidden_from($1, f.following_id) order by f.id",
            },
            File {
                name: "follow_requests_received.json",
                about: "who asked to follow you, and waits",
                entries: Entries::Many,
                query: "select jsonb_build_object('username', u.username, 'since', f.created_at)
                        from follow_requests f join users u on u.id = f.follower_id
                        where f.following_id = $1 and not is_hidden_from($1, f.follower_id) order by f.id",
            },
        ]),
        purge: Purge::Delete(&[
            rows!("follow_requests", "follower_id"),
            rows!("follow_requests", "following_id"),
        ]),
    },
    PersonalTable {
        name: "blocks",
        columns: &["blocker_id", "blocked_id"],
        // Who blocked them is not theirs to know.
        export: Export::Files(&[File {
            name: "blocked.json",
            about: "whom you blocked",
            entries: Entries::Many,
            query: "select jsonb_build_object('username', u.username, 'since', b.created_at)
                    from blocks b join users u on u.id = b.blocked_id
                    where b.blocker_id = $1 and u.deleted_at is null order by b.id",
        }]),
        purge: Purge::Delete(&[
            rows!("blocks", "blocker_id"),
            rows!("blocks", "blocked_id"),
        ]),
    },
    PersonalTable {
        name: "mutes",
        columns: &["muter_id", "muted_id"],
        // Who muted them is not theirs to know.
        export: Export::Files(&[File {
            name: "muted.json",
            about: "whom you muted",
            entries: Entries::Many,
            query: "select jsonb_build_object('username', u.username, 'since', m.created_at, 'until', m.muted_until)
                    from mutes m join users u on u.id = m.muted_id
                    where m.muter_id = $1 and not is_hidden_from($1, m.muted_id) order by m.id",
        }]),
        purge: Purge::Delete(&[
            rows!("mutes", "muter_id"),
            rows!("mutes", "muted_id"),
        ]),
    },
    PersonalTable {
        name: "suggestion_dismissals",
        columns: &["user_id", "dismissed_id"],
        export: Export::Files(&[File {
            name: "dismissed_suggestions.json",
            about: "whom you do not want suggested",
            entries: Entries::Many,
            query: "select jsonb_build_object('username', u.username, 'since', d.created_at)
                    from suggestion_dismissals d join users u on u.id = d.dismissed_id
                    where d.user_id = $1 and not is_hidden_from($1, d.dismissed_id) order by d.created_at",
        }]),
        purge: Purge::Delete(&[
            rows!("suggestion_dismissals", "user_id"),
            rows!("suggestion_dismissals", "dismissed_id"),
        ]),
    },
    PersonalTable {
        name: "popular_people",
        columns: &["user_id"],
        export: Export::Nothing("it is who is followed most, reckoned anew each hour"),
        purge: Purge::Delete(&[rows!("popular_people", "user_id")]),
    },
];
