//! The figures, side by side.

use bench::{Report, met};

use crate::Written;
use crate::run::Figures;

/// At least as fast, with at most half the memory.
const SPEED: f64 = 1.0;
const MEMORY: f64 = 0.5;

pub fn say(report: &mut Report, written: Written, ours: &Figures, theirs: &[(&str, Figures)]) {
    let measure = match written {
        Written::Jpeg => "three sizes as JPEG",
        Written::Webp => "three sizes as WebP",
        Written::Both => "three sizes as both",
    };
    report.row(measure, "commons", said(ours));
    for (who, figures) in theirs {
        report.row(measure, who, said(figures));
    }
    let rates = theirs.iter().map(|(_, peer)| peer.rate);
    let peaks = theirs.iter().map(|(_, peer)| peer.peak_mib);
    let speed = ours.rate / rates.fold(0.0, f64::max);
    let memory = ours.peak_mib / peaks.fold(f64::MAX, f64::min);
    let verdict = format!(
        "speed {speed:.2} (≥ {SPEED}: {}), memory {memory:.2} (≤ {MEMORY}: {})",
        met(speed >= SPEED),
        met(memory <= MEMORY),
    );
    report.row(measure, "of the best", verdict);
}

fn said(figures: &Figures) -> String {
    let (rate, peak, kib) = (figures.rate, figures.peak_mib, figures.bytes / 1024.0);
    format!("{rate:7.2} pictures/s a core  {peak:6.0} MiB at most  {kib:6.0} KiB made of each")
}
