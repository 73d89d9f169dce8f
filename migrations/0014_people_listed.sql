-- Lists show those whose account stands, and a list that is counted asks nothing else of the row: what stands is in the
-- indexes by being there.
drop index users_by_role, users_by_location, users_by_verification;

create index users_listed on users (id desc) where is_active(users);
create index users_listed_by_role on users (role, id desc) where is_active(users);
-- What narrows a list further lies beside, so that whoever does not fit is passed over without looking at their row; the
-- place as it is written too, for an index of an expression alone answers nothing by itself.
create index users_listed_by_location on users (lower(location), id desc) include (location, role)
    where location is not null and is_active(users);
create index users_listed_verified on users (id desc) include (role)
    where verification_level <> 'none' and is_active(users);
create index users_listed_verified_by_location on users (lower(location), id desc) include (location, role)
    where verification_level <> 'none' and location is not null and is_active(users);
