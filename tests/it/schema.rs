//! Laws of the schema, for the tables there are and those to come.

use crate::harness::TestApp;

async fn names(app: &TestApp, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query)
        .fetch_all(app.platform.db.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn every_table_knows_when_its_rows_were_made() {
    let app = TestApp::start().await;
    let without = names(
        &app,
        "select c.relname::text from pg_class c
         where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not c.relispartition
           and c.relname not in ('_sqlx_migrations', 'effects')
           and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'created_at'
                           and a.atttypid = 'timestamptz'::regtype and a.attnotnull)",
    )
    .await;
    assert_eq!(without, Vec::<String>::new());
}

#[tokio::test]
async fn every_foreign_key_has_an_index_that_starts_with_it() {
    let app = TestApp::start().await;
    let without = names(
        &app,
        "select conrelid::regclass::text || '.' || conname from pg_constraint k
         where contype = 'f' and not exists (
             select from pg_index i where i.indrelid = k.conrelid
               and (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey)",
    )
    .await;
    assert_eq!(without, Vec::<String>::new());
}

#[tokio::test]
async fn every_user_id_refers_to_a_user() {
    let app = TestApp::start().await;
    let without = names(
        &app,
        "select a.attrelid::regclass::text || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
         where a.attname = 'user_id' and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
           and not exists (select from pg_constraint k where k.conrelid = a.attrelid and k.contype = 'f'
                           and k.confrelid = 'users'::regclass and a.attnum = any(k.conkey))",
    )
    .await;
    assert_eq!(without, Vec::<String>::new());
}

#[tokio::test]
async fn times_are_kept_with_their_zone() {
    let app = TestApp::start().await;
    let without = names(
        &app,
        "select a.attrelid::regclass::text || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
         where a.atttypid = 'timestamp'::regtype and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace",
    )
    .await;
    assert_eq!(without, Vec::<String>::new());
}

/// What the claim relies on: no index knows a column that a claim changes, so the update is heap-only.
#[tokio::test]
async fn a_claim_changes_no_indexed_column() {
    let app = TestApp::start().await;
    let indexed = names(
        &app,
        "select distinct a.attname::text from pg_depend d
         join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
         where d.classid = 'pg_class'::regclass and d.refobjid = 'jobs'::regclass
           and d.objid in (select indexrelid from pg_index where indrelid = 'jobs'::regclass)
         order by 1",
    )
    .await;
    for changed in ["state", "epoch", "attempt", "worker", "claimed_at"] {
        assert!(
            !indexed.contains(&changed.to_owned()),
            "{changed} is in an index of jobs: {indexed:?}"
        );
    }
}
