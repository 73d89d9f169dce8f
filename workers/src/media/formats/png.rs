//! PNG: chunks, each with a name and a checksum.

use domain::media::processing::Refusal;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::{Bounds, Bytes, Result, Walked, profile, sized};

const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What is needed to look at it.
const KEPT: [&[u8; 4]; 13] = [
    b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs",
    b"acTL", b"fcTL", b"fdAT",
];

/// A longer one is none that is kept: many of them in one file would take their time.
const LONGEST_PROFILE: usize = profile::LONGEST;

pub(super) fn walk(bytes: &[u8], bounds: &Bounds) -> Result<Walked> {
    let mut bytes = Bytes(bytes);
    let mut found = Walked {
        frames: 1,
        is_lossless: true,
        clean: bytes.take(MAGIC.len())?.to_vec(),
        ..Walked::default()
    };
    let mut frames = 0;
    loop {
        let length = u32::from_be_bytes(bytes.array()?);
        let name: [u8; 4] = bytes.array()?;
        if found.width == 0 {
            head(&mut found, &name, &bytes, bounds)?;
        }
        let data = bytes.take(usize::try_from(length).map_err(|_| Refusal::Damaged)?)?;
        bytes.take(4)?;
        frames += u32::from(&name == b"fcTL");
        chunk(&mut found, &name, data);
        if &name == b"IEND" {
            found.frames = frames.max(1);
            return Ok(found);
        }
    }
}

/// The first chunk says how large it is.
fn head(found: &mut Walked, name: &[u8; 4], rest: &Bytes<'_>, bounds: &Bounds) -> Result<()> {
    let mut rest = Bytes(rest.0);
    if name != b"IHDR" {
        return Err(Refusal::Damaged);
    }
    let (width, height) = (
        u32::from_be_bytes(rest.array()?),
        u32::from_be_bytes(rest.array()?),
    );
    (found.width, found.height) = sized(bounds, width, height)?;
    Ok(())
}

fn chunk(found: &mut Walked, name: &[u8; 4], data: &[u8]) {
    match name {
        b"eXIf" => found.exif = Some(data.to_vec()),
        b"iCCP" => {
            found.profile = unpacked(data).and_then(|profile| profile::numbers(&profile));
            if let Some(profile) = &found.profile {
                let packed = compress_to_vec_zlib(profile, 6);
                write(&mut found.clean, name, &[b"icc\0\0", &packed[..]].concat());
            }
        }
        name if name == b"IHDR" || KEPT.contains(&name) => write(&mut found.clean, name, data),
        _ => {}
    }
}

/// Name, 0, how it is packed, the profile.
fn unpacked(data: &[u8]) -> Option<Vec<u8>> {
    let end = data.iter().position(|byte| *byte == 0)?;
    decompress_to_vec_zlib_with_limit(data.get(end + 2..)?, LONGEST_PROFILE).ok()
}

fn write(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(name);
    checksum.update(data);
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend(name);
    out.extend_from_slice(data);
    out.extend(checksum.finalize().to_be_bytes());
}
