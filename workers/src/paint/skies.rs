//! Hills under a sky, stars over trees, boats on the sea.

use super::canvas::{Canvas, Colour, Place, mix, rgb};
use super::shapes::{corners, disc, ellipse, stroke};
use super::{Luck, rough};

/// What hills look like at some hour.
struct Light {
    sky: [Colour; 4],
    sun: Colour,
    /// The farthest hills and the nearest.
    hills: [Colour; 2],
    /// Where the sun stands, from the top.
    height: f32,
}

const DAWN: Light = Light {
    sky: [rgb(0x5b7fb8), rgb(0x9db7d9), rgb(0xf4c9b0), rgb(0xffe6c4)],
    sun: rgb(0xfff6dc),
    hills: [rgb(0xc9b7c4), rgb(0x2d4a52)],
    height: 0.5,
};

const SUNSET: Light = Light {
    sky: [rgb(0x2b2150), rgb(0x7d3a6d), rgb(0xe8695a), rgb(0xffc26b)],
    sun: rgb(0xffe7a8),
    hills: [rgb(0xb65a68), rgb(0x1d1430)],
    height: 0.52,
};

const AUTUMN: Light = Light {
    sky: [rgb(0x86a9bd), rgb(0xb9c8c4), rgb(0xf0ddb8), rgb(0xf9e6bd)],
    sun: rgb(0xfff4d6),
    hills: [rgb(0xd9b98c), rgb(0x8a3f1d)],
    height: 0.3,
};

pub(super) fn dawn(canvas: &mut Canvas, luck: &mut Luck) {
    hills(canvas, luck, &DAWN);
    flock(canvas, luck, rgb(0x2d4a52));
}

pub(super) fn sunset(canvas: &mut Canvas, luck: &mut Luck) {
    hills(canvas, luck, &SUNSET);
    flock(canvas, luck, rgb(0x1d1430));
}

pub(super) fn autumn(canvas: &mut Canvas, luck: &mut Luck) {
    hills(canvas, luck, &AUTUMN);
    wood(canvas, luck);
}

fn hills(canvas: &mut Canvas, luck: &mut Luck, light: &Light) {
    canvas.sky(&light.sky, 0.66);
    let sun = (canvas.width() * luck.between(0.28, 0.72), light.height);
    canvas.glow(sun, 0.75, light.sun, 0.55);
    canvas.glow(sun, 0.26, light.sun, 0.6);
    canvas.shape((sun, 0.1), light.sun, |at| disc(at, sun, 0.062));
    let [far, near] = light.hills;
    for row in 0..6 {
        let share = row as f32 / 5.0;
        let colour = mix(far, near, share);
        let (base, seed) = (0.55 + 0.085 * row as f32, luck.number());
        let high = 0.11 - 0.008 * row as f32;
        let line = |x: f32| base - high * rough(seed, x * (1.3 + share), 3);
        let foot = mix(colour, light.sky[3], 0.45 * (1.0 - share));
        canvas.land(line, [colour, foot], 0.16);
        canvas.mist(base + 0.04, 0.035, light.sky[3], 0.28 * (1.0 - share));
    }
    canvas.frame(0.3);
}

/// Birds, far away.
fn flock(canvas: &mut Canvas, luck: &mut Luck, colour: Colour) {
    let heart = (
        canvas.width() * luck.between(0.2, 0.8),
        luck.between(0.16, 0.3),
    );
    for _ in 0..7 {
        let size = luck.between(0.008, 0.015);
        let at = (
            heart.0 + luck.between(-0.16, 0.16),
            heart.1 + luck.between(-0.07, 0.07),
        );
        for side in [-1.0, 1.0] {
            let elbow = (at.0 + side * size * 0.6, at.1 - size * 0.55);
            let tip = (at.0 + side * size * 1.5, at.1 - size * 0.1);
            let half = size * 0.1;
            canvas.shape((at, size * 2.0), colour, |place| {
                stroke(place, at, elbow, half).min(stroke(place, elbow, tip, half))
            });
        }
    }
}

/// What leaves turn to.
const TURNED: [Colour; 6] = [
    rgb(0xe08a2e),
    rgb(0xc9531f),
    rgb(0xf0b541),
    rgb(0x9c2f1b),
    rgb(0xb9742b),
    rgb(0x7f8b3a),
];

