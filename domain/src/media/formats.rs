//! What a file is, told by its first bytes and not by its name.

use super::MediaKind;
use crate::{Error, Result};

/// So many bytes tell what a file is.
pub(super) const HEAD: usize = 8 * 1024;

/// What is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub kind: MediaKind,
    pub content_type: &'static str,
    /// Of its key.
    pub ending: &'static str,
}

const fn format(kind: MediaKind, content_type: &'static str, ending: &'static str) -> Format {
    Format {
        kind,
        content_type,
        ending,
    }
}

const JPEG: Format = format(MediaKind::Image, "image/jpeg", "jpg");
const PNG: Format = format(MediaKind::Image, "image/png", "png");
const GIF: Format = format(MediaKind::Image, "image/gif", "gif");
const WEBP: Format = format(MediaKind::Image, "image/webp", "webp");
const MP4: Format = format(MediaKind::Video, "video/mp4", "mp4");
const MOV: Format = format(MediaKind::Video, "video/quicktime", "mov");
const WEBM: Format = format(MediaKind::Video, "video/webm", "webm");
const MP3: Format = format(MediaKind::Audio, "audio/mpeg", "mp3");
const M4A: Format = format(MediaKind::Audio, "audio/mp4", "m4a");
const AAC: Format = format(MediaKind::Audio, "audio/aac", "aac");
const OGG: Format = format(MediaKind::Audio, "audio/ogg", "ogg");
const WAV: Format = format(MediaKind::Audio, "audio/wav", "wav");
const FLAC: Format = format(MediaKind::Audio, "audio/flac", "flac");
const PDF: Format = format(MediaKind::Document, "application/pdf", "pdf");
const DOCX: Format = format(
    MediaKind::Document,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "docx",
);
const PPTX: Format = format(
    MediaKind::Document,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pptx",
);
const XLSX: Format = format(
    MediaKind::Document,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsx",
);

const ALL: [Format; 17] = [
    JPEG, PNG, GIF, WEBP, MP4, MOV, WEBM, MP3, M4A, AAC, OGG, WAV, FLAC, PDF, DOCX, PPTX, XLSX,
];

/// By its first bytes, up to [`HEAD`].
pub(super) fn detect(head: &[u8]) -> Result<Format> {
    let found = match head {
        [0xff, 0xd8, 0xff, ..] => Some(JPEG),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(GIF),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(PNG),
        [b'R', b'I', b'F', b'F', _, _, _, _, form @ ..] => riff(form),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => return boxed(brand),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(WEBM).filter(|_| holds(head, b"webm")),
        [b'I', b'D', b'3', 2..=4, ..] => Some(MP3),
        [0xff, 0xf1 | 0xf9, ..] => Some(AAC),
        [0xff, 0xfb | 0xfa | 0xf3 | 0xf2, third, ..] => Some(MP3).filter(|_| third & 0xf0 != 0xf0),
        [b'O', b'g', b'g', b'S', ..] => Some(OGG).filter(|_| is_sound(head)),
        [b'f', b'L', b'a', b'C', ..] => Some(FLAC),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some(PDF),
        [b'P', b'K', 3, 4, ..] => office(head),
        _ => None,
    };
    found.ok_or_else(unsupported)
}

/// By what it is announced as.
pub(super) fn announced(content_type: &str) -> Result<Format> {
    let found = ALL.into_iter().find(|one| one.content_type == content_type);
    found.ok_or_else(unsupported)
}

/// Of a row: what [`detect`] found.
pub(super) fn ending(content_type: &str) -> &'static str {
    let found = ALL.into_iter().find(|one| one.content_type == content_type);
    found.map_or("bin", |one| one.ending)
}

/// Sounds of phones, in the boxes of videos: they may say where they were recorded.
pub(super) fn tells_of_places(content_type: &str) -> bool {
    content_type == M4A.content_type
}

fn unsupported() -> Error {
    Error::Unsupported {
        code: "file_type_unsupported",
        detail: "Pictures (JPEG, PNG, WebP, GIF), videos (MP4, MOV, WebM), sounds (MP3, M4A, AAC, Ogg, WAV, FLAC) and \
                 documents (PDF, DOCX, PPTX, XLSX) are taken; this file is none of them, whatever its name says.",
    }
}

