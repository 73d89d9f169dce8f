//! A database for each test, cloned from a migrated template.

use platform::db::PgPool;
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};

/// One lock for all test processes: the template is made once, and Postgres clones it for one at a time.
const TEMPLATE_LOCK: i64 = 0x636f_6d6d;

#[expect(clippy::disallowed_methods, reason = "where bin/test put the servers")]
pub fn server(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the tests with bin/test"))
}

/// Makes an empty, migrated database and answers its URL.
pub async fn create(name: &str) -> String {
    create_on(&server("DATABASE_URL"), name).await
}

pub async fn create_on(server: &str, name: &str) -> String {
    let mut admin = PgConnection::connect(server).await.unwrap();
    sqlx::query("select pg_advisory_lock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut admin)
        .await
        .unwrap();
    let template = ensure_template(&mut admin, server).await;
    run(
        &mut admin,
        &format!("create database {name} template {template}"),
    )
    .await;
    admin.close().await.unwrap();
    with_database(server, name)
}

pub async fn drop(url: &str) {
    let name = url.rsplit('/').next().unwrap_or_default().to_owned();
    if let Ok(mut admin) = PgConnection::connect(&server("DATABASE_URL")).await {
        run(
            &mut admin,
            &format!("drop database if exists {name} with (force)"),
        )
        .await;
    }
}

/// The template's name holds a digest of the migrations, so that a changed one makes a new template.
async fn ensure_template(admin: &mut PgConnection, server: &str) -> String {
    let migrator = sqlx::migrate!("./migrations");
    let digest = migrator
        .iter()
        .flat_map(|step| step.checksum.iter())
        .fold(8_u64, |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(u64::from(*byte))
        });
    let template = format!("commons_template_{digest:x}");
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(&template)
            .fetch_one(&mut *admin)
            .await
            .unwrap();
    if !exists {
        let half_made = format!("{template}_half");
        run(
            admin,
            &format!("drop database if exists {half_made} with (force)"),
        )
        .await;
        run(admin, &format!("create database {half_made}")).await;
        let pool = PgPool::connect(&with_database(server, &half_made))
            .await
            .unwrap();
        migrator.run(&pool).await.unwrap();
        // What handlers of test jobs write: an effect that must happen once.
        sqlx::raw_sql(
            "create table effects (id bigserial primary key, key text not null, pid integer, at timestamptz not null default clock_timestamp())",
        )
        .execute(&pool)
        .await
        .unwrap();
        pool.close().await;
        run(
            admin,
            &format!("alter database {half_made} rename to {template}"),
        )
        .await;
    }
    template
}

async fn run(admin: &mut PgConnection, statement: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
        .execute(admin)
        .await
        .unwrap();
}

fn with_database(server: &str, name: &str) -> String {
    let options: PgConnectOptions = server.parse().unwrap();
    let (host, port, user) = (
        options.get_host(),
        options.get_port(),
        options.get_username(),
    );
    format!("postgres://{user}@{host}:{port}/{name}")
}
