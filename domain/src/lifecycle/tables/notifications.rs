//! What people were told of others.

use super::{Entries, Export, File, PersonalTable, Purge};

pub(super) const TABLES: &[PersonalTable] = &[
    PersonalTable {
        name: "notifications",
        // Whoever did it is named by id alone, and shown no more once they are gone.
        columns: &["user_id"],
        export: Export::Files(&[File {
            name: "notifications.json",
            about: "what you were told of",
            entries: Entries::Many,
            query: "select jsonb_build_object('type', n.kind, 'target_type', n.target_type, 'target_id', n.target_id,
                                              'how_many', n.actor_count, 'content', n.content, 'read_at', n.read_at,
                                              'since', n.created_at, 'last', n.updated_at,
                                              'by', array(select username from unnest(n.actor_ids) as actor
                                                          join users on users.id = actor
                                                          where not is_hidden_from($1, actor)))
                    from notifications_of($1) n order by n.place",
        }]),
        purge: Purge::Delete(&[rows!("notifications", "user_id")]),
    },
    PersonalTable {
        name: "notification_places",
        columns: &["user_id"],
        export: Export::Nothing("it is how far your notifications are counted"),
        purge: Purge::Delete(&[rows!("notification_places", "user_id")]),
    },
];
