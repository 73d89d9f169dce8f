//! Measures what becomes of pictures beside sharp (libvips): the same files, the same sizes (160, 640 and 1600 on the long
//! side, never larger than the picture), the same quality, one thread each. `bin/bench media` calls this.
//!
//! Each measurement is a process of its own, ours too: the most memory it ever held is what the system says of it.

mod pictures;
mod report;
mod run;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use image::ImageFormat;

use report::Report;
use run::{Figures, Peer};

const PICTURES: usize = 12;
const ROUNDS: usize = 3;
const USAGE: &str = "usage: bin/bench media [--pictures N] [--rounds N] [jpeg|webp|both]…";

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
        found.context(USAGE)
    }

    fn formats(self) -> &'static [ImageFormat] {
        match self {
            Self::Jpeg => &[ImageFormat::Jpeg],
            Self::Webp => &[ImageFormat::WebP],
            Self::Both => &[ImageFormat::Jpeg, ImageFormat::WebP],
        }
    }
}

struct Wanted {
    pictures: usize,
    rounds: usize,
    written: Vec<Written>,
}

impl Wanted {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut wanted = Self {
            pictures: PICTURES,
            rounds: ROUNDS,
            written: Vec::new(),
        };
        while let Some(word) = words.next() {
            let mut number = || {
                words
                    .next()
                    .and_then(|text| text.parse().ok())
                    .context(USAGE)
            };
            match word.as_str() {
                "--pictures" => wanted.pictures = number()?,
                "--rounds" => wanted.rounds = number()?,
                name => wanted.written.push(Written::read(name)?),
            }
        }
        if wanted.written.is_empty() {
            wanted.written = Written::ALL.to_vec();
        }
        match wanted.pictures.min(wanted.rounds) {
            0 => bail!(USAGE),
            _ => Ok(wanted),
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
    let wanted = Wanted::read(words.into_iter())?;
    let folder = std::env::temp_dir().join(format!("commons-bench-media-{}", std::process::id()));
    let measured = measure(&wanted, &folder);
    std::fs::remove_dir_all(&folder).context("the pictures stay")?;
    measured
}

fn measure(wanted: &Wanted, folder: &Path) -> Result<()> {
    pictures::draw(folder, wanted.pictures)?;
    let mut report = Report::default();
    for written in &wanted.written {
        let ours = middle(wanted.rounds, || run::ours(*written, folder))?;
        // It may do as it does best: each size from the file, or each from the one above.
        let each = middle(wanted.rounds, || run::theirs(Peer::Each, *written, folder))?;
        let chain = middle(wanted.rounds, || run::theirs(Peer::Chain, *written, folder))?;
        report.beside(
            *written,
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
