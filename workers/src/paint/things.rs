//! Leaves and ferns, a planet, what comes out of an oven, a radio.

use std::f32::consts::TAU;

use super::Luck;
use super::canvas::{Canvas, Colour, Place, about, mix, rgb};
use super::shapes::{beside, block, disc, ellipse, leaf, stroke};
use super::skies::stars;

/// Lights out of focus.
fn blur(canvas: &mut Canvas, luck: &mut Luck, colours: &[Colour]) {
    for _ in 0..26 {
        let at = (canvas.width() * luck.next(), luck.next());
        let (size, share) = (luck.between(0.03, 0.11), luck.between(0.06, 0.2));
        let colour = colours[luck.number() as usize % colours.len()];
        let around = ((at.0 - size, at.1 - size), (at.0 + size, at.1 + size));
        canvas.lay(around, colour, |place| {
            (-disc(place, at, size) * 90.0).clamp(0.0, 1.0) * share
        });
    }
}

/// What lies on the ground.
const TURNED: [Colour; 6] = [
    rgb(0xd9622b),
    rgb(0xeaa03a),
    rgb(0xb5351f),
    rgb(0xf2c14e),
    rgb(0xc97b2c),
    rgb(0x8f9a3c),
];

pub(super) fn leaves(canvas: &mut Canvas, luck: &mut Luck) {
    let behind = [rgb(0x5a3a22), rgb(0x8a5a2b), rgb(0x6b3b22), rgb(0x3a2418)];
    canvas.sky(&behind, 1.0);
    blur(canvas, luck, &[rgb(0xffd27a), rgb(0xf09a4a), rgb(0xfff0c9)]);
    for number in 0..16 {
        let turn = TAU * (number as f32 * 0.381 + luck.between(-0.05, 0.05));
        let far = 0.2 + 0.42 * (number as f32 / 16.0).sqrt();
        let middle = (
            canvas.width() / 2.0 + far * turn.cos() * canvas.width(),
            0.5 + far * turn.sin() * 0.95,
        );
        let (long, lean) = (luck.between(0.13, 0.2), luck.between(0.0, TAU));
        let end = |side: f32| {
            (
                middle.0 + side * long * lean.cos(),
                middle.1 + side * long * lean.sin(),
            )
        };
        one_leaf(canvas, end(-1.0), end(1.0), TURNED[number % TURNED.len()]);
    }
    canvas.frame(0.45);
}

fn one_leaf(canvas: &mut Canvas, from: Place, to: Place, colour: Colour) {
    let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    let long = (to.0 - from.0).hypot(to.1 - from.1);
    let around = (middle, long * 0.75);
    let (x, y) = (0.008, 0.014);
    let near = about(middle, long);
    canvas.lay(near, rgb(0x150805), |at| {
        (0.3 - leaf((at.0 - x, at.1 - y), from, to, 0.5) * 50.0).clamp(0.0, 1.0) * 0.45
    });
    canvas.shape(around, colour, |at| leaf(at, from, to, 0.5));
    let (dark, bright) = (
        mix(colour, rgb(0x3a1008), 0.4),
        mix(colour, rgb(0xfff2c2), 0.45),
    );
    canvas.lay(near, dark, |at| {
        let inside = (0.5 - leaf(at, from, to, 0.5) * 700.0).clamp(0.0, 1.0);
        let (along, across) = beside(at, from, to);
        let half = (across * 700.0).clamp(0.0, 1.0);
        inside * half * (0.35 + 0.4 * along / long)
    });
    veins(canvas, from, to, bright);
}

fn veins(canvas: &mut Canvas, from: Place, to: Place, colour: Colour) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let long = dx.hypot(dy);
    let place = |along: f32, across: f32| {
        (
            from.0 + dx * along - dy * across,
            from.1 + dy * along + dx * across,
        )
    };
    let thin = long * 0.006;
    let around = (place(0.5, 0.0), long * 0.7);
    canvas.shape(around, colour, |at| {
        stroke(at, place(-0.14, 0.0), place(0.96, 0.0), thin)
    });
    for number in [1.0_f32, 2.0, 3.0, 4.0, 5.0, -1.0, -2.0, -3.0, -4.0, -5.0] {
        let along = number.abs() * 0.15;
        let out = 0.21 * (1.0 - (2.0 * along - 0.9).powi(2)).max(0.1) * number.signum();
        let (from, to) = (place(along, 0.0), place(along + 0.13, out));
        canvas.shape((from, long * 0.3), colour, |at| {
            stroke(at, from, to, thin * 0.55)
        });
    }
}

