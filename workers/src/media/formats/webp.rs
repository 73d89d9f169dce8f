//! WebP: chunks in a RIFF file. Those that only tell about the picture are left out.

use domain::media::processing::Refusal;

use super::{Bounds, Bytes, Result, Walked, profile, sized};

const HAS_PROFILE: u8 = 0x20;
/// EXIF and XMP.
const TELLS: u8 = 0x0c;

pub(super) fn walk(bytes: &[u8], bounds: &Bounds) -> Result<Walked> {
    let mut bytes = Bytes(bytes);
    let head = bytes.take(12)?;
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    let length = usize::try_from(length).unwrap_or(0).checked_sub(4);
    let mut body = Bytes(bytes.take(length.ok_or(Refusal::Damaged)?)?);
    let mut found = Walked::default();
    let mut frames = 0;
    while !body.0.is_empty() {
        let name: [u8; 4] = body.array()?;
        let data = data(&mut body)?;
        frames += u32::from(&name == b"ANMF");
        chunk(&mut found, &name, data, bounds)?;
    }
    if found.width == 0 {
        return Err(Refusal::Damaged);
    }
    found.frames = frames.max(1);
    found.clean = file(&found);
    Ok(found)
}

fn data<'a>(body: &mut Bytes<'a>) -> Result<&'a [u8]> {
    let length =
        usize::try_from(u32::from_le_bytes(body.array()?)).map_err(|_| Refusal::Damaged)?;
    let data = body.take(length)?;
    if length % 2 == 1 && !body.0.is_empty() {
        body.take(1)?;
    }
    Ok(data)
}

fn chunk(found: &mut Walked, name: &[u8; 4], data: &[u8], bounds: &Bounds) -> Result<()> {
    match name {
        b"EXIF" => {
            let exif = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
            found.exif = Some(exif.to_vec());
        }
        b"ICCP" => {
            found.profile = profile::numbers(data);
            if let Some(profile) = &found.profile {
                write(&mut found.clean, name, profile);
            }
        }
        b"VP8X" | b"VP8 " | b"VP8L" => picture(found, name, data, bounds)?,
        b"ALPH" | b"ANIM" => write(&mut found.clean, name, data),
        b"ANMF" => write(&mut found.clean, name, &frame(data, bounds)?),
        _ => {}
    }
    Ok(())
}

fn picture(found: &mut Walked, name: &[u8; 4], data: &[u8], bounds: &Bounds) -> Result<()> {
    let (width, height) = size(name, data).ok_or(Refusal::Damaged)?;
    let (width, height) = sized(bounds, width, height)?;
    if found.width == 0 {
        (found.width, found.height) = (width, height);
    }
    found.is_lossless |= name == b"VP8L";
    write(&mut found.clean, name, data);
    Ok(())
}

fn size(name: &[u8; 4], data: &[u8]) -> Option<(u32, u32)> {
    let whole = |at: usize, count: usize| -> Option<u32> {
        let bytes = data.get(at..at + count)?.iter().rev();
        Some(bytes.fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    };
    match name {
        b"VP8X" => Some((whole(4, 3)? + 1, whole(7, 3)? + 1)),
        b"VP8 " => Some((whole(6, 2)? & 0x3fff, whole(8, 2)? & 0x3fff)),
        _ => {
            let bits = whole(1, 4)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
    }
}

/// Where it stands and how long, and its own picture.
fn frame(data: &[u8], bounds: &Bounds) -> Result<Vec<u8>> {
    let mut body = Bytes(data);
    let mut out = body.take(16)?.to_vec();
    while !body.0.is_empty() {
        let name: [u8; 4] = body.array()?;
        let data = self::data(&mut body)?;
        if let b"VP8 " | b"VP8L" = &name {
            let (width, height) = size(&name, data).ok_or(Refusal::Damaged)?;
            sized(bounds, width, height)?;
            write(&mut out, &name, data);
        } else if &name == b"ALPH" {
            write(&mut out, &name, data);
        }
    }
    Ok(out)
}

fn write(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend(name);
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(data);
    if data.len() % 2 == 1 {
        out.push(0);
    }
}

/// The chunks that are kept, as a file whose flags name no others.
fn file(found: &Walked) -> Vec<u8> {
    let chunks = &found.clean;
    let length = u32::try_from(chunks.len() + 4).unwrap_or(u32::MAX);
    let mut file = [b"RIFF", &length.to_le_bytes()[..], b"WEBP", chunks].concat();
    if let (true, Some(flags)) = (chunks.starts_with(b"VP8X"), file.get_mut(20)) {
        *flags &= !TELLS;
        if found.profile.is_none() {
            *flags &= !HAS_PROFILE;
        }
    }
    file
}
