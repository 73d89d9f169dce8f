// Posts as a plain team would find them: Express, pg and ioredis, on the Postgres of DATABASE_URL and the Redis of
// REDIS_URL. Searches by the vector of the caption, sorted by rank, pages by offset; trends by counting.
import { app, db, listen, pageOf } from '../../peers/server.mjs';

const VISIBLE = `p.state = 'published' and p.deleted_at is null and p.visibility = 'public' and not u.is_private
  and u.deactivated_at is null and u.suspended_at is null and u.deleted_at is null
  and not exists (select 1 from blocks b where (b.blocker_id = $1 and b.blocked_id = u.id)
                                            or (b.blocker_id = u.id and b.blocked_id = $1))`;

app.get('/search/posts', async ({ me, query }, answer) => {
  const { limit, offset } = pageOf(query);
  const { rows } = await db.query(
    `select p.*, u.username, c.like_count, c.comment_count
     from posts p join users u on u.id = p.author_id join post_counts c on c.post_id = p.id
     where to_tsvector('simple', p.caption) @@ websearch_to_tsquery('simple', $2) and ${VISIBLE}
     order by ts_rank(to_tsvector('simple', p.caption), websearch_to_tsquery('simple', $2)) desc, p.published_at desc
     limit $3 offset $4`,
    [me, query.q, limit, offset],
  );
  answer.json({ data: rows, pagination: { limit, offset } });
});

app.get('/trending/hashtags', async ({ query }, answer) => {
  const { rows } = await db.query(
    `select h.id, '#' || h.tag as tag, count(distinct p.author_id) as use_count
     from post_hashtags ph join posts p on p.id = ph.post_id join hashtags h on h.id = ph.hashtag_id
     join users u on u.id = p.author_id
     where p.published_at > now() - interval '24 hours' and p.visibility = 'public' and p.deleted_at is null
       and u.suspended_at is null and u.deactivated_at is null
     group by h.id order by use_count desc limit $1`,
    [Math.min(Number(query.limit ?? 10), 100)],
  );
  answer.json({ data: rows });
});

listen();
