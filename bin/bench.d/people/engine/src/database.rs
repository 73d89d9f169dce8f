//! What the benchmark asks Postgres itself: whom to look for, and what the measured statements did to the tables.

use std::time::Duration;

use anyhow::Result;
use bench::{Report, database_url, met};
use sqlx::{Connection, FromRow, PgConnection};

/// The tables that are too large to be read as a whole.
const TABLES: [&str; 8] = [
    "users",
    "user_words",
    "user_word_pairs",
    "name_words",
    "name_word_slips",
    "user_topics",
    "user_counts",
    "follows",
];

const SAMPLE: i64 = 300;

/// Postgres counts what a connection did when it ends, at the latest.
const LONGEST_GOODBYE: Duration = Duration::from_secs(10);

pub struct Database {
    connection: PgConnection,
}

/// Somebody who can be found.
#[derive(FromRow)]
pub struct Person {
    pub id: String,
    pub username: String,
    pub first: String,
    pub last: String,
    pub location: String,
    pub role: String,
    pub skill: String,
    pub interest: String,
}

/// How often each table was read from end to end, by `TABLES`.
pub struct Scans(Vec<(String, i64)>);

impl Database {
    pub async fn connect() -> Result<Self> {
        let connection = PgConnection::connect(&database_url()?).await?;
        Ok(Self { connection })
    }

    pub async fn people(&mut self) -> Result<i64> {
        let people = sqlx::query_scalar("select count(*) from users");
        Ok(people.fetch_one(&mut self.connection).await?)
    }

    pub async fn rows(&mut self) -> Result<i64> {
        let mut rows = 0;
        for table in TABLES {
            let count = format!("select count(*) from {table}");
            let count = sqlx::query_scalar(sqlx::AssertSqlSafe(count));
            let count: i64 = count.fetch_one(&mut self.connection).await?;
            rows += count;
        }
        Ok(rows)
    }

    /// People as they come, with all that one can be found by.
    pub async fn sample(&mut self) -> Result<Vec<Person>> {
        let people = sqlx::query_as(
            "select u.id::text, u.username, u.first_name as first, u.last_name as last, u.location, u.role,
                    s.folded as skill, i.folded as interest
             from (select * from users where username like '%\\_%' and first_name is not null
                   and last_name is not null and location is not null order by random() limit $1) u
             join user_topics s on s.user_id = u.id and s.kind = 'skill'
             join user_topics i on i.user_id = u.id and i.kind = 'interest'",
        );
        let people: Vec<Person> = people.bind(SAMPLE).fetch_all(&mut self.connection).await?;
        anyhow::ensure!(!people.is_empty(), "there are no people: --users 20000");
        Ok(people)
    }

    /// The ids of the most followed people whom one follows without asking.
    pub async fn most_followed(&mut self, most: i64) -> Result<Vec<String>> {
        let ids = sqlx::query_scalar(
            "select user_id::text from user_counts join users on id = user_id where not is_private
             order by follower_count desc limit $1",
        );
        Ok(ids.bind(most).fetch_all(&mut self.connection).await?)
    }

    /// The followers of somebody: as their counter says, and counted.
    pub async fn followers(&mut self, id: &str) -> Result<(i64, i64)> {
        let both = sqlx::query_as(
            "select follower_count, (select count(*) from follows where following_id = user_id)
             from user_counts where user_id = $1::uuid",
        );
        Ok(both.bind(id).fetch_one(&mut self.connection).await?)
    }

    /// Waits until what has been measured is gone and counted.
    pub async fn scans(&mut self) -> Result<Scans> {
        let others =
            "select exists (select from pg_stat_activity where application_name = 'commons'
                                     and datname = current_database())";
        let waiting = async {
            loop {
                let any = sqlx::query_scalar(others);
                if !any.fetch_one(&mut self.connection).await? {
                    return anyhow::Ok(());
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(LONGEST_GOODBYE, waiting).await??;
        // What this connection did before is not part of the measure.
        sqlx::query("select pg_stat_force_next_flush()")
            .execute(&mut self.connection)
            .await?;
        let scans = sqlx::query_as(
            "select relname::text, seq_scan from pg_stat_user_tables where relname = any($1)
             order by array_position($1, relname::text)",
        );
        let scans = scans.bind(TABLES.map(str::to_owned).to_vec());
        Ok(Scans(scans.fetch_all(&mut self.connection).await?))
    }
}

impl Scans {
    /// Says how many came to each table since: none, it is hoped.
    pub fn say_since(&self, before: &Self, report: &mut Report, subject: &str) {
        let pairs = self.0.iter().zip(&before.0);
        let since = pairs.map(|((table, after), (_, before))| (table, after - before));
        let since: Vec<(&String, i64)> = since.collect();
        let verdict = met(since.iter().all(|(_, times)| *times == 0));
        let each = since
            .iter()
            .map(|(table, times)| format!("{table} {times}"));
        let each = each.collect::<Vec<_>>().join(", ");
        let measure = format!("{subject}: sequential scans");
        report.row(&measure, "commons", format!("{each}  (0: {verdict})"));
    }
}