pub(super) fn fern(canvas: &mut Canvas, luck: &mut Luck) {
    canvas.sky(
        &[rgb(0x9dbb7a), rgb(0x4f7f4a), rgb(0x1f4a35), rgb(0x0f2a22)],
        1.0,
    );
    blur(canvas, luck, &[rgb(0xe6f2b0), rgb(0xb9d98a), rgb(0x8fc3a0)]);
    let width = canvas.width();
    for number in 0..9 {
        let deep = number as f32 / 8.0;
        let foot = (width * (0.5 + luck.between(-0.22, 0.22)), 1.08);
        let lean = -0.9 + 1.8 * ((number * 4 % 9) as f32 / 8.0);
        let colour = mix(rgb(0x2f6b45), rgb(0x9ccc57), deep);
        frond(canvas, foot, (lean, luck.between(0.78, 1.02)), colour);
    }
    canvas.glow((width * 0.3, 0.05), 0.8, rgb(0xf6ffd0), 0.3);
    canvas.frame(0.4);
}

fn frond(canvas: &mut Canvas, foot: Place, (lean, high): (f32, f32), colour: Colour) {
    let place = |along: f32| {
        let side = lean * (along * along * 0.75 + along * 0.18);
        let up = high * along * (1.0 - 0.2 * lean.abs() * along);
        (foot.0 + side * 0.62, foot.1 - up)
    };
    for number in 0..30_u8 {
        let along = 0.12 + 0.86 * f32::from(number) / 30.0;
        let long = 0.17 * (1.0 - along).powf(0.75) * (along * 5.0).min(1.0) + 0.012;
        pair(canvas, place(along), place(along + 0.02), long, colour);
    }
}

/// Two leaves, and the stem to the next ones.
fn pair(canvas: &mut Canvas, at: Place, next: Place, long: f32, colour: Colour) {
    let dark = mix(colour, rgb(0x06180f), 0.45);
    let bright = mix(colour, rgb(0xf2ffb0), 0.3);
    let way = (next.1 - at.1).atan2(next.0 - at.0);
    for (side, colour) in [(-1.0_f32, dark), (1.0, bright)] {
        let turn = way + side * 1.05;
        let tip = (at.0 + long * turn.cos(), at.1 + long * turn.sin());
        canvas.shape((at, long * 1.1), colour, |spot| leaf(spot, at, tip, 0.26));
    }
    let half = 0.0005 + long * 0.02;
    canvas.shape((at, 0.06), dark, |spot| stroke(spot, at, next, half));
}

pub(super) fn saturn(canvas: &mut Canvas, luck: &mut Luck) {
    canvas.sky(
        &[rgb(0x05060f), rgb(0x0d1230), rgb(0x1c1838), rgb(0x0a0a1a)],
        1.0,
    );
    let width = canvas.width();
    canvas.glow((width * 0.8, 0.2), 0.7, rgb(0x5b3f8f), 0.35);
    canvas.glow((width * 0.1, 0.9), 0.7, rgb(0x2a5f8f), 0.3);
    stars(canvas, luck, 480, 1.0);
    let (middle, radius) = ((width / 2.0, 0.5), 0.21);
    canvas.glow(middle, 0.62, rgb(0xf0d5a0), 0.22);
    rings(canvas, middle, radius, false);
    planet(canvas, middle, radius);
    rings(canvas, middle, radius, true);
    canvas.frame(0.4);
}

/// A place as one sees it who lies along the rings.
fn tilted(at: Place, middle: Place) -> Place {
    beside(at, middle, (middle.0 + 1.0, middle.1 - 0.32))
}

/// From its north to its south.
const BANDS: [Colour; 6] = [
    rgb(0xe9cf9f),
    rgb(0xd9b67f),
    rgb(0xf2dfb8),
    rgb(0xcfa56d),
    rgb(0xeed3a2),
    rgb(0xdcc092),
];

fn planet(canvas: &mut Canvas, middle: Place, radius: f32) {
    let near = about(middle, radius * 1.05);
    let inside = |at| (0.5 - disc(at, middle, radius) * 700.0).clamp(0.0, 1.0);
    canvas.lay(near, BANDS[1], inside);
    for (number, colour) in (0_u8..).zip(BANDS) {
        let level = (f32::from(number) - 2.5) * radius * 0.31;
        canvas.lay(near, colour, |at| {
            let (along, across) = tilted(at, middle);
            let off = (across - level - along * along * 0.35) / (radius * 0.15);
            inside(at) * (-off * off).exp()
        });
    }
    let sun = (middle.0 - radius * 0.45, middle.1 - radius * 0.4);
    canvas.lay(near, rgb(0x0a0612), |at| {
        let far = disc(at, sun, 0.0) / radius;
        inside(at) * ((far - 0.45) * 0.95).clamp(0.0, 0.88)
    });
}

