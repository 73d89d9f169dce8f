-- Every act of an administrator, in the API, the console or the command line. Append only.
create table admin_audit (
    id         uuid        primary key,
    -- Null: the command line, whose user is in `actor_name`.
    actor      uuid,
    actor_name text        not null,
    action     text        not null,
    target     text        not null,
    detail     jsonb       not null default '{}',
    request_id text,
    created_at timestamptz not null
);

create index admin_audit_target on admin_audit (target, id desc);
create index admin_audit_actor on admin_audit (actor, id desc);
