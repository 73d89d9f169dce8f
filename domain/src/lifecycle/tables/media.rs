//! Pictures, videos, sounds and documents. Their bytes go with the folder `media`.

use super::{Entries, Export, File, PersonalTable, Purge};

pub(super) const TABLES: &[PersonalTable] = &[
    PersonalTable {
        name: "media",
        columns: &["owner_id"],
        export: Export::Files(&[File {
            name: "media.json",
            about: "your pictures, videos, sounds and documents",
            entries: Entries::Many,
            query: "select jsonb_build_object('id', id, 'kind', kind, 'content_type', content_type, 'filename', filename,
                                              'alt', alt, 'state', state, 'size', size, 'width', width, 'height', height,
                                              'duration_ms', duration_ms, 'uses', uses, 'since', created_at)
                    from media where owner_id = $1 order by id",
        }]),
        purge: Purge::Delete(&[rows!("media", "owner_id")]),
    },
    PersonalTable {
        name: "media_variants",
        columns: &[],
        export: Export::Nothing("they are smaller forms of your pictures and videos"),
        purge: Purge::GoesWith("media"),
    },
];
