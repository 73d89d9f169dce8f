//! Who is followed most.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, Time};

pub(in crate::graph) struct Popular {
    pub(in crate::graph) user_id: Uuid,
    pub(in crate::graph) follower_count: i64,
    pub(in crate::graph) is_verified: bool,
}

/// The last counter of the next slice. None where it is the last slice.
pub(in crate::graph) async fn slice_end(
    connection: &mut PgConnection,
    after: Uuid,
    skip: i64,
) -> Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select user_id from user_counts where user_id > $1 order by user_id offset $2 limit 1",
        after,
        skip,
    )
    .fetch_optional(connection)
    .await
}

/// Private accounts did not ask to be shown to everybody.
pub(in crate::graph) async fn best_of(
    connection: &mut PgConnection,
    after: Uuid,
    until: Uuid,
    limit: i64,
) -> Result<Vec<Popular>> {
    sqlx::query_as!(
        Popular,
        r#"
        select user_id, follower_count, is_verified as "is_verified!"
        from (select c.user_id, c.follower_count, u.verification_level <> 'none' as is_verified
              from user_counts as c join users as u on u.id = c.user_id
              where c.user_id > $1 and c.user_id <= $2 and c.follower_count > 0 and not u.is_private
              order by is_verified desc, c.follower_count desc limit $3) as best
        where not is_hidden_from($4, user_id)
        "#,
        after,
        until,
        limit,
        Uuid::nil(),
    )
    .fetch_all(connection)
    .await
}

pub(in crate::graph) async fn replace(
    connection: &mut PgConnection,
    people: &[Uuid],
    now: Time,
) -> Result<()> {
    sqlx::query!(
        "with gone as (delete from popular_people where user_id <> all($1))
         insert into popular_people (user_id, place, created_at)
         select users.id, place, $2 from unnest($1::uuid[]) with ordinality as new (user_id, place)
         join users on users.id = new.user_id
         on conflict (user_id) do update set place = excluded.place, created_at = excluded.created_at",
        people,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
