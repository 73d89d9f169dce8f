//! Mountains over a lake, a town at dusk, a lighthouse, balloons.

use super::canvas::{Canvas, Colour, Place, about, mix, rgb};
use super::shapes::{block, corners, disc, ellipse, stroke};
use super::skies::{pines, stars};
use super::{Luck, rough};

pub(super) fn peaks(canvas: &mut Canvas, luck: &mut Luck) {
    let sky = [rgb(0x4d74ad), rgb(0x9dbbdc), rgb(0xf0d5d2), rgb(0xfbe8d6)];
    canvas.sky(&sky, 0.58);
    let seed = luck.number();
    let ridge = |x: f32| 0.56 - 0.46 * (rough(seed, x * 1.7 + 3.0, 7) - 0.22).max(0.0);
    let (far, back) = (luck.number(), rgb(0xa9b6d2));
    canvas.land(
        |x| 0.54 - 0.24 * rough(far, x * 2.0, 6),
        [back, rgb(0xd9d3de)],
        0.2,
    );
    canvas.land(ridge, [rgb(0x6f7fa6), rgb(0xb5b6cc)], 0.34);
    snow(canvas, seed, ridge);
    let shore = luck.number();
    canvas.mist(0.57, 0.03, rgb(0xf3e6e4), 0.5);
    canvas.land(
        |x| 0.6 - 0.05 * rough(shore, x * 3.0, 4),
        [rgb(0x41566b), rgb(0x33485c)],
        0.1,
    );
    canvas.mirror(0.62, rgb(0x2c4a70));
    pines(canvas, luck, rgb(0x16263a));
    canvas.frame(0.25);
}

/// On what lies high: bright where the ridge turns to the sun, blue behind it.
fn snow(canvas: &mut Canvas, seed: u32, ridge: impl Fn(f32) -> f32) {
    let (width, step) = (canvas.width(), 1.0 / 960.0);
    let mut x = 0.0;
    while x < width {
        let top = ridge(x);
        let rise = (ridge(x - 0.05) - ridge(x + 0.05)) * 4.0;
        let colour = mix(rgb(0xb9c8e6), rgb(0xfffaf5), (0.5 + rise).clamp(0.0, 1.0));
        let high = (0.5 - top).max(0.0);
        let deep = high * (0.35 + 1.1 * rough(seed ^ 9, x * 22.0, 3).powi(2));
        if deep > 0.0 {
            let strip = ((x, top), (x + step / 2.0, top + deep));
            canvas.lay(strip, colour, |(_, y)| {
                ((top + deep - y) / deep * 2.5).clamp(0.0, 0.95)
            });
        }
        x += step;
    }
}

pub(super) fn city(canvas: &mut Canvas, luck: &mut Luck) {
    let sky = [rgb(0x1c1f4f), rgb(0x5a3c7e), rgb(0xd76b7c), rgb(0xffc38a)];
    canvas.sky(&sky, 0.8);
    stars(canvas, luck, 60, 0.25);
    let sun = (canvas.width() * luck.between(0.35, 0.65), 0.64);
    canvas.glow(sun, 0.6, rgb(0xffdca0), 0.7);
    canvas.shape((sun, 0.15), rgb(0xffebc0), |at| disc(at, sun, 0.1));
    for row in 0..3 {
        let colour = mix(rgb(0xa6577c), rgb(0x1a1538), row as f32 / 2.0);
        houses(canvas, luck, row as f32, colour);
        canvas.mist(0.82, 0.07, rgb(0xff9f80), 0.2 - 0.08 * row as f32);
    }
    canvas.mirror(0.88, rgb(0x2a1f4a));
    canvas.frame(0.3);
}

/// A row of them; the nearer, the more windows are seen.
fn houses(canvas: &mut Canvas, luck: &mut Luck, row: f32, colour: Colour) {
    let mut x = -0.02;
    while x < canvas.width() {
        let wide = luck.between(0.035, 0.085) * (1.0 + row * 0.22);
        let tall = 0.5 - row * 0.1 - luck.next() * luck.between(0.02, 0.28);
        let top = 0.94 - tall.max(0.16) * 0.95;
        let middle = (x + wide / 2.0, (top + 1.0) / 2.0);
        let size = (wide / 2.0, (1.0 - top) / 2.0);
        canvas.shape((middle, size.1.max(size.0)), colour, |at| {
            block(at, middle, size, 0.003)
        });
        if luck.next() > 0.72 {
            let tip = (middle.0, top - 0.05);
            canvas.shape((tip, 0.06), colour, |at| stroke(at, middle, tip, 0.0018));
        }
        if row > 0.5 {
            windows(canvas, luck, (x, top), (wide, 0.9 - top), row * 0.32);
        }
        x += wide + luck.between(-0.004, 0.012);
    }
}