fn rings(canvas: &mut Canvas, middle: Place, radius: f32, in_front: bool) {
    let near = about(middle, radius * 2.4);
    canvas.lay(near, rgb(0xf3e2bf), |at| {
        let (along, across) = tilted(at, middle);
        if (across > 0.0) != in_front {
            return 0.0;
        }
        let far = along.hypot(across / 0.27) / radius;
        let edge = |at: f32| ((far - at) * 60.0).clamp(0.0, 1.0);
        let gap = 1.0 - edge(1.88) * (1.0 - edge(1.96)) * 0.85;
        let grooves = 0.72 + 0.16 * (far * 46.0).sin() + 0.1 * (far * 19.0).sin();
        let shadow = if in_front || along < radius * 0.25 || along > radius * 1.2 {
            1.0
        } else {
            0.3
        };
        edge(1.28) * (1.0 - edge(2.26)) * gap * grooves * shadow * 0.9
    });
}

pub(super) fn buns(canvas: &mut Canvas, luck: &mut Luck) {
    canvas.sky(&[rgb(0xdfe3e6), rgb(0xcfd6da), rgb(0xbcc6cc)], 1.0);
    let width = canvas.width();
    let tray = (width / 2.0, 0.5);
    canvas.shape((tray, 1.0), rgb(0x6c7176), |at| {
        block(at, (tray.0, 0.515), (width * 0.46, 0.46), 0.05)
    });
    canvas.shape((tray, 1.0), rgb(0xf3ead9), |at| {
        block(at, tray, (width * 0.445, 0.44), 0.04)
    });
    for row in 0..3_u8 {
        for column in 0..4_u8 {
            let at = (
                width * (0.17 + 0.22 * f32::from(column)) + luck.between(-0.008, 0.008),
                0.21 + 0.29 * f32::from(row) + luck.between(-0.008, 0.008),
            );
            bun(canvas, luck, at, 0.122);
        }
    }
    canvas.frame(0.25);
}

fn bun(canvas: &mut Canvas, luck: &mut Luck, at: Place, size: f32) {
    let (turn, near) = (luck.next(), about(at, size * 1.3));
    let spot = (at.0 + 0.006, at.1 + 0.012);
    canvas.lay(near, rgb(0x5a3a22), |place| {
        (0.4 - disc(place, spot, size) * 40.0).clamp(0.0, 1.0) * 0.4
    });
    let crust = mix(rgb(0xb56a2c), rgb(0xc98238), luck.next());
    canvas.shape((at, size * 1.05), crust, |place| disc(place, at, size));
    let coil = |place: Place| {
        let (x, y) = (place.0 - at.0, place.1 - at.1);
        let wound = x.hypot(y) / (size * 0.235) - y.atan2(x) / TAU + turn;
        (wound.rem_euclid(1.0) - 0.5).abs() * 2.0
    };
    let inside = |place| (0.5 - disc(place, at, size * 0.985) * 700.0).clamp(0.0, 1.0);
    canvas.lay(near, rgb(0x5e2a10), |place| {
        inside(place) * ((coil(place) - 0.6) * 4.0).clamp(0.0, 0.95)
    });
    canvas.lay(near, rgb(0xf2bf73), |place| {
        inside(place) * ((0.45 - coil(place)) * 1.6).clamp(0.0, 0.6)
    });
    sugar(canvas, luck, at, size);
}

fn sugar(canvas: &mut Canvas, luck: &mut Luck, at: Place, size: f32) {
    let shine = (at.0 - size * 0.35, at.1 - size * 0.4);
    canvas.glow(shine, size * 0.7, rgb(0xffe9c0), 0.45);
    for _ in 0..26 {
        let (far, way) = (size * 0.85 * luck.next().sqrt(), TAU * luck.next());
        let grain = (at.0 + far * way.cos(), at.1 + far * way.sin());
        let half = luck.between(0.0022, 0.0036);
        canvas.shape((grain, 0.008), rgb(0xfffaf0), |place| {
            block(place, grain, (half, half), 0.001)
        });
    }
}

