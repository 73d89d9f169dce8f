-- Whom a person hears of, and what they are told of, as rows (see 0029): a delivery spent 8 ms on having functions of one row
-- planned, and no other time to speak of.

-- Whom somebody sees and does not mute.
create function people_heard_by(viewer uuid, at timestamptz) returns setof users
    language sql stable parallel safe
    as $$
        select person.* from people_seen_by(viewer) person
        where not exists (select from mutes
                          where muter_id = viewer and muted_id = person.id and coalesce(muted_until > at, true)
                          offset 0)
    $$;

-- The one answer to "which notifications is that person told of?", by a push or a mail: those they have, if their account
-- stands, done by somebody they want to hear of.
create function notifications_told(viewer uuid, at timestamptz) returns setof notifications
    language sql stable parallel safe
    as $$
        select n.* from notifications_of(viewer) n
        where exists (select from users where id = viewer and is_active(users) offset 0)
          and (n.actor_count = 0
               or exists (select from unnest(n.actor_ids) as actor (id) join people_heard_by(viewer, at) person using (id)
                          offset 0))
    $$;

-- What those who did it are called, but for those whom the person does not want to hear of. The latest has place 1.
create function actors_told(actors uuid[], viewer uuid, at timestamptz) returns table (name text, place bigint)
    language sql stable parallel safe
    as $$
        select coalesce(nullif(person.display_name, ''), nullif(person.full_name, ''), person.username), actor.place
        from unnest(actors) with ordinality as actor (id, place) join people_heard_by(viewer, at) person using (id)
    $$;

-- For the version before this one.
create or replace function is_to_be_told(n notifications, at timestamptz) returns boolean
    language sql stable parallel safe cost 100000
    return exists (select from notifications_told(n.user_id, at) told where told.id = n.id);

create or replace function actor_names(n notifications, at timestamptz) returns text[]
    language sql stable parallel safe cost 100000
    return array(select name from actors_told(n.actor_ids, n.user_id, at) order by place);