fn windows(canvas: &mut Canvas, luck: &mut Luck, from: Place, size: (f32, f32), strength: f32) {
    let (pitch, pane) = (0.0165, (0.0036, 0.0052));
    let (across, down) = ((size.0 / pitch) as u32, (size.1 / (pitch * 1.25)) as u32);
    let left = (size.0 - across as f32 * pitch) / 2.0;
    for number in 0..across * down {
        let at = (
            from.0 + left + ((number % across) as f32 + 0.5) * pitch,
            from.1 + 0.014 + (number / across) as f32 * pitch * 1.25,
        );
        if luck.next() < 0.4 {
            let colour = mix(rgb(0xffd98a), rgb(0xffb05e), luck.next());
            let share = strength * luck.between(0.5, 1.3);
            let around = ((at.0 - 0.01, at.1 - 0.01), (at.0 + 0.01, at.1 + 0.01));
            canvas.lay(around, colour, |place| {
                (0.5 - block(place, at, pane, 0.001) * 900.0).clamp(0.0, 1.0) * share
            });
        }
    }
}

pub(super) fn lighthouse(canvas: &mut Canvas, luck: &mut Luck) {
    let sky = [rgb(0x16264f), rgb(0x35508a), rgb(0x9c83a9), rgb(0xf3b795)];
    canvas.sky(&sky, 0.74);
    stars(canvas, luck, 160, 0.4);
    let foot = (canvas.width() * luck.between(0.55, 0.68), 0.8);
    let lamp = (foot.0, 0.285);
    beam(canvas, lamp);
    canvas.land(|_| 0.74, [rgb(0xc08d92), rgb(0x1e3a63)], 0.13);
    let swell = luck.number();
    for row in 0..5 {
        let base = 0.79 + 0.05 * row as f32;
        let line = |x: f32| base - 0.018 * rough(swell ^ row, x * (5.0 - 0.5 * row as f32), 3);
        let colour = mix(rgb(0x4f648f), rgb(0x0f2140), row as f32 / 4.0);
        canvas.land(line, [mix(colour, rgb(0xb9a5b5), 0.2), colour], 0.04);
        if row == 0 {
            rock(canvas, luck, foot);
            tower(canvas, foot, lamp);
        }
    }
    canvas.frame(0.3);
}

fn beam(canvas: &mut Canvas, lamp: Place) {
    let light = rgb(0xfff0c0);
    for (end, half, strength) in [(0.0, 0.1, 0.55), (canvas.width(), 0.07, 0.4)] {
        let long = (end - lamp.0).abs();
        let box_ = (
            (end.min(lamp.0), lamp.1 - 0.16),
            (end.max(lamp.0), lamp.1 + 0.06),
        );
        canvas.lay(box_, light, |(x, y)| {
            let along = (x - lamp.0).abs() / long;
            let off = (y - lamp.1 + along * 0.05).abs() / (0.006 + half * along);
            (1.0 - off).max(0.0).sqrt() * (1.0 - along).powf(1.3) * strength
        });
    }
    canvas.glow(lamp, 0.16, light, 0.8);
}

fn rock(canvas: &mut Canvas, luck: &mut Luck, foot: Place) {
    let seed = luck.number();
    let line = |x: f32| {
        let off = (x - foot.0) / 0.36;
        foot.1 + 0.09 * off * off
            - 0.05 * (rough(seed, x * 9.0, 4) - 0.5) * (off * off).min(1.0)
            - 0.005
    };
    let around = ((foot.0 - 0.5, foot.1 - 0.1), (foot.0 + 0.5, 1.0));
    canvas.lay(around, rgb(0x1f2436), |(x, y)| (y - line(x)) * 700.0);
    canvas.lay(around, rgb(0x5b5468), |(x, y)| {
        let deep = y - line(x);
        (deep * 700.0).clamp(0.0, 1.0) * (1.0 - deep / 0.05).clamp(0.0, 1.0) * 0.5
    });
}

