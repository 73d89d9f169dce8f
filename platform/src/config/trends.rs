use std::num::NonZeroU32;
use std::time::Duration;

use super::reader::Reader;

/// What is trending.
#[derive(Clone, Debug)]
pub struct Trends {
    pub least_people: NonZeroU32,
    pub account_age: Duration,
    pub half_life: Duration,
    pub history: Duration,
}

impl Trends {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Trends");
        let least_people = reader.or(
            "TRENDS_LEAST_PEOPLE",
            "3",
            "Fewer people within a day make no trend.",
        );
        let account_age = reader.span(
            "TRENDS_ACCOUNT_AGE",
            "24h",
            "Accounts that are younger do not count in trends.",
        );
        let half_life = reader.span(
            "TRENDS_HALF_LIFE",
            "6h",
            "After how long what somebody did counts half in trends.",
        );
        let history = reader.span(
            "TRENDS_HISTORY",
            "30d",
            "How long it is known what was trending.",
        );
        Some(Self {
            least_people: least_people?,
            account_age: account_age?,
            half_life: half_life?,
            history: history?,
        })
    }
}
