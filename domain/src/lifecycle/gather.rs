//! Gathering a person's data, table by table as the [registry](super::tables) has it. Rows are read with a cursor and
//! handed on as they come: an export of a million followers takes no more memory than one of ten.

use chrono::{DateTime, Utc};
use platform::Db;
use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;

use super::sql;
use super::tables::{Entries, Export, File, WITHHELD, tables};
use crate::{Error, Result, UserId};

/// Rows fetched at a time.
const PAGE: usize = 500;

/// A part of an archive.
#[derive(Debug)]
pub enum Piece {
    /// Another file begins.
    File(&'static str),
    /// More of it.
    Text(String),
    /// That was all. An archive without it is cut short.
    End,
}

/// Sends all that the house knows of a person and may show them.
pub async fn gather(db: &Db, user: UserId, now: DateTime<Utc>, out: &Sender<Piece>) -> Result<()> {
    send(out, Piece::File("README.txt")).await?;
    send(out, Piece::Text(readme())).await?;
    let mut files = Vec::new();
    for table in tables() {
        let Export::Files(of_table) = &table.export else {
            continue;
        };
        for file in *of_table {
            let entries = gather_file(db, user, file, out).await?;
            files.push(json!({ "name": file.name, "about": file.about, "entries": entries }));
        }
    }
    let manifest = json!({ "format": 1, "person": user, "gathered_at": now, "files": files });
    send(out, Piece::File("manifest.json")).await?;
    send(out, Piece::Text(format!("{manifest:#}\n"))).await?;
    send(out, Piece::End).await
}

/// How many entries it has.
async fn gather_file(db: &Db, user: UserId, file: &File, out: &Sender<Piece>) -> Result<u64> {
    send(out, Piece::File(file.name)).await?;
    let mut tx = db.begin().await?;
    sql::open_cursor(tx.connection(), file.query, user).await?;
    let mut entries = 0;
    loop {
        let page = sql::fetch(tx.connection(), PAGE).await?;
        let is_last = page.len() < PAGE;
        send(
            out,
            Piece::Text(text(file.entries, entries == 0, &page, is_last)),
        )
        .await?;
        entries += page.len() as u64;
        if is_last {
            tx.rollback().await?;
            return Ok(entries);
        }
    }
}

/// A page of entries, as a part of one JSON text: an object, or a list with a line for each entry.
fn text(entries: Entries, is_first: bool, page: &[Value], is_last: bool) -> String {
    if entries == Entries::One {
        let one = page.first().unwrap_or(&Value::Null);
        return format!("{one:#}\n");
    }
    let mut text = String::new();
    for (at, entry) in page.iter().enumerate() {
        text.push_str(if is_first && at == 0 { "[\n" } else { ",\n" });
        text.push_str(&entry.to_string());
    }
    match (is_last, is_first && page.is_empty()) {
        (true, true) => text.push_str("[]\n"),
        (true, false) => text.push_str("\n]\n"),
        (false, _) => {}
    }
    text
}

/// What the files are, and what is not in them and why.
fn readme() -> String {
    let mut text = "Your data at Commons\n====================\n\nWhat Commons knows of you, as of the time in manifest.json. \
                    All files are JSON in UTF-8; times are in UTC.\n\n"
        .to_owned();
    for table in tables() {
        if let Export::Files(files) = table.export {
            for file in files {
                text.push_str(&format!("{}: {}.\n", file.name, file.about));
            }
        }
    }
    text.push_str(
        "\nOf others you find what you may see of them. What is not in here, and why:\n\n",
    );
    for (column, why) in WITHHELD {
        text.push_str(&format!("{column} of your account: {why}.\n"));
    }
    for table in tables() {
        if let Export::Nothing(why) = table.export {
            text.push_str(&format!("{}: {why}.\n", table.name));
        }
    }
    text
}

async fn send(out: &Sender<Piece>, piece: Piece) -> Result<()> {
    let sent = out.send(piece).await;
    sent.map_err(|_| Error::Internal("nobody writes the archive".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_come_to_one_json_text_whatever_their_number() {
        let page = |range: std::ops::Range<i32>| range.map(Value::from).collect::<Vec<_>>();
        let many = |pages: &[Vec<Value>]| {
            let last = pages.len() - 1;
            let parts = pages.iter().enumerate();
            let parts = parts.map(|(at, page)| text(Entries::Many, at == 0, page, at == last));
            serde_json::from_str::<Vec<i32>>(&parts.collect::<String>()).unwrap()
        };
        assert_eq!(many(&[page(0..0)]), Vec::<i32>::new());
        assert_eq!(many(&[page(0..2)]), [0, 1]);
        assert_eq!(many(&[page(0..2), page(0..0)]), [0, 1]);
        assert_eq!(many(&[page(0..2), page(2..3)]), [0, 1, 2]);
    }
}