fn tower(canvas: &mut Canvas, foot: Place, lamp: Place) {
    let (x, low, top) = (foot.0, foot.1 + 0.005, lamp.1 + 0.03);
    let walls = |at: Place| {
        let wide = 0.032 + 0.02 * (at.1 - top) / (low - top);
        ((at.0 - x).abs() - wide).max(top - at.1).max(at.1 - low)
    };
    let around = ((x, (low + top) / 2.0), (low - top) / 2.0 + 0.02);
    let band = (low - top) / 5.0;
    canvas.shape(around, rgb(0xf4ece2), walls);
    canvas.shape(around, rgb(0xc0392f), |at| {
        let stripe = ((at.1 - top) / band).rem_euclid(2.0) - 1.0;
        walls(at).max(stripe * band)
    });
    canvas.lay(((x - 0.06, top), (x + 0.06, low)), rgb(0x1c2144), |at| {
        let side = ((at.0 - x) / 0.05 + 0.1).clamp(0.0, 1.0);
        (0.5 - walls(at) * 700.0).clamp(0.0, 1.0) * side * 0.6
    });
    lantern(canvas, lamp, top);
}

fn lantern(canvas: &mut Canvas, lamp: Place, floor: f32) {
    let (x, light) = (lamp.0, rgb(0xfff6d8));
    canvas.shape((lamp, 0.06), rgb(0x23253a), |at| {
        block(at, (x, floor), (0.043, 0.006), 0.003)
    });
    canvas.shape((lamp, 0.06), light, |at| {
        block(at, lamp, (0.019, 0.024), 0.004)
    });
    let roof = [
        (x, lamp.1 - 0.058),
        (x + 0.029, lamp.1 - 0.02),
        (x - 0.029, lamp.1 - 0.02),
    ];
    canvas.shape((lamp, 0.08), rgb(0x8e2a25), |at| corners(at, &roof));
    canvas.glow(lamp, 0.07, light, 0.6);
}

pub(super) fn balloons(canvas: &mut Canvas, luck: &mut Luck) {
    super::skies::dawn(canvas, luck);
    let colours = [
        (rgb(0xd9483b), rgb(0xf6e3c4)),
        (rgb(0x2f6f9f), rgb(0xf2c14e)),
        (rgb(0x3f8f7b), rgb(0xf6efe0)),
        (rgb(0x8a4f9e), rgb(0xf3b6a0)),
        (rgb(0xe0902f), rgb(0x7a2f2a)),
    ];
    let width = canvas.width();
    for (number, (one, other)) in (0_u8..).zip(colours) {
        let part = f32::from(number) / 5.0 + 0.1;
        let size = [0.05, 0.13, 0.035, 0.085, 0.06][usize::from(number)];
        let at = (
            width * (part + luck.between(-0.03, 0.03)),
            luck.between(0.18, 0.5),
        );
        balloon(canvas, at, size, [one, other]);
    }
}

fn balloon(canvas: &mut Canvas, at: Place, size: f32, colours: [Colour; 2]) {
    let (x, y) = at;
    let basket = (x, y + size * 1.62);
    for side in [-0.5, 0.5] {
        let (from, to) = (
            (x + side * size, y + size * 0.85),
            (x + side * size * 0.3, basket.1),
        );
        canvas.shape((basket, size), rgb(0x4a3426), |place| {
            stroke(place, from, to, size * 0.012)
        });
    }
    silk(canvas, at, size, colours);
    let shine = (x - size * 0.35, y - size * 0.4);
    canvas.glow(shine, size * 0.6, rgb(0xfff6e0), 0.4);
    canvas.shape((basket, size * 0.4), rgb(0x6b4526), |place| {
        block(place, basket, (size * 0.17, size * 0.13), size * 0.03)
    });
}

fn silk(canvas: &mut Canvas, at: Place, size: f32, [one, other]: [Colour; 2]) {
    let around = ((at.0, at.1 + size * 0.15), size * 1.3);
    let round = |place| round(place, at, size);
    canvas.shape(around, one, round);
    canvas.shape(around, other, |place| {
        let high = (place.1 - at.1) / (size * 1.35);
        let bulge = (1.0 - high * high).max(0.02).sqrt();
        let turn = ((place.0 - at.0) / (size * bulge)).clamp(-1.0, 1.0).asin() / 0.45;
        let stripe = (turn.rem_euclid(2.0) - 1.0).abs() - 0.5;
        round(place).max(stripe * size * 0.4 * bulge)
    });
    canvas.lay(about(around.0, around.1), rgb(0x2a1530), |place| {
        let shade = ((place.0 - at.0) / size * 0.5 + 0.25).clamp(0.0, 0.5);
        (0.5 - round(place) * 700.0).clamp(0.0, 1.0) * shade
    });
}

/// A ball that narrows below.
fn round(place: Place, (x, y): Place, size: f32) -> f32 {
    let low = [
        (x - size * 0.9, y + size * 0.42),
        (x + size * 0.9, y + size * 0.42),
        (x + size * 0.24, y + size * 1.28),
        (x - size * 0.24, y + size * 1.28),
    ];
    ellipse(place, (x, y), (size, size * 1.05)).min(corners(place, &low))
}
