-- What happened to a person, grouped: "Ann and 12 others like your post" is one row of one day.

create table notifications (
    id          uuid        primary key,
    user_id     uuid        not null references users (id) on delete cascade,
    kind        text        not null,
    -- What it is about. Null: about the person themselves (somebody follows them).
    target_type text,
    target_id   uuid,
    -- The span of time that is grouped: its beginning.
    bucket      timestamptz not null,
    -- Exactly how many people did it, and the latest of them.
    actor_count integer     not null default 0,
    actor_ids   uuid[]      not null default '{}',
    -- Words, where the kind has none of its own.
    content     text,
    read_at     timestamptz,
    -- Sorts by when something was last added: the key of the list, and the id of the event in a stream.
    place       uuid        not null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    constraint notifications_grouped unique nulls not distinct (user_id, kind, target_type, target_id, bucket),
    constraint notifications_target check ((target_type is null) = (target_id is null)),
    constraint notifications_actors check (actor_count >= 0)
);

create unique index notifications_list on notifications (user_id, place desc);
create index notifications_unread on notifications (user_id) where read_at is null;

-- Installations of applications that get pushes.
create table devices (
    id           uuid        primary key,
    user_id      uuid        not null references users (id) on delete cascade,
    -- The session that registered it: it ends with it.
    session_id   uuid        not null references sessions (id) on delete cascade,
    platform     text        not null,
    token        text        not null,
    created_at   timestamptz not null,
    last_used_at timestamptz not null,
    constraint devices_platform check (platform in ('android', 'ios', 'web')),
    -- An installation belongs to whoever signed in last.
    constraint devices_token_once unique (token)
);

create index devices_of on devices (user_id);
create index devices_session on devices (session_id);
