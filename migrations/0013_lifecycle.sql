-- Taking one's data along, and leaving.

-- One row an export: a zip at exports/{user_id}/{id}.zip in the storage, for as long as it is `ready`.
create table data_exports (
    id          uuid        primary key,
    user_id     uuid        not null references users (id) on delete cascade,
    state       text        not null default 'pending',
    size        bigint,
    created_at  timestamptz not null,
    finished_at timestamptz,
    -- Until when it can be fetched.
    expires_at  timestamptz,
    constraint data_exports_state check (
        case state
            when 'pending' then finished_at is null and expires_at is null
            when 'failed'  then finished_at is not null and expires_at is null
            when 'ready'   then finished_at is not null and expires_at is not null and size is not null
            when 'expired' then finished_at is not null and expires_at is not null
            else false
        end
    )
);

create index data_exports_user on data_exports (user_id, id desc);
-- Of two requests at once one makes an export.
create unique index data_exports_one_pending on data_exports (user_id) where state = 'pending';
create index data_exports_expires on data_exports (expires_at) where state = 'ready';
create index data_exports_waiting on data_exports (created_at) where state = 'pending';
create index data_exports_created on data_exports (created_at);

-- Names of deleted accounts rest for a while, so that nobody takes one to pass for who had it. Only a hash of the name
-- is kept: it says whether a name is one of them, not which names they are.
create table resting_names (
    hash        bytea       primary key,
    rests_until timestamptz not null,
    created_at  timestamptz not null
);

create index resting_names_until on resting_names (rests_until);

create function name_hash(name text) returns bytea
    language sql immutable parallel safe
    return sha256(convert_to(lower(name), 'UTF8'));

-- For every door through which a name is taken. After the row is written: whoever waited there for the name to be given
-- up sees that it rests.
create function refuse_resting_name() returns trigger
language plpgsql as $$
begin
    if exists (select from resting_names where hash = name_hash(new.username)) then
        raise unique_violation using constraint = 'users_username_taken', table = 'users',
            message = 'the name of a deleted account rests';
    end if;
    return null;
end $$;

create trigger users_name_rests after insert or update of username on users
    for each row execute function refuse_resting_name();
