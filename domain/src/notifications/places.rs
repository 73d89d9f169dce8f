//! Places of a person's notifications, each after all that were given out before it, whatever the clocks of the processes
//! say.

use chrono::{DateTime, Utc};
use platform::id_at;
use sqlx::PgConnection;
use uuid::Uuid;

use super::sql;
use crate::{Error, Result, UserId};

/// The right to write notifications of a person, until the transaction ends.
pub(super) struct Places {
    user: UserId,
    now: DateTime<Utc>,
    last: Uuid,
}

impl Places {
    /// Waits until nobody else writes notifications of this person.
    pub(super) async fn hold(
        connection: &mut PgConnection,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let mut last = sql::places::hold(&mut *connection, user).await?;
        if last.is_none() {
            sql::places::begin(&mut *connection, user, now).await?;
            last = sql::places::hold(connection, user).await?;
        }
        let last = last.ok_or(Error::NotFound("person"))?;
        Ok(Self { user, now, last })
    }

    pub(super) fn next(&mut self) -> Uuid {
        let after = Uuid::from_u128(self.last.as_u128() + 1);
        self.last = id_at(self.now).max(after);
        self.last
    }

    /// Writes down how far it came.
    pub(super) async fn keep(&self, connection: &mut PgConnection) -> Result<()> {
        Ok(sql::places::keep(connection, self.user, self.last).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_after_the_last_even_where_the_clock_is_behind() {
        let now = DateTime::from_timestamp(1_731_672_600, 0).unwrap();
        let ahead = id_at(now + std::time::Duration::from_secs(60));
        let mut places = Places {
            user: UserId(Uuid::nil()),
            now,
            last: ahead,
        };
        let (one, other) = (places.next(), places.next());
        assert!(ahead < one && one < other);
    }
}
