-- One-time codes by text message: whoever reads them holds the phone.

-- One row a number: the next code takes the place of the last, so that one is good at a time, and Postgres decides
-- which of two requests at once sends it. The code itself is nowhere: it is the id, signed.
create table phone_codes (
    phone      text        primary key,
    id         uuid        not null,
    tries      smallint    not null default 0,
    created_at timestamptz not null,
    -- The next code is not sent before.
    resend_at  timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);

create unique index phone_codes_id on phone_codes (id);
create index phone_codes_expires on phone_codes (expires_at);

-- How many codes were sent to a number, to the range it lies in, and on behalf of an address, until the count begins
-- anew. Here and not in Redis: a text costs money, and its limit has to hold while Redis is away.
create table code_quotas (
    word       text        primary key,
    sent       integer     not null,
    created_at timestamptz not null,
    resets_at  timestamptz not null
);

create index code_quotas_resets on code_quotas (resets_at);
