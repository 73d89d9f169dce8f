-- Answers to POSTs that carried an Idempotency-Key. The row commits in the transaction of the effect it answers for;
-- while the first request runs it holds an advisory lock on the key instead, which dies with its connection.
create table idempotency_keys (
    -- SHA-256 over who asked and the key they sent.
    key          bytea       primary key,
    -- SHA-256 over method, path and body.
    fingerprint  bytea       not null,
    status       smallint    not null,
    content_type text        not null,
    body         bytea       not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null
);

create index idempotency_keys_expires on idempotency_keys (expires_at);
