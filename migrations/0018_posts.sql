-- Posts, what people say and do under them, and the words they are found by.

create table posts (
    id            uuid        primary key,
    author_id     uuid        not null references users (id) on delete cascade,
    kind          text        not null,
    caption       text        not null default '',
    visibility    text        not null default 'public',
    comments_from text        not null default 'everyone',
    location      text,
    -- A repost shows another post as it is; a quote says something of its own about one.
    repost_of     uuid        references posts (id) on delete cascade,
    quote_of      uuid        references posts (id) on delete set null,
    state         text        not null,
    -- When a scheduled one is due.
    publish_at    timestamptz,
    published_at  timestamptz,
    -- Sorts by when it was published: the key of every list and timeline. Null: it is not.
    place         uuid,
    edited_at     timestamptz,
    deleted_at    timestamptz,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    constraint posts_kind check (kind in ('text', 'image', 'video', 'reel', 'carousel')),
    constraint posts_visibility check (visibility in ('public', 'followers', 'private')),
    constraint posts_comments_from check (comments_from in ('everyone', 'followers', 'nobody')),
    constraint posts_state check (state in ('draft', 'scheduled', 'published')),
    constraint posts_published check ((state = 'published') = (published_at is not null)
                                      and (state = 'published') = (place is not null)),
    constraint posts_scheduled check ((state = 'scheduled') = (publish_at is not null)),
    constraint posts_caption_length check (char_length(caption) <= 2200),
    constraint posts_one_original check (repost_of is null or quote_of is null)
);

-- Whose posts: the newest first, as they are seen.
create index posts_by_author on posts (author_id, place desc) where state = 'published' and deleted_at is null;
create index posts_public on posts (place desc) where state = 'published' and deleted_at is null
    and visibility = 'public' and repost_of is null;
create index posts_unpublished on posts (author_id, id desc) where state <> 'published' and deleted_at is null;
create index posts_mine on posts (author_id, id desc);
create index posts_due on posts (publish_at) where state = 'scheduled' and deleted_at is null;
-- Nobody reposts the same post twice.
create unique index posts_reposted_once on posts (repost_of, author_id) where repost_of is not null and deleted_at is null;
create index posts_reposts on posts (repost_of, id desc) where repost_of is not null;
create index posts_quotes on posts (quote_of, id desc) where quote_of is not null;
create index posts_deleted on posts (deleted_at) where deleted_at is not null;

-- Counters in rows of their own: narrow, and rewritten in place, while the post rests.
create table post_counts (
    post_id       uuid        primary key references posts (id) on delete cascade,
    like_count    bigint      not null default 0,
    comment_count bigint      not null default 0,
    -- Reposts and quotes.
    share_count   bigint      not null default 0,
    save_count    bigint      not null default 0,
    created_at    timestamptz not null,
    constraint post_counts_not_negative check (like_count >= 0 and comment_count >= 0 and share_count >= 0
                                               and save_count >= 0)
) with (fillfactor = 50);

create table post_media (
    post_id    uuid        not null references posts (id) on delete cascade,
    media_id   uuid        not null references media (id) on delete cascade,
    place      smallint    not null,
    created_at timestamptz not null,
    primary key (post_id, place),
    constraint post_media_once unique (post_id, media_id),
    constraint post_media_place check (place between 0 and 9)
);

create index post_media_of on post_media (media_id);

-- What a post said before it was edited.
create table post_edits (
    id         uuid        primary key,
    post_id    uuid        not null references posts (id) on delete cascade,
    caption    text        not null,
    location   text,
    created_at timestamptz not null
);

create index post_edits_of on post_edits (post_id, id desc);

-- Hashtags, folded; as somebody first wrote it, for show.
create table hashtags (
    id         uuid        primary key,
    tag        text        collate "C" not null,
    shown      text        not null,
    -- Not to be shown among what is trending.
    hidden_at  timestamptz,
    created_at timestamptz not null,
    constraint hashtags_once unique (tag),
    constraint hashtags_length check (char_length(tag) between 1 and 100)
);

