-- The job engine under silent faults: lost answers, half-open connections, clocks that differ, and people who crowd.

-- `lane` 0 is everybody; 1 to 62 are people who have enqueued more than their share, 63 are retries. A lane is served in
-- turn with the others, so a crowd delays itself.
alter table jobs add column lane smallint not null default 0;

-- Whatever looks at what waits starts from the names it wants and probes each list once, so a name that is paused, or that
-- no worker knows, costs nothing however many of its jobs wait. A claim changes no column of this index.
create index jobs_waiting on jobs (name, class, lane, told_at) where told_at is not null;
drop index jobs_told;

-- One row a claim, written by the claim: what a worker holds, found without reading the backlog. `at` is the claimed_at of
-- its jobs. The worker deletes it once all of them have ended.
create table job_claims (
    worker     uuid        not null,
    token      uuid        not null,
    at         timestamptz not null default now(),
    created_at timestamptz not null default now(),
    ids        uuid[]      not null,
    primary key (worker, token)
);

-- A limit of runs at once: a slot names the run that holds it, and is free when the ledger says that this run does not
-- run. Nothing has to free it, so nothing can leak.
create table job_slots (
    key        text        not null,
    slot       smallint    not null,
    job        uuid,
    claimed_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (key, slot)
) with (fillfactor = 50);

-- A limit of starts a second, as one row that every claim of the key asks: `tat` is the theoretical arrival time of the next start.
create table job_rates (
    key        text        primary key,
    gap        interval    not null,
    burst      interval    not null,
    tat        timestamptz not null default 'epoch',
    granted    integer     not null default 0,
    created_at timestamptz not null default now()
) with (fillfactor = 50);

-- A destination that keeps failing is left alone until `open_until`, then tried by one job, the probe.
create table job_breakers (
    key        text        primary key,
    open_until timestamptz not null,
    step       smallint    not null default 0,
    probe      uuid,
    probe_at   timestamptz,
    created_at timestamptz not null default now()
) with (fillfactor = 50);

-- The sweeper's own heartbeat. A worker's silence counts only while the sweeper itself was heard without a gap, so that a
-- stall or a failover of Postgres is blamed on nobody.
create table job_sweeper (
    one         boolean     primary key default true check (one),
    beat_at     timestamptz not null default now(),
    sound_since timestamptz not null default now(),
    created_at  timestamptz not null default now()
);
insert into job_sweeper default values;

-- `engine`: what the worker's version of the engine understands, so that versions can run side by side: 0 writes no claims,
-- 1 does. `silence`: the seconds without a heartbeat after which this worker expects to be given up; roles may be
-- configured differently. `suspect`: the job it runs that has crashed a worker before; it alone is blamed for the next crash.
alter table job_workers
    add column engine  smallint not null default 0,
    add column silence double precision,
    add column suspect uuid;

-- Every list of jobs that are ready or run, found by one probe of the index a list: what it costs does not depend on how
-- much waits. `oldest` is when its oldest ready job became ready.
create function waiting_lists() returns table
    (name text, pool text, class smallint, lane smallint, paused boolean, known boolean, oldest timestamptz)
language sql stable as $$
    with recursive list as (
        (select j.name, j.pool, j.class, j.lane from jobs j where j.told_at is not null order by j.name, j.class, j.lane limit 1)
        union all
        select next.name, next.pool, next.class, next.lane from list cross join lateral (
            select j.name, j.pool, j.class, j.lane from jobs j
            where j.told_at is not null and (j.name, j.class, j.lane) > (list.name, list.class, list.lane)
            order by j.name, j.class, j.lane limit 1) as next
    )
    select list.name, list.pool, list.class, list.lane,
           exists (select from job_pauses p where p.name = list.name or p.pool = list.pool),
           exists (select from job_workers w where list.name = any(w.knows)),
           (select j.told_at from jobs j
            where j.name = list.name and j.class = list.class and j.lane = list.lane and j.told_at is not null and j.state = 'ready'
            order by j.told_at limit 1)
    from list
$$;

-- Suspensions that are overdue because their job is gone.
create index users_suspended_until on users (suspended_until) where suspended_until is not null;

-- As before, but a stretch that another partition covers already is left as it is: strays come back as the partition of the
-- time they lie in.
create or replace function ensure_finished_jobs_partitions(from_time timestamptz, to_time timestamptz) returns integer
language plpgsql as $$
declare
    slot    timestamptz := date_bin('6 hours', from_time, 'epoch');
    made    integer := 0;
    slot_name text;
begin
    while slot < to_time loop
        slot_name := 'finished_jobs_' || to_char(slot at time zone 'UTC', 'YYYYMMDD"_"HH24');
        if to_regclass(slot_name) is null
           and not exists (select from finished_jobs_rest where finished_at >= slot and finished_at < slot + interval '6 hours')
        then
            begin
                execute format('create table %I partition of finished_jobs for values from (%L) to (%L)',
                               slot_name, slot, slot + interval '6 hours');
                made := made + 1;
            exception when invalid_object_definition then
                null;
            end;
        end if;
        slot := slot + interval '6 hours';
    end loop;
    return made;
end $$;
