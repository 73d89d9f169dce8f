//! How many codes are sent at most: to a number, on behalf of a line, to a range of numbers. The last is against those
//! who earn by having texts sent to ranges that are theirs.

use platform::Tx;
use platform::config::Codes;

use super::{sql, wait_until};
use crate::Result;
use crate::people::Phone;

/// Counts one code, or refuses it: then roll back, for what is not sent is not counted.
pub(super) async fn count(tx: &mut Tx, codes: &Codes, phone: &Phone, line: &str) -> Result<()> {
    let now = tx.now();
    // Everybody counts in this order, so that nobody waits for who waits for them.
    let asked = [
        (format!("number {}", phone.as_str()), codes.per_number),
        (format!("line {line}"), codes.per_address),
        (format!("range {}", phone.range()), codes.per_range),
    ];
    let words = asked.each_ref().map(|(word, _)| word.clone());
    let resets = asked.each_ref().map(|(_, limit)| now + limit.window);
    let counted = sql::count_sent(tx.connection(), &words, &resets, now).await?;
    let too_many = counted.into_iter().filter(|quota| {
        let most = asked.iter().find(|(word, _)| *word == quota.word);
        most.is_some_and(|(_, limit)| i64::from(quota.sent) > i64::from(limit.requests))
    });
    match too_many.map(|quota| quota.resets_at).max() {
        None => Ok(()),
        Some(resets_at) => Err(wait_until(resets_at, now)),
    }
}
