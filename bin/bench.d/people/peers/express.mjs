// People as a plain team would serve them: Express, pg and ioredis, on the Postgres of DATABASE_URL and the Redis of
// REDIS_URL. Searches by ILIKE, pages by offset, counts all of what it finds, and knows who asks from a session in Redis.
import { app, db, listen, pageOf } from '../../peers/server.mjs';

const CARD = `u.id, u.username, u.first_name, u.last_name, u.display_name, u.profile_picture_url, u.bio, u.role,
  u.verification_level, u.is_private,
  exists (select 1 from follows f where f.follower_id = $1 and f.following_id = u.id) as is_following`;

/** What is not there for whoever asks ($1). */
const VISIBLE = `u.deactivated_at is null and u.suspended_at is null and u.deleted_at is null
  and not exists (select 1 from blocks b where (b.blocker_id = $1 and b.blocked_id = u.id)
                                            or (b.blocker_id = u.id and b.blocked_id = $1))`;

/** The page that was asked for, and how many there are in all. */
async function page({ query }, answer, where, values, order) {
  const { limit, offset } = pageOf(query);
  const from = `from users u where ${VISIBLE} and ${where.join(' and ')}`;
  const n = values.length;
  const [people, count] = await Promise.all([
    db.query(`select ${CARD} ${from} order by ${order} limit $${n + 1} offset $${n + 2}`, [...values, limit, offset]),
    db.query(`select count(*) ${from}`, values),
  ]);
  const total = Number(count.rows[0].count);
  answer.json({ data: people.rows, pagination: { total, limit, offset, has_more: offset + limit < total } });
}

app.get('/users/search', async (request, answer) => {
  const [where, values] = [[], [request.me]];
  for (const word of request.query.q.trim().split(/\s+/)) {
    values.push(`%${word.replace(/[\\%_]/g, '\\$&')}%`);
    const n = values.length;
    where.push(`(u.username ilike $${n} or u.first_name ilike $${n} or u.last_name ilike $${n})`);
  }
  await page(request, answer, where, values, 'u.username');
});

app.get('/users', async (request, answer) => {
  const { role, location, verified, ...topics } = request.query;
  const [where, values] = [['true'], [request.me]];
  const given = (value) => `$${values.push(value)}`;
  if (role) where.push(`u.role = ${given(role)}`);
  if (location) where.push(`lower(u.location) = lower(${given(location)})`);
  if (verified) where.push(`u.verification_level ${verified === 'true' ? '<>' : '='} 'none'`);
  for (const kind of ['skill', 'interest', 'subject']) {
    if (!topics[kind]) continue;
    where.push(`exists (select 1 from user_topics t where t.user_id = u.id and t.kind = '${kind}'
                        and t.folded = lower(${given(topics[kind])}))`);
  }
  await page(request, answer, where, values, 'u.id desc');
});

app.get('/users/:who', async ({ me, params: { who } }, answer) => {
  const id = who === 'me' ? me : who;
  const column = /^[0-9a-f-]{36}$/.test(id) ? 'u.id = $2' : 'lower(u.username) = lower($2)';
  const { rows } = await db.query(
    `select u.*,
       (select count(*) from follows f where f.following_id = u.id) as follower_count,
       (select count(*) from follows f where f.follower_id = u.id) as following_count,
       (select json_agg(json_build_object('kind', t.kind, 'topic', t.topic) order by t.kind, t.place)
        from user_topics t where t.user_id = u.id) as topics,
       exists (select 1 from follows f where f.follower_id = $1 and f.following_id = u.id) as is_following
     from users u where ${column} and ${VISIBLE}`,
    [me, id],
  );
  if (!rows.length) return answer.status(404).json({ error: 'there is no such person' });
  const { password_hash, ...person } = rows[0];
  answer.json({ data: person });
});

listen();
