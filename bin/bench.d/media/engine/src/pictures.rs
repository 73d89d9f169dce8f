//! Pictures as phones take them, made by code: 4000×3000, with soft light, edges and noise, so that they weigh what photos
//! weigh.

use std::path::Path;

use anyhow::Result;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

const WIDTH: u16 = 4000;
const HEIGHT: u16 = 3000;

pub fn draw(folder: &Path, count: usize) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for number in 0..count {
        let pixels = scene(u32::try_from(number)?);
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, 88);
        encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
        encoder.encode(&pixels, WIDTH, HEIGHT, ColorType::Rgb)?;
        std::fs::write(folder.join(format!("{number:03}.jpg")), out)?;
    }
    Ok(())
}

fn scene(number: u32) -> Vec<u8> {
    let (width, height) = (u32::from(WIDTH), u32::from(HEIGHT));
    let mut noise = 0x9e37_79b9_u32 ^ number;
    let mut pixels = Vec::with_capacity(usize::from(WIDTH) * usize::from(HEIGHT) * 3);
    for y in 0..height {
        for x in 0..width {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            let grain = (noise >> 29) as f32 - 4.0;
            let (across, down) = (x as f32 / width as f32, y as f32 / height as f32);
            let turn = number as f32 * 0.7;
            let light = ((across * 9.0 + turn).sin() + (down * 7.0 - turn).cos()) * 40.0;
            let edge = if (x / 130 + y / 90 + number).is_multiple_of(7) {
                45.0
            } else {
                0.0
            };
            let shade = |base: f32| (base + light + edge + grain).clamp(0.0, 255.0) as u8;
            pixels.extend([
                shade(150.0 - down * 60.0),
                shade(120.0),
                shade(90.0 + across * 70.0),
            ]);
        }
    }
    pixels
}
