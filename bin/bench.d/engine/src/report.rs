//! The figures, side by side.

use crate::Figures;

/// Milliseconds to stay below.
#[derive(Clone, Copy)]
pub struct Aim {
    /// For half of the answers.
    pub p50: Option<f64>,
    /// For 99 of 100.
    pub p99: f64,
}

/// A table that grows as wide as what stands in it.
pub struct Report {
    lines: Vec<Line>,
    measure: usize,
    who: usize,
}

enum Line {
    Note(String),
    Row {
        measure: String,
        who: String,
        text: String,
    },
}

impl Aim {
    pub fn p99(p99: f64) -> Self {
        Self { p50: None, p99 }
    }

    fn of(self, figures: &Figures) -> String {
        let half = self.p50.is_none_or(|most| figures.at(0.5) < most);
        let met = met(half && figures.at(0.99) < self.p99 && figures.failed == 0);
        let half = self.p50.map(|most| format!("p50 < {most} ms, "));
        format!(
            "  ({}p99 < {} ms: {met})",
            half.unwrap_or_default(),
            self.p99
        )
    }
}

impl Default for Report {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            measure: 44,
            who: 8,
        }
    }
}

impl Report {
    pub fn note(&mut self, line: impl Into<String>) {
        self.lines.push(Line::Note(line.into()));
    }

    pub fn row(&mut self, measure: &str, who: &str, text: impl Into<String>) {
        self.measure = self.measure.max(measure.chars().count());
        self.who = self.who.max(who.chars().count());
        self.lines.push(Line::Row {
            measure: measure.to_owned(),
            who: who.to_owned(),
            text: text.into(),
        });
    }

    pub fn times(&mut self, measure: &str, who: &str, figures: &Figures, aim: Option<Aim>) {
        let verdict = aim.map(|aim| aim.of(figures)).unwrap_or_default();
        self.row(measure, who, format!("{figures}{verdict}"));
    }

    /// The peer's, and how many times longer its slow answers take than ours, where all of ours came.
    pub fn times_beside(&mut self, measure: &str, who: &str, theirs: &Figures, ours: &Figures) {
        let ratio = theirs.at(0.99) / ours.at(0.99);
        let ratio = match (ours.failed, theirs.failed) {
            (0, 0) => format!("  ratio of p99 {ratio:.2}"),
            // Those that failed would have taken longer yet.
            (0, _) => format!("  ratio of p99 ≥ {ratio:.2}"),
            _ => String::new(),
        };
        self.row(measure, who, format!("{theirs}{ratio}"));
    }

    /// `reach`: what was aimed for.
    pub fn rate(&mut self, measure: &str, who: &str, rate: f64, unit: &str, reach: Option<f64>) {
        let verdict = reached(rate, reach);
        self.row(measure, who, format!("{rate:>10.0} {unit}{verdict}"));
    }

    /// The peer's rate, and how many times as much ours is; `reach` is the ratio that was aimed for.
    pub fn rate_beside(
        &mut self,
        measure: &str,
        who: &str,
        [theirs, ours]: [f64; 2],
        unit: &str,
        reach: Option<f64>,
    ) {
        let ratio = ours / theirs;
        let verdict = reached(ratio, reach);
        let text = format!("{theirs:>10.0} {unit}   ratio {ratio:>6.2}{verdict}");
        self.row(measure, who, text);
    }

    /// What came since the last call.
    pub fn print(&mut self) {
        let (measure_width, who_width) = (self.measure, self.who);
        for line in self.lines.drain(..) {
            match line {
                Line::Note(text) => println!("{text}"),
                Line::Row { measure, who, text } => {
                    println!("{measure:measure_width$} {who:who_width$} {text}");
                }
            }
        }
    }
}

pub fn met(met: bool) -> &'static str {
    if met { "met" } else { "NOT met" }
}

fn reached(value: f64, reach: Option<f64>) -> String {
    let verdict = |reach| format!("  (reach {reach}: {})", met(value >= reach));
    reach.map(verdict).unwrap_or_default()
}
