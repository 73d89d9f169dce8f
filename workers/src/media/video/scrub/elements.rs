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
    0x1254_c367, 0x1941_a469, 0x1043_a770, 0x7ba9, 0x4461, 0x7384, 0x3c_83ab, 0x3e_83bb, 0x536e,
    0xbf,
];

/// An id has at most four bytes, a length eight.
const LONGEST_START: u64 = 12;
const ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

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
        let Some(element) = next(&mut file, at)? else {
            return Ok(false);
        };
        if at == 0 && element.id != HEAD {
            return Ok(false);
        }
        has_film |= element.id == CLUSTER;
        let is_open = element.id == CLUSTER && element.size.is_none();
        if is_open || CONTAINERS.contains(&element.id) {
            at += element.head;
            continue;
        }
        let Some(after) = element.size.and_then(|size| (at + element.head).checked_add(size)) else {
            return Ok(false);
        };
        // The last may have broken off: what is there is shown.
        let after = after.min(end);
        if WORDS.contains(&element.id) {
            make_void(&mut file, at, after - at)?;
        }
        at = after;
    }
    Ok(has_film)
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
    let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
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

    #[test]
    fn words_become_void_and_nothing_moves() {
        let head = element(&[0x1a, 0x45, 0xdf, 0xa3], b"");
        let tags = element(&[0x12, 0x54, 0xc3, 0x67], b"PLACE");
        // A name of eight bytes in all.
        let name = [&[0x53, 0x6e, 0x85][..], b"PLACE"].concat();
        let tracks = element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &name));
        let block = element(&[0xa3], b"seen");
        let cluster = element(&[0x1f, 0x43, 0xb6, 0x75], &block);
        let inside = [&tags[..], &tracks, &cluster, &tags].concat();
        let sized = [&head[..], &element(&[0x18, 0x53, 0x80, 0x67], &inside)].concat();
        // As it is filmed: nobody knows yet how long it gets.
        let open = [
            &head[..],
            &[0x18, 0x53, 0x80, 0x67, 0x01, 255, 255, 255, 255, 255, 255, 255],
            &tracks,
            &[0x1f, 0x43, 0xb6, 0x75, 0xff],
            &block,
            &tags,
        ]
        .concat();
        for film in [sized, open] {
            let (found, after) = scrubbed(&film);
            assert!(found);
            assert_eq!(after.len(), film.len());
            assert!(!after.windows(5).any(|five| five == b"PLACE"));
            assert!(after.windows(4).any(|four| four == b"seen"));
        }
        assert!(!scrubbed(&[&head[..], &tags].concat()).0);
        assert!(!scrubbed(b"no film at all").0);
    }
}
