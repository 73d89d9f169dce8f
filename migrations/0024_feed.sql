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
