//! What a person keeps: an address book, settings, their data to take along.

use super::{Entries, Export, File, PersonalTable, Purge};

pub(super) const TABLES: &[PersonalTable] = &[
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
];
