-- Who sees what of a post: its history, how often its hashtags are used, and that it has changed.

-- Counts what its author changed of it: whoever edits a post can say which one they have read.
alter table posts add column version integer not null default 1;

-- Whom a post was shown to when it said so: what was said to few is not read by many, once the post is for many.
alter table post_edits
    add column visibility text not null default 'public',
    add constraint post_edits_visibility check (visibility in ('public', 'followers', 'private'));

-- The one answer to "what of its history may that viewer read?", of a post that they see.
create function might_read(viewer uuid, edit post_edits, post posts) returns boolean
    language sql stable parallel safe
    return post.author_id = viewer or edit.visibility = 'public'
        or (edit.visibility = 'followers'
            and exists (select from follows where follower_id = viewer and following_id = post.author_id));

-- The one answer to "does everybody see this post?": what is counted.
create function is_for_everybody(post posts, author users) returns boolean
    language sql stable parallel safe
    return post.state = 'published' and post.deleted_at is null and post.visibility = 'public'
        and not author.is_private and is_active(author);

-- Uses by one person, counted anew when their account goes private or public, is put away or comes back.
create index hashtag_uses_author on hashtag_uses (author_id, place desc);

-- Posts that are for their author alone are nobody's business: they do not count on the profile.
update user_counts set post_count = post_count - hidden.count
from (select author_id, count(*) from posts
      where state = 'published' and deleted_at is null and repost_of is null and visibility = 'private'
      group by author_id) as hidden
where user_id = hidden.author_id;
