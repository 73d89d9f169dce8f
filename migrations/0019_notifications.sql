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
    -- The latest thing that was counted: what came later is news.
    latest      uuid,
    -- Words, where the kind has none of its own.
    content     text,
    read_at     timestamptz,
    -- Deleted by its reader. The row stays, or the next count would bring it back; something new does.
    dismissed_at timestamptz,
    -- Sorts by when something was last added: the key of the list, and the id of the event in a stream.
    place       uuid        not null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    constraint notifications_grouped unique nulls not distinct (user_id, kind, target_type, target_id, bucket),
    constraint notifications_target check ((target_type is null) = (target_id is null)),
    constraint notifications_actors check (actor_count >= 0),
    constraint notifications_dismissed check (dismissed_at is null or read_at is not null)
);

create unique index notifications_list on notifications (user_id, place desc);
create index notifications_unread on notifications (user_id, place desc) where read_at is null;
create index notifications_age on notifications (updated_at);

-- How far the places of a person's notifications are given out. Whoever writes one holds this row until they commit: so
-- places are seen in their order, and a stream that has shown one has shown all before it.
create table notification_places (
    user_id    uuid        primary key references users (id) on delete cascade,
    place      uuid        not null,
    created_at timestamptz not null
) with (fillfactor = 50);

-- The one answer to "which notifications does that person have?", for every door: a list, a count, a stream, a push, a
-- mail. What one is about must be shown to them, and one of those who did it. Returns rows, so that it becomes part of the
-- query that asks, with the indexes that its conditions find; a person's own posts and comments, which most are about, are
-- looked at before anything is asked that costs more. `offset 0`: each is looked up by its key, never all of them at once,
-- however few there were when the query was planned. A text, so that it knows columns that come later.
create function notifications_of(viewer uuid) returns setof notifications
    language sql stable parallel safe cost 100000
    as $$
        select n.* from notifications n
        where n.user_id = viewer and n.dismissed_at is null
          and (n.actor_count = 0
               or exists (select from unnest(n.actor_ids) as actor where not is_hidden_from(viewer, actor)))
          and case n.target_type
              when 'post' then exists (
                  select from posts p
                  where p.id = n.target_id
                    and case when p.author_id = viewer then p.deleted_at is null else may_see_post(viewer, p) end
                  offset 0)
              when 'comment' then exists (
                  select from comments c join posts p on p.id = c.post_id
                  where c.id = n.target_id and c.deleted_at is null
                    and (c.author_id = viewer or not is_hidden_from(viewer, c.author_id))
                    and case when p.author_id = viewer then p.deleted_at is null else may_see_post(viewer, p) end
                  offset 0)
              else true end
    $$;

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
