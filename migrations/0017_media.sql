-- Files of people: pictures, videos, sounds, documents. The bytes lie in the storage under `media/{owner}/{id}/…`; here
-- is what is known of them.

create table media (
    id           uuid        primary key,
    owner_id     uuid        not null references users (id) on delete cascade,
    kind         text        not null,
    -- What the bytes are, whatever their name says. Of a direct upload, until it is complete, what was announced.
    content_type text        not null,
    filename     text,
    alt          text,
    state        text        not null,
    -- Why it failed or is kept apart: a code.
    failure      text,
    -- Of the original as it is stored.
    size         bigint      not null,
    sha256       bytea,
    -- As it is looked at: after the camera's turn.
    width        integer,
    height       integer,
    duration_ms  bigint,
    blurhash     text,
    animated     boolean     not null default false,
    -- How far the work on it is, in percent.
    progress     smallint    not null default 0,
    -- How many things show it. Nobody uses it since …: an orphan is purged.
    uses         integer     not null default 0,
    unused_since timestamptz,
    -- Of an upload that goes to the storage directly: its id there, and until when it may be completed.
    upload_id    text,
    upload_until timestamptz,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    constraint media_kind check (kind in ('image', 'video', 'audio', 'document')),
    constraint media_state check (state in ('reserved', 'uploaded', 'processing', 'ready', 'failed', 'quarantined',
                                            'expired', 'deleting')),
    constraint media_failed check ((state in ('failed', 'quarantined')) = (failure is not null)),
    constraint media_progress check (progress between 0 and 100),
    constraint media_uses check (uses >= 0),
    constraint media_size check (size >= 0)
);

create index media_mine on media (owner_id, id desc);
create index media_unused on media (unused_since) where unused_since is not null;
create index media_uploads on media (upload_until) where upload_until is not null;
create index media_deleting on media (updated_at) where state = 'deleting';

-- What was made of a file. The original is one too, once nothing in it tells where it was made.
create table media_variants (
    media_id     uuid        not null references media (id) on delete cascade,
    -- original, small (160), medium (640), large (1600), poster, hls
    name         text        not null,
    content_type text        not null,
    key          text        not null,
    width        integer,
    height       integer,
    size         bigint      not null,
    created_at   timestamptz not null,
    primary key (media_id, name, content_type),
    constraint media_variants_size check (size >= 0)
);
