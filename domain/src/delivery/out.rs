//! By which ways a notification leaves.

use chrono::{DateTime, TimeDelta, Utc};
use platform::Tx;
use platform::config;
use sqlx::PgConnection;

use super::jobs::{SendNotificationMail, SendNotificationText, SendPush};
use super::sql;
use crate::settings::{self, Channel, NotificationType, Notifications};
use crate::{NotificationId, Result, UserId};

/// Whoever is here for so long has seen that there is something new: no push comes after.
const LONGEST_QUIET: TimeDelta = TimeDelta::hours(1);

/// What people pay for, and what does not wait. Nothing else is worth a text message.
const MUST_BE_SEEN: [NotificationType; 4] = [
    NotificationType::Funding,
    NotificationType::Lecture,
    NotificationType::Payment,
    NotificationType::System,
];

/// Whom a notification is for. None: there is nothing to tell them.
pub async fn reader(
    connection: &mut PgConnection,
    notification: NotificationId,
    now: DateTime<Utc>,
) -> Result<Option<UserId>> {
    let told = sql::told(connection, notification, now).await?;
    Ok(told.map(|told| told.user_id))
}

/// Makes the ways that a notification takes, and their jobs. `seen` is when its reader was last here. Some: they want
/// quiet while they are; ask again then about pushes.
pub async fn fan_out(
    tx: &mut Tx,
    config: &config::Delivery,
    notification: NotificationId,
    seen: Option<DateTime<Utc>>,
) -> Result<Option<DateTime<Utc>>> {
    let now = tx.now();
    let Some(told) = sql::told(tx.connection(), notification, now).await? else {
        return Ok(None);
    };
    let Some(kind) = told.kind() else {
        return Ok(None);
    };
    let wanted = settings::notifications(tx.connection(), told.user_id).await?;
    by_mail_and_text(tx, &told, kind, &wanted).await?;
    if !wanted.allows(kind, Channel::Push) {
        return Ok(None);
    }
    let quiet_until = quiet(config, &wanted, seen).filter(|until| *until > now);
    match quiet_until {
        Some(_) if now - told.updated_at >= LONGEST_QUIET => Ok(None),
        Some(until) => Ok(Some(until)),
        None => {
            by_push(tx, &told).await?;
            Ok(None)
        }
    }
}

fn quiet(
    config: &config::Delivery,
    wanted: &Notifications,
    seen: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    let seen = seen.filter(|_| wanted.quiet_while_online())?;
    Some(seen + TimeDelta::from_std(config.quiet_for).unwrap_or_default())
}

async fn by_push(tx: &mut Tx, told: &sql::Told) -> Result<()> {
    let (now, notification_id, place) = (tx.now(), told.id, told.place);
    let devices = sql::devices(tx.connection(), told.user_id, now).await?;
    let new = sql::new_pushes(tx.connection(), told, &devices, now).await?;
    let jobs = new.into_iter().map(|device_id| SendPush {
        notification_id,
        device_id,
        place,
    });
    tx.enqueue_all(jobs).await?;
    Ok(())
}

/// Of one notification there is one mail and one text, whatever it gains later.
async fn by_mail_and_text(
    tx: &mut Tx,
    told: &sql::Told,
    kind: NotificationType,
    wanted: &Notifications,
) -> Result<()> {
    let (now, notification_id, place) = (tx.now(), told.id, told.place);
    if told.email.is_some()
        && wanted.allows(kind, Channel::Email)
        && sql::new_once(tx.connection(), told, Channel::Email, now).await?
    {
        tx.enqueue(SendNotificationMail {
            notification_id,
            place,
        })
        .await?;
    }
    if told.phone.is_some()
        && MUST_BE_SEEN.contains(&kind)
        && wanted.allows(kind, Channel::Sms)
        && sql::new_once(tx.connection(), told, Channel::Sms, now).await?
    {
        tx.enqueue(SendNotificationText {
            notification_id,
            place,
        })
        .await?;
    }
    Ok(())
}
