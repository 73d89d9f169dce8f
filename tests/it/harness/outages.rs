//! Servers that are away, full or frozen for a while.

use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::fleet::{Servers, servers};

impl Servers {
    /// As an operator does it, who waits for what is written.
    pub async fn restart_postgres_in_order(&self) {
        servers(&["restart-postgres", self.path()]).await;
    }

    pub async fn without_postgres(&self, span: Duration) {
        let postmaster = self.postmaster();
        signal("-QUIT", &[&postmaster]);
        tokio::time::sleep(span).await;
        servers(&["start", self.path(), "--fast", "--pg-only"]).await;
    }

    /// It comes back empty.
    pub async fn without_redis(&self, span: Duration) {
        signal("-KILL", &[&self.redis_process()]);
        tokio::time::sleep(span).await;
        servers(&["start", self.path(), "--fast", "--redis-only"]).await;
    }

    pub async fn freeze_redis(&self, span: Duration) {
        let process = self.redis_process();
        signal("-STOP", &[&process]);
        tokio::time::sleep(span).await;
        signal("-CONT", &[&process]);
    }

    pub async fn administer(&self, statement: &str) {
        run_on(&self.database_url, statement).await;
    }

    fn path(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    fn redis_process(&self) -> String {
        let process = std::fs::read_to_string(self.folder.join("redis/redis.pid")).unwrap();
        process.trim().to_owned()
    }
}

/// What has ended meanwhile is no failure.
pub(super) fn signal(signal: &str, processes: &[&str]) {
    let _ = Command::new("kill")
        .arg(signal)
        .args(processes)
        .stderr(Stdio::null())
        .status();
}

/// One statement or several, over a connection of their own.
pub async fn run_on(url: &str, statements: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}
