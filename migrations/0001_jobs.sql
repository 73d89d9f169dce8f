-- The ledger of the job engine: what has to run, what runs, and (in finished_jobs) what ran.
-- docs/JOBS.md draws the states; platform/src/jobs/ledger.rs holds every statement of the hot path.

-- Live rows only. A finished job leaves for finished_jobs in the statement that finishes it, so this table stays as
-- small as the work that waits.
--
-- The hot path is insert, claim (update), finish (delete). No column that a claim changes is in an index or in an
-- index's predicate, and the pages keep room for one new version of each of their rows: the claim is a heap-only
-- update that touches no index. `state` is in no index for that reason; `told_at` stands in for it (below).
create table jobs (
    id           uuid        primary key,
    -- Raised by every claim: the fence. A finish names the epoch it was given and fails when another has taken over.
    epoch        integer     not null default 0,
    attempt      smallint    not null default 0,
    max_attempts smallint    not null,
    -- How often a worker died holding it. Three times: quarantined, not looped.
    crashes      smallint    not null default 0,
    -- 0 urgent, 1 normal, 2 bulk.
    class        smallint    not null,
    -- How many enqueues this row stands for (coalescing).
    merged       integer     not null default 1,
    -- Since when it can run (ready) or runs: not null exactly in these two states.
    told_at      timestamptz,
    -- When its ticket was last sent again because the one before got lost. In no index.
    retold_at    timestamptz,
    -- When it becomes ready: not null exactly while scheduled.
    due_at       timestamptz,
    -- When it was given up: not null exactly while dead or quarantined.
    parked_at    timestamptz,
    created_at   timestamptz not null,
    claimed_at   timestamptz,
    worker       uuid,
    actor        uuid,
    state        text        not null,
    name         text        not null,
    pool         text        not null,
    payload      jsonb       not null,
    -- Held from enqueue to the first claim: one pending row per key.
    unique_key   text,
    request_id   text,
    -- W3C traceparent of the request or job that enqueued it.
    trace        text,
    samples      jsonb,
    checkpoint   jsonb,
    errors       jsonb,
    constraint jobs_state_is_told check (
        case state
            when 'ready'       then told_at is not null and due_at is null and parked_at is null
            when 'running'     then told_at is not null and due_at is null and parked_at is null and worker is not null
            when 'scheduled'   then told_at is null and due_at is not null and parked_at is null
            when 'dead'        then told_at is null and due_at is null and parked_at is not null
            when 'quarantined' then told_at is null and due_at is null and parked_at is not null
            else false
        end
    )
) with (
    fillfactor = 40,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0.2,
    autovacuum_analyze_scale_factor = 0.1,
    autovacuum_vacuum_cost_delay = 0
);

create index jobs_told on jobs (pool, class, told_at) where told_at is not null;
create index jobs_due on jobs (due_at) where due_at is not null;
create index jobs_parked on jobs (parked_at) where parked_at is not null;
create unique index jobs_one_pending_per_key on jobs (name, unique_key) where unique_key is not null;

-- What ran, for operators, for a day. Partitioned by time so that it leaves by dropping a table, not by deleting rows.
create table finished_jobs (
    id          uuid        not null,
    finished_at timestamptz not null,
    created_at  timestamptz not null,
    claimed_at  timestamptz,
    actor       uuid,
    worker      uuid,
    merged      integer     not null,
    attempt     smallint    not null,
    crashes     smallint    not null,
    class       smallint    not null,
    outcome     text        not null,
    name        text        not null,
    pool        text        not null,
    payload     jsonb       not null,
    request_id  text,
    trace       text,
    checkpoint  jsonb,
    errors      jsonb,
    constraint finished_jobs_outcome check (outcome in ('done', 'discarded'))
) partition by range (finished_at);

create index finished_jobs_id on finished_jobs (id);

-- Takes rows only where no scheduler has run for days; nothing is lost when partitions are missing.
create table finished_jobs_rest partition of finished_jobs default;

-- One partition for each six hours of [from_time, to_time). A stretch whose rows went to the default partition
-- already is left as it is.
create function ensure_finished_jobs_partitions(from_time timestamptz, to_time timestamptz) returns integer
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
            execute format('create table %I partition of finished_jobs for values from (%L) to (%L)',
                           slot_name, slot, slot + interval '6 hours');
            made := made + 1;
        end if;
        slot := slot + interval '6 hours';
    end loop;
    return made;
end $$;

select ensure_finished_jobs_partitions(now(), now() + interval '3 days');

-- One row a worker process that lives. Its heartbeat is the lease of every job it holds.
create table job_workers (
    id         uuid        primary key,
    name       text        not null,
    pools      text[]      not null,
    -- The job names it knows how to run: `explain` asks.
    knows      text[]      not null,
    slots      jsonb       not null,
    in_flight  jsonb       not null default '{}',
    -- Jobs settled in the last minute, by pool.
    settled    jsonb       not null default '{}',
    created_at timestamptz not null default now(),
    beat_at    timestamptz not null default now()
) with (fillfactor = 50);

-- What operators have stopped: a whole pool or one job name. Read by every claim, so it holds at once and everywhere.
create table job_pauses (
    pool       text,
    name       text,
    reason     text,
    paused_by  uuid,
    created_at timestamptz not null default now(),
    constraint job_pauses_scope check (num_nonnulls(pool, name) = 1),
    constraint job_pauses_pool unique (pool),
    constraint job_pauses_name unique (name)
);

-- The clock's memory: the last due time each entry of the schedule was enqueued for. Any number of schedulers
-- compare and set it; one of them wins a tick.
create table schedule_entries (
    name        text        primary key,
    last_due_at timestamptz not null,
    created_at  timestamptz not null default now()
);
