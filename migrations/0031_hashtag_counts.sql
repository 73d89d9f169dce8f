-- As before, but planned once a connection: a function in plain SQL is planned anew by every post that has hashtags, which
-- took three times as long as the counting.
create or replace function count_hashtag_uses(ids uuid[], by bigint[]) returns void
    language plpgsql
    as $$
begin
    insert into hashtag_counts (hashtag_id, use_count, created_at)
    select id, 0, now() from (select distinct unnest(ids) as id) as one
    where exists (select from hashtags h where h.id = one.id)
      and not exists (select from hashtag_counts c where c.hashtag_id = one.id) order by id
    on conflict do nothing;
    with moved as (select id, sum(delta) as delta from unnest(ids, by) as one (id, delta) group by id having sum(delta) <> 0),
         held as materialized (select c.hashtag_id from hashtag_counts c where c.hashtag_id = any(ids)
                               order by c.hashtag_id for no key update)
    update hashtag_counts c set use_count = greatest(c.use_count + moved.delta, 0)
    from moved join held on held.hashtag_id = moved.id where c.hashtag_id = moved.id;
end $$;
