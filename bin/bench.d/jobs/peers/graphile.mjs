// graphile-worker (https://worker.graphile.org), on the Postgres of DATABASE_URL, in a schema of its own.
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { drain, enqueueInBulk, enqueueSingly, latency, note, peer } from './peer.mjs';

const schema = 'graphile_worker_bench';

// It logs every job that succeeds unless told not to; its own performance test tells it, too.
const logger = new Logger(() => (level, message) => /error|warning/.test(level) && note(message));

/**
 * `default` is «without batching» on its performance page: every setting its default but the concurrency, 24. `best`
 * is «with batching» there, and what was faster still on two cores: two processes (of one to three), a local queue of
 * 2000 for 500. Other concurrencies and batch delays changed nothing beyond the noise.
 */
const workers = {
  default: { concurrency: 24 },
  best: { concurrency: 24, local_queue: 2_000, batch_delay: 0 },
};
const drains = {
  default: { jobs: 20_000, processes: 1, ...workers.default },
  best: { jobs: 200_000, processes: 2, ...workers.best },
};

/** `default` is `addJobs` of its library; `best` its SQL function, which spares sending every row back. */
const bulks = {
  default: { jobs: 100_000, batch: 1_000, lanes: 1 },
  best: { jobs: 200_000, batch: 10_000, lanes: 2 },
};

const chosen = (variants, variant) => {
  if (!variants[variant]) throw new Error(`no variant ${variant}: ${Object.keys(variants).join(' or ')}`);
  return { variant, ...variants[variant] };
};

const settingsOf = ({ concurrency, local_queue = -1, batch_delay = -1 }) => ({
  concurrentJobs: concurrency,
  maxPoolSize: concurrency + 1,
  localQueue: { size: local_queue },
  completeJobBatchDelay: batch_delay,
  failJobBatchDelay: batch_delay,
});

const connection = { connectionString: process.env.DATABASE_URL, schema, logger };

async function work(options, handled) {
  const runner = await run({
    preset: { worker: { ...connection, ...settingsOf(options) } },
    taskList: { noop: async () => void handled() },
    parsedCronItems: [],
    noHandleSignals: true,
  });
  runner.promise.catch((error) => {
    note(error);
    process.exit(1);
  });
  return () => runner.stop();
}

/** `use` with utils on an empty, freshly migrated schema, which is dropped afterwards. */
async function inFreshSchema(maxPoolSize, use) {
  const utils = await makeWorkerUtils({ preset: { worker: { ...connection, maxPoolSize } } });
  const sql = (text, values) => utils.withPgClient((client) => client.query(text, values));
  const drop = () => sql(`drop schema if exists ${schema} cascade`);
  await drop();
  await utils.migrate();
  try {
    return await use(utils, sql);
  } finally {
    await drop();
    await utils.release();
  }
}

/** Jobs put in by SQL, then analyzed: a table in use, not a virgin one whose statistics say it is empty. */
async function load(sql, jobs) {
  const slice = 20_000;
  for (let from = 0; from < jobs; from += slice) {
    await sql(
      `select count(*) from ${schema}.add_jobs(array(
         select ('noop', json_build_object('id', i), null, null, null, null, null, null)::${schema}.job_spec
         from generate_series($1::int, $2::int) i))`,
      [from, Math.min(from + slice, jobs) - 1],
    );
  }
  await sql(`vacuum analyze ${schema}._private_jobs`);
}

/** Jobs are added to some that wait: on a virgin table it caches plans that read all of the growing table each call. */
const onBacklog = (connections, use) =>
  inFreshSchema(connections, async (utils, sql) => {
    await load(sql, 10_000);
    return use(utils, sql);
  });

const noop = (id) => ({ identifier: 'noop', payload: { id } });
const addOne = (utils) => (id) => utils.addJob('noop', { id });
const addMany = (utils) => (ids) => utils.addJobs(ids.map(noop));
const addBySql = (sql) => (ids) =>
  sql(
    `select count(*) from ${schema}.add_jobs(array(
       select json_populate_recordset(null::${schema}.job_spec, $1::json)))`,
    [JSON.stringify(ids.map(noop))],
  );

await peer({
  name: 'graphile-worker',
  work,
  measures: {
    drain: {
      options: ({ variant = 'best' }) => chosen(drains, variant),
      run: (options) =>
        inFreshSchema(2, async (_, sql) => {
          await load(sql, options.jobs);
          const left = `select exists (select from ${schema}._private_jobs) as any`;
          return drain(options, async () => !(await sql(left)).rows[0].any);
        }),
    },
    enqueue: {
      options: () => ({ jobs: 3_000, lanes: 1 }),
      run: (options) => onBacklog(options.lanes, (utils) => enqueueSingly(options, addOne(utils))),
    },
    'enqueue-50': {
      options: () => ({ jobs: 20_000, lanes: 50 }),
      run: (options) => onBacklog(options.lanes, (utils) => enqueueSingly(options, addOne(utils))),
    },
    'enqueue-bulk': {
      options: ({ variant = 'best' }) => chosen(bulks, variant),
      run: (options) =>
        onBacklog(options.lanes, (utils, sql) =>
          enqueueInBulk(options, options.variant === 'best' ? addBySql(sql) : addMany(utils))),
    },
    latency: {
      options: ({ variant = 'default' }) => ({ samples: 300, warmup: 30, gap_ms: 20, ...chosen(workers, variant) }),
      run: (options) =>
        inFreshSchema(1, (utils) => latency(options, (started) => work(options, started), addOne(utils))),
    },
  },
});
