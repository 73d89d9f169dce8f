//! Every table that knows of people, on one page: what an export shows of it, and what a purge leaves of it. A table that
//! is missing here fails the tests.

/// What a table holds of people, and what becomes of it.
pub struct PersonalTable {
    pub name: &'static str,
    /// The columns that name a person.
    pub columns: &'static [&'static str],
    pub export: Export,
    pub purge: Purge,
}

/// What an export shows.
pub enum Export {
    Files(&'static [File]),
    /// Nothing, because …
    Nothing(&'static str),
}

/// A file of an export.
pub struct File {
    pub name: &'static str,
    pub about: &'static str,
    pub entries: Entries,
    /// Of the person `$1`, one `jsonb` an entry. Of others it shows what the person may see of them.
    pub query: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entries {
    One,
    Many,
}

/// What a purge does. The statements run in the order of this page.
pub enum Purge {
    /// Deletes: each statement a slice of at most `$2` rows of the person `$1`, again and again until it answers that it
    /// was none.
    Delete(&'static [&'static str]),
    /// It goes with the rows of another table.
    GoesWith(&'static str),
    /// The row stays without the person: others' rows may point at it.
    Anonymise,
    /// Kept, because …
    Keep(&'static str),
}

/// Folders of the storage, each with one for every person.
pub const FOLDERS: &[&str] = &["exports"];

/// Columns of `users` that an export does not show, because …
pub const WITHHELD: &[(&str, &str)] = &[("password_hash", "it proves who you are")];

/// Deletes a slice of the rows whose `$column` is the person. It is found by its place on the disk, locked: a key of two
/// columns would be looked for in the whole table. What another has changed meanwhile is left to the next slice.
macro_rules! rows {
    ($table:literal, $column:literal) => {
        concat!(
            "with slice as (select ctid from ",
            $table,
            " where ",
            $column,
            " = $1 limit $2 for update),
             gone as (delete from ",
            $table,
            " where ctid = any(array(select ctid from slice)))
             select count(*) from slice"
        )
    };
}

/// Deletes a slice of follows, and counts them off at the other end: in the order of the ids, so that two purges and
/// whoever follows meanwhile do not wait for one another in a circle.
macro_rules! follows {
    ($mine:literal, $theirs:literal, $count:literal) => {
        concat!(
            "with slice as (select ctid from follows where ",
            $mine,
            " = $1 limit $2 for update),
             gone as (delete from follows where ctid = any(array(select ctid from slice)) returning ",
            $theirs,
            " as other),
             held as (select user_id from user_counts where user_id in (select other from gone)
                      order by user_id for no key update),
             counted as (update user_counts set ",
            $count,
            " = greatest(",
            $count,
            " - 1, 0)
                         where user_id in (select user_id from held))
             select count(*) from slice"
        )
    };
}

pub const TABLES: &[PersonalTable] = &[
    PersonalTable {
        name: "users",
        columns: &["id"],
        export: Export::Files(&[File {
            name: "profile.json",
            about: "your account and what you say of yourself",
            entries: Entries::One,
            query: "select to_jsonb(you) from (
                        select id, username, email, email_verified_at, phone, phone_verified_at, first_name, last_name,
                               full_name, display_name, bio, profile_picture_url, profile_banner_url, location, website,
                               education_level, institution, role, verification_level, is_premium, is_business,
                               business_info, is_private, last_seen_to, messages_from, found_by_phone, last_login_at,
                               last_seen_at, deactivated_at, suspended_at, suspended_until, suspended_why, delete_at,
                               deleted_at, created_at, updated_at
                        from users where id = $1) as you",
        }]),
        purge: Purge::Anonymise,
    },
    PersonalTable {
        name: "user_counts",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "counts.json",
            about: "how many follow you, how many you follow, how much you posted",
            entries: Entries::One,
            query: "select to_jsonb(counts) - 'user_id' - 'created_at' from user_counts as counts where user_id = $1",
        }]),
        // First of all who is counted on the other side; see `follows`.
        purge: Purge::GoesWith("follows"),
    },
    PersonalTable {
        name: "follows",
        columns: &["follower_id", "following_id"],
        export: Export::Files(&[
            File {
                name: "followers.json",
                about: "who follows you",
                entries: Entries::Many,
                query: "select jsonb_build_object('username', u.username, 'since', f.created_at)
                        from follows f join users u on u.id = f.follower_id
                        where f.following_id = $1 and not is_hidden_from($1, f.follower_id) order by f.id",
            },
            File {
                name: "following.json",
                about: "whom you follow",
                entries: Entries::Many,
                query: "select jsonb_build_object('username', u.username, 'since', f.created_at)
                        from follows f join users u on u.id = f.following_id
                        where f.follower_id = $1 and not is_hidden_from($1, f.following_id) order by f.id",
            },
        ]),
        purge: Purge::Delete(&[
            follows!("follower_id", "following_id", "follower_count"),
            follows!("following_id", "follower_id", "following_count"),
            rows!("user_counts", "user_id"),
        ]),
    },
    PersonalTable {
        name: "follow_requests",
        columns: &["follower_id", "following_id"],
        export: Export::Files(&[
            File {
                name: "follow_requests_sent.json",
                about: "whom you asked to follow, and wait",
                entries: Entries::Many,
                query: "select jsonb_build_object('username', u.username, 'since', f.created_at)
                        from follow_requests f join users u on u.id = f.following_id
                        where f.follower_id = $1 and not is_hidden_from($1, f.following_id) order by f.id",
            },
            File {
                name: "follow_requests_received.json",
                about: "who asked to follow you, and waits",
                entries: Entries::Many,
                query: "select jsonb_build_object('username', u.username, 'since', f.created_at)
                        from follow_requests f join users u on u.id = f.follower_id
                        where f.following_id = $1 and not is_hidden_from($1, f.follower_id) order by f.id",
            },
        ]),
        purge: Purge::Delete(&[
            rows!("follow_requests", "follower_id"),
            rows!("follow_requests", "following_id"),
        ]),
    },
    PersonalTable {
        name: "blocks",
        columns: &["blocker_id", "blocked_id"],
        // Who blocked them is not theirs to know.
        export: Export::Files(&[File {
            name: "blocked.json",
            about: "whom you blocked",
            entries: Entries::Many,
            query: "select jsonb_build_object('username', u.username, 'since', b.created_at)
                    from blocks b join users u on u.id = b.blocked_id
                    where b.blocker_id = $1 and u.deleted_at is null order by b.id",
        }]),
        purge: Purge::Delete(&[
            rows!("blocks", "blocker_id"),
            rows!("blocks", "blocked_id"),
        ]),
    },
    PersonalTable {
        name: "mutes",
        columns: &["muter_id", "muted_id"],
        // Who muted them is not theirs to know.
        export: Export::Files(&[File {
            name: "muted.json",
            about: "whom you muted",
            entries: Entries::Many,
            query: "select jsonb_build_object('username', u.username, 'since', m.created_at, 'until', m.muted_until)
                    from mutes m join users u on u.id = m.muted_id
                    where m.muter_id = $1 and not is_hidden_from($1, m.muted_id) order by m.id",
        }]),
        purge: Purge::Delete(&[
            rows!("mutes", "muter_id"),
            rows!("mutes", "muted_id"),
        ]),
    },
    PersonalTable {
        name: "user_topics",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "topics.json",
            about: "your skills, interests and subjects",
            entries: Entries::Many,
            query: "select jsonb_build_object('kind', kind, 'topic', topic, 'since', created_at)
                    from user_topics where user_id = $1 order by kind, place",
        }]),
        purge: Purge::Delete(&[rows!("user_topics", "user_id")]),
    },
    PersonalTable {
        name: "user_words",
        columns: &["user_id"],
        export: Export::Nothing("they are the words of your names, which are in your profile"),
        // A word that nobody else has goes too.
        purge: Purge::Delete(&[
            "with slice as (select ctid from user_words where user_id = $1 limit $2 for update),
             gone as (delete from user_words where ctid = any(array(select ctid from slice)) returning word),
             forgotten as (delete from name_words where word in (select word from gone) and not exists (
                 select from user_words as others where others.word = name_words.word and others.user_id <> $1))
             select count(*) from slice",
        ]),
    },
    PersonalTable {
        name: "user_word_pairs",
        columns: &["user_id"],
        export: Export::Nothing("they are the words of your names, which are in your profile"),
        purge: Purge::Delete(&[rows!("user_word_pairs", "user_id")]),
    },
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
    PersonalTable {
        name: "contacts",
        columns: &["owner_id", "person_id"],
        // Who keeps them as a contact is not theirs to know.
        export: Export::Files(&[File {
            name: "contacts.json",
            about: "whom you keep in your address book, and as what",
            entries: Entries::Many,
            query: "select jsonb_build_object('username', u.username, 'name', c.name, 'since', c.created_at)
                    from contacts c join users u on u.id = c.person_id
                    where c.owner_id = $1 and not is_hidden_from($1, c.person_id) order by c.id",
        }]),
        purge: Purge::Delete(&[
            rows!("contacts", "owner_id"),
            rows!("contacts", "person_id"),
        ]),
    },
    PersonalTable {
        name: "user_settings",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "settings.json",
            about: "what you set otherwise than it comes",
            entries: Entries::Many,
            query: "select to_jsonb(s) - 'user_id' from user_settings as s where user_id = $1",
        }]),
        purge: Purge::Delete(&[rows!("user_settings", "user_id")]),
    },
    PersonalTable {
        name: "suggestion_dismissals",
        columns: &["user_id", "dismissed_id"],
        export: Export::Files(&[File {
            name: "dismissed_suggestions.json",
            about: "whom you do not want suggested",
            entries: Entries::Many,
            query: "select jsonb_build_object('username', u.username, 'since', d.created_at)
                    from suggestion_dismissals d join users u on u.id = d.dismissed_id
                    where d.user_id = $1 and not is_hidden_from($1, d.dismissed_id) order by d.created_at",
        }]),
        purge: Purge::Delete(&[
            rows!("suggestion_dismissals", "user_id"),
            rows!("suggestion_dismissals", "dismissed_id"),
        ]),
    },
    PersonalTable {
        name: "popular_people",
        columns: &["user_id"],
        export: Export::Nothing("it is who is followed most, reckoned anew each hour"),
        purge: Purge::Delete(&[rows!("popular_people", "user_id")]),
    },
    PersonalTable {
        name: "data_exports",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "exports.json",
            about: "when you took your data along before",
            entries: Entries::Many,
            query: "select jsonb_build_object('asked_at', created_at, 'finished_at', finished_at, 'size', size)
                    from data_exports where user_id = $1 order by id",
        }]),
        purge: Purge::Delete(&[rows!("data_exports", "user_id")]),
    },
    PersonalTable {
        name: "jobs",
        columns: &["actor"],
        export: Export::Nothing("it is work that waits, with nothing but ids"),
        purge: Purge::Keep("ids only; a row leaves when its work is done, a failed one after JOBS_KEEP_DEAD"),
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
        purge: Purge::Keep("who may do what to others must stay answerable; it holds the id, no name and no address"),
    },
    PersonalTable {
        name: "idempotency_keys",
        columns: &[],
        export: Export::Nothing("they are answers you were given, sealed: only the key you sent opens them"),
        purge: Purge::Keep("sealed and findable by the key that was sent alone; a row leaves after IDEMPOTENCY_TTL"),
    },
];
