//! Posts, and what people say and do under them.

use super::{Entries, Export, File, PersonalTable, Purge};

/// Deletes a slice of what `$column` says is the person's, and counts it off at the posts it was about: in the order of
/// their ids, so that two purges do not wait for one another in a circle.
macro_rules! counted_off {
    ($table:literal, $count:literal) => {
        concat!(
            "with slice as (select ctid from ",
            $table,
            " where user_id = $1 limit $2 for update),
             gone as (delete from ",
            $table,
            " where ctid = any(array(select ctid from slice)) returning post_id),
             held as (select post_id from post_counts where post_id in (select post_id from gone)
                      order by post_id for no key update),
             counted as (update post_counts set ",
            $count,
            " = greatest(",
            $count,
            " - 1, 0)
                         where post_id in (select post_id from held))
             select count(*) from slice"
        )
    };
}

/// Deletes a slice of what lies beneath the person's posts.
macro_rules! beneath {
    ($table:literal) => {
        concat!(
            "with slice as (select b.ctid from posts p join ",
            $table,
            " b on b.post_id = p.id where p.author_id = $1 limit $2 for update of b),
             gone as (delete from ",
            $table,
            " where ctid = any(array(select ctid from slice)))
             select count(*) from slice"
        )
    };
}

pub(super) const TABLES: &[PersonalTable] = &[
    PersonalTable {
        name: "posts",
        columns: &["author_id"],
        export: Export::Files(&[File {
            name: "posts.json",
            about: "what you posted, drafts too",
            entries: Entries::Many,
            query: "select jsonb_build_object(
                        'id', p.id, 'kind', p.kind, 'caption', p.caption, 'visibility', p.visibility,
                        'comments_from', p.comments_from, 'location', p.location, 'state', p.state,
                        'repost_of', p.repost_of, 'quote_of', p.quote_of, 'publish_at', p.publish_at,
                        'published_at', p.published_at, 'edited_at', p.edited_at, 'created_at', p.created_at,
                        'hashtags', array(select h.shown from post_hashtags t join hashtags h on h.id = t.hashtag_id
                                          where t.post_id = p.id order by h.shown),
                        'media', array(select media_id from post_media where post_id = p.id order by place),
                        'counts', (select to_jsonb(c) - 'post_id' - 'created_at' from post_counts c where c.post_id = p.id),
                        'before', (select coalesce(jsonb_agg(jsonb_build_object('caption', e.caption,
                                       'location', e.location, 'until', e.created_at) order by e.id), '[]')
                                   from post_edits e where e.post_id = p.id))
                    from posts p where p.author_id = $1 and p.deleted_at is null order by p.id",
        }]),
        // Likes, saves and comments of others beneath them first: there may be very many. Then the posts, each counted off at
        // what it shared.
        purge: Purge::Delete(&[
            beneath!("post_likes"),
            beneath!("post_saves"),
            beneath!("comments"),
            "with slice as (select ctid from posts where author_id = $1 limit least($2, 200) for update),
             gone as (delete from posts where ctid = any(array(select ctid from slice))
                      returning case when state = 'published' and deleted_at is null
                                     then coalesce(repost_of, quote_of) end as shared),
             times as (select shared, count(*) as times from gone where shared is not null group by shared),
             held as (select post_id from post_counts where post_id in (select shared from times)
                      order by post_id for no key update),
             counted as (update post_counts c set share_count = greatest(share_count - times.times, 0)
                         from times, held where held.post_id = times.shared and c.post_id = held.post_id)
             select count(*) from slice",
        ]),
    },
    PersonalTable {
        name: "post_counts",
        columns: &[],
        export: Export::Nothing("they are shown with your posts"),
        purge: Purge::GoesWith("posts"),
    },
    PersonalTable {
        name: "post_media",
        columns: &[],
        export: Export::Nothing("it is shown with your posts"),
        purge: Purge::GoesWith("posts"),
    },
    PersonalTable {
        name: "post_edits",
        columns: &[],
        export: Export::Nothing("they are shown with your posts"),
        purge: Purge::GoesWith("posts"),
    },
    PersonalTable {
        name: "post_hashtags",
        columns: &[],
        export: Export::Nothing("they are shown with your posts"),
        purge: Purge::GoesWith("posts"),
    },
    PersonalTable {
        name: "post_mentions",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "mentions_in_posts.json",
            about: "posts that mention you",
            entries: Entries::Many,
            query: "select jsonb_build_object('post_id', m.post_id, 'since', m.created_at)
                    from post_mentions m join posts_seen_by($1) p on p.id = m.post_id
                    where m.user_id = $1 and p.state = 'published' order by m.post_id",
        }]),
        purge: Purge::Delete(&[rows!("post_mentions", "user_id")]),
    },
    PersonalTable {
        name: "post_likes",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "likes.json",
            about: "posts you like",
            entries: Entries::Many,
            query: "select jsonb_build_object('post_id', l.post_id, 'since', l.created_at)
                    from post_likes l join posts_seen_by($1) p on p.id = l.post_id
                    where l.user_id = $1 order by l.id",
        }]),
        purge: Purge::Delete(&[counted_off!("post_likes", "like_count")]),
    },
    PersonalTable {
        name: "post_saves",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "saved_posts.json",
            about: "posts you saved",
            entries: Entries::Many,
            query: "select jsonb_build_object('post_id', s.post_id, 'since', s.created_at)
                    from post_saves s join posts_seen_by($1) p on p.id = s.post_id
                    where s.user_id = $1 order by s.id",
        }]),
        purge: Purge::Delete(&[counted_off!("post_saves", "save_count")]),
    },
    PersonalTable {
        name: "comments",
        columns: &["author_id"],
        export: Export::Files(&[File {
            name: "comments.json",
            about: "what you said under posts",
            entries: Entries::Many,
            query: "select jsonb_build_object('id', id, 'post_id', post_id, 'answers', parent_id, 'content', content,
                                              'edited_at', edited_at, 'created_at', created_at)
                    from comments where author_id = $1 order by id",
        }]),
        // One that has answers keeps its place, without words and author. The latest first: what answers before what is
        // answered.
        purge: Purge::Delete(&[
            "select count(remove_comment(id, now())) from unnest(array(
                 select id from comments where author_id = $1 order by id desc limit least($2, 500))) as slice (id)",
        ]),
    },
    PersonalTable {
        name: "comment_counts",
        columns: &[],
        export: Export::Nothing("they say how many like and answer your comments"),
        purge: Purge::GoesWith("comments"),
    },
    PersonalTable {
        name: "comment_mentions",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "mentions_in_comments.json",
            about: "comments that mention you",
            entries: Entries::Many,
            query: "select jsonb_build_object('comment_id', m.comment_id, 'since', m.created_at)
                    from comment_mentions m join comments c on c.id = m.comment_id join posts_seen_by($1) p on p.id = c.post_id
                    where m.user_id = $1 and c.deleted_at is null
                      and not is_hidden_from($1, c.author_id)
                    order by m.comment_id",
        }]),
        purge: Purge::Delete(&[rows!("comment_mentions", "user_id")]),
    },
    PersonalTable {
        name: "comment_likes",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "liked_comments.json",
            about: "comments you like",
            entries: Entries::Many,
            query: "select jsonb_build_object('comment_id', l.comment_id, 'since', l.created_at)
                    from comment_likes l join comments c on c.id = l.comment_id join posts_seen_by($1) p on p.id = c.post_id
                    where l.user_id = $1 and c.deleted_at is null
                      and not is_hidden_from($1, c.author_id)
                    order by l.id",
        }]),
        purge: Purge::Delete(&[
            "with slice as (select ctid from comment_likes where user_id = $1 limit $2 for update),
             gone as (delete from comment_likes where ctid = any(array(select ctid from slice)) returning comment_id),
             held as (select comment_id from comment_counts where comment_id in (select comment_id from gone)
                      order by comment_id for no key update),
             counted as (update comment_counts set like_count = greatest(like_count - 1, 0)
                         where comment_id in (select comment_id from held))
             select count(*) from slice",
        ]),
    },
];
