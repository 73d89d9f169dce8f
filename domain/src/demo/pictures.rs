//! What the pictures of the demo show. The workers know how to paint.

/// A picture that is to be painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Picture {
    pub motif: Motif,
    pub shape: Shape,
    /// Another number makes another picture of the same kind; the same one the same.
    pub number: u32,
    /// What it shows, in words.
    pub alt: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Motif {
    Dawn,
    Sunset,
    Autumn,
    Night,
    Saturn,
    Sea,
    Peaks,
    City,
    Lighthouse,
    Balloons,
    Leaves,
    Fern,
    Buns,
    Radio,
    Portrait(Looks),
}

/// Whom a portrait shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Looks {
    pub skin: u32,
    pub hair: u32,
    pub clothes: u32,
    pub behind: u32,
    pub style: Hair,
    pub beard: bool,
    pub glasses: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hair {
    Short,
    Long,
    Bun,
    Curls,
    Bob,
    Scarf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    Wide,
    Upright,
    Square,
    Banner,
}

impl Shape {
    /// Columns and rows.
    pub fn size(self) -> (u32, u32) {
        match self {
            Self::Wide => (1_280, 960),
            Self::Upright => (960, 1_200),
            Self::Square => (800, 800),
            Self::Banner => (1_500, 500),
        }
    }
}
