-- Passwords and addresses after registration.

-- Somebody asked for a new password for this address. Written whether or not it has an account, so that asking takes as
-- long; a job finds out, and deletes the row where there is none. The token in the mail is the id, signed.
create table password_resets (
    id         uuid        primary key,
    email      text        not null,
    user_id    uuid        references users (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);

create index password_resets_user on password_resets (user_id);
create index password_resets_expires on password_resets (expires_at);

-- How many mails of a kind somebody was sent: a keyed hash of whom, so that the table names nobody.
create table mail_allowances (
    whom       bytea       primary key,
    last_at    timestamptz not null,
    hour_at    timestamptz not null,
    in_hour    integer     not null,
    created_at timestamptz not null
);

create index mail_allowances_last on mail_allowances (last_at);

-- A question may also be: shall this address be the account's? The one it would take the place of is told.
alter table email_verifications
    add column is_change boolean not null default false,
    add column replaces  text;
