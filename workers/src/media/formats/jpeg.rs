//! JPEG: segments, each with a marker; the scans between them hold the picture.

use domain::media::processing::Refusal;

use super::tables::Tables;
use super::{Bounds, Bytes, Result, Walked, profile, sized};

/// A picture in many scans is decoded once for each.
const MOST_SCANS: u32 = 100;

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const ADOBE: u8 = 0xee;

#[derive(Default)]
struct Walk {
    found: Walked,
    scans: u32,
    tables: Tables,
    /// What stands in front: the density, and how colours are meant.
    head: Vec<u8>,
    rest: Vec<u8>,
    /// The parts of a colour profile, by number.
    profile: Vec<(u8, Vec<u8>)>,
}

pub(super) fn walk(bytes: &[u8], bounds: &Bounds) -> Result<Walked> {
    let mut bytes = Bytes(bytes);
    let mut walk = Walk::default();
    bytes.take(2)?;
    loop {
        match marker(&mut bytes)? {
            END => return walk.end(),
            0x01 | 0xd0..=START => {}
            marker => {
                let length = usize::from(u16::from_be_bytes(bytes.array()?));
                let data = bytes.take(length.checked_sub(2).ok_or(Refusal::Damaged)?)?;
                walk.tables.segment(marker, data);
                walk.segment(marker, data, bounds)?;
                if marker == SCAN {
                    walk.scan(&mut bytes)?;
                }
            }
        }
    }
}

fn marker(bytes: &mut Bytes<'_>) -> Result<u8> {
    if bytes.byte()? != 0xff {
        return Err(Refusal::Damaged);
    }
    loop {
        match bytes.byte()? {
            0xff => {}
            marker => return Ok(marker),
        }
    }
}

impl Walk {
    fn segment(&mut self, marker: u8, data: &[u8], bounds: &Bounds) -> Result<()> {
        match marker {
            0xc0..=0xcf if ![0xc4, 0xc8, 0xcc].contains(&marker) => {
                self.frame(data, bounds)?;
                self.keep(marker, data);
            }
            0xc4 | 0xcc | 0xda..=0xdd => self.keep(marker, data),
            0xe0 => self.density(data),
            0xe1 => {
                let exif = data.strip_prefix(b"Exif\0\0");
                self.found.exif = exif.map(<[u8]>::to_vec).or(self.found.exif.take());
            }
            0xe2 => {
                let part = data.strip_prefix(b"ICC_PROFILE\0");
                if let Some([number, _, part @ ..]) = part {
                    self.profile.push((*number, part.to_vec()));
                }
            }
            ADOBE if data.starts_with(b"Adobe") && data.len() >= 12 => {
                write(&mut self.head, ADOBE, &data[..12]);
            }
            _ => {}
        }
        Ok(())
    }

    fn keep(&mut self, marker: u8, data: &[u8]) {
        write(&mut self.rest, marker, data);
    }

    /// Without the small picture that may stand there too.
    fn density(&mut self, data: &[u8]) {
        if let (true, Some(density)) = (data.starts_with(b"JFIF\0"), data.get(..12)) {
            write(&mut self.head, 0xe0, &[density, &[0, 0]].concat());
        }
    }

    fn frame(&mut self, data: &[u8], bounds: &Bounds) -> Result<()> {
        let [_, h1, h0, w1, w0, parts, ..] = data else {
            return Err(Refusal::Damaged);
        };
        let (width, height) = (
            u16::from_be_bytes([*w1, *w0]),
            u16::from_be_bytes([*h1, *h0]),
        );
        (self.found.width, self.found.height) = sized(bounds, width.into(), height.into())?;
        self.found.is_print = *parts == 4;
        Ok(())
    }

    /// The picture itself, until the next marker.
    fn scan(&mut self, bytes: &mut Bytes<'_>) -> Result<()> {
        self.scans += 1;
        if self.scans > MOST_SCANS {
            return Err(Refusal::TooSlow);
        }
        let mut end = 0;
        loop {
            let ff = bytes.0[end..].iter().position(|byte| *byte == 0xff);
            end += ff.ok_or(Refusal::Damaged)?;
            match bytes.0.get(end + 1) {
                Some(0x00 | 0xd0..=0xd7) => end += 2,
                Some(0xff) => end += 1,
                Some(_) => break,
                None => return Err(Refusal::Damaged),
            }
        }
        self.rest.extend_from_slice(bytes.take(end)?);
        Ok(())
    }

    fn end(mut self) -> Result<Walked> {
        if self.scans == 0 || self.found.width == 0 {
            return Err(Refusal::Damaged);
        }
        self.profile.sort_by_key(|(number, _)| *number);
        let parts: Vec<Vec<u8>> = self.profile.into_iter().map(|(_, part)| part).collect();
        self.found.profile = profile::numbers(&parts.concat());
        let mut clean = vec![0xff, START];
        clean.append(&mut self.head);
        if let Some(profile) = &self.found.profile {
            write_profile(&mut clean, profile);
        }
        clean.append(&mut self.rest);
        clean.extend([0xff, END]);
        self.found.clean = clean;
        self.found.lacks_tables = self.tables.is_any_missing;
        self.found.frames = 1;
        Ok(self.found)
    }
}

fn write(out: &mut Vec<u8>, marker: u8, data: &[u8]) {
    let length = u16::try_from(data.len() + 2).unwrap_or(u16::MAX);
    out.extend([0xff, marker]);
    out.extend(length.to_be_bytes());
    out.extend_from_slice(data);
}

/// A profile of numbers alone is short: what needs more than one part is left out.
fn write_profile(out: &mut Vec<u8>, profile: &[u8]) {
    if profile.len() <= 65_000 {
        write(out, 0xe2, &[b"ICC_PROFILE\0\x01\x01", profile].concat());
    }
}
