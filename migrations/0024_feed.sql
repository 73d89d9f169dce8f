-- Timelines live in Redis; here is what a read has to know beside them.

-- Whose posts are not written into their followers' timelines, because these are too many: they are looked for when
-- somebody reads. Nobody leaves the list: what was not written while they were on it would be missing.
create table feed_celebrities (
    user_id    uuid        primary key references users (id) on delete cascade,
    created_at timestamptz not null
);

-- Public posts by how much they move people, written anew every few minutes. A generation is never changed, so that
-- pages of it fit together; it stays for as long as somebody may be reading on.
create table explore_posts (
    -- When it was ranked, in milliseconds.
    generation bigint      not null,
    rank       integer     not null,
    post_id    uuid        not null references posts (id) on delete cascade,
    created_at timestamptz not null,
    primary key (generation, rank)
);

create index explore_posts_of on explore_posts (post_id);

-- Whether a post that may be seen is wanted in that person's timeline, asked with each read, whatever was written there:
-- theirs, or of somebody they still follow and do not mute. Of a repost both people count.
create function is_wanted_by(viewer uuid, post posts, at timestamptz) returns boolean
    language sql stable parallel safe cost 30000
    return (post.author_id = viewer
            or exists (select from follows where follower_id = viewer and following_id = post.author_id))
        and not exists (select from mutes where muter_id = viewer and muted_id = post.author_id
                                            and coalesce(muted_until > at, true))
        and (post.repost_of is null
             or not exists (select from posts original join mutes on muted_id = original.author_id
                            where original.id = post.repost_of and muter_id = viewer
                              and coalesce(muted_until > at, true)));

-- The same answer as before, in one step: a function with a query in it does not become part of the query that asks, and
-- one that is called by another is planned anew for every row, which took a millisecond and a half. What it says of an
-- author is is_open_to, and is_hidden_from, spelt out.
create or replace function may_see_post(viewer uuid, post posts) returns boolean
    language sql stable parallel safe cost 60000
    return (post.author_id = viewer and post.deleted_at is null and post.repost_of is null) or (
        select bool_and(one.deleted_at is null and (
            one.author_id = viewer
            or (one.state = 'published' and one.visibility in ('public', 'followers')
                and exists (select from users where id = one.author_id and is_active(users)
                            and ((one.visibility = 'public' and not is_private)
                                 or exists (select from follows
                                            where follower_id = viewer and following_id = one.author_id)))
                and not exists (select from blocks where blocker_id = viewer and blocked_id = one.author_id)
                and not exists (select from blocks where blocker_id = one.author_id and blocked_id = viewer))))
        from (select post.author_id, post.deleted_at, post.state, post.visibility
              union all
              select original.author_id, original.deleted_at, original.state, original.visibility
              from posts original where original.id = post.repost_of) as one);
