-- A second thing to show on the way in: the codes of an authenticator, and codes on paper for when it is lost.

-- A person's authenticator. Until a code has confirmed it, it asks nobody for anything.
create table second_factors (
    user_id      uuid        primary key references users (id) on delete cascade,
    -- Sealed with a key of the service: whoever reads the table makes no codes.
    secret       bytea       not null,
    confirmed_at timestamptz,
    -- The last half minute whose code was taken. Steps only go forward, so that each code is good once.
    last_step    bigint      not null default 0,
    -- Wrong codes since `wrong_since`, whatever they were shown for.
    wrong_tries  smallint    not null default 0,
    wrong_since  timestamptz,
    -- When their owner was last told that somebody guesses.
    told_at      timestamptz,
    created_at   timestamptz not null
);

-- Each is good once. They are random enough that a plain hash is as good as a slow one.
create table recovery_codes (
    user_id    uuid        not null references users (id) on delete cascade,
    hash       bytea       not null,
    used_at    timestamptz,
    created_at timestamptz not null,
    primary key (user_id, hash)
);

-- Somebody showed the first thing and was asked for the second. What they hold is this id, signed.
create table second_factor_challenges (
    id          uuid        primary key,
    user_id     uuid        not null references users (id) on delete cascade,
    -- What they had shown.
    way         text        not null,
    wrong_tries smallint    not null default 0,
    used_at     timestamptz,
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    constraint second_factor_challenges_way check (way in ('password', 'code', 'provider'))
);

create index second_factor_challenges_user on second_factor_challenges (user_id);
create index second_factor_challenges_expires on second_factor_challenges (expires_at);

-- A person's list of sessions, the last used first.
create index sessions_standing on sessions (user_id, seen_at desc, id desc) where revoked_at is null;
