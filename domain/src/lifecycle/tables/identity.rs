//! The ways in.

use super::{Entries, Export, File, PersonalTable, Purge};

pub(super) const TABLES: &[PersonalTable] = &[
    PersonalTable {
        name: "sessions",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "sessions.json",
            about: "the devices you signed in with, for as long as we remember them",
            entries: Entries::Many,
            query: "select to_jsonb(s) - 'user_id' from sessions as s where user_id = $1 order by created_at",
        }]),
        purge: Purge::Delete(&[rows!("sessions", "user_id")]),
    },
    PersonalTable {
        name: "refresh_tokens",
        columns: &[],
        export: Export::Nothing("they are hashes of what proves that a device is yours"),
        purge: Purge::GoesWith("sessions"),
    },
    PersonalTable {
        name: "email_verifications",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "email_verifications.json",
            about: "the addresses you were asked to prove",
            entries: Entries::Many,
            query: "select jsonb_build_object('email', email, 'asked_at', created_at, 'proved_at', used_at)
                    from email_verifications where user_id = $1 order by created_at",
        }]),
        purge: Purge::Delete(&[rows!("email_verifications", "user_id")]),
    },
    PersonalTable {
        name: "password_resets",
        columns: &["user_id"],
        export: Export::Nothing("they are wishes for a new password, which are over within the hour"),
        purge: Purge::Delete(&[rows!("password_resets", "user_id")]),
    },
    PersonalTable {
        name: "user_identities",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "identities.json",
            about: "the accounts elsewhere that you sign in with",
            entries: Entries::Many,
            query: "select to_jsonb(i) - 'user_id' from user_identities as i where user_id = $1 order by created_at",
        }]),
        purge: Purge::Delete(&[rows!("user_identities", "user_id")]),
    },
    PersonalTable {
        name: "provider_attempts",
        columns: &["user_id"],
        export: Export::Nothing("they are ways to an account elsewhere that were set out on, over within minutes"),
        purge: Purge::Delete(&[rows!("provider_attempts", "user_id")]),
    },
    PersonalTable {
        name: "provider_codes",
        columns: &["user_id"],
        export: Export::Nothing("they are hashes of what an application trades for a session, good for a minute"),
        purge: Purge::Delete(&[rows!("provider_codes", "user_id")]),
    },
    PersonalTable {
        name: "second_factors",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "second_factor.json",
            about: "since when you have a second factor; its secret stays here",
            entries: Entries::Many,
            query: "select jsonb_build_object('since', confirmed_at) from second_factors where user_id = $1",
        }]),
        purge: Purge::Delete(&[rows!("second_factors", "user_id")]),
    },
    PersonalTable {
        name: "recovery_codes",
        columns: &["user_id"],
        export: Export::Nothing("they are hashes of what proves who you are"),
        purge: Purge::Delete(&[rows!("recovery_codes", "user_id")]),
    },
    PersonalTable {
        name: "second_factor_challenges",
        columns: &["user_id"],
        export: Export::Nothing("they are questions for your second factor, over within minutes"),
        purge: Purge::Delete(&[rows!("second_factor_challenges", "user_id")]),
    },
];
