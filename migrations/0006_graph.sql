-- Who follows, asks to follow, blocks and mutes whom.

create table follows (
    follower_id  uuid        not null references users (id) on delete cascade,
    following_id uuid        not null references users (id) on delete cascade,
    -- Sorts by time: the key of both lists.
    id           uuid        not null,
    created_at   timestamptz not null,
    constraint follows_once primary key (follower_id, following_id),
    constraint follows_not_oneself check (follower_id <> following_id)
);

create index follows_followers on follows (following_id, id desc) include (follower_id);
create index follows_following on follows (follower_id, id desc) include (following_id);

-- A follow that its private object has not answered.
create table follow_requests (
    follower_id  uuid        not null references users (id) on delete cascade,
    following_id uuid        not null references users (id) on delete cascade,
    id           uuid        not null,
    created_at   timestamptz not null,
    constraint follow_requests_once primary key (follower_id, following_id),
    constraint follow_requests_not_oneself check (follower_id <> following_id)
);

create index follow_requests_received on follow_requests (following_id, id desc) include (follower_id);
create index follow_requests_sent on follow_requests (follower_id, id desc) include (following_id);

create table blocks (
    blocker_id uuid        not null references users (id) on delete cascade,
    blocked_id uuid        not null references users (id) on delete cascade,
    id         uuid        not null,
    created_at timestamptz not null,
    constraint blocks_once primary key (blocker_id, blocked_id),
    constraint blocks_not_oneself check (blocker_id <> blocked_id)
);

create index blocks_list on blocks (blocker_id, id desc) include (blocked_id);
create index blocks_of on blocks (blocked_id, blocker_id);

create table mutes (
    muter_id   uuid        not null references users (id) on delete cascade,
    muted_id   uuid        not null references users (id) on delete cascade,
    id         uuid        not null,
    -- Null: until it is lifted.
    muted_until timestamptz,
    created_at timestamptz not null,
    constraint mutes_once primary key (muter_id, muted_id),
    constraint mutes_not_oneself check (muter_id <> muted_id)
);

create index mutes_list on mutes (muter_id, id desc) include (muted_id);
create index mutes_of on mutes (muted_id);
create index mutes_until on mutes (muted_until) where muted_until is not null;

-- Whom a person does not want to be offered again.
create table suggestion_dismissals (
    user_id      uuid        not null references users (id) on delete cascade,
    dismissed_id uuid        not null references users (id) on delete cascade,
    created_at   timestamptz not null,
    primary key (user_id, dismissed_id)
);

create index suggestion_dismissals_of on suggestion_dismissals (dismissed_id);

-- The most followed, written anew every hour: an index on the counter would make each follow rewrite it, and a counter
-- that is rewritten in place is what lets thousands follow one person at once.
create table popular_people (
    user_id    uuid        primary key references users (id) on delete cascade,
    place      integer     not null,
    created_at timestamptz not null
);

create index popular_people_places on popular_people (place);

-- What is between two people changes while their lock is held, and only then. It is taken before any row is locked; a
-- snapshot from before it may be stale, so the statement that takes it decides nothing.
create function pair_key(one uuid, other uuid) returns bigint
    language sql immutable parallel safe
    return hashtextextended(least(one, other)::text || greatest(one, other)::text, 0);

-- Whether an account stands, for everybody but its owner. Plain enough to become part of the query that asks.
create function is_active(person users) returns boolean
    language sql immutable parallel safe
    return person.deactivated_at is null and person.suspended_at is null and person.delete_at is null
        and person.deleted_at is null;

-- The one answer to "does this person exist for that viewer?", for every door: a list, a search, a count, a stream.
-- Blocks hide both ways; an account that is suspended, deactivated or leaving is hidden from everybody but its owner.
-- Its cost is said so that a query asks it last, of those rows that fit otherwise.
create function is_hidden_from(viewer uuid, person uuid) returns boolean
    language sql stable parallel safe cost 20000
    return viewer <> person and (
        exists (select from blocks where blocker_id = viewer and blocked_id = person)
        or exists (select from blocks where blocker_id = person and blocked_id = viewer)
        or not exists (select from users where id = person and is_active(users)));

-- The one answer to "may that viewer see what this person shares with followers?": their lists, later their posts.
create function is_open_to(viewer uuid, person uuid) returns boolean
    language sql stable parallel safe cost 40000
    return viewer = person or (
        not is_hidden_from(viewer, person)
        and (exists (select from users where id = person and not is_private)
             or exists (select from follows where follower_id = viewer and following_id = person)));
