//! What the benchmark sets up and asks past the API.

use std::time::Duration;

use anyhow::Result;
use bench::database_url;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

pub struct Database {
    connection: PgConnection,
}

impl Database {
    pub async fn connect() -> Result<Self> {
        let connection = PgConnection::connect(&database_url()?).await?;
        Ok(Self { connection })
    }

    /// Made-up people who have posted.
    pub async fn authors(&mut self) -> Result<i64> {
        let authors = sqlx::query_scalar("select count(*) from user_counts where post_count > 0");
        Ok(authors.fetch_one(&mut self.connection).await?)
    }

    /// Has each of them follow thirty people who post, known ones more often.
    pub async fn follow(&mut self, readers: &[Uuid]) -> Result<()> {
        sqlx::query(
            "with ranked as (select user_id, row_number() over (order by follower_count desc) as rank
                             from user_counts where post_count > 0),
                  chosen as (select distinct reader,
                                    (power(random(), 3) * (select count(*) from ranked))::bigint + 1 as rank
                             from unnest($1::uuid[]) as reader, generate_series(1, 30)),
                  made as (insert into follows (follower_id, following_id, id, created_at)
                           select reader, user_id, gen_random_uuid(), now() - interval '1 day'
                           from chosen join ranked using (rank) where reader <> user_id
                           on conflict do nothing returning following_id)
             update user_counts set follower_count = follower_count + made.count
             from (select following_id, count(*) from made group by 1) as made where user_id = following_id",
        )
        .bind(readers)
        .execute(&mut self.connection)
        .await?;
        // As if it had been a day ago: an id tells its time.
        sqlx::query(
            "update follows set id = ('0190' || substr(replace(id::text, '-', ''), 5))::uuid
             where follower_id = any($1) and id > '01900000-0000-0000-0000-000000000000'",
        )
        .bind(readers)
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    /// People who do nothing but follow somebody.
    pub async fn fans(&mut self, star: Uuid, count: i64) -> Result<Vec<Uuid>> {
        sqlx::query(
            "with made as (insert into users (id, username, email, created_at, updated_at)
                           select gen_random_uuid(), 'fan' || n, 'fan' || n || '@fans.example', now(), now()
                           from generate_series(1, $1) as n on conflict do nothing returning id)
             insert into user_counts (user_id, created_at) select id, now() from made",
        )
        .bind(count)
        .execute(&mut self.connection)
        .await?;
        sqlx::query(
            "with made as (insert into follows (follower_id, following_id, id, created_at)
                           select id, $1, gen_random_uuid(), now() from users where email like '%@fans.example'
                           on conflict do nothing returning 1)
             update user_counts set follower_count = follower_count + (select count(*) from made) where user_id = $1",
        )
        .bind(star)
        .execute(&mut self.connection)
        .await?;
        let fans = sqlx::query_scalar("select follower_id from follows where following_id = $1");
        Ok(fans.bind(star).fetch_all(&mut self.connection).await?)
    }

    /// Waits until feeds have no work left.
    pub async fn settled(&mut self) -> Result<()> {
        let waiting =
            "select exists (select from jobs where name like 'feed.%' and told_at is not null)";
        while sqlx::query_scalar(waiting)
            .fetch_one(&mut self.connection)
            .await?
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}
