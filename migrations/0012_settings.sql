-- What people set. No row, and an absent value, are the defaults.

create table user_settings (
    user_id       uuid        primary key references users (id) on delete cascade,
    language      text,
    theme         text,
    -- Only the switches that were moved, flat: {"like.email": true, "push": false}. Two who move different ones at once
    -- both succeed (||).
    notifications jsonb       not null default '{}',
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    constraint user_settings_language check (char_length(language) between 2 and 10),
    constraint user_settings_theme check (theme in ('system', 'light', 'dark'))
);
