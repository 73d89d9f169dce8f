-- Signing in with an account elsewhere.

-- A person's account elsewhere. Who they are there is `subject`, which the provider never gives to another; the address
-- is what it was when they last came, and decides nothing.
create table user_identities (
    id           uuid        primary key,
    user_id      uuid        not null references users (id) on delete cascade,
    provider     text        not null,
    subject      text        not null,
    email        text,
    created_at   timestamptz not null,
    last_used_at timestamptz not null,
    constraint user_identities_taken unique (provider, subject)
);

create index user_identities_user on user_identities (user_id, id);

-- Somebody on their way to a provider and back. What goes with them (state, nonce, the secret half of PKCE) is random or
-- derived with the key `signed_by`; none of it is kept but two hashes. Coming back deletes the row: nobody comes twice.
create table provider_attempts (
    state_hash     bytea       primary key,
    -- The cookie of the browser they left with. Whoever comes back in another is somebody else.
    browser_hash   bytea       not null,
    signed_by      text        not null,
    provider       text        not null,
    -- Where an application wants them back, with a state of its own and the public half of its PKCE.
    return_to      text,
    app_state      text,
    code_challenge text,
    -- Who wants to link an account elsewhere. Null: somebody who wants to sign in.
    user_id        uuid        references users (id) on delete cascade,
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    constraint provider_attempts_return check ((return_to is null) = (code_challenge is null))
);

create index provider_attempts_user on provider_attempts (user_id);
create index provider_attempts_expires on provider_attempts (expires_at);

-- The code that somebody brings from the provider to an application, good once and for a minute, for whoever knows the
-- secret behind the challenge.
create table provider_codes (
    hash           bytea       primary key,
    code_challenge text        not null,
    user_id        uuid        not null references users (id) on delete cascade,
    -- The account elsewhere that is to be linked to the person. Null: it is to sign them in.
    provider       text,
    subject        text,
    email          text,
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    constraint provider_codes_link check ((provider is null) = (subject is null))
);

create index provider_codes_user on provider_codes (user_id);
create index provider_codes_expires on provider_codes (expires_at);