/// Trees with round heads, in what autumn has.
fn wood(canvas: &mut Canvas, luck: &mut Luck) {
    let count = (canvas.width() * 40.0) as u32;
    for number in 0..count {
        let deep = number as f32 / count as f32;
        let foot = (
            canvas.width() * luck.between(-0.02, 1.02),
            0.76 + deep * 0.27 + luck.between(-0.015, 0.015),
        );
        let size = 0.018 + deep * 0.038 + luck.between(0.0, 0.012);
        let colour = TURNED[luck.number() as usize % TURNED.len()];
        tree(
            canvas,
            foot,
            size,
            mix(colour, rgb(0xe8c79a), 0.35 * (1.0 - deep)),
        );
    }
}

fn tree(canvas: &mut Canvas, foot: Place, size: f32, colour: Colour) {
    let top = (foot.0, foot.1 - size * 1.9);
    let bark = rgb(0x4a2a1a);
    canvas.shape((foot, size * 3.0), bark, |at| {
        stroke(at, foot, top, size * 0.1)
    });
    let (shadow, shine) = (
        mix(colour, rgb(0x2a0f10), 0.35),
        mix(colour, rgb(0xfff0c0), 0.3),
    );
    let head = |dx: f32, dy: f32| (top.0 + size * dx, top.1 + size * dy);
    for (middle, radius, colour) in [
        (head(0.0, 0.05), 1.0, shadow),
        (head(-0.08, -0.08), 0.9, colour),
    ] {
        canvas.shape((middle, size * 1.1), colour, |at| {
            disc(at, middle, size * radius)
        });
    }
    canvas.glow(head(-0.3, -0.35), size * 0.75, shine, 0.8);
}

pub(super) fn stars(canvas: &mut Canvas, luck: &mut Luck, count: u32, down_to: f32) {
    for _ in 0..count {
        let at = (canvas.width() * luck.next(), luck.next() * down_to);
        let bright = luck.next();
        let size = 0.0006 + 0.0013 * bright * bright * bright;
        let colour = mix(rgb(0xcfdcff), rgb(0xfff1d6), luck.next());
        let strength = 0.35 + 0.65 * bright;
        let near = (at.0 - 0.01, at.1 - 0.01);
        canvas.lay((near, (at.0 + 0.01, at.1 + 0.01)), colour, |place| {
            let off = disc(place, at, 0.0) / size;
            (-off * off * 0.7).exp() * strength
        });
        if bright > 0.96 {
            canvas.glow(at, 0.014, colour, 0.35);
        }
    }
}

fn moon(canvas: &mut Canvas, luck: &mut Luck) {
    let moon = (
        canvas.width() * luck.between(0.25, 0.75),
        luck.between(0.24, 0.34),
    );
    let shine = rgb(0xf6f1dc);
    canvas.glow(moon, 0.6, rgb(0x9db6e0), 0.4);
    canvas.glow(moon, 0.2, shine, 0.4);
    canvas.shape((moon, 0.1), shine, |at| disc(at, moon, 0.075));
    for (dx, dy, size) in [
        (-0.022, -0.016, 0.026),
        (0.024, 0.014, 0.02),
        (-0.008, 0.036, 0.015),
    ] {
        canvas.glow((moon.0 + dx, moon.1 + dy), size, rgb(0xb9b9b4), 0.6);
    }
}

pub(super) fn night(canvas: &mut Canvas, luck: &mut Luck) {
    let sky = [rgb(0x060b20), rgb(0x10204a), rgb(0x27437a), rgb(0x6d86a8)];
    canvas.sky(&sky, 0.86);
    stars(canvas, luck, 420, 0.68);
    moon(canvas, luck);
    for row in 0..4 {
        let (share, seed) = (row as f32 / 3.0, luck.number());
        let colour = mix(rgb(0x3d5580), rgb(0x070d1d), share);
        let base = 0.72 + 0.07 * row as f32;
        let line = |x: f32| base - 0.1 * rough(seed, x * 1.6, 4);
        canvas.land(line, [colour, mix(colour, sky[2], 0.25)], 0.2);
    }
    pines(canvas, luck, rgb(0x040812));
    canvas.frame(0.35);
}