fn riff(form: &[u8]) -> Option<Format> {
    match form.get(..4) {
        Some(b"WEBP") => Some(WEBP),
        Some(b"WAVE") => Some(WAV),
        _ => None,
    }
}

/// The family of MP4.
fn boxed(brand: &[u8]) -> Result<Format> {
    match brand.get(..4) {
        Some(b"avif" | b"avis" | b"heic" | b"heix" | b"heim" | b"hevc" | b"mif1" | b"msf1") => {
            Err(Error::Unsupported {
                code: "file_type_unsupported",
                detail: "AVIF and HEIC pictures cannot be read here; send a JPEG or WebP.",
            })
        }
        Some(b"qt  ") => Ok(MOV),
        Some(b"M4A " | b"M4B ") => Ok(M4A),
        Some(
            b"isom" | b"iso2" | b"iso3" | b"iso4" | b"iso5" | b"iso6" | b"mp41" | b"mp42" | b"avc1"
            | b"M4V " | b"MSNV" | b"dash" | b"mmp4" | b"3gp4" | b"3gp5" | b"3gp6",
        ) => Ok(MP4),
        _ => Err(unsupported()),
    }
}

/// Ogg carries videos too; those are not taken.
fn is_sound(head: &[u8]) -> bool {
    let start = &head[..head.len().min(512)];
    !holds(start, b"theora")
        && [&b"OpusHead"[..], b"vorbis", b"Speex", b"FLAC"]
            .iter()
            .any(|codec| holds(start, codec))
}

/// A zip whose first entries are those of an office document.
fn office(head: &[u8]) -> Option<Format> {
    let is_office = holds(head, b"[Content_Types].xml") || holds(head, b"_rels/");
    let by_folder = [(&b"word/"[..], DOCX), (b"ppt/", PPTX), (b"xl/", XLSX)];
    let found = by_folder
        .into_iter()
        .find(|(folder, _)| holds(head, folder));
    found.filter(|_| is_office).map(|(_, format)| format)
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|here| here == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        for (head, ending) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], "jpg"),
            (b"\x89PNG\r\n\x1a\n....", "png"),
            (b"GIF89a....", "gif"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
            (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
            (b"\0\0\0\x18ftypmp42", "mp4"),
            (b"\0\0\0\x18ftypqt  ", "mov"),
            (b"\0\0\0\x18ftypM4A ", "m4a"),
            (b"\x1a\x45\xdf\xa3...\x42\x82\x84webm", "webm"),
            (b"ID3\x03\0", "mp3"),
            (b"\xff\xfb\x90\x64", "mp3"),
            (b"OggS........OpusHead", "ogg"),
            (b"fLaC", "flac"),
            (b"%PDF-1.7", "pdf"),
            (
                b"PK\x03\x04....[Content_Types].xml....word/document.xml",
                "docx",
            ),
            (b"PK\x03\x04...._rels/.rels....ppt/presentation.xml", "pptx"),
        ] {
            let found = detect(head).unwrap();
            assert_eq!(found.ending, ending);
            assert_eq!(super::ending(found.content_type), ending);
            assert_eq!(announced(found.content_type).unwrap(), found);
        }
    }

    #[test]
    fn what_could_harm_or_cannot_be_shown_is_refused() {
        for head in [
            &b""[..],
            b"<svg xmlns=\"http://www.w3.org/2000/svg\">",
            b"<?xml version=\"1.0\"?><svg",
            b"<!doctype html><script>",
            b"GIF8 not quite",
            b"\x7fELF\x02\x01\x01",
            b"MZ\x90\0\x03",
            b"#!/bin/sh\n",
            b"PK\x03\x04....evil.exe",
            b"RIFF\0\0\0\0AVI LIST",
            b"\x1a\x45\xdf\xa3...\x42\x82\x88matroska",
            b"\0\0\0\x18ftypheic",
            b"\0\0\0\x18ftypavif",
            b"just text",
        ] {
            assert!(
                matches!(detect(head), Err(Error::Unsupported { .. })),
                "{head:?}"
            );
        }
    }
}
