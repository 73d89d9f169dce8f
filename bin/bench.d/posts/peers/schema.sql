-- The tables of the peer, as the sources have them: made anew for each run, with the posts that Commons has.
drop schema if exists posts_bench_peer cascade;
create schema posts_bench_peer;
set search_path = posts_bench_peer, public;

create table posts (
    id            uuid        primary key default gen_random_uuid(),
    user_id       uuid        not null references users (id) on delete cascade,
    caption       text,
    content_type  varchar(20) not null default 'text',
    like_count    integer     not null default 0,
    comment_count integer     not null default 0,
    share_count   integer     not null default 0,
    is_published  boolean     not null default true,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    deleted_at    timestamptz
);

create table likes (
    id         uuid        primary key default gen_random_uuid(),
    user_id    uuid        not null references users (id) on delete cascade,
    post_id    uuid        not null references posts (id) on delete cascade,
    created_at timestamptz not null default now(),
    unique (user_id, post_id)
);

create table comments (
    id         uuid        primary key default gen_random_uuid(),
    post_id    uuid        not null references posts (id) on delete cascade,
    user_id    uuid        not null references users (id) on delete cascade,
    content    text        not null,
    like_count integer     not null default 0,
    created_at timestamptz not null default now(),
    deleted_at timestamptz
);

create table hashtags (
    id         uuid         primary key default gen_random_uuid(),
    tag        varchar(100) not null unique,
    use_count  integer      not null default 0,
    created_at timestamptz  not null default now()
);

create table post_hashtags (
    id         uuid primary key default gen_random_uuid(),
    post_id    uuid not null references posts (id) on delete cascade,
    hashtag_id uuid not null references hashtags (id) on delete cascade,
    unique (post_id, hashtag_id)
);

create table notifications (
    id          uuid        primary key default gen_random_uuid(),
    user_id     uuid        not null references users (id) on delete cascade,
    actor_id    uuid        references users (id) on delete cascade,
    type        varchar(50) not null,
    target_type varchar(50),
    target_id   uuid,
    is_read     boolean     not null default false,
    created_at  timestamptz not null default now()
);

insert into posts (id, user_id, caption, created_at, updated_at)
select id, author_id, caption, created_at, created_at from public.posts where deleted_at is null;

create index on posts (user_id);
create index on posts (created_at);
create index on posts using gin (to_tsvector('simple', caption));
create index on likes (post_id);
create index on comments (post_id);
create index on comments (user_id);
create index on hashtags (use_count);
create index on post_hashtags (hashtag_id);
create index on notifications (user_id);
create index on notifications (created_at);
create index on notifications (is_read);
analyze;
