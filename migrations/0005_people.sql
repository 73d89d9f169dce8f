-- People: how they show themselves, how they can be reached, and how their account stands.

create extension if not exists pg_trgm;

-- Who signs in by phone, or by a provider that keeps the address to itself, has no e-mail address.
alter table users
    alter column email drop not null,
    add column phone               text,
    add column phone_verified_at   timestamptz,
    add column display_name        text,
    add column full_name           text,
    add column bio                 text,
    add column profile_picture_url text,
    add column profile_banner_url  text,
    add column location            text,
    add column website             text,
    add column education_level     text,
    add column institution         text,
    add column verification_level  text        not null default 'none',
    add column is_premium          boolean     not null default false,
    add column is_business         boolean     not null default false,
    add column business_info       jsonb,
    -- A follow of a private account is a request until its owner accepts it.
    add column is_private          boolean     not null default false,
    -- Who sees when they were last here, who may write to them, who finds them by their number.
    add column last_seen_to        text        not null default 'everyone',
    add column messages_from       text        not null default 'everyone',
    add column found_by_phone      boolean     not null default true,
    add column last_seen_at        timestamptz,
    -- How the account stands. None of them set: active.
    add column deactivated_at      timestamptz,
    add column suspended_at        timestamptz,
    add column suspended_until     timestamptz,
    add column suspended_why       text,
    add column delete_at           timestamptz,
    -- What a deleted account leaves behind is a row without a person: others' rows may still point at it.
    add column deleted_at          timestamptz,
    add constraint users_verification_level check (verification_level in ('none', 'blue', 'gold', 'premium')),
    add constraint users_last_seen_to check (last_seen_to in ('everyone', 'followers', 'contacts', 'nobody')),
    add constraint users_messages_from check (messages_from in ('everyone', 'followers', 'nobody')),
    add constraint users_suspended check ((suspended_at is null) = (suspended_why is null));

create unique index users_phone_taken on users (phone);
create index users_delete_at on users (delete_at) where delete_at is not null;
-- Lists by filter, the newest first: an id sorts by the time it was made.
create index users_by_role on users (role, id desc);
create index users_by_location on users (lower(location), id desc) where location is not null;
create index users_by_verification on users (verification_level, id desc) where verification_level <> 'none';
-- A search for the beginning of a username.
create index users_username_prefix on users ((lower(username) collate "C"));

-- Counters in rows of their own: narrow, so that a popular person's is rewritten in place, and the person's row rests.
create table user_counts (
    user_id         uuid        primary key references users (id) on delete cascade,
    follower_count  bigint      not null default 0,
    following_count bigint      not null default 0,
    post_count      bigint      not null default 0,
    created_at      timestamptz not null,
    constraint user_counts_not_negative check (follower_count >= 0 and following_count >= 0 and post_count >= 0)
) with (fillfactor = 50);

insert into user_counts (user_id, created_at) select id, created_at from users;

-- What a person can do (skill), cares for (interest) and studies (subject), in folded form beside what they wrote.
create table user_topics (
    user_id    uuid        not null references users (id) on delete cascade,
    kind       text        not null,
    folded     text        not null,
    topic      text        not null,
    place      smallint    not null,
    created_at timestamptz not null,
    primary key (user_id, kind, folded),
    constraint user_topics_kind check (kind in ('skill', 'interest', 'subject'))
);

create index user_topics_found on user_topics (kind, folded, user_id desc);

-- The words of people's names, folded: each once, so that the nearest to a misspelt one are few to look through.
-- Collated by byte: the words that begin alike are a range.
create table name_words (
    word       text        collate "C" primary key,
    created_at timestamptz not null
);

create index name_words_alike on name_words using gin (word gin_trgm_ops);

-- Words that share enough of their letters with a misspelt one, the likest first. Two letters swapped in a short word
-- leave little in common: the bar is lower than usual, and who asks looks closer.
create function words_alike(wanted text, most bigint) returns setof text
    language sql stable parallel safe rows 100
    set pg_trgm.similarity_threshold = 0.2
    as $$ select word from name_words where word % wanted order by similarity(word, wanted) desc, word limit most $$;

create table user_words (
    word       text        collate "C" not null references name_words (word),
    user_id    uuid        not null references users (id) on delete cascade,
    created_at timestamptz not null,
    primary key (user_id, word)
);

create index user_words_prefix on user_words (word, user_id);
