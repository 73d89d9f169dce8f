// A feed as a plain team would serve it: Express, pg and ioredis, on the Postgres of DATABASE_URL and the Redis of
// REDIS_URL. Reads join posts and follows; a post is pushed into a list for each follower, in pipelines.
import { randomUUID } from 'node:crypto';
import { app, db, listen, pageOf, pushInto } from '../../peers/server.mjs';

app.get('/posts/feed', async ({ me, query }, answer) => {
  const { limit, offset } = pageOf(query);
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
  await pushInto(rows.map((row) => row.follower_id), id);
  answer.status(201).json({ written: rows.length });
});

listen();
