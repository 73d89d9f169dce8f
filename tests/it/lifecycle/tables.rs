//! That no table that knows of people was forgotten.

use std::collections::BTreeSet;

use domain::lifecycle::tables::{Purge, tables};

use crate::harness::TestApp;

async fn names(app: &TestApp, query: &'static str) -> BTreeSet<String> {
    let names: Vec<String> = sqlx::query_scalar(query)
        .fetch_all(app.platform.db.pool())
        .await
        .unwrap();
    names.into_iter().collect()
}

fn registered() -> BTreeSet<String> {
    let columns = tables().flat_map(|table| {
        let of_table = table.columns.iter();
        of_table.map(move |column| format!("{}.{column}", table.name))
    });
    columns.collect()
}

#[tokio::test]
async fn every_column_that_names_a_person_is_in_the_registry() {
    let app = TestApp::start().await;
    let referring = names(
        &app,
        "select k.conrelid::regclass::text || '.' || a.attname from pg_constraint k
         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
         where k.contype = 'f' and k.confrelid = 'users'::regclass",
    )
    .await;
    // Ids of others, and those of jobs in the engine's own tables, are no ids of people, but nothing says so: they are
    // named here once.
    let unbound = names(
        &app,
        "select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
         where a.atttypid in ('uuid'::regtype, 'uuid[]'::regtype) and c.relkind in ('r', 'p') and not c.relispartition
           and c.relnamespace = 'public'::regnamespace and a.attname not in ('id', 'worker', 'suspect', 'place', 'subject_id', 'target_id', 'latest', 'actor_ids')
           and c.relname not in ('job_claims', 'job_slots', 'job_breakers')
           and not exists (select from pg_constraint k where k.conrelid = a.attrelid and k.contype = 'f'
                           and a.attnum = any(k.conkey))",
    )
    .await;
    let known = registered();
    let missing: Vec<&String> = referring
        .union(&unbound)
        .filter(|one| !known.contains(*one))
        .collect();
    assert!(
        missing.is_empty(),
        "domain/src/lifecycle/tables/ has to say what becomes of {missing:?}"
    );
    let mut there: BTreeSet<String> = referring.union(&unbound).cloned().collect();
    there.insert("users.id".to_owned());
    let gone: Vec<&String> = known.difference(&there).collect();
    assert!(
        gone.is_empty(),
        "the registry names what is not there: {gone:?}"
    );
}

#[tokio::test]
async fn every_table_that_hangs_on_a_personal_one_is_in_the_registry() {
    let app = TestApp::start().await;
    let personal = names(
        &app,
        "with recursive personal (rel) as (
             select 'users'::regclass::oid
             union select k.conrelid from pg_constraint k join personal on k.confrelid = personal.rel where k.contype = 'f')
         select rel::regclass::text from personal",
    )
    .await;
    let known: BTreeSet<&str> = tables().map(|table| table.name).collect();
    let missing: Vec<&String> = personal
        .iter()
        .filter(|one| !known.contains(one.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "domain/src/lifecycle/tables/ has to say what becomes of {missing:?}"
    );
    assert_eq!(known.len(), tables().count(), "a table stands twice");
    for table in tables() {
        if let Purge::GoesWith(other) = table.purge {
            let other = tables().find(|one| one.name == other);
            assert!(
                other.is_some_and(|other| matches!(other.purge, Purge::Delete(_))),
                "{}",
                table.name
            );
        }
    }
}
