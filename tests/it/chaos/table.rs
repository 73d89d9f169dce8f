//! The outcomes as a table.

use std::time::Duration;

use super::outcome::Outcome;

/// What 99.9 % allow in thirty days.
const ALLOWED: Duration = Duration::from_secs(43 * 60 + 12);

pub const HEAD: &str = "| Fault | For | Accepted | Lost | Doubled | Gap | To resume | API away | Pools away | As often a month |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

pub fn row(outcome: &Outcome) -> String {
    let pools: Vec<String> = outcome
        .pools_away
        .iter()
        .filter(|(_, away)| !away.is_zero())
        .map(|(pool, away)| format!("{pool} {}", seconds(*away)))
        .collect();
    let kind = if outcome.is_silent { " (silent)" } else { "" };
    let cells = [
        format!("{}{kind}", outcome.name),
        seconds(outcome.lasted),
        outcome.accepted.to_string(),
        match outcome.left {
            0 => outcome.lost.to_string(),
            left => format!("{} ({left} still wait)", outcome.lost),
        },
        outcome.doubled.to_string(),
        seconds(outcome.gap),
        seconds(outcome.resumed),
        seconds(outcome.api_away),
        match pools.is_empty() {
            true => seconds(Duration::ZERO),
            false => pools.join(", "),
        },
        how_often(outcome),
    ];
    format!("| {} |", cells.join(" | "))
}

fn seconds(span: Duration) -> String {
    format!("{:.1} s", span.as_secs_f64())
}

/// How many times a month it may happen until the one that suffers most has been away for too long.
fn how_often(outcome: &Outcome) -> String {
    let pools = outcome.pools_away.values().copied();
    let worst = pools.chain([outcome.api_away]).max().unwrap_or_default();
    match worst.is_zero() {
        true => "any".to_owned(),
        false => format!(
            "{:.0}",
            (ALLOWED.as_secs_f64() / worst.as_secs_f64()).floor()
        ),
    }
}
