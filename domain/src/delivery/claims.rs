//! Of any number of runs of a job one sends. A run begins by a compare-and-set, which also says since when it is at it: a
//! worker that dies in between leaves a row that another run takes over.

use chrono::{DateTime, TimeDelta, Utc};
use platform::Tx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::sql;
use crate::settings::Channel;
use crate::{DeviceId, NotificationId, Result};

/// A run that takes longer has died: the engine ends each after a minute.
pub(super) const ABANDONED_AFTER: TimeDelta = TimeDelta::minutes(2);

/// One way that a notification takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) notification: NotificationId,
    pub(super) channel: Channel,
    pub(super) device: Option<DeviceId>,
    pub(super) place: Uuid,
}

/// This run sends it, and says what came of it.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Claim(pub(super) Uuid);

/// Whether this run is to send something.
#[derive(Debug)]
pub enum Ready<C, T> {
    Go(C, T),
    /// Another run is at it until then.
    Busy(DateTime<Utc>),
    /// There is nothing to send.
    Over(&'static str),
}

/// Where a way stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand {
    pub(super) begun_at: Option<DateTime<Utc>>,
    pub(super) sent_at: Option<DateTime<Utc>>,
}

/// Begins to send what `ready` holds.
pub(super) async fn begin<T>(
    connection: &mut PgConnection,
    way: Way,
    ready: T,
    now: DateTime<Utc>,
) -> Result<Ready<Claim, T>> {
    if let Some(id) = sql::begin(connection, way, now, now - ABANDONED_AFTER).await? {
        return Ok(Ready::Go(Claim(id), ready));
    }
    let stand = sql::stand(connection, way).await?;
    Ok(refused(stand))
}

pub(super) fn refused<C, T>(stand: Option<Stand>) -> Ready<C, T> {
    match stand {
        None => Ready::Over("nobody wants it any more"),
        Some(Stand {
            sent_at: Some(_), ..
        }) => Ready::Over("it was sent"),
        Some(Stand { begun_at, .. }) => match begun_at {
            Some(begun_at) => Ready::Busy(begun_at + ABANDONED_AFTER),
            None => Ready::Over("another run has just had it"),
        },
    }
}

/// It is sent: no other run sends it.
pub async fn sent(tx: &mut Tx, claim: Claim) -> Result<()> {
    let now = tx.now();
    Ok(sql::sent(tx.connection(), claim.0, now).await?)
}

/// It was not sent: the next run may.
pub async fn give_back(connection: &mut PgConnection, claim: Claim) -> Result<()> {
    Ok(sql::give_back(connection, claim.0).await?)
}
