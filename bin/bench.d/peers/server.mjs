// What the Express servers beside Commons share: pg on the Postgres of DATABASE_URL, ioredis on the Redis of REDIS_URL,
// sessions in Redis. The script that was started names its keys.
import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';
import express from 'express';
import { Redis } from 'ioredis';
import pg from 'pg';

/** Milliseconds. Whoever waits longer has failed, so that a slow server does not keep the benchmark for hours. */
const PATIENCE = 10_000;

const subject = basename(dirname(dirname(process.argv[1])));

export const db = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 20,
  statement_timeout: PATIENCE,
});
export const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', {
  keyPrefix: `${subject}_bench_peer:`,
});
export const app = express();

app.disable('x-powered-by');
app.use(express.json());

app.get('/health/live', (_, answer) => answer.json({ status: 'ok' }));

app.post('/sessions', async ({ body }, answer) => {
  const token = randomUUID();
  await redis.set(`session:${token}`, body.user_id, 'EX', 86_400);
  answer.status(201).json({ token });
});

app.use(async (request, answer, next) => {
  const token = request.get('authorization')?.replace(/^Bearer /, '');
  request.me = token && (await redis.get(`session:${token}`));
  return request.me ? next() : answer.status(401).json({ error: 'sign in first' });
});

/** The page that a request asks for. */
export function pageOf({ limit = 20, offset = 0 }) {
  return { limit: Math.min(Number(limit), 100), offset: Number(offset) };
}

/** What one client does between begin and commit; nothing of it where it throws. */
export async function inTransaction(work) {
  const client = await db.connect();
  try {
    await client.query('begin');
    const made = await work(client);
    await client.query('commit');
    return made;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/** Puts a post at the head of the list of each person, a thousand in one pipeline. A list keeps 800. */
export async function pushInto(people, post) {
  for (let start = 0; start < people.length; start += 1000) {
    const pipeline = redis.pipeline();
    for (const person of people.slice(start, start + 1000)) {
      pipeline.lpush(`timeline:${person}`, post);
      pipeline.ltrim(`timeline:${person}`, 0, 799);
    }
    await pipeline.exec();
  }
}

export const listen = () => app.listen(Number(process.env.PORT), '127.0.0.1');
