//! The figures, side by side.

use bench::{Report, met};

use crate::Written;
use crate::run::Figures;

/// At least so much faster where sizes are JPEG alone, with at most half the memory and files no larger.
const JPEG_SPEED: f64 = 1.4;
const SPEED: f64 = 1.0;
const MEMORY: f64 = 0.5;
const SIZE: f64 = 1.0;

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
    let sizes = theirs.iter().map(|(_, peer)| peer.bytes);
    let size = ours.bytes / sizes.fold(f64::MAX, f64::min);
    let wanted = match written {
        Written::Jpeg => JPEG_SPEED,
        Written::Webp | Written::Both => SPEED,
    };
    let verdict = format!(
        "speed {speed:.2} (≥ {wanted}: {}), memory {memory:.2} (≤ {MEMORY}: {}), files {size:.3} (≤ {SIZE}: {})",
        met(speed >= wanted),
        met(memory <= MEMORY),
        met(size <= SIZE),
    );
    report.row(measure, "of the best", verdict);
}

fn said(figures: &Figures) -> String {
    let (rate, peak, kib) = (figures.rate, figures.peak_mib, figures.bytes / 1024.0);
    format!("{rate:7.2} pictures/s a core  {peak:6.0} MiB at most  {kib:6.0} KiB made of each")
}
