//! Colours on a grid, and what is laid over them. A place is (x, y): y goes from 0 at the top to 1 at the bottom, x from 0
//! as far as the picture is wide.

use super::chance;

pub(super) type Colour = [f32; 3];
pub(super) type Place = (f32, f32);

pub(super) struct Canvas {
    columns: usize,
    rows: usize,
    pixels: Vec<Colour>,
}

/// `0xrrggbb`
pub(super) const fn rgb(code: u32) -> Colour {
    [
        (code >> 16 & 0xff) as f32 / 255.0,
        (code >> 8 & 0xff) as f32 / 255.0,
        (code & 0xff) as f32 / 255.0,
    ]
}

pub(super) fn mix(one: Colour, other: Colour, share: f32) -> Colour {
    std::array::from_fn(|part| one[part] + (other[part] - one[part]) * share)
}

/// From 0 to 1 without a corner at either end.
pub(super) fn smooth(share: f32) -> f32 {
    let share = share.clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

/// The box around a place that reaches so far.
pub(super) fn about((x, y): Place, reach: f32) -> (Place, Place) {
    ((x - reach, y - reach), (x + reach, y + reach))
}

impl Canvas {
    pub(super) fn new((columns, rows): (u32, u32)) -> Self {
        let (columns, rows) = (columns as usize, rows as usize);
        let pixels = vec![[0.0; 3]; columns * rows];
        Self {
            columns,
            rows,
            pixels,
        }
    }

    pub(super) fn width(&self) -> f32 {
        self.columns as f32 / self.rows as f32
    }

    fn scale(&self) -> f32 {
        self.rows as f32
    }

    /// Colours from the top down to `level`, the last from there on.
    pub(super) fn sky(&mut self, colours: &[Colour], level: f32) {
        for row in 0..self.rows {
            let down = ((row as f32 + 0.5) / self.scale() / level).min(0.999);
            let part = down * (colours.len() - 1) as f32;
            let (from, rest) = (part as usize, part.fract());
            let colour = mix(colours[from], colours[from + 1], smooth(rest));
            self.pixels[row * self.columns..][..self.columns].fill(colour);
        }
    }

    /// Lays a colour over what lies within a box, as thick as `cover` says of each place.
    pub(super) fn lay(
        &mut self,
        (from, to): (Place, Place),
        colour: Colour,
        cover: impl Fn(Place) -> f32,
    ) {
        let scale = self.scale();
        let bound = |at: f32, most: usize| ((at * scale).max(0.0) as usize).min(most);
        let rows = bound(from.1, self.rows)..bound(to.1 + 2.0 / scale, self.rows);
        for row in rows {
            let y = (row as f32 + 0.5) / scale;
            for column in bound(from.0, self.columns)..bound(to.0 + 2.0 / scale, self.columns) {
                let share = cover(((column as f32 + 0.5) / scale, y));
                if share > 0.0 {
                    let pixel = &mut self.pixels[row * self.columns + column];
                    *pixel = mix(*pixel, colour, share.min(1.0));
                }
            }
        }
    }

    /// A shape, told by how far outside of it a place is, no farther from `middle` than `reach`.
    pub(super) fn shape(
        &mut self,
        (middle, reach): (Place, f32),
        colour: Colour,
        outside: impl Fn(Place) -> f32,
    ) {
        let scale = self.scale();
        self.lay(about(middle, reach), colour, |at| 0.5 - outside(at) * scale);
    }

    /// Light that fades away from its middle.
    pub(super) fn glow(&mut self, middle: Place, reach: f32, colour: Colour, strength: f32) {
        self.lay(about(middle, reach), colour, |at| {
            let far = (at.0 - middle.0).hypot(at.1 - middle.1) / reach;
            let near = (1.0 - far).max(0.0);
            near * near * (3.0 - 2.0 * near) * strength
        });
    }

    /// Everything below a line; its colour turns into another on the way down.
    pub(super) fn land(&mut self, line: impl Fn(f32) -> f32, colours: [Colour; 2], depth: f32) {
        let scale = self.scale();
        for column in 0..self.columns {
            let edge = line((column as f32 + 0.5) / scale) * scale;
            for row in edge.max(0.0) as usize..self.rows {
                let below = row as f32 + 1.0 - edge;
                let colour = mix(colours[0], colours[1], smooth(below / scale / depth));
                let pixel = &mut self.pixels[row * self.columns + column];
                *pixel = mix(*pixel, colour, below.clamp(0.0, 1.0));
            }
        }
    }

    /// A band of mist.
    pub(super) fn mist(&mut self, level: f32, thick: f32, colour: Colour, strength: f32) {
        let band = (
            (0.0, level - thick * 2.5),
            (self.width(), level + thick * 2.5),
        );
        self.lay(band, colour, |(_, y)| {
            let off = (y - level) / thick;
            (-off * off).exp() * strength
        });
    }

    /// Still water below `level`: what is above it, upside down, darker and a little stirred.
    pub(super) fn mirror(&mut self, level: f32, water: Colour) {
        let scale = self.scale();
        for row in (level * scale) as usize..self.rows {
            let down = row as f32 / scale - level;
            let stir = (down * 260.0 / (0.3 + down * 3.0)).sin() * down * 0.05;
            let from = ((level - down * 0.95 + stir).max(0.0) * scale) as usize;
            for column in 0..self.columns {
                let seen = self.pixels[from.min(self.rows - 1) * self.columns + column];
                let share = 0.16 + down * 0.9;
                self.pixels[row * self.columns + column] = mix(seen, water, share.min(0.75));
            }
        }
    }

    /// The corners a little darker.
    pub(super) fn frame(&mut self, strength: f32) {
        let width = self.width();
        let all = ((0.0, 0.0), (width, 1.0));
        self.lay(all, [0.02, 0.02, 0.05], |(x, y)| {
            let off = (x / width - 0.5).hypot(y - 0.5) / 0.707;
            off * off * off * strength
        });
    }

    /// Three bytes a pixel. Half a step of chance on each, so that the colours of a sky do not fall into bands.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.pixels.len() * 3);
        for (number, pixel) in (0_u32..).zip(&self.pixels) {
            let chance = chance(number, 7);
            bytes.extend(pixel.map(|part| (part.clamp(0.0, 1.0) * 255.0 + chance) as u8));
        }
        bytes
    }
}
