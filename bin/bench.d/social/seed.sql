-- POSTS stands for how many.
update users set created_at = created_at - interval '30 days' where created_at > now() - interval '30 days';
create temp table author as select id, row_number() over (order by id) - 1 as turn from users where deleted_at is null;
create unique index on author (turn);
create temp table said as
select n, gen_random_uuid() as media, a.id as author_id, at,
       (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
        || '8' || substr(md5(n::text), 4, 15))::uuid as id,
       floor(power(20000, random()))::int as tag,
       'every ' || case when n % 2 = 0 then 'half ' else '' end || case when n % 100 = 0 then 'hundredth ' else '' end
       || case when n % 10000 = 0 then 'rare ' else '' end
       || (select string_agg('w' || floor(power(20000, random() + 0 * n * k))::int, ' ') from generate_series(1, 10) k) as caption
from (select n, now() - interval '24 hours' * (1 - n::float8 / POSTS) as at from generate_series(1, POSTS) n) one
join author a on a.turn = (one.n::bigint * 7919) % (select count(*) from author);
create unique index on said (n);
insert into posts (id, author_id, kind, caption, state, published_at, place, created_at, updated_at)
select id, author_id, 'text', caption, 'published', at, id, at, at from said order by n;
insert into post_counts (post_id, created_at) select id, at from said;
insert into hashtags (id, tag, shown, created_at)
select gen_random_uuid(), 'tag' || n, 'tag' || n, now() from generate_series(1, 20000) n on conflict do nothing;
create temp table of_post as
select s.n, s.id, s.author_id, s.at, h.id as hashtag_id, h.tag from said s join hashtags h on h.tag = 'tag' || s.tag;
insert into post_hashtags (post_id, hashtag_id, in_caption, created_at) select id, hashtag_id, false, at from of_post;
insert into hashtag_uses (hashtag_id, place, post_id, author_id, is_public, created_at)
select hashtag_id, id, id, author_id, true, at from of_post order by n;
-- After those of posts that were made otherwise.
create temp table before as select coalesce(max(seq), 0) as seq from post_words;
insert into post_words (post_id, seq, published_at, words, created_at)
select s.id, before.seq + s.n, s.at, setweight(to_tsvector('simple', s.caption), 'B') || setweight(to_tsvector('simple', o.tag), 'A')
       || array_to_tsvector(array['#' || o.tag, '=k:text', '=a:' || s.author_id]) || post_spans(before.seq + s.n), s.at
from before, said s join of_post o on o.n = s.n order by s.n;
select setval(pg_get_serial_sequence('post_words', 'seq'), (select max(seq) from post_words));
insert into search_words (word, magnitude, created_at)
select word, least(log(2, ndoc)::int, 60), now()
from ts_stat('select to_tsvector(''simple'', caption) from posts') on conflict do nothing;
insert into search_words (word, magnitude, created_at)
select word, least(log(2, count(*))::int, 60), now() from of_post, unnest(array[tag, '#' || tag]) word group by word
on conflict do nothing;
