//! People, as one draws them on a card.

use domain::demo::{Hair, Looks};

use super::canvas::{Canvas, Colour, Place, mix, rgb};
use super::shapes::{block, disc, ellipse, stroke};

const HEAD: Place = (0.5, 0.43);
const ALL: (Place, f32) = ((0.5, 0.5), 0.75);

pub(super) fn portrait(canvas: &mut Canvas, looks: &Looks) {
    let behind = rgb(looks.behind);
    let (light, dark) = (
        mix(behind, rgb(0xffffff), 0.35),
        mix(behind, rgb(0x20203a), 0.25),
    );
    canvas.sky(&[light, behind, dark], 1.0);
    canvas.glow((0.3, 0.22), 0.65, rgb(0xffffff), 0.3);
    hair_behind(canvas, looks);
    body(canvas, looks);
    face(canvas, looks);
    hair_before(canvas, looks);
    if looks.glasses {
        glasses(canvas);
    }
}

fn body(canvas: &mut Canvas, looks: &Looks) {
    let (skin, clothes) = (rgb(looks.skin), rgb(looks.clothes));
    let shadow = mix(skin, rgb(0x3a1414), 0.28);
    let coat = mix(clothes, rgb(0x10101c), 0.25);
    canvas.shape(ALL, coat, |at| ellipse(at, (0.5, 1.06), (0.36, 0.345)));
    canvas.shape(ALL, clothes, |at| ellipse(at, (0.49, 1.065), (0.345, 0.34)));
    canvas.shape(ALL, shadow, |at| {
        block(at, (0.5, 0.665), (0.072, 0.1), 0.06).min(ellipse(at, (0.5, 0.735), (0.105, 0.06)))
    });
    canvas.shape(ALL, skin, |at| {
        block(at, (0.5, 0.69), (0.072, 0.06), 0.05).min(ellipse(at, (0.5, 0.735), (0.095, 0.05)))
    });
    canvas.lay(((0.4, 0.55), (0.6, 0.72)), shadow, |at| {
        let neck = block(at, (0.5, 0.665), (0.07, 0.1), 0.06);
        (0.5 - neck * 500.0).clamp(0.0, 1.0) * ((0.7 - at.1) * 14.0).clamp(0.0, 0.85)
    });
}

fn face(canvas: &mut Canvas, looks: &Looks) {
    let skin = rgb(looks.skin);
    let shadow = mix(skin, rgb(0x4a1a14), 0.2);
    for side in [-1.0, 1.0] {
        let ear = (HEAD.0 + side * 0.172, HEAD.1 + 0.02);
        canvas.shape((ear, 0.1), shadow, |at| ellipse(at, ear, (0.03, 0.045)));
    }
    canvas.shape(ALL, skin, |at| ellipse(at, HEAD, (0.172, 0.215)));
    canvas.glow((0.45, 0.36), 0.22, rgb(0xffffff), 0.14);
    eyes(canvas, mix(rgb(looks.hair), rgb(0x1a1010), 0.75));
    let nose = mix(skin, rgb(0x5a2418), 0.35);
    canvas.shape((HEAD, 0.1), nose, |at| {
        curve(at, (0.5, 0.472), 0.018, 0.004)
    });
    if looks.beard {
        beard(canvas, rgb(looks.hair));
    }
    canvas.shape(((0.5, 0.53), 0.1), mix(skin, rgb(0x7a1a20), 0.75), |at| {
        curve(at, (0.5, 0.522), 0.045, 0.006)
    });
}

fn eyes(canvas: &mut Canvas, ink: Colour) {
    for side in [-1.0, 1.0] {
        let (cheek, eye) = ((0.5 + side * 0.098, 0.495), (0.5 + side * 0.07, 0.435));
        canvas.glow(cheek, 0.06, rgb(0xe0604a), 0.25);
        canvas.shape((eye, 0.04), ink, |at| ellipse(at, eye, (0.0125, 0.016)));
        let spark = (eye.0 + 0.004, eye.1 - 0.005);
        canvas.shape((spark, 0.01), rgb(0xffffff), |at| disc(at, spark, 0.0038));
        let (from, to) = ((eye.0 - side * 0.025, 0.395), (eye.0 + side * 0.029, 0.396));
        canvas.shape((eye, 0.08), ink, |at| stroke(at, from, to, 0.0048));
    }
}

/// The lower part of a ring: a mouth that smiles.
fn curve(at: Place, middle: Place, radius: f32, half: f32) -> f32 {
    let ring = disc(at, middle, radius).abs() - half;
    ring.max(middle.1 + radius * 0.35 - at.1)
}