create table post_hashtags (
    post_id    uuid        not null references posts (id) on delete cascade,
    hashtag_id uuid        not null references hashtags (id) on delete cascade,
    -- Whether it stands in the caption, or was given beside it.
    in_caption boolean     not null,
    created_at timestamptz not null,
    primary key (post_id, hashtag_id)
);

create index post_hashtags_of on post_hashtags (hashtag_id, post_id desc);

create table post_mentions (
    post_id    uuid        not null references posts (id) on delete cascade,
    user_id    uuid        not null references users (id) on delete cascade,
    created_at timestamptz not null,
    primary key (post_id, user_id)
);

create index post_mentions_of on post_mentions (user_id, post_id desc);

create table post_likes (
    post_id    uuid        not null references posts (id) on delete cascade,
    user_id    uuid        not null references users (id) on delete cascade,
    -- Sorts by time.
    id         uuid        not null,
    created_at timestamptz not null,
    constraint post_likes_once primary key (post_id, user_id)
);

create index post_likes_list on post_likes (post_id, id desc) include (user_id);
create index post_likes_mine on post_likes (user_id, id desc) include (post_id);

create table post_saves (
    user_id    uuid        not null references users (id) on delete cascade,
    post_id    uuid        not null references posts (id) on delete cascade,
    id         uuid        not null,
    created_at timestamptz not null,
    constraint post_saves_once primary key (user_id, post_id)
);

create index post_saves_mine on post_saves (user_id, id desc) include (post_id);
create index post_saves_of on post_saves (post_id);

create table comments (
    id         uuid        primary key,
    post_id    uuid        not null references posts (id) on delete cascade,
    author_id  uuid        references users (id) on delete cascade,
    -- What it answers; null: the post.
    parent_id  uuid        references comments (id) on delete cascade,
    -- 0 under the post.
    depth      smallint    not null default 0,
    content    text        not null,
    edited_at  timestamptz,
    -- A deleted one that has answers keeps its place, without words and author.
    deleted_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint comments_deleted check ((deleted_at is null) = (author_id is not null)
                                       and (deleted_at is null or content = '')),
    constraint comments_length check (char_length(content) <= 2200),
    constraint comments_depth check (depth >= 0)
);

create index comments_under_post on comments (post_id, id) where parent_id is null;
create index comments_of_post on comments (post_id, id desc);
create index comments_answers on comments (parent_id, id) where parent_id is not null;
create index comments_mine on comments (author_id, id desc);

create table comment_counts (
    comment_id  uuid        primary key references comments (id) on delete cascade,
    like_count  bigint      not null default 0,
    reply_count bigint      not null default 0,
    created_at  timestamptz not null,
    constraint comment_counts_not_negative check (like_count >= 0 and reply_count >= 0)
) with (fillfactor = 50);

create table comment_likes (
    comment_id uuid        not null references comments (id) on delete cascade,
    user_id    uuid        not null references users (id) on delete cascade,
    id         uuid        not null,
    created_at timestamptz not null,
    constraint comment_likes_once primary key (comment_id, user_id)
);

create index comment_likes_list on comment_likes (comment_id, id desc) include (user_id);
create index comment_likes_mine on comment_likes (user_id);

create table comment_mentions (
    comment_id uuid        not null references comments (id) on delete cascade,
    user_id    uuid        not null references users (id) on delete cascade,
    created_at timestamptz not null,
    primary key (comment_id, user_id)
);

create index comment_mentions_of on comment_mentions (user_id);

-- The one answer to "may that viewer see this post?", for every door: a page, a list, a search, a feed, a stream, a count.
-- A repost is seen where its original is. In one piece: a function of SQL that calls another has it planned anew at every
-- call, and twenty posts of a page took 7 ms instead of half a one. It says what is_open_to and is_hidden_from say; whoever
-- changes one changes all.
create function may_see_post(viewer uuid, post posts) returns boolean
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
