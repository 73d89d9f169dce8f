//! The figures, side by side.

use crate::Written;
use crate::run::Figures;

/// At least as fast, with at most half the memory.
const SPEED: f64 = 1.0;
const MEMORY: f64 = 0.5;

#[derive(Default)]
pub struct Report {
    lines: Vec<String>,
}

impl Report {
    pub fn beside(&mut self, written: Written, ours: &Figures, theirs: &[(&str, Figures)]) {
        let measure = match written {
            Written::Jpeg => "three sizes as JPEG",
            Written::Webp => "three sizes as WebP",
            Written::Both => "three sizes as both",
        };
        self.lines.push(row(measure, "commons", ours));
        for (who, figures) in theirs {
            self.lines.push(row(measure, who, figures));
        }
        let fastest = theirs.iter().map(|(_, peer)| peer.rate).fold(0.0, f64::max);
        let leanest = theirs
            .iter()
            .map(|(_, peer)| peer.peak_mib)
            .fold(f64::MAX, f64::min);
        let (speed, memory) = (ours.rate / fastest, ours.peak_mib / leanest);
        self.lines.push(format!(
            "{measure:22} of the best: speed {speed:.2} (≥ {SPEED}: {}), memory {memory:.2} (≤ {MEMORY}: {})",
            verdict(speed >= SPEED),
            verdict(memory <= MEMORY),
        ));
    }

    pub fn print(&self) {
        for line in &self.lines {
            println!("{line}");
        }
    }
}

fn row(measure: &str, who: &str, figures: &Figures) -> String {
    let (rate, peak, kib) = (figures.rate, figures.peak_mib, figures.bytes / 1024.0);
    format!(
        "{measure:22} {who:32} {rate:7.2} pictures/s a core  {peak:6.0} MiB at most  {kib:6.0} KiB made of each"
    )
}

fn verdict(met: bool) -> &'static str {
    match met {
        true => "met",
        false => "NOT met",
    }
}
