//! GIF: blocks. What an application or a person added is left out, but for how often it is shown.

use domain::media::processing::Refusal;

use super::{Bounds, Bytes, Result, Walked, sized};

const EXTENSION: u8 = 0x21;
const PICTURE: u8 = 0x2c;
const END: u8 = 0x3b;

pub(super) fn walk(bytes: &[u8], bounds: &Bounds) -> Result<Walked> {
    let mut bytes = Bytes(bytes);
    let mut found = Walked::default();
    let head = bytes.take(13)?;
    let side = |at: usize| u32::from(u16::from_le_bytes([head[at], head[at + 1]]));
    (found.width, found.height) = sized(bounds, side(6), side(8))?;
    found.clean.extend_from_slice(head);
    found
        .clean
        .extend_from_slice(bytes.take(colours(head[10]))?);
    loop {
        match bytes.byte()? {
            EXTENSION => extension(&mut bytes, &mut found)?,
            PICTURE => picture(&mut bytes, &mut found, bounds)?,
            END if found.frames > 0 => {
                found.clean.push(END);
                return Ok(found);
            }
            // Some programs leave zeros between blocks.
            0 => {}
            _ => return Err(Refusal::Damaged),
        }
    }
}

/// How many bytes a table of colours has.
fn colours(flags: u8) -> usize {
    match flags & 0x80 {
        0 => 0,
        _ => 3 << ((flags & 7) + 1),
    }
}

fn extension(bytes: &mut Bytes<'_>, found: &mut Walked) -> Result<()> {
    let label = bytes.byte()?;
    let body = blocks(bytes)?;
    let is_kept = match label {
        0xf9 => true,
        0xff => {
            body.len() < 32
                && [&b"NETSCAPE2.0"[..], b"ANIMEXTS1.0"].contains(&&body[1..12.min(body.len())])
        }
        _ => false,
    };
    if is_kept {
        found.clean.extend([EXTENSION, label]);
        found.clean.extend_from_slice(body);
    }
    Ok(())
}

fn picture(bytes: &mut Bytes<'_>, found: &mut Walked, bounds: &Bounds) -> Result<()> {
    let head = bytes.take(9)?;
    let side = |at: usize| u32::from(u16::from_le_bytes([head[at], head[at + 1]]));
    sized(bounds, side(4), side(6))?;
    found.clean.push(PICTURE);
    found.clean.extend_from_slice(head);
    found.clean.extend_from_slice(bytes.take(colours(head[8]))?);
    found.clean.push(bytes.byte()?);
    found.clean.extend_from_slice(blocks(bytes)?);
    found.frames += 1;
    Ok(())
}

/// Blocks up to the empty one, with it.
fn blocks<'a>(bytes: &mut Bytes<'a>) -> Result<&'a [u8]> {
    let mut rest = Bytes(bytes.0);
    let mut length = 0;
    loop {
        let size = usize::from(rest.byte()?);
        rest.take(size)?;
        length += size + 1;
        if size == 0 {
            return bytes.take(length);
        }
    }
}
