-- What left the house because of a notification, by which channel, and the weekly digest.

-- One row is one push, mail or text: of any number of runs one makes it, and the same one sends it.
create table deliveries (
    id              uuid        primary key,
    notification_id uuid        not null references notifications (id) on delete cascade,
    channel         text        not null,
    -- Of a push alone.
    device_id       uuid        references devices (id) on delete cascade,
    -- How far the notification had come: whatever is added to it later is another.
    place           uuid        not null,
    -- Since when a run is at it: another waits.
    begun_at        timestamptz,
    sent_at         timestamptz,
    created_at      timestamptz not null,
    constraint deliveries_channel check (channel in ('push', 'email', 'sms')),
    constraint deliveries_device check ((channel = 'push') = (device_id is not null)),
    constraint deliveries_once unique nulls not distinct (notification_id, channel, device_id, place)
);

create index deliveries_to on deliveries (device_id) where device_id is not null;

-- The zones that people may choose: those this Postgres reckons with. A newer one comes with a migration.
create table timezones (
    name       text        primary key,
    created_at timestamptz not null
);

insert into timezones (name, created_at)
select name, now() from pg_timezone_names
where name = 'UTC' or name ~ '^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/';

-- Null: as the house has it.
alter table user_settings add column timezone text;
alter table user_settings add constraint user_settings_timezone_known foreign key (timezone) references timezones (name);

-- When in its hour a person's digest comes: not all at once. The last byte of an id is chance.
create function digest_minute(person uuid) returns integer
    language sql immutable parallel safe strict
    return get_byte(uuid_send(person), 15) * 60 / 256;

create index users_digest on users (digest_minute(id), id) where email_verified_at is not null and deleted_at is null;
create index user_settings_timezone on user_settings (timezone, digest_minute(user_id), user_id) where timezone is not null;

-- Who is, or was, sent the digest of a week.
create table digests (
    user_id    uuid        not null references users (id) on delete cascade,
    -- The Monday it came on, where the person is.
    week       date        not null,
    begun_at   timestamptz,
    sent_at    timestamptz,
    created_at timestamptz not null,
    constraint digests_once primary key (user_id, week)
);

create index digests_old on digests (week);

-- Whether a person is to be told of it: it is theirs to see as the world is now, and somebody did it whom they neither
-- block, are blocked by, nor mute.
create function is_to_be_told(n notifications, at timestamptz) returns boolean
    language sql stable parallel safe cost 100000
    return exists (select from users where id = n.user_id and is_active(users))
        and exists (select from notifications_of(n.user_id) as shown where shown.id = n.id)
        and (n.actor_count = 0 or exists (
                select from unnest(n.actor_ids) as actor
                where not is_hidden_from(n.user_id, actor)
                  and not exists (select from mutes where muter_id = n.user_id and muted_id = actor
                                  and coalesce(muted_until > at, true))));

-- What those who did it are called, the latest first, but for those whom the person does not want to hear of.
create function actor_names(n notifications, at timestamptz) returns text[]
    language sql stable parallel safe cost 100000
    return array(
        select coalesce(nullif(users.display_name, ''), nullif(users.full_name, ''), users.username)
        from unnest(n.actor_ids) with ordinality as actor (id, place) join users on users.id = actor.id
        where not is_hidden_from(n.user_id, actor.id)
          and not exists (select from mutes where muter_id = n.user_id and muted_id = actor.id
                          and coalesce(muted_until > at, true))
        order by actor.place);
