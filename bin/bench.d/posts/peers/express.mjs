// Posts, likes and comments as a plain team would take them: Express, pg and ioredis, on tables of its own (schema.sql)
// beside the people and follows of Commons. A counter changes in the transaction of what it counts; a post is pushed into
// a list for each follower before the answer; whoever is told something has a row.
import { app, db, inTransaction, listen, pushInto } from '../../peers/server.mjs';

/** The words of a caption that begin with that sign, in one order: nobody waits in a circle. */
const marked = (caption, sign) =>
  [...new Set([...caption.matchAll(new RegExp(`${sign}(\\w+)`, 'g'))].map(([, word]) => word.toLowerCase()))].sort();

const tell = (tx, people, actor, type, post) =>
  tx.query(
    `insert into posts_bench_peer.notifications (user_id, actor_id, type, target_type, target_id)
     select person, $2, $3, 'post', $4 from unnest($1::uuid[]) person where person <> $2`,
    [people, actor, type, post],
  );

app.post('/posts', async ({ me, body: { caption } }, answer) => {
  const post = await inTransaction(async (tx) => {
    const { rows: [post] } = await tx.query(
      'insert into posts_bench_peer.posts (user_id, caption) values ($1, $2) returning *',
      [me, caption],
    );
    await tx.query(
      `with used as (insert into posts_bench_peer.hashtags (tag, use_count) select tag, 1 from unnest($2::text[]) tag
                     on conflict (tag) do update set use_count = hashtags.use_count + 1 returning id)
       insert into posts_bench_peer.post_hashtags (post_id, hashtag_id) select $1, id from used`,
      [post.id, marked(caption, '#')],
    );
    const { rows } = await tx.query('select id from users where lower(username) = any($1)', [marked(caption, '@')]);
    await tell(tx, rows.map((person) => person.id), me, 'mention', post.id);
    return post;
  });
  const { rows } = await db.query('select follower_id from follows where following_id = $1', [me]);
  await pushInto(rows.map((row) => row.follower_id), post.id);
  answer.status(201).json({ data: post });
});

app.post('/posts/:id/like', async ({ me, params: { id } }, answer) => {
  const state = await inTransaction(async (tx) => {
    const { rowCount } = await tx.query(
      'insert into posts_bench_peer.likes (user_id, post_id) values ($1, $2) on conflict do nothing',
      [me, id],
    );
    const { rows: [post] } = await tx.query(
      'update posts_bench_peer.posts set like_count = like_count + $2 where id = $1 returning user_id, like_count',
      [id, rowCount],
    );
    if (rowCount) await tell(tx, [post.user_id], me, 'like', id);
    return post;
  });
  answer.json({ data: { post_id: id, like_count: state.like_count, is_liked: true } });
});

app.post('/posts/:id/comments', async ({ me, params: { id }, body: { content } }, answer) => {
  const comment = await inTransaction(async (tx) => {
    const { rows: [comment] } = await tx.query(
      'insert into posts_bench_peer.comments (post_id, user_id, content) values ($1, $2, $3) returning *',
      [id, me, content],
    );
    const { rows: [post] } = await tx.query(
      'update posts_bench_peer.posts set comment_count = comment_count + 1 where id = $1 returning user_id',
      [id],
    );
    await tell(tx, [post.user_id], me, 'comment', id);
    return comment;
  });
  answer.status(201).json({ data: comment });
});

listen();
