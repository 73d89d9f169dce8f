//! The figures, side by side.

use crate::load::Figures;
use crate::plans::{MOST_SORTED, Plan};

#[derive(Default)]
pub struct Report {
    lines: Vec<String>,
}

impl Report {
    pub fn note(&mut self, line: &str) {
        self.lines.push(line.to_owned());
    }

    /// `aim`: milliseconds that 99 of 100 should stay below.
    pub fn figures(&mut self, measure: &str, who: &str, figures: &Figures, aim: Option<f64>) {
        let verdict = match aim {
            None => String::new(),
            Some(aim) if figures.at(0.99) < aim => format!("  (p99 < {aim} ms: met)"),
            Some(aim) => format!("  (p99 < {aim} ms: NOT met)"),
        };
        let line = row(measure, who, figures);
        self.lines.push(format!("{line}{verdict}"));
    }

    /// Ours and the peer's, and how many times longer its slow answers take.
    /// Figures that have no peer: it takes long at a million.
    pub fn alone(&mut self, measure: &str, ours: &Figures, aim: f64) {
        self.figures(measure, "commons", ours, Some(aim));
    }

    pub fn beside(&mut self, measure: &str, ours: &Figures, theirs: &Figures, aim: f64) {
        self.alone(measure, ours, aim);
        let ratio = theirs.at(0.99) / ours.at(0.99);
        let line = row(measure, "Express", theirs);
        self.lines.push(format!("{line}  ratio of p99 {ratio:.2}"));
    }

    /// How often each table was read from end to end: never, it is hoped.
    pub fn scans(&mut self, subject: &str, scans: &[(&str, i64)]) {
        let verdict = match scans.iter().all(|(_, times)| *times == 0) {
            true => "met",
            false => "NOT met",
        };
        let each: Vec<String> = scans
            .iter()
            .map(|(table, times)| format!("{table} {times}"))
            .collect();
        let measure = format!("{subject}: sequential scans");
        self.lines
            .push(format!("{measure:44} {}  (0: {verdict})", each.join(", ")));
    }

    pub fn plans(&mut self, measure: &str, plans: &[Plan]) {
        let slowest = plans.iter().max_by(|a, b| a.millis.total_cmp(&b.millis));
        let Some(slowest) = slowest else {
            return;
        };
        let mut scanned: Vec<&str> = plans
            .iter()
            .flat_map(|plan| plan.scanned.iter().map(String::as_str))
            .collect();
        scanned.sort_unstable();
        scanned.dedup();
        let scanned = match scanned.is_empty() {
            true => "no Seq Scan".to_owned(),
            false => format!("Seq Scan of {}", scanned.join(", ")),
        };
        let sorted = plans.iter().map(|plan| plan.sorted).fold(0.0, f64::max);
        let sorted = match sorted > MOST_SORTED {
            true => format!("Sort of {sorted:.0} rows"),
            false => format!("no Sort of > {MOST_SORTED:.0} rows"),
        };
        let measure = format!("{measure}, plans");
        self.lines.push(format!(
            "{measure:44} {} statements, slowest {:.1} ms ({} from {}, {} buffers); {scanned}; {sorted}",
            plans.len(),
            slowest.millis,
            slowest.top,
            slowest.from,
            slowest.buffers,
        ));
    }

    /// What came since the last call.
    pub fn print(&mut self) {
        for line in self.lines.drain(..) {
            println!("{line}");
        }
    }
}

fn row(measure: &str, who: &str, figures: &Figures) -> String {
    let failed = match figures.failed {
        0 => String::new(),
        failed => format!("  {failed} FAILED"),
    };
    format!(
        "{measure:44} {who:8} p50 {:>7.1}  p99 {:>7.1}  max {:>7.1} ms  {:>6.0}/s of {:>5}{failed}",
        figures.at(0.5),
        figures.at(0.99),
        figures.at(1.0),
        figures.per_second(),
        figures.requests(),
    )
}
