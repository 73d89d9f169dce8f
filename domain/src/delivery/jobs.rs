//! What is done so that people hear of what happened to them.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use platform::jobs::{Class, Job, Pool, Unique};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{DeviceId, NotificationId, UserId};

/// Whenever a notification is new or gained something; many at once are one, and whoever is looking has a moment to read
/// it first. Decides by which channels it leaves, as the person has set, and enqueues one job for each. Twice is harmless:
/// each way out has one row (`deliveries_once`), and a row makes one job.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deliver {
    pub notification_id: NotificationId,
}

impl Job for Deliver {
    const NAME: &'static str = "delivery.deliver";
    const POOL: Pool = Pool::Notify;

    fn unique(&self) -> Option<Unique> {
        let unique = Unique::key(self.notification_id);
        Some(unique.coalesce(Duration::from_secs(10), Duration::from_secs(60)))
    }
}

/// When a notification is to reach an installation. Sends it by FCM. Twice is harmless: one run at a time is at it, none
/// after it was sent, and a push that was sent by a worker which died takes its own place on the screen.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendPush {
    pub notification_id: NotificationId,
    pub device_id: DeviceId,
    pub place: Uuid,
}

impl Job for SendPush {
    const NAME: &'static str = "delivery.send_push";
    const POOL: Pool = Pool::Notify;
    const ATTEMPTS: i16 = 10;
}

/// When a notification is to reach a person by mail. Sends it, to an address that is proved. Twice is harmless: one run
/// at a time is at it, none after it was sent, and a mail sent by a worker which died has the same Message-ID.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendNotificationMail {
    pub notification_id: NotificationId,
    pub place: Uuid,
}

impl Job for SendNotificationMail {
    const NAME: &'static str = "delivery.send_notification_mail";
    const POOL: Pool = Pool::Mail;
}

/// When a notification that must be seen is to reach a person as a text message, for they asked for it. Sends it, to a
/// number that is proved. Twice is harmless: one run at a time is at it, none after it was sent.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendNotificationText {
    pub notification_id: NotificationId,
    pub place: Uuid,
}

impl Job for SendNotificationText {
    const NAME: &'static str = "delivery.send_notification_text";
    const POOL: Pool = Pool::Mail;
    const ATTEMPTS: i16 = 6;
}

/// Every quarter of an hour, for each that has passed. Finds those for whom it is Monday morning, in slices, and enqueues
/// their digests. Twice is harmless: a person has one row a week (`digests_once`), and a row makes one job.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindDigests {
    pub due: DateTime<Utc>,
}

impl Job for FindDigests {
    const NAME: &'static str = "delivery.find_digests";
    const POOL: Pool = Pool::Maintenance;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key(self.due.timestamp()))
    }
}

/// When a person's digest of the week is due. Sends it, unless there is nothing to say. Twice is harmless: one run at a
/// time is at it, none after it was sent, and a mail sent by a worker which died has the same Message-ID.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendDigest {
    pub user_id: UserId,
    pub week: NaiveDate,
}

impl Job for SendDigest {
    const NAME: &'static str = "delivery.send_digest";
    const POOL: Pool = Pool::Mail;
    const CLASS: Class = Class::Bulk;
}

/// Every day. Forgets digests of weeks long past, in slices. Twice is harmless: the second finds none.
#[derive(Debug, Serialize, Deserialize)]
pub struct PurgeDigests {}

impl Job for PurgeDigests {
    const NAME: &'static str = "delivery.purge_digests";
    const POOL: Pool = Pool::Maintenance;
    const CLASS: Class = Class::Bulk;
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn unique(&self) -> Option<Unique> {
        Some(Unique::key("only"))
    }
}
