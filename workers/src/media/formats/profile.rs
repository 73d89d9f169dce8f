//! Colour profiles. A profile may hold whatever somebody wrote into it, so only its numbers are kept.

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// A longer one is that of a printer, or something else.
pub(super) const LONGEST: usize = 65_000;
const HEAD: usize = 128;

/// What the colours of a screen are made of: points, curves, and the white that is meant.
const KEPT: [&[u8; 4]; 10] = [
    b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt", b"chad", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"cicp",
];
/// The kinds of values that are numbers.
const NUMBERS: [&[u8; 4]; 5] = [b"XYZ ", b"curv", b"para", b"sf32", b"cicp"];

/// The profile without what it says in words. None: it is none that a screen has.
pub(super) fn numbers(profile: &[u8]) -> Option<Vec<u8>> {
    let is_screen = matches!(profile.get(16..20)?, b"RGB " | b"GRAY");
    if profile.len() > LONGEST || profile.get(36..40)? != b"acsp" || !is_screen {
        return None;
    }
    let tags = tags(profile)?;
    let table = HEAD + 4 + tags.len() * 12;
    let mut out = head(profile)?;
    out.extend(u32::try_from(tags.len()).ok()?.to_be_bytes());
    let mut values: Vec<u8> = Vec::new();
    for (name, value) in tags {
        out.extend(name);
        out.extend(u32::try_from(table + values.len()).ok()?.to_be_bytes());
        out.extend(u32::try_from(value.len()).ok()?.to_be_bytes());
        values.extend_from_slice(value);
        values.resize(values.len().next_multiple_of(4), 0);
    }
    out.append(&mut values);
    let length = u32::try_from(out.len()).ok()?.to_be_bytes();
    out[..4].copy_from_slice(&length);
    Some(out)
}

/// Version, class, spaces, intent and light; not who made it, when, and for what machine.
fn head(profile: &[u8]) -> Option<Vec<u8>> {
    let mut head = vec![0; HEAD];
    for part in [8..24, 36..40, 64..80] {
        head[part.clone()].copy_from_slice(profile.get(part)?);
    }
    Some(head)
}

fn tags(profile: &[u8]) -> Option<Vec<([u8; 4], &[u8])>> {
    let whole = |at: usize| -> Option<usize> {
        let bytes = *profile.get(at..)?.first_chunk::<4>()?;
        usize::try_from(u32::from_be_bytes(bytes)).ok()
    };
    let mut tags = Vec::new();
    for entry in 0..whole(HEAD)?.min(100) {
        let at = HEAD + 4 + entry * 12;
        let name = *profile.get(at..)?.first_chunk::<4>()?;
        let (start, length) = (whole(at + 4)?, whole(at + 8)?);
        let value = profile.get(start..start.checked_add(length)?)?;
        let is_number = NUMBERS.iter().any(|kind| value.starts_with(*kind));
        if KEPT.contains(&&name) && is_number {
            tags.push((name, value));
        }
    }
    (!tags.is_empty()).then_some(tags)
}

/// The colours as every screen shows them. A profile that makes no sense changes nothing.
pub(in super::super) fn to_srgb(picture: &mut DynamicImage, profile: &[u8]) {
    let Ok(from) = ColorProfile::new_from_slice(profile) else {
        return;
    };
    let (layout, pixels) = match picture {
        DynamicImage::ImageRgb8(picture) => (Layout::Rgb, picture.as_mut() as &mut [u8]),
        DynamicImage::ImageRgba8(picture) => (Layout::Rgba, picture.as_mut() as &mut [u8]),
        _ => return,
    };
    let to = ColorProfile::new_srgb();
    if from.color_space != DataColorSpace::Rgb {
        return;
    }
    let options = TransformOptions::default();
    if let Ok(transform) = from.create_transform_8bit(layout, &to, layout, options) {
        let meant = pixels.to_vec();
        let _ = transform.transform(&meant, pixels);
    }
}
