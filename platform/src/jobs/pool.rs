//! Named pools, scaled one by one, and the classes of urgency within each.

use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pool {
    Media,
    Feed,
    Notify,
    Mail,
    Payments,
    Funding,
    Maintenance,
}

impl Pool {
    pub const ALL: [Self; 7] = [
        Self::Media,
        Self::Feed,
        Self::Notify,
        Self::Mail,
        Self::Payments,
        Self::Funding,
        Self::Maintenance,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Media => "media",
            Self::Feed => "feed",
            Self::Notify => "notify",
            Self::Mail => "mail",
            Self::Payments => "payments",
            Self::Funding => "funding",
            Self::Maintenance => "maintenance",
        }
    }
}

impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Debug, thiserror::Error)]
#[error(
    "there is no pool `{0}`; the pools are media, feed, notify, mail, payments, funding, maintenance"
)]
pub struct UnknownPool(String);

impl FromStr for Pool {
    type Err = UnknownPool;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|pool| pool.name() == text);
        found.ok_or_else(|| UnknownPool(text.to_owned()))
    }
}

/// Which of two waiting jobs of a pool goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// A person waits for it.
    Urgent,
    Normal,
    /// Large work in slices; gives way between them.
    Bulk,
}

impl Class {
    pub const ALL: [Self; 3] = [Self::Urgent, Self::Normal, Self::Bulk];

    pub fn name(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Normal => "normal",
            Self::Bulk => "bulk",
        }
    }

    pub fn number(self) -> i16 {
        self as i16
    }

    pub fn from_number(number: i16) -> Self {
        match number {
            0 => Self::Urgent,
            1 => Self::Normal,
            _ => Self::Bulk,
        }
    }
}
