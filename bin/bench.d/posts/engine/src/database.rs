//! What the benchmark sets up and asks past the API.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bench::{commons, database_url};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

/// Whoever has more followers is looked for when somebody reads: see FEED_FANOUT_MOST.
const MOST_FOLLOWERS: i64 = 10_000;

/// Until the last job is done.
const PATIENCE: Duration = Duration::from_secs(600);

pub struct Database {
    pub connection: PgConnection,
}

impl Database {
    pub async fn connect() -> Result<Self> {
        let connection = PgConnection::connect(&database_url()?).await?;
        Ok(Self { connection })
    }

    /// People who follow each other by a power law and have posted, unless they are there; and nothing of the peer.
    pub async fn furnish(&mut self, users: usize) -> Result<()> {
        self.forget_peer().await?;
        let known = "select least((select count(*) from users), (select count(*) from posts))";
        let known: i64 = self.one(known).await?;
        if usize::try_from(known)? >= users {
            return Ok(());
        }
        eprintln!("{users} people are made up …");
        let number = users.to_string();
        let mut seed = vec!["admin", "seed", "--yes", "--users", &number];
        seed.extend(["--follows", "10", "--posts", "5"]);
        commons(&seed).await
    }

    /// The tables of the peer, with the posts that there are.
    pub async fn furnish_peer(&mut self) -> Result<()> {
        eprintln!("the tables of the peer are made …");
        let schema = include_str!("../../peers/schema.sql");
        let mut connection = PgConnection::connect(&database_url()?).await?;
        sqlx::raw_sql(schema).execute(&mut connection).await?;
        Ok(())
    }

    /// What writes of ours would pay for.
    pub async fn forget_peer(&mut self) -> Result<()> {
        let forget =
            "set client_min_messages = warning; drop schema if exists posts_bench_peer cascade;
                      drop index if exists peer_posts_found";
        sqlx::raw_sql(forget).execute(&mut self.connection).await?;
        Ok(())
    }

    /// Some of those whom everybody may name and follow: the same in every run.
    pub async fn people(&mut self, count: usize) -> Result<Vec<(Uuid, String)>> {
        let people = sqlx::query_as(
            "select id, username from users join user_counts on user_id = id
             where is_active(users) and not is_private and username like '%\\_%' and email like '%@seed.example'
                   and follower_count <= $2
             order by md5(id::text) limit $1",
        );
        let people = people.bind(i64::try_from(count)?).bind(MOST_FOLLOWERS);
        Ok(people.fetch_all(&mut self.connection).await?)
    }

    /// The time by Postgres.
    pub async fn now(&mut self) -> Result<String> {
        Ok(sqlx::query_scalar("select now()::text")
            .fetch_one(&mut self.connection)
            .await?)
    }

    /// Waits until all is done that posts, likes and comments have done by workers. How long it took.
    pub async fn settled(&mut self) -> Result<Duration> {
        let waiting = "select exists (select from jobs where parked_at is null
                                      and name in ('feed.fan_out', 'feed.warm', 'notifications.gather', 'delivery.deliver'))";
        let started = Instant::now();
        while self.one(waiting).await? {
            ensure!(started.elapsed() < PATIENCE, "the workers do not get done");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(started.elapsed())
    }

    async fn one<T>(&mut self, question: &'static str) -> Result<T>
    where
        T: Send + Unpin + sqlx::Type<sqlx::Postgres> + for<'r> sqlx::Decode<'r, sqlx::Postgres>,
    {
        let answer = sqlx::query_scalar(question);
        Ok(answer.fetch_one(&mut self.connection).await?)
    }
}
