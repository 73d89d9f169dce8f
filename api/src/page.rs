//! Pages of lists: by offset, or by a cursor that stays right while rows come and go.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::graph::Found;
use domain::{Error, Result};
use poem_openapi::Object;
use poem_openapi::types::Example;
use serde::Serialize;
use serde::de::DeserializeOwned;

const DEFAULT: u32 = 20;
const MOST: u32 = 100;

/// Further in, an offset makes Postgres count through all it skips.
const FURTHEST: u32 = 10_000;

/// Where a page stands in its list.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Pagination {
    /// How many there are in all.
    pub total: i64,
    /// At most so many on this page.
    pub limit: i64,
    /// How many come before this page; 0 where a cursor led here.
    pub offset: i64,
    pub has_more: bool,
    /// Send it as `cursor` to get the next page. Absent on the last.
    pub next_cursor: Option<String>,
    /// Whether `total` is a guess.
    pub total_is_estimate: bool,
}

impl Pagination {
    /// Of a list that is short by nature and always shown whole.
    pub fn whole(count: usize) -> Self {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        Self {
            total: count,
            limit: count,
            offset: 0,
            has_more: false,
            next_cursor: None,
            total_is_estimate: false,
        }
    }
}

/// The page that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    pub limit: i64,
    pub offset: i64,
    pub cursor: Option<String>,
}

impl Paging {
    /// A larger `limit` than the most is cut to it.
    pub fn asked(limit: Option<u32>, offset: Option<u32>, cursor: Option<String>) -> Result<Self> {
        if offset.is_some() && cursor.is_some() {
            let detail = "give either `offset` or `cursor`";
            return Err(Error::invalid("offset", "ambiguous", detail));
        }
        let offset = offset.unwrap_or_default();
        if offset > FURTHEST {
            let detail = format!("can be at most {FURTHEST}; use `cursor` to go further");
            return Err(Error::invalid("offset", "too_large", detail));
        }
        Ok(Self {
            limit: limit.unwrap_or(DEFAULT).clamp(1, MOST).into(),
            offset: offset.into(),
            cursor,
        })
    }

    /// The place after which the page starts, as [`cursor`] wrote it.
    pub fn after<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        let Some(text) = &self.cursor else {
            return Ok(None);
        };
        let place = URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let refused = || Error::invalid("cursor", "invalid", "is not a cursor of this list");
        place.map(Some).ok_or_else(refused)
    }

    /// The page as it came out. `found` holds up to one row more than the limit: the sign that there are more.
    pub fn of<T>(
        &self,
        found: &mut Vec<T>,
        total: i64,
        total_is_estimate: bool,
        place: impl Fn(&T) -> String,
    ) -> Pagination {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = found.len() > limit;
        found.truncate(limit);
        Pagination {
            total,
            limit: self.limit,
            offset: self.offset,
            has_more,
            next_cursor: found.last().filter(|_| has_more).map(place),
            total_is_estimate,
        }
    }

    /// The same of what knows how many there are, and of each where it stands.
    pub fn cut<T, P: Serialize>(
        &self,
        found: &mut Found<T>,
        place: impl Fn(&T) -> P,
    ) -> Pagination {
        let (total, is_estimate) = (found.total, found.total_is_estimate);
        self.of(&mut found.rows, total, is_estimate, |row| {
            cursor(&place(row))
        })
    }
}

/// A place in a list, opaque to clients.
pub fn cursor(place: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

impl Example for Pagination {
    fn example() -> Self {
        Self {
            total: 57,
            limit: DEFAULT.into(),
            offset: 0,
            has_more: true,
            next_cursor: Some(cursor(&"01932c5e-6d80-7b1a-9f3b-2a1c4e5d6f70")),
            total_is_estimate: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_cut_and_a_far_offset_refused() {
        assert_eq!(Paging::asked(Some(1000), None, None).unwrap().limit, 100);
        assert_eq!(Paging::asked(Some(0), None, None).unwrap().limit, 1);
        assert!(Paging::asked(None, Some(10_001), None).is_err());
        assert!(Paging::asked(None, Some(0), Some("x".to_owned())).is_err());
    }

    #[test]
    fn a_cursor_is_read_back_or_refused() {
        let asked = |text: String| Paging::asked(None, None, Some(text)).unwrap();
        assert_eq!(asked(cursor(&7)).after::<i32>().unwrap(), Some(7));
        assert!(asked("nonsense".to_owned()).after::<i32>().is_err());
    }

    #[test]
    fn one_row_too_many_says_that_there_are_more() {
        let paging = Paging::asked(Some(2), None, None).unwrap();
        let mut found = vec![1, 2, 3];
        let page = paging.of(&mut found, 9, false, cursor);
        assert_eq!((found, page.has_more), (vec![1, 2], true));
        assert_eq!(page.next_cursor, Some(cursor(&2)));
        let page = paging.of(&mut vec![1, 2], 2, false, cursor);
        assert_eq!((page.has_more, page.next_cursor), (false, None));
    }
}
