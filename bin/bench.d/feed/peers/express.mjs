// A feed as a plain team would serve it: Express, pg and ioredis, on the Postgres of DATABASE_URL and the Redis of
// REDIS_URL. Reads join posts and follows; a post is pushed into a list for each follower in one pipeline.
import { randomUUID } from 'node:crypto';
import express from 'express';
import { Redis } from 'ioredis';
import pg from 'pg';

const db = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { keyPrefix: 'feed_bench_peer:' });
const app = express();
app.disable('x-powered-by');
app.use(express.json());

/** Ids that a list keeps. */
const MOST = 800;

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

app.get('/posts/feed', async ({ me, query }, answer) => {
  const limit = Math.min(Number(query.limit ?? 20), 100);
  const offset = Number(query.offset ?? 0);
  const from = `from posts p join users u on u.id = p.author_id
    where (p.author_id = $1 or p.author_id in (select following_id from follows where follower_id = $1))
      and p.state = 'published' and p.deleted_at is null
      and u.suspended_at is null and u.deactivated_at is null and u.deleted_at is null
      and not exists (select 1 from mutes where muter_id = $1 and muted_id = u.id)
      and not exists (select 1 from blocks where (blocker_id = $1 and blocked_id = u.id)
                                              or (blocker_id = u.id and blocked_id = $1))`;
  const [posts, count] = await Promise.all([
    db.query(
      `select p.*, u.username, u.display_name, u.profile_picture_url, c.like_count, c.comment_count, c.share_count,
         exists (select 1 from post_likes l where l.post_id = p.id and l.user_id = $1) as is_liked,
         exists (select 1 from post_saves s where s.post_id = p.id and s.user_id = $1) as is_saved
       ${from.replace('where', 'join post_counts c on c.post_id = p.id where')}
       order by p.published_at desc limit $2 offset $3`,
      [me, limit, offset],
    ),
    db.query(`select count(*) ${from}`, [me]),
  ]);
  const total = Number(count.rows[0].count);
  answer.json({ data: posts.rows, pagination: { total, limit, offset, has_more: offset + limit < total } });
});

/** Writes a made-up post to everybody who follows. Answers once it has. */
app.post('/fan-out', async ({ me }, answer) => {
  const id = randomUUID();
  const { rows } = await db.query('select follower_id from follows where following_id = $1', [me]);
  for (let start = 0; start < rows.length; start += 1000) {
    const pipeline = redis.pipeline();
    for (const { follower_id } of rows.slice(start, start + 1000)) {
      pipeline.lpush(`timeline:${follower_id}`, id);
      pipeline.ltrim(`timeline:${follower_id}`, 0, MOST - 1);
    }
    await pipeline.exec();
  }
  answer.status(201).json({ written: rows.length });
});

app.listen(Number(process.env.PORT), '127.0.0.1');
