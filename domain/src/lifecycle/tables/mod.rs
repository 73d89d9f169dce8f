//! Every table that knows of people, a page an area: what an export shows of it, and what a purge leaves of it. A table
//! that is missing here fails the tests.

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

mod delivery;
mod feed;
mod graph;
mod hashtags;
mod house;
mod identity;
mod keeping;
mod media;
mod notifications;
mod people;
mod posts;

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

/// What a purge does. The statements run in the order of the list.
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
pub const FOLDERS: &[&str] = &["exports", "media"];

/// Columns of `users` that an export does not show, because …
pub const WITHHELD: &[(&str, &str)] = &[("password_hash", "it proves who you are")];

const AREAS: &[&[PersonalTable]] = &[
    graph::TABLES,
    delivery::TABLES,
    hashtags::TABLES,
    people::TABLES,
    feed::TABLES,
    identity::TABLES,
    keeping::TABLES,
    notifications::TABLES,
    posts::TABLES,
    media::TABLES,
    house::TABLES,
];

pub fn tables() -> impl Iterator<Item = &'static PersonalTable> {
    AREAS.iter().copied().flatten()
}
