-- Address books: whom a person keeps, and who of the numbers on their telephone is here.

create table contacts (
    owner_id   uuid        not null references users (id) on delete cascade,
    person_id  uuid        not null references users (id) on delete cascade,
    -- Sorts by time: the key of the list.
    id         uuid        not null,
    -- What the owner calls them.
    name       text,
    created_at timestamptz not null,
    constraint contacts_once primary key (owner_id, person_id),
    constraint contacts_not_oneself check (owner_id <> person_id)
);

create index contacts_list on contacts (owner_id, id desc) include (person_id, name);
create index contacts_of on contacts (person_id);

-- Numbers are compared as salted hashes. The salt is made once for an installation and stands in a function, because an
-- index stands on it: replacing the function makes that index wrong.
do $$
begin
    execute format(
        'create function contact_salt() returns text language sql immutable parallel safe return %L',
        replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));
end
$$;

-- A number is a plus and digits: decode finds nothing to unescape. Unlike convert_to it is immutable.
create function phone_hash(phone text) returns bytea
    language sql immutable strict parallel safe
    return sha256(decode(contact_salt() || phone, 'escape'));

-- An index over what is computed, not a column: nobody who writes a number can forget it.
create index users_phone_hash on users (phone_hash(phone)) where phone is not null;
