//! How long things took, and how that is said.

use std::time::Instant;

/// Milliseconds, from the shortest to the longest.
pub struct Figures {
    samples: Vec<f64>,
    pub failed: usize,
}

#[derive(Default)]
pub struct Report {
    lines: Vec<String>,
}

impl Figures {
    pub fn of(mut samples: Vec<f64>, failed: usize) -> Self {
        samples.sort_by(f64::total_cmp);
        Self { samples, failed }
    }

    /// The time that so large a share stayed below.
    pub fn at(&self, share: f64) -> f64 {
        let place = (share * self.samples.len() as f64).ceil() as usize;
        let sample = self.samples.get(place.saturating_sub(1));
        sample.copied().unwrap_or(f64::NAN)
    }
}

impl Report {
    pub fn note(&mut self, line: String) {
        self.lines.push(line);
    }

    /// `aim`: milliseconds for the half and for 99 of 100.
    pub fn figures(
        &mut self,
        measure: &str,
        who: &str,
        figures: &Figures,
        aim: Option<(f64, f64)>,
    ) {
        let (half, most) = (figures.at(0.5), figures.at(0.99));
        let verdict = match aim {
            None => String::new(),
            Some((p50, p99)) => {
                let met = if half < p50 && most < p99 {
                    "met"
                } else {
                    "NOT met"
                };
                format!("  (p50 < {p50} ms, p99 < {p99} ms: {met})")
            }
        };
        let failed = match figures.failed {
            0 => String::new(),
            failed => format!("  {failed} FAILED"),
        };
        let (count, max) = (figures.samples.len(), figures.at(1.0));
        self.lines.push(format!(
            "{measure:44} {who:8} p50 {half:>7.1}  p99 {most:>7.1}  max {max:>7.1} ms of {count:>6}{failed}{verdict}"
        ));
    }

    /// What came since the last call.
    pub fn print(&mut self) {
        for line in self.lines.drain(..) {
            println!("{line}");
        }
    }
}

pub fn millis_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
