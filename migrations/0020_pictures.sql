-- The files that profiles show. Their addresses stand in `profile_picture_url` and `profile_banner_url`, as do those of
-- pictures elsewhere: whatever shows a person reads one column.

alter table users
    add column profile_picture_id uuid references media (id) on delete set null,
    add column profile_banner_id  uuid references media (id) on delete set null;

create index users_profile_pictures on users (profile_picture_id) where profile_picture_id is not null;
create index users_profile_banners on users (profile_banner_id) where profile_banner_id is not null;
