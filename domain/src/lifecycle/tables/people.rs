//! People: who they are, and the words they are found by.

use super::{Entries, Export, File, PersonalTable, Purge};

pub(super) const TABLES: &[PersonalTable] = &[
    PersonalTable {
        name: "users",
        columns: &["id"],
        export: Export::Files(&[File {
            name: "profile.json",
            about: "your account and what you say of yourself",
            entries: Entries::One,
            query: "select to_jsonb(you) from (
                        select id, username, email, email_verified_at, phone, phone_verified_at, first_name, last_name,
                               full_name, display_name, bio, profile_picture_url, profile_banner_url,
                               profile_picture_id, profile_banner_id, location, website,
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
];
