//! How Postgres carried out the statements: what auto_explain wrote into its log.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::time::Duration;

use anyhow::{Context, Result};
use bench::{Report, setting};
use serde_json::Value;

/// A sort of more rows than these should have been an index.
pub const MOST_SORTED: f64 = 10_000.0;

/// Postgres writes down a plan after it has answered.
const WRITTEN: Duration = Duration::from_millis(200);

/// The log of Postgres, read to where it ends.
pub struct Log {
    file: File,
}

/// One statement.
pub struct Plan {
    pub millis: f64,
    /// Its top node, and the table it starts from.
    pub top: String,
    pub from: String,
    pub buffers: i64,
    /// The tables it read from end to end.
    pub scanned: Vec<String>,
    /// The rows of its largest sort.
    pub sorted: f64,
}

impl Log {
    /// None: nobody said where it is.
    pub fn open() -> Result<Option<Self>> {
        let Some(path) = setting("POSTGRES_LOG") else {
            return Ok(None);
        };
        let mut file = File::open(&path).context(path)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Some(Self { file }))
    }

    /// The plans since the last call.
    pub async fn settle(&mut self) -> Result<Vec<Plan>> {
        tokio::time::sleep(WRITTEN).await;
        let mut text = String::new();
        self.file.read_to_string(&mut text)?;
        read(&text)
    }
}

/// A plan follows the line that says its duration, with a tab before each of its lines.
fn read(text: &str) -> Result<Vec<Plan>> {
    let mut plans = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((_, rest)) = line
            .split_once("duration: ")
            .filter(|_| line.ends_with("plan:"))
        else {
            continue;
        };
        let millis = rest.split(' ').next().unwrap_or_default().parse()?;
        let mut json = String::new();
        while let Some(line) = lines.next_if(|line| line.starts_with('\t')) {
            json.push_str(line);
        }
        let plan: Value = serde_json::from_str(&json).with_context(|| json.clone())?;
        plans.push(Plan::of(millis, &plan["Plan"]));
    }
    Ok(plans)
}

fn first_table(node: &Value) -> Option<&str> {
    let inner = node["Plans"].as_array().into_iter().flatten();
    node["Relation Name"]
        .as_str()
        .or_else(|| inner.into_iter().find_map(first_table))
}

impl Plan {
    fn of(millis: f64, top: &Value) -> Self {
        let blocks = |kind: &str| top[kind].as_i64().unwrap_or_default();
        let mut plan = Self {
            millis,
            top: top["Node Type"].as_str().unwrap_or_default().to_owned(),
            from: first_table(top).unwrap_or("no table").to_owned(),
            buffers: blocks("Shared Hit Blocks") + blocks("Shared Read Blocks"),
            scanned: Vec::new(),
            sorted: 0.0,
        };
        plan.look_at(top);
        plan
    }

    fn look_at(&mut self, node: &Value) {
        match node["Node Type"].as_str() {
            Some("Seq Scan") => {
                let table = node["Relation Name"].as_str().unwrap_or_default();
                self.scanned.push(table.to_owned());
            }
            Some("Sort") => {
                // What goes in; a limit above takes out less.
                let rows = node["Plans"][0]["Actual Rows"].as_f64().unwrap_or_default();
                self.sorted = self.sorted.max(rows);
            }
            _ => {}
        }
        for inner in node["Plans"].as_array().into_iter().flatten() {
            self.look_at(inner);
        }
    }
}

/// Says the slowest of them, and whether any scans or sorts much.
pub fn say(report: &mut Report, measure: &str, plans: &[Plan]) {
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
    let (top, from, buffers) = (&slowest.top, &slowest.from, slowest.buffers);
    let (number, millis) = (plans.len(), slowest.millis);
    report.row(
        &format!("{measure}, plans"),
        "commons",
        format!(
            "{number} statements, slowest {millis:.1} ms ({top} from {from}, {buffers} buffers); {scanned}; {sorted}"
        ),
    );
}