fn beard(canvas: &mut Canvas, colour: Colour) {
    canvas.shape(ALL, colour, |at| {
        let jaw = ellipse(at, (0.5, 0.45), (0.176, 0.212));
        let free = ellipse(at, (0.5, 0.41), (0.138, 0.125));
        jaw.max(-free).max(0.43 - at.1)
    });
    canvas.shape(ALL, colour, |at| {
        block(at, (0.5, 0.513), (0.058, 0.012), 0.012)
    });
}

fn hair_behind(canvas: &mut Canvas, looks: &Looks) {
    let colour = mix(rgb(looks.hair), rgb(0x0a0608), 0.3);
    match looks.style {
        Hair::Long => canvas.shape(ALL, colour, |at| block(at, (0.5, 0.52), (0.225, 0.31), 0.2)),
        Hair::Bob => canvas.shape(ALL, colour, |at| {
            block(at, (0.5, 0.415), (0.22, 0.225), 0.17)
        }),
        Hair::Curls => {
            for number in 0..15_u8 {
                let turn = 2.35 + f32::from(number) * 0.3214 * 1.045;
                let at = (0.5 + 0.185 * turn.cos(), 0.36 + 0.185 * turn.sin());
                canvas.shape((at, 0.12), colour, |place| disc(place, at, 0.09));
            }
        }
        Hair::Bun => canvas.shape(ALL, rgb(looks.hair), |at| disc(at, (0.5, 0.175), 0.088)),
        Hair::Scarf => canvas.shape(ALL, rgb(looks.hair), |at| {
            ellipse(at, (0.5, 0.43), (0.222, 0.265)).min(ellipse(at, (0.5, 0.76), (0.19, 0.13)))
        }),
        Hair::Short => {}
    }
}

fn hair_before(canvas: &mut Canvas, looks: &Looks) {
    let colour = rgb(looks.hair);
    match looks.style {
        Hair::Curls => curls(canvas, colour),
        Hair::Scarf => scarf(canvas, colour),
        style => canvas.shape(ALL, colour, |at| {
            ellipse(at, (0.5, 0.4), (0.192, 0.21)).max(-forehead(at, style))
        }),
    }
    canvas.glow((0.42, 0.24), 0.13, rgb(0xffffff), 0.16);
}

/// What hair leaves free.
fn forehead(at: Place, style: Hair) -> f32 {
    let (free, low) = match style {
        Hair::Short => (ellipse(at, (0.515, 0.505), (0.186, 0.19)), 0.43),
        Hair::Bob => (block(at, (0.5, 0.53), (0.165, 0.185), 0.05), 0.5),
        Hair::Bun => (ellipse(at, (0.5, 0.53), (0.178, 0.235)), 0.46),
        _ => {
            let right = ellipse(at, (0.62, 0.52), (0.225, 0.245));
            let left = ellipse(at, (0.43, 0.5), (0.12, 0.17));
            (right.min(left), 0.52)
        }
    };
    free.min(low - at.1)
}

fn curls(canvas: &mut Canvas, colour: Colour) {
    for number in 0..8_u8 {
        let at = (
            0.35 + 0.043 * f32::from(number),
            0.262 - 0.028 * f32::from(number % 2),
        );
        canvas.shape((at, 0.1), colour, |place| disc(place, at, 0.056));
    }
}

fn scarf(canvas: &mut Canvas, colour: Colour) {
    let fold = mix(colour, rgb(0x101020), 0.25);
    for (colour, inset) in [(fold, 0.0), (colour, 0.012)] {
        canvas.shape(ALL, colour, |at| {
            let face = ellipse(at, (0.5, 0.455), (0.15 + inset, 0.19 + inset));
            ellipse(at, (0.5, 0.43), (0.222, 0.265)).max(-face)
        });
    }
    canvas.shape(ALL, colour, |at| ellipse(at, (0.5, 0.735), (0.15, 0.095)));
    canvas.shape(ALL, fold, |at| curve(at, (0.5, 0.63), 0.15, 0.005));
}

fn glasses(canvas: &mut Canvas) {
    let rim = rgb(0x26262e);
    for side in [-1.0, 1.0] {
        let eye = (0.5 + side * 0.07, 0.437);
        canvas.lay(
            ((eye.0 - 0.06, 0.38), (eye.0 + 0.06, 0.5)),
            rgb(0xffffff),
            |at| (0.5 - disc(at, eye, 0.048) * 500.0).clamp(0.0, 1.0) * 0.16,
        );
        canvas.shape((eye, 0.08), rim, |at| disc(at, eye, 0.05).abs() - 0.0055);
        let (from, to) = ((eye.0 + side * 0.052, 0.43), (0.5 + side * 0.17, 0.422));
        canvas.shape((eye, 0.14), rim, |at| stroke(at, from, to, 0.005));
    }
    canvas.shape((HEAD, 0.05), rim, |at| {
        stroke(at, (0.478, 0.43), (0.522, 0.43), 0.0055)
    });
}
