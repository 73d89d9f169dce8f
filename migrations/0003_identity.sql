-- People and their ways in.

create table users (
    id                uuid        primary key,
    username          text        not null,
    email             text        not null,
    email_verified_at timestamptz,
    password_hash     text,
    first_name        text,
    last_name         text,
    role              text        not null default 'member',
    last_login_at     timestamptz,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    constraint users_role check (role in ('member', 'woman', 'sponsor', 'admin')),
    constraint users_username_length check (char_length(username) between 3 and 50)
);

-- Names and addresses are kept as written and compared without case.
create unique index users_username_taken on users (lower(username));
create unique index users_email_taken on users (lower(email));

-- One row a signed-in device: the family of its refresh tokens.
create table sessions (
    id         uuid        primary key,
    user_id    uuid        not null references users (id) on delete cascade,
    ip         text,
    user_agent text,
    created_at timestamptz not null,
    seen_at    timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_why text,
    constraint sessions_revoked check ((revoked_at is null) = (revoked_why is null))
);

create index sessions_user on sessions (user_id);
create index sessions_expires on sessions (expires_at);

-- Each refresh token is good once. Used ones are kept until they expire: showing one again gives the thief away.
create table refresh_tokens (
    hash       bytea       primary key,
    session_id uuid        not null references sessions (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);

create index refresh_tokens_session on refresh_tokens (session_id);
create index refresh_tokens_expires on refresh_tokens (expires_at);

-- The token in the mail is this id, signed: a mail sent twice holds the same link, and nothing secret is stored.
create table email_verifications (
    id         uuid        primary key,
    user_id    uuid        not null references users (id) on delete cascade,
    email      text        not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);

create index email_verifications_user on email_verifications (user_id, created_at desc);
create index email_verifications_expires on email_verifications (expires_at);
