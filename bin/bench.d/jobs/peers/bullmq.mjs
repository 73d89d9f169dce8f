// BullMQ (https://docs.bullmq.io), on the Redis of REDIS_URL, under a prefix of its own.
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { drain, enqueueInBulk, enqueueSingly, latency, note, peer } from './peer.mjs';

const [name, prefix] = ['noop', 'bullmq_bench'];
const connect = (options) => new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', options);

async function work({ concurrency }, handled) {
  const connection = connect({ maxRetriesPerRequest: null }); // its documentation asks for null under a worker
  const worker = new Worker(name, async () => void handled(), { connection, prefix, concurrency });
  worker.on('error', (error) => note(error));
  worker.on('failed', (_, error) => note(error));
  await worker.waitUntilReady();
  return () => worker.close();
}

/** `use` with an empty queue, which is obliterated afterwards. */
async function inFreshQueue(use) {
  const connection = connect();
  const queue = new Queue(name, { connection, prefix, defaultJobOptions: { removeOnComplete: true } });
  await queue.obliterate({ force: true });
  try {
    return await use(queue);
  } finally {
    await queue.obliterate({ force: true });
    await queue.close();
    connection.disconnect();
  }
}

const addMany = (queue) => (ids) => queue.addBulk(ids.map((id) => ({ name, data: { id } })));
const addOne = (queue) => (id) => queue.add(name, { id });

await peer({
  name: 'bullmq',
  work,
  measures: {
    drain: {
      // A second process, or more concurrency, was no faster: Redis runs its scripts on one core.
      options: () => ({ jobs: 100_000, processes: 1, concurrency: 100 }),
      run: (options) =>
        inFreshQueue(async (queue) => {
          const { jobs } = options;
          await enqueueInBulk({ jobs, batch: 1_000, lanes: 1, warmup: 0 }, addMany(queue));
          const left = async () => Object.values(await queue.getJobCounts()).reduce((sum, count) => sum + count);
          return drain(options, async () => (await left()) === 0);
        }),
    },
    enqueue: {
      options: () => ({ jobs: 10_000, lanes: 1 }),
      run: (options) => inFreshQueue((queue) => enqueueSingly(options, addOne(queue))),
    },
    'enqueue-50': {
      options: () => ({ jobs: 50_000, lanes: 50 }),
      run: (options) => inFreshQueue((queue) => enqueueSingly(options, addOne(queue))),
    },
    'enqueue-bulk': {
      options: () => ({ jobs: 100_000, batch: 1_000, lanes: 2 }),
      run: (options) => inFreshQueue((queue) => enqueueInBulk(options, addMany(queue))),
    },
    latency: {
      options: () => ({ samples: 300, warmup: 30, gap_ms: 20, concurrency: 100 }),
      run: (options) =>
        inFreshQueue((queue) => latency(options, (started) => work(options, started), addOne(queue))),
    },
  },
});
