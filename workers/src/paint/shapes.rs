//! Shapes, told by how far outside of them a place is: less than nothing is inside.

use super::canvas::Place;

pub(super) fn disc(at: Place, middle: Place, radius: f32) -> f32 {
    (at.0 - middle.0).hypot(at.1 - middle.1) - radius
}

/// Nearly: good at its edge, where it counts.
pub(super) fn ellipse(at: Place, middle: Place, (wide, high): (f32, f32)) -> f32 {
    let (x, y) = (at.0 - middle.0, at.1 - middle.1);
    let near = (x / wide).hypot(y / high);
    let slope = (x / (wide * wide)).hypot(y / (high * high));
    match slope > 1e-6 {
        true => near * (near - 1.0) / slope,
        false => -wide.min(high),
    }
}

/// A line with round ends.
pub(super) fn stroke(at: Place, from: Place, to: Place, half: f32) -> f32 {
    let (x, y) = (at.0 - from.0, at.1 - from.1);
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let along = ((x * dx + y * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (x - dx * along).hypot(y - dy * along) - half
}

/// A box whose corners are round.
pub(super) fn block(at: Place, middle: Place, (wide, high): (f32, f32), round: f32) -> f32 {
    let x = (at.0 - middle.0).abs() - wide + round;
    let y = (at.1 - middle.1).abs() - high + round;
    x.max(0.0).hypot(y.max(0.0)) + x.max(y).min(0.0) - round
}

/// Within all sides of a shape without dents, whose corners go round with the clock.
pub(super) fn corners(at: Place, corners: &[Place]) -> f32 {
    let next = corners.iter().cycle().skip(1);
    let sides = corners.iter().zip(next).map(|(from, to)| {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        ((at.0 - from.0) * dy - (at.1 - from.1) * dx) / dx.hypot(dy)
    });
    sides.fold(f32::MIN, f32::max)
}

/// A leaf from its stem to its tip: what two discs have in common.
pub(super) fn leaf(at: Place, from: Place, to: Place, fat: f32) -> f32 {
    let (along, across) = beside(at, from, to);
    let half = (to.0 - from.0).hypot(to.1 - from.1) / 2.0;
    let wide = half * fat;
    let radius = (half * half + wide * wide) / (2.0 * wide);
    disc((along - half, across.abs()), (0.0, wide - radius), radius)
}

/// How far a place is along a way, and how far to the right of it.
pub(super) fn beside(at: Place, from: Place, to: Place) -> Place {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let long = dx.hypot(dy);
    let (x, y) = (at.0 - from.0, at.1 - from.1);
    ((x * dx + y * dy) / long, (y * dx - x * dy) / long)
}
