//! The house: jobs, what administrators did, requests that may be repeated.

use super::{Export, PersonalTable, Purge};

pub(super) const TABLES: &[PersonalTable] = &[
    PersonalTable {
        name: "jobs",
        columns: &["actor"],
        export: Export::Nothing("it is work that waits, with nothing but ids"),
        purge: Purge::Keep(
            "ids only; a row leaves when its work is done, a failed one after JOBS_KEEP_DEAD",
        ),
    },
    PersonalTable {
        name: "finished_jobs",
        columns: &["actor"],
        export: Export::Nothing("it is work that was done, with nothing but ids"),
        purge: Purge::Keep("ids only; a row leaves after JOBS_KEEP_FINISHED"),
    },
    PersonalTable {
        name: "job_pauses",
        columns: &["paused_by"],
        export: Export::Nothing("it is what operators stopped"),
        purge: Purge::Keep("the id of an operator only; a row leaves when the pause ends"),
    },
    PersonalTable {
        name: "admin_audit",
        columns: &["actor"],
        export: Export::Nothing("it is the house's record of its administrators"),
        purge: Purge::Keep(
            "who may do what to others must stay answerable; it holds the id, no name and no address",
        ),
    },
    PersonalTable {
        name: "idempotency_keys",
        columns: &[],
        export: Export::Nothing(
            "they are answers you were given, sealed: only the key you sent opens them",
        ),
        purge: Purge::Keep(
            "sealed and findable by the key that was sent alone; a row leaves after IDEMPOTENCY_TTL",
        ),
    },
];
