//! The heights a video is streamed in. None is larger than the video.

use domain::media::processing::Facts;

/// The short side, and bits a second.
const RUNGS: [(u32, u32); 3] = [(360, 800_000), (720, 2_800_000), (1080, 5_000_000)];
pub(super) const SOUND: u32 = 128_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rung {
    /// The short side as it is called.
    pub(super) short: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bits: u32,
}

impl Rung {
    pub(super) fn name(&self) -> String {
        format!("{}p", self.short)
    }
}

/// A video smaller than the smallest has one, of its own size.
pub(super) fn of(facts: &Facts) -> Vec<Rung> {
    let (width, height) = (facts.width.unwrap_or(2), facts.height.unwrap_or(2));
    let own = width.min(height);
    let mut rungs: Vec<Rung> = RUNGS
        .iter()
        .filter(|(short, _)| *short <= own)
        .map(|(short, bits)| rung(width, height, *short, *bits))
        .collect();
    if rungs.is_empty() {
        rungs.push(rung(width, height, own, RUNGS[0].1));
    }
    rungs
}

/// Sides are even: so the codec wants them.
fn rung(width: u32, height: u32, short: u32, bits: u32) -> Rung {
    let own = u64::from(width.min(height).max(1));
    let side = |side: u32| {
        let scaled = (u64::from(side) * u64::from(short) + own / 2) / own;
        u32::try_from(scaled).unwrap_or(short).next_multiple_of(2)
    };
    Rung {
        short,
        width: side(width),
        height: side(height),
        bits,
    }
}

/// The list of all, smallest first; names stand for links.
pub(super) fn list(rungs: &[Rung]) -> String {
    let mut list = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n".to_owned();
    for rung in rungs {
        let (bits, width, height) = (rung.bits + SOUND, rung.width, rung.height);
        list.push_str(&format!(
            "#EXT-X-STREAM-INF:BANDWIDTH={bits},RESOLUTION={width}x{height}\n{}.m3u8\n",
            rung.name()
        ));
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(width: u32, height: u32) -> Vec<(String, u32, u32)> {
        let facts = Facts {
            width: Some(width),
            height: Some(height),
            ..Facts::default()
        };
        let rungs = of(&facts).into_iter();
        rungs
            .map(|rung| (rung.name(), rung.width, rung.height))
            .collect()
    }

    #[test]
    fn no_height_is_larger_than_the_video_and_every_side_is_even() {
        let named = |name: &str, width, height| (name.to_owned(), width, height);
        assert_eq!(
            names(1280, 720),
            [named("360p", 640, 360), named("720p", 1280, 720)]
        );
        assert_eq!(names(405, 719), [named("360p", 360, 640)]);
        assert_eq!(names(101, 99), [named("99p", 102, 100)]);
    }
}
