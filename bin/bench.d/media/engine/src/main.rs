//! Measures what becomes of pictures beside sharp (libvips): the same files, the same sizes (160, 640 and 1600 on the long
//! side, never larger than the picture), the same quality, one thread each. `bin/bench media` calls this.
//!
//! Each measurement is a process of its own, ours too: the most memory it ever held is what the system says of it.

mod beside;
mod pictures;
mod run;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use bench::{Menu, Report, Wanted};
use image::ImageFormat;

use run::{Figures, Peer};

const MENU: Menu = Menu {
    usage: "usage: bin/bench media [--pictures N] [--rounds N] [jpeg|webp|both]…",
    numbers: &[("--pictures", 12), ("--rounds", 3)],
    measures: &["jpeg", "webp", "both"],
    can_be_alone: false,
};

/// What each size is written as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Jpeg,
    Webp,
    Both,
}

impl Written {
    const ALL: [Self; 3] = [Self::Jpeg, Self::Webp, Self::Both];

    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            Self::Both => "both",
        }
    }

    fn read(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|written| written.name() == name);
        found.context(MENU.usage)
    }

    fn formats(self) -> &'static [ImageFormat] {
        match self {
            Self::Jpeg => &[ImageFormat::Jpeg],
            Self::Webp => &[ImageFormat::WebP],
            Self::Both => &[ImageFormat::Jpeg, ImageFormat::WebP],
        }
    }
}

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, written, folder] = &words[..]
        && word == "--work"
    {
        return run::work(Written::read(written)?, &PathBuf::from(folder));
    }
    let wanted = MENU.order()?;
    let folder = std::env::temp_dir().join(format!("commons-bench-media-{}", std::process::id()));
    let measured = measure(&wanted, &folder);
    std::fs::remove_dir_all(&folder).context("the pictures stay")?;
    measured
}

fn measure(wanted: &Wanted, folder: &Path) -> Result<()> {
    pictures::draw(folder, wanted.number("--pictures"))?;
    let (mut report, rounds) = (Report::default(), wanted.number("--rounds"));
    for measure in &wanted.measures {
        let written = Written::read(measure)?;
        let ours = middle(rounds, || run::ours(written, folder))?;
        // It may do as it does best: each size from the file, or each from the one above.
        let each = middle(rounds, || run::theirs(Peer::Each, written, folder))?;
        let chain = middle(rounds, || run::theirs(Peer::Chain, written, folder))?;
        beside::say(
            &mut report,
            written,
            &ours,
            &[
                ("sharp, each size from the file", each),
                ("sharp, each from the one above", chain),
            ],
        );
    }
    report.print();
    Ok(())
}

/// The middle one of several rounds.
fn middle(rounds: usize, measure: impl Fn() -> Result<Figures>) -> Result<Figures> {
    let mut all = (0..rounds).map(|_| measure()).collect::<Result<Vec<_>>>()?;
    all.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    Ok(all.swap_remove(rounds / 2))
}
