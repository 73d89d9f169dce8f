//! Pictures made by code, for the demo: the same number paints the same picture.

mod canvas;
mod places;
mod portrait;
mod shapes;
mod skies;
mod things;

use domain::Error;
use domain::demo::{Motif, Picture};
use jpeg_encoder::{ColorType, Encoder};

use canvas::Canvas;

/// Of 100.
const QUALITY: u8 = 90;

/// A JPEG of so many columns and rows. Takes a core for a moment.
pub fn paint(picture: &Picture, size: (u32, u32)) -> domain::Result<Vec<u8>> {
    let mut canvas = Canvas::new(size);
    show(&mut canvas, picture);
    let mut jpeg = Vec::new();
    let side = |side| u16::try_from(side).map_err(defect);
    Encoder::new(&mut jpeg, QUALITY)
        .encode(
            &canvas.bytes(),
            side(size.0)?,
            side(size.1)?,
            ColorType::Rgb,
        )
        .map_err(defect)?;
    Ok(jpeg)
}

fn defect(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a picture could not be written: {error}"))
}

fn show(canvas: &mut Canvas, picture: &Picture) {
    let luck = &mut Luck(picture.number.wrapping_mul(0x9e37_79b9));
    match &picture.motif {
        Motif::Dawn => skies::dawn(canvas, luck),
        Motif::Sunset => skies::sunset(canvas, luck),
        Motif::Autumn => skies::autumn(canvas, luck),
        Motif::Night => skies::night(canvas, luck),
        Motif::Sea => skies::sea(canvas, luck),
        Motif::Saturn => things::saturn(canvas, luck),
        Motif::Leaves => things::leaves(canvas, luck),
        Motif::Fern => things::fern(canvas, luck),
        Motif::Buns => things::buns(canvas, luck),
        Motif::Radio => things::radio(canvas, luck),
        Motif::Peaks => places::peaks(canvas, luck),
        Motif::City => places::city(canvas, luck),
        Motif::Lighthouse => places::lighthouse(canvas, luck),
        Motif::Balloons => places::balloons(canvas, luck),
        Motif::Portrait(looks) => portrait::portrait(canvas, looks),
    }
}

/// Numbers that follow from the first.
struct Luck(u32);

impl Luck {
    fn number(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9);
        scrambled(self.0)
    }

    /// From 0 to 1.
    fn next(&mut self) -> f32 {
        share(self.number())
    }

    fn between(&mut self, least: f32, most: f32) -> f32 {
        least + (most - least) * self.next()
    }
}

fn scrambled(number: u32) -> u32 {
    let mut mixed = number;
    for _ in 0..2 {
        mixed = (mixed ^ (mixed >> 16)).wrapping_mul(0x045d_9f3b);
    }
    mixed ^ (mixed >> 16)
}

fn share(number: u32) -> f32 {
    (number >> 8) as f32 / (1 << 24) as f32
}

/// From 0 to 1, the same for the same numbers.
fn chance(number: u32, turn: u32) -> f32 {
    share(scrambled(number ^ turn.wrapping_mul(0x9e37_79b9)))
}

/// A line between 0 and 1 that rises and falls; the more `steps`, the rougher.
fn rough(seed: u32, x: f32, steps: u32) -> f32 {
    let (mut sum, mut all, mut high) = (0.0, 0.0, 1.0);
    for step in 0..steps {
        let at = x * (1 << step) as f32 * 2.0 + 17.0 * step as f32 + 64.0;
        let (from, rest) = (at as u32, canvas::smooth(at.fract()));
        let (one, other) = (chance(seed ^ from, step), chance(seed ^ (from + 1), step));
        sum += high * (one + (other - one) * rest);
        all += high;
        high *= 0.5;
    }
    sum / all
}
