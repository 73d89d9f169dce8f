//! The people that are asked about: made once, kept in the database of the benchmark.

use std::time::Instant;

use anyhow::Result;
use bench::Report;

use crate::database::Database;

/// Whom each of them follows, on the average.
const FOLLOWS: &str = "3";

/// Makes as many as are missing.
pub async fn furnish(database: &mut Database, users: i64, report: &mut Report) -> Result<()> {
    let missing = users - database.people().await?;
    if missing > 0 {
        let before = database.rows().await?;
        eprintln!("{missing} people are made up …");
        let (started, number) = (Instant::now(), missing.to_string());
        let seed = [
            "admin",
            "seed",
            "--yes",
            "--users",
            &number,
            "--follows",
            FOLLOWS,
        ];
        bench::commons(&seed).await?;
        let seconds = started.elapsed().as_secs_f64();
        let rows = (database.rows().await? - before) as f64;
        report.note(format!(
            "seed: {missing} people in {seconds:.1} s, {rows:.0} rows in all, {:.0} rows/s",
            rows / seconds
        ));
    }
    report.note(format!("{} people", database.people().await?));
    Ok(())
}