pub(super) fn radio(canvas: &mut Canvas, _: &mut Luck) {
    canvas.sky(&[rgb(0x2f6b66), rgb(0x3f827a), rgb(0x54988d)], 0.76);
    let width = canvas.width();
    canvas.glow((width * 0.3, 0.2), 0.8, rgb(0xbfe3c9), 0.35);
    canvas.land(|_| 0.76, [rgb(0x9a6236), rgb(0x5a3419)], 0.26);
    let middle = (width / 2.0, 0.52);
    case(canvas, middle);
    cloth(canvas, (middle.0 - 0.19, 0.52));
    scale(canvas, (middle.0 + 0.215, 0.425));
    for (x, size) in [(0.11, 0.045), (0.32, 0.045), (0.215, 0.025)] {
        knob(canvas, (middle.0 + x, 0.615), size);
    }
    canvas.frame(0.3);
}

/// Wood, and a mast.
fn case(canvas: &mut Canvas, middle: Place) {
    let shadow = ((middle.0 - 0.6, 0.7), (middle.0 + 0.6, 0.86));
    canvas.lay(shadow, rgb(0x1f0f06), |at| {
        (0.4 - ellipse(at, (middle.0, 0.775), (0.5, 0.03)) * 25.0).clamp(0.0, 1.0) * 0.55
    });
    let (foot, tip) = ((middle.0 + 0.36, 0.3), (middle.0 + 0.52, 0.06));
    canvas.shape((foot, 0.4), rgb(0xd9dde0), |at| {
        stroke(at, foot, tip, 0.004)
    });
    let high = (middle.0, middle.1 - 0.008);
    for (colour, at, size, round) in [
        (rgb(0x7a3f22), middle, (0.48, 0.255), 0.07),
        (rgb(0xa85f33), high, (0.472, 0.242), 0.064),
        (rgb(0xf2e3c6), middle, (0.43, 0.205), 0.04),
    ] {
        canvas.shape((middle, 0.6), colour, |place| block(place, at, size, round));
    }
}

/// What the sound comes through.
fn cloth(canvas: &mut Canvas, at: Place) {
    let size = (0.205, 0.16);
    canvas.shape((at, 0.3), rgb(0x8a6a3f), |place| {
        block(place, at, size, 0.03)
    });
    canvas.shape((at, 0.3), rgb(0xc9a468), |place| {
        let thread = ((place.0 + place.1) / 0.016).rem_euclid(1.0) - 0.5;
        let other = ((place.0 - place.1) / 0.016).rem_euclid(1.0) - 0.5;
        let woven = (thread.abs() - 0.3).max(other.abs() - 0.3) * 0.016;
        block(place, at, (size.0 - 0.008, size.1 - 0.008), 0.024).max(woven)
    });
    canvas.glow((at.0 - 0.08, at.1 - 0.06), 0.2, rgb(0xfff0cf), 0.2);
}

fn scale(canvas: &mut Canvas, at: Place) {
    canvas.shape((at, 0.3), rgb(0x3a2413), |place| {
        block(place, at, (0.175, 0.075), 0.02)
    });
    canvas.shape((at, 0.3), rgb(0xffd98f), |place| {
        block(place, at, (0.166, 0.066), 0.015)
    });
    canvas.glow(at, 0.17, rgb(0xfff4cf), 0.5);
    for number in 0..21_u8 {
        let x = at.0 - 0.15 + 0.015 * f32::from(number);
        let high = if number % 5 == 0 { 0.03 } else { 0.016 };
        let ends = ((x, at.1 - high), (x, at.1 + 0.004));
        canvas.shape((at, 0.2), rgb(0x5a3a1c), |place| {
            stroke(place, ends.0, ends.1, 0.0014)
        });
    }
    let x = at.0 + 0.043;
    canvas.shape((at, 0.2), rgb(0xc92f22), |place| {
        stroke(place, (x, at.1 - 0.05), (x, at.1 + 0.05), 0.0028)
    });
}

fn knob(canvas: &mut Canvas, at: Place, size: f32) {
    let low = (at.0 + 0.004, at.1 + 0.008);
    canvas.shape((low, 0.1), rgb(0xb59a72), |place| disc(place, low, size));
    canvas.shape((at, 0.1), rgb(0x4a2a17), |place| disc(place, at, size));
    canvas.shape((at, 0.1), rgb(0x6b4226), |place| {
        disc(place, at, size * 0.78)
    });
    canvas.glow(
        (at.0 - size * 0.3, at.1 - size * 0.3),
        size * 0.6,
        rgb(0xf0cfa0),
        0.5,
    );
    let tip = (at.0 + size * 0.5, at.1 - size * 0.5);
    canvas.shape((at, 0.1), rgb(0xf2e3c6), |place| {
        stroke(place, at, tip, 0.003)
    });
}
