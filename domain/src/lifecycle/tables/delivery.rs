//! How people hear of what happened: their devices, and what left for them.

use super::{Entries, Export, File, PersonalTable, Purge};

pub(super) const TABLES: &[PersonalTable] = &[
    PersonalTable {
        name: "devices",
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "devices.json",
            about: "the devices that get pushes; what they are called at the provider stays here",
            entries: Entries::Many,
            query: "select jsonb_build_object('platform', platform, 'since', created_at, 'last_used_at', last_used_at)
                    from devices where user_id = $1 order by created_at, id",
        }]),
        purge: Purge::Delete(&[rows!("devices", "user_id")]),
    },
    PersonalTable {
        name: "deliveries",
        columns: &[],
        export: Export::Nothing("they are the ways your notifications took, which are in a file of their own"),
        purge: Purge::GoesWith("notifications"),
    },
    PersonalTable {
        name: "digests",
        columns: &["user_id"],
        export: Export::Nothing("they are the weeks of which you were sent a digest; what it said is not kept"),
        purge: Purge::Delete(&[rows!("digests", "user_id")]),
    },
];
