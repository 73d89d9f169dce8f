//! What a picture looks like from afar, in some thirty letters (blurha.sh): what to show until it is loaded.

use std::f32::consts::PI;

use image::DynamicImage;

use super::encode::on_white;

const DIGITS: &[u8; 83] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

/// Waves across and down.
const ACROSS: usize = 4;
const DOWN: usize = 3;

type Colour = [f32; 3];

/// Of a picture that is small already: each wave looks at every pixel.
pub(super) fn of(pixels: &DynamicImage) -> String {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let bytes = on_white(pixels);
    let lights: Vec<Colour> = bytes
        .as_chunks::<3>()
        .0
        .iter()
        .map(|c| c.map(light))
        .collect();
    let mut waves = (0..DOWN)
        .flat_map(|down| (0..ACROSS).map(move |across| (across, down)))
        .map(|wave| strength(&lights, width, height, wave));
    let average = waves.next().unwrap_or_default();
    let rest: Vec<Colour> = waves.collect();
    written(average, &rest)
}

fn written(average: Colour, rest: &[Colour]) -> String {
    let parts = rest.iter().flatten();
    let largest = parts.fold(0.0_f32, |most, part| most.max(part.abs()));
    let step = (largest * 166.0 - 0.5).floor().clamp(0.0, 82.0);
    let mut hash = String::with_capacity(28);
    digits(&mut hash, (ACROSS - 1) + (DOWN - 1) * 9, 1);
    digits(&mut hash, step as usize, 1);
    let [red, green, blue] = average.map(shade);
    digits(&mut hash, red << 16 | green << 8 | blue, 4);
    for wave in rest {
        let [red, green, blue] = wave.map(|part| level(part / ((step + 1.0) / 166.0)));
        digits(&mut hash, (red * 19 + green) * 19 + blue, 2);
    }
    hash
}

fn strength(lights: &[Colour], width: usize, height: usize, wave: (usize, usize)) -> Colour {
    let turn = |at: usize, of: usize, wave: usize| (PI * (wave * at) as f32 / of as f32).cos();
    let mut sum = Colour::default();
    for (at, light) in lights.iter().enumerate() {
        let basis = turn(at % width, width, wave.0) * turn(at / width, height, wave.1);
        for (sum, light) in sum.iter_mut().zip(light) {
            *sum += basis * light;
        }
    }
    let scale = if wave == (0, 0) { 1.0 } else { 2.0 };
    sum.map(|part| part * scale / lights.len().max(1) as f32)
}

/// How a wave differs, in 19 levels: finer where it is weak.
fn level(part: f32) -> usize {
    let root = part.abs().sqrt().copysign(part);
    (root * 9.0 + 9.5).floor().clamp(0.0, 18.0) as usize
}

fn light(shade: u8) -> f32 {
    let shade = f32::from(shade) / 255.0;
    match shade <= 0.04045 {
        true => shade / 12.92,
        false => ((shade + 0.055) / 1.055).powf(2.4),
    }
}

fn shade(light: f32) -> usize {
    let light = light.clamp(0.0, 1.0);
    let shade = match light <= 0.003_130_8 {
        true => light * 12.92,
        false => 1.055 * light.powf(1.0 / 2.4) - 0.055,
    };
    (shade * 255.0 + 0.5) as usize
}

fn digits(hash: &mut String, number: usize, count: u32) {
    for place in (0..count).rev() {
        let digit = number / 83_usize.pow(place) % 83;
        hash.push(char::from(DIGITS[digit]));
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    #[test]
    fn one_colour_is_told_by_its_first_letters() {
        let red = RgbImage::from_pixel(32, 24, Rgb([255, 0, 0]));
        let hash = of(&red.into());
        assert_eq!(hash.len(), 28);
        assert!(hash.starts_with("LDTI:j"), "{hash}");
    }
}
