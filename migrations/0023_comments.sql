-- Takes a comment away, and counts it off: one that has answers keeps its place, without words and author; one that has
-- none goes, and so do those above it that only stood for it. Whether it was there.
--
-- Whoever answers a comment holds its row (for key share), so an answer and a deletion happen one after the other. Rows
-- are taken from below upwards, counters last.
create function remove_comment(gone uuid, at timestamptz) returns boolean
language plpgsql as $$
declare
    its_post uuid;
    above    uuid;
    higher   uuid;
    is_empty boolean;
begin
    select post_id, parent_id into its_post, above from comments where id = gone and deleted_at is null for update;
    if not found then
        return false;
    end if;
    if exists (select from comments where parent_id = gone) then
        delete from comment_mentions where comment_id = gone;
        update comments set content = '', author_id = null, edited_at = null, deleted_at = at, updated_at = at
        where id = gone;
    else
        delete from comments where id = gone;
        while above is not null loop
            -- Held first and looked at then: what is under it may be going at this moment.
            perform from comments where id = above for update;
            select parent_id, deleted_at is not null and not exists (select from comments where parent_id = above)
            into higher, is_empty from comments where id = above;
            exit when not is_empty;
            delete from comments where id = above;
            above := higher;
        end loop;
        update comment_counts set reply_count = reply_count - 1 where comment_id = above;
    end if;
    update post_counts set comment_count = comment_count - 1 where post_id = its_post;
    return true;
end
$$;