/// Along the lower edge.
pub(super) fn pines(canvas: &mut Canvas, luck: &mut Luck, colour: Colour) {
    let mut x = -0.03;
    while x < canvas.width() + 0.05 {
        let (high, foot) = (luck.between(0.1, 0.26), luck.between(1.0, 1.05));
        for layer in 0..6 {
            let share = layer as f32 / 6.0;
            let top = (x, foot - high * (1.0 - share * 0.86));
            let (half, low) = (high * (0.06 + share * 0.17), high * 0.3);
            let sides = [top, (x + half, top.1 + low), (x - half, top.1 + low)];
            canvas.shape(((x, top.1 + low / 2.0), low), colour, |at| {
                corners(at, &sides)
            });
        }
        x += luck.between(0.025, 0.085);
    }
}

pub(super) fn sea(canvas: &mut Canvas, luck: &mut Luck) {
    let sky = [rgb(0x3f78b5), rgb(0x86b9d9), rgb(0xfbd9b5), rgb(0xffc793)];
    canvas.sky(&sky, 0.56);
    let sun = (canvas.width() * luck.between(0.3, 0.7), 0.43);
    let shine = rgb(0xfff3d0);
    canvas.glow(sun, 0.7, rgb(0xffe2ae), 0.6);
    canvas.shape((sun, 0.1), shine, |at| disc(at, sun, 0.058));
    let (seed, far) = (luck.number(), rgb(0x9a8fa8));
    canvas.land(
        |x| 0.585 - 0.09 * (rough(seed, x * 1.1, 4) - 0.35),
        [far, rgb(0xe0b7a0)],
        0.09,
    );
    canvas.land(|_| 0.56, [rgb(0xe9b896), rgb(0x2b6f94)], 0.16);
    canvas.land(|_| 0.66, [rgb(0x4a86a3), rgb(0x123f63)], 0.4);
    canvas.mist(0.66, 0.05, rgb(0x6d9bb0), 0.45);
    glitter(canvas, luck, sun.0);
    for number in 0..3 {
        let foot = 0.61 + 0.11 * number as f32;
        let x = canvas.width() * (0.16 + 0.33 * number as f32 + luck.between(-0.05, 0.05));
        boat(canvas, (x, foot), 0.055 + 0.05 * number as f32);
    }
    canvas.frame(0.25);
}

/// The way of the sun on the water.
fn glitter(canvas: &mut Canvas, luck: &mut Luck, x: f32) {
    for number in 0..230 {
        let down = number as f32 / 230.0;
        let y = 0.562 + 0.42 * down.powf(1.4);
        let spread = 0.04 + 0.2 * down;
        let off = (luck.next() + luck.next() + luck.next() - 1.5) * spread;
        let (long, half) = (0.006 + 0.03 * down * luck.next(), 0.0007 + 0.0021 * down);
        let middle = (x + off, y);
        let from = (middle.0 - long, y);
        let to = (middle.0 + long, y);
        let around = ((from.0 - 0.01, y - 0.01), (to.0 + 0.01, y + 0.01));
        let strength = 0.75 - 0.45 * down;
        canvas.lay(around, rgb(0xffe9bf), |at| {
            (0.5 - stroke(at, from, to, half) * 700.0).clamp(0.0, 1.0) * strength
        });
    }
}

fn boat(canvas: &mut Canvas, foot: Place, size: f32) {
    let place = |x: f32, y: f32| (foot.0 + x * size, foot.1 - y * size);
    let around = (place(0.0, 0.8), size * 1.6);
    let hull = [
        place(-0.62, 0.2),
        place(0.7, 0.24),
        place(0.48, 0.0),
        place(-0.46, 0.0),
    ];
    let main = [place(0.06, 1.75), place(0.62, 0.34), place(0.06, 0.34)];
    let fore = [place(0.0, 1.6), place(0.0, 0.36), place(-0.52, 0.36)];
    canvas.shape(around, rgb(0xfdf6e8), |at| corners(at, &main));
    canvas.shape(around, rgb(0xf0d9c0), |at| corners(at, &fore));
    canvas.shape(around, rgb(0x6b3a2c), |at| {
        stroke(at, place(0.03, 0.2), place(0.03, 1.8), size * 0.016)
    });
    canvas.shape(around, rgb(0x7a2f2a), |at| corners(at, &hull));
    let below = (place(-0.7, 0.0), place(0.7, -0.4));
    canvas.lay(below, rgb(0x14405f), |at| {
        let inside = -ellipse(at, place(0.05, 0.0), (size * 0.5, size * 0.34));
        (inside * 300.0).clamp(0.0, 1.0) * 0.35
    });
}
