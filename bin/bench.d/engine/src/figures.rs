//! How long things took.

use std::fmt;
use std::time::Instant;

/// How long each request took, in milliseconds, from the shortest to the longest.
#[derive(Default)]
pub struct Figures {
    samples: Vec<f64>,
    seconds: f64,
    /// These are among the samples: with the time until they failed, or were given up.
    pub failed: usize,
}

impl Figures {
    pub fn of(mut samples: Vec<f64>, seconds: f64, failed: usize) -> Self {
        samples.sort_by(f64::total_cmp);
        Self {
            samples,
            seconds,
            failed,
        }
    }

    /// The time that so large a share of the requests stayed below.
    pub fn at(&self, share: f64) -> f64 {
        let place = (share * self.samples.len() as f64).ceil() as usize;
        let sample = self.samples.get(place.saturating_sub(1));
        sample.copied().unwrap_or(f64::NAN)
    }

    pub fn requests(&self) -> usize {
        self.samples.len()
    }

    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Those that did not fail.
    pub fn per_second(&self) -> f64 {
        (self.samples.len() - self.failed) as f64 / self.seconds
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p50, p99, max) = (self.at(0.5), self.at(0.99), self.at(1.0));
        write!(out, "p50 {p50:>7.2}  p99 {p99:>7.2}  max {max:>7.1} ms")?;
        write!(
            out,
            "  {:>6.0}/s of {:>5}",
            self.per_second(),
            self.requests()
        )?;
        match self.failed {
            0 => Ok(()),
            failed => write!(out, "  {failed} FAILED"),
        }
    }
}

pub fn millis_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

/// The middle one of several rounds.
pub fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_sample_that_so_many_do_not_exceed() {
        let samples = (1..=200).rev().map(f64::from).collect();
        let figures = Figures::of(samples, 10.0, 50);
        assert_eq!(
            [0.5, 0.99, 1.0].map(|share| figures.at(share)),
            [100.0, 198.0, 200.0]
        );
        // Those that failed are not served.
        assert_eq!((figures.requests(), figures.per_second()), (200, 15.0));
    }
}
