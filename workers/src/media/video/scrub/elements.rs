//! webm is elements in elements, each with an id and a length: those of words are made void.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Result, Seek, SeekFrom, Write};
use std::path::Path;

const HEAD: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1f43_b675;
const VOID: u8 = 0xec;

/// What the film as a whole and each of its tracks are told in: looked into.
const CONTAINERS: [u32; 4] = [SEGMENT, 0x1549_a966, 0x1654_ae6b, 0xae];

/// Tags, attachments, chapters; title, date, the names of files and of a track; the checksum of what has changed.
const WORDS: [u32; 10] = [
    0x1254_c367,
    0x1941_a469,
    0x1043_a770,
    0x7ba9,
    0x4461,
    0x7384,
    0x3c_83ab,
    0x3e_83bb,
    0x536e,
    0xbf,
];

/// An id has at most four bytes, a length eight.
const LONGEST_START: u64 = 12;
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

struct Element {
    id: u32,
    /// Of id and length.
    head: u64,
    /// None: until something stands there that cannot be inside. So do those write who film as they go.
    size: Option<u64>,
}

/// False: it is no video of this kind.
pub(super) fn scrub(path: &Path) -> Result<bool> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let end = file.metadata()?.len();
    let (mut at, mut has_film) = (0, false);
    while at < end {
        let found = next(&mut file, at)?.filter(|found| at > 0 || found.id == HEAD);
        let Some(size) = found.as_ref().and_then(Element::passed) else {
            return Ok(false);
        };
        let id = found.map_or(0, |found| found.id);
        has_film |= id == CLUSTER;
        // The last may have broken off: what is there is shown.
        let after = at.saturating_add(size).min(end);
        if WORDS.contains(&id) {
            make_void(&mut file, at, after - at)?;
        }
        at = after;
    }
    Ok(has_film)
}

impl Element {
    /// How many bytes on the next one is looked for: behind it, or in it. None: it makes no sense.
    fn passed(&self) -> Option<u64> {
        match self.size {
            _ if CONTAINERS.contains(&self.id) => Some(self.head),
            None if self.id == CLUSTER => Some(self.head),
            size => self.head.checked_add(size?),
        }
    }
}

fn next(file: &mut File, at: u64) -> Result<Option<Element>> {
    let mut start = Vec::with_capacity(LONGEST_START as usize);
    file.seek(SeekFrom::Start(at))?;
    file.take(LONGEST_START).read_to_end(&mut start)?;
    Ok(measured(&start))
}

/// The first bit that is set says how long a number is; it is part of an id, and not of a length.
fn measured(start: &[u8]) -> Option<Element> {
    let length = |first: u8| (first.leading_zeros() + 1) as usize;
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let id = start.get(..length(*start.first()?).min(4))?;
    let rest = &start[id.len()..];
    let count = length(*rest.first()?);
    let size = number(rest.get(..count.min(8))?) & ((1 << (7 * count.min(8))) - 1);
    let is_open = size == (1 << (7 * count.min(8))) - 1;
    Some(Element {
        id: u32::try_from(number(id)).ok()?,
        head: (id.len() + count) as u64,
        size: (!is_open).then_some(size),
    })
    .filter(|_| count <= 8)
}

/// The same bytes, as one element that says nothing.
fn make_void(file: &mut File, at: u64, whole: u64) -> Result<()> {
    let mut start = vec![VOID];
    match whole.checked_sub(9) {
        Some(size) => start.extend((size | 1 << 56).to_be_bytes()),
        None => start.push(0x80 | whole.saturating_sub(2) as u8),
    }
    file.seek(SeekFrom::Start(at))?;
    file.write_all(&start)?;
    let mut left = whole.saturating_sub(start.len() as u64);
    while left > 0 {
        let part = usize::try_from(left).map_or(ZEROS.len(), |left| left.min(ZEROS.len()));
        file.write_all(ZEROS.get(..part).ok_or(io::ErrorKind::InvalidInput)?)?;
        left -= part as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
        let size = (content.len() as u64 | 1 << 56).to_be_bytes();
        [id, &size, content].concat()
    }

    fn scrubbed(bytes: &[u8]) -> (bool, Vec<u8>) {
        let name = format!("commons-scrub-{}-{}", std::process::id(), bytes.len());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        let found = scrub(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        (found, bytes)
    }

    const HEAD: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];
    const SEGMENT: [u8; 4] = [0x18, 0x53, 0x80, 0x67];
    const CLUSTER: [u8; 4] = [0x1f, 0x43, 0xb6, 0x75];

    fn tags() -> Vec<u8> {
        element(&[0x12, 0x54, 0xc3, 0x67], b"PLACE")
    }

    fn tracks() -> Vec<u8> {
        // A name of eight bytes in all.
        let name = [&[0x53, 0x6e, 0x85][..], b"PLACE"].concat();
        element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &name))
    }

    fn block() -> Vec<u8> {
        element(&[0xa3], b"seen")
    }

    fn whole() -> Vec<u8> {
        let cluster = element(&CLUSTER, &block());
        let inside = [tags(), tracks(), cluster, tags()].concat();
        [element(&HEAD, b""), element(&SEGMENT, &inside)].concat()
    }

    /// As it is filmed: nobody knows yet how long it gets.
    fn open() -> Vec<u8> {
        let segment = [&SEGMENT[..], &[0x01, 255, 255, 255, 255, 255, 255, 255]].concat();
        let cluster = [&CLUSTER[..], &[0xff]].concat();
        let head = element(&HEAD, b"");
        [head, segment, tracks(), cluster, block(), tags()].concat()
    }

    #[test]
    fn words_become_void_and_nothing_moves() {
        let mut broken_off = open();
        broken_off.truncate(broken_off.len() - 1);
        for film in [whole(), open(), broken_off] {
            let (found, after) = scrubbed(&film);
            assert!(found);
            assert_eq!(after.len(), film.len());
            assert!(!after.windows(4).any(|four| four == b"PLAC"));
            assert!(after.windows(4).any(|four| four == b"seen"));
        }
    }

    #[test]
    fn what_is_no_film_is_said_to_be_none() {
        let no_pictures = [element(&HEAD, b""), tags()].concat();
        for other in [&no_pictures[..], b"no film at all"] {
            assert!(!scrubbed(other).0);
        }
    }
}
