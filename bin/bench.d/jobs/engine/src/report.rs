//! The figures, side by side.

#[derive(Default)]
pub struct Report {
    lines: Vec<String>,
}

impl Report {
    pub fn line(&mut self, measure: &str, who: &str, value: f64, unit: &str) {
        self.lines
            .push(format!("{measure:36} {who:34} {value:>10.0} {unit}"));
    }

    /// `ours` beside `theirs`; `reach` is the ratio that was aimed for.
    pub fn ratio(&mut self, measure: &str, than: &str, ours: f64, theirs: f64, reach: Option<f64>) {
        let ratio = ours / theirs;
        let verdict = match reach {
            None => String::new(),
            Some(reach) if ratio >= reach => format!("  (reach {reach}: met)"),
            Some(reach) => format!("  (reach {reach}: NOT met)"),
        };
        self.lines.push(format!(
            "{measure:36} {than:34} {theirs:>10.0} jobs/s   ratio {ratio:>6.2}{verdict}"
        ));
    }

    pub fn latency(&mut self, who: &str, p50: f64, p99: f64, reach: Option<(f64, f64)>) {
        let verdict = match reach {
            None => "",
            Some((half, most)) if p50 < half && p99 < most => "  (reach 1.5 / 6: met)",
            Some(_) => "  (reach 1.5 / 6: NOT met)",
        };
        self.lines.push(format!(
            "{:36} {who:34} p50 {p50:>6.2} ms  p99 {p99:>6.2} ms{verdict}",
            "enqueue to start, idle"
        ));
    }

    pub fn print(&self) {
        for line in &self.lines {
            println!("{line}");
        }
    }
}
