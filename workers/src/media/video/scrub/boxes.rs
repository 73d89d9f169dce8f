//! mp4 and mov are boxes in boxes: those of words are made free space.

use std::fs::{File, OpenOptions};
use std::io::{Read, Result, Seek, SeekFrom, Write};
use std::path::Path;

/// A table of contents that is larger is none.
const LARGEST: u64 = 64 * 1024 * 1024;

const FREE: &[u8; 4] = b"free";
const WORDS: [&[u8; 4]; 3] = [b"udta", b"meta", b"uuid"];
const CONTAINERS: [&[u8; 4]; 3] = [b"moov", b"trak", b"mdia"];

/// False: it is no video of this kind.
pub(super) fn scrub(path: &Path) -> Result<bool> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let end = file.metadata()?.len();
    let (mut at, mut has_contents) = (0, false);
    while at < end {
        let Some((kind, head, size)) = next(&mut file, at, end)? else {
            return Ok(false);
        };
        let is_contents = &kind == b"moov";
        if is_contents || WORDS.contains(&&kind) {
            if size > LARGEST {
                return Ok(false);
            }
            overwrite(&mut file, at, size)?;
        }
        has_contents |= is_contents && size > head;
        at += size;
    }
    Ok(has_contents)
}

/// What a box is, how long its head is, and how long it is.
fn next(file: &mut File, at: u64, end: u64) -> Result<Option<([u8; 4], u64, u64)>> {
    let mut start = Vec::with_capacity(16);
    file.seek(SeekFrom::Start(at))?;
    file.take(16).read_to_end(&mut start)?;
    let found = measured(&start, end - at);
    Ok(found.filter(|(_, head, size)| size >= head && *size <= end - at))
}

fn measured(start: &[u8], left: u64) -> Option<([u8; 4], u64, u64)> {
    let size = u32::from_be_bytes(*start.first_chunk()?);
    let kind = *start.get(4..)?.first_chunk()?;
    Some(match size {
        0 => (kind, 8, left),
        1 => (
            kind,
            16,
            u64::from_be_bytes(*start.get(8..)?.first_chunk()?),
        ),
        size => (kind, 8, size.into()),
    })
}

fn overwrite(file: &mut File, at: u64, size: u64) -> Result<()> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    (&*file).take(size).read_to_end(&mut bytes)?;
    free_words(&mut bytes);
    file.seek(SeekFrom::Start(at))?;
    file.write_all(&bytes)
}

/// In a run of boxes. What makes no sense is left to the players.
fn free_words(mut boxes: &mut [u8]) {
    while let Some((kind, head, size)) = measured(boxes, boxes.len() as u64) {
        let (head, size) = (head as usize, size as usize);
        if size < head || size > boxes.len() {
            return;
        }
        let (this, rest) = std::mem::take(&mut boxes).split_at_mut(size);
        if WORDS.contains(&&kind) || (&kind == b"trak" && !is_seen_or_heard(this)) {
            this[4..8].copy_from_slice(FREE);
            this[head..].fill(0);
        } else if CONTAINERS.contains(&&kind) {
            free_words(&mut this[head..]);
        }
        boxes = rest;
    }
}

/// Some cameras write where they are as a track of its own. A track says what it is as its handler: `hdlr`, a version of
/// four bytes, four that were never used, and the kind.
fn is_seen_or_heard(track: &[u8]) -> bool {
    let handler = track.windows(4).position(|four| four == b"hdlr");
    let kind = handler.and_then(|at| track.get(at + 12..at + 16));
    matches!(kind, Some(b"vide" | b"soun"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
        [&size, &kind[..], content].concat()
    }

    fn track(kind: &[u8; 4], words: &[u8]) -> Vec<u8> {
        let handler = boxed(b"hdlr", &[&[0; 8], &kind[..], &[0; 13]].concat());
        let words = boxed(b"udta", words);
        boxed(b"trak", &[boxed(b"mdia", &handler), words].concat())
    }

    #[test]
    fn words_and_tracks_of_places_become_free_space_and_nothing_moves() {
        let contents = [
            track(b"vide", b"PLACE"),
            track(b"meta", b"PLACE"),
            boxed(b"udta", b"PLACE"),
        ];
        let mut all = [boxed(b"moov", &contents.concat()), boxed(b"mdat", b"seen")].concat();
        let before = all.len();
        free_words(&mut all);
        assert_eq!(all.len(), before);
        assert!(!all.windows(5).any(|five| five == b"PLACE"));
        assert_eq!(all.windows(4).filter(|four| four == b"vide").count(), 1);
        assert!(all.ends_with(b"seen"));
        let broken = &mut [0, 0, 0, 99, b'm', b'o', b'o', b'v', 1];
        free_words(broken);
        assert_eq!(broken[8], 1);
    }
}
