//! The payloads of jobs as they are stored. Changing one is changing what running deployments read: old rows must still
//! decode, so add fields with a default and keep retired names until their rows are gone.

use domain::delivery::jobs::{
    Deliver, FindDigests, PurgeDigests, SendDigest, SendNotificationMail, SendNotificationText,
    SendPush,
};
use domain::feed::jobs::{FanOut, RankExplore, Warm};
use domain::graph::jobs::{AcceptRequests, PurgeMutes, RefreshPopular};
use domain::hashtags::jobs::CountUses;
use domain::housekeeping::jobs::{KeepJobTables, PurgeDeadJobs};
use domain::idempotency::jobs::PurgeIdempotencyKeys;
use domain::identity::jobs::{
    PurgeExpiredTokens, ResealSecrets, SendAccessChangedMail, SendAddressChangeNotice,
    SendAddressKnownMail, SendCodeText, SendResetMail, SendSecondFactorMail, SendVerificationMail,
};
use domain::identity::{AccessChange, Notice};
use domain::lifecycle::jobs::{
    Export, Purge, PurgeDue, PurgeExports, SendClosingMail, SendExportMail, SendKeptMail,
};
use domain::media::jobs::ProcessMedia;
use domain::media::jobs::{PurgeMedia, ScanMedia, SweepMedia, TakeOverUpload};
use domain::notifications::Cause;
use domain::notifications::jobs::{Gather, PurgeNotifications};
use domain::office::jobs::{LiftOverdue, LiftSuspension};
use domain::people::jobs::ForgetCopies;
use domain::posts::jobs::{PublishOverdue, PublishPost, PurgePosts};
use domain::trends::jobs::RecomputeTrends;
use domain::{
    CodeId, DeviceId, ExportId, MediaId, NotificationId, PasswordResetId, PostId, UserId,
    VerificationId,
};
use insta::assert_snapshot;
use platform::jobs::{Job, NewJob};
use uuid::Uuid;

fn stored<J: Job>(job: &J) -> String {
    let job = NewJob::new(job).unwrap();
    format!(
        "{} {} {} attempts {} unique {} payload {}",
        job.name,
        job.pool,
        job.class.name(),
        job.attempts,
        job.unique.is_some(),
        job.payload
    )
}

fn by_feature(id: Uuid) -> Vec<String> {
    vec![
        stored(&FanOut {
            post_id: PostId(id),
        }),
        stored(&RankExplore {}),
        stored(&Warm {
            user_id: UserId(id),
        }),
        stored(&AcceptRequests {
            user_id: UserId(id),
        }),
        stored(&PurgeMutes {}),
        stored(&RefreshPopular {}),
        stored(&KeepJobTables {}),
        stored(&PurgeDeadJobs {}),
        stored(&PurgeIdempotencyKeys {}),
        stored(&Export {
            export_id: ExportId(id),
            user_id: UserId(id),
        }),
        stored(&Purge {
            user_id: UserId(id),
        }),
        stored(&PurgeDue {}),
        stored(&PurgeExports {}),
        stored(&SendClosingMail {
            user_id: UserId(id),
        }),
        stored(&SendExportMail {
            export_id: ExportId(id),
        }),
        stored(&SendKeptMail {
            user_id: UserId(id),
        }),
        stored(&Gather {
            user_id: UserId(id),
            cause: Cause::LikeOfPost(PostId(id)),
            since: chrono::DateTime::UNIX_EPOCH,
        }),
        stored(&PurgeNotifications {}),
        stored(&LiftOverdue {}),
        stored(&LiftSuspension {
            user_id: UserId(id),
        }),
        stored(&ForgetCopies {
            keys: vec!["user:7".to_owned()],
        }),
        stored(&RecomputeTrends {}),
    ]
}

fn of_posts(id: Uuid) -> Vec<String> {
    vec![
        stored(&PurgeMedia {
            media_id: MediaId(id),
        }),
        stored(&ScanMedia {
            media_id: MediaId(id),
        }),
        stored(&SweepMedia {}),
        stored(&TakeOverUpload {
            media_id: MediaId(id),
        }),
        stored(&ProcessMedia {
            media_id: MediaId(id),
        }),
        stored(&CountUses {
            author_id: UserId(id),
        }),
        stored(&PublishPost {
            post_id: PostId(id),
        }),
        stored(&PublishOverdue {}),
        stored(&PurgePosts {}),
    ]
}

fn of_delivery(id: Uuid) -> Vec<String> {
    let notification_id = NotificationId(id);
    vec![
        stored(&Deliver { notification_id }),
        stored(&FindDigests {
            due: chrono::DateTime::UNIX_EPOCH,
        }),
        stored(&PurgeDigests {}),
        stored(&SendDigest {
            user_id: UserId(id),
            week: chrono::NaiveDate::default(),
        }),
        stored(&SendNotificationMail {
            notification_id,
            place: id,
        }),
        stored(&SendNotificationText {
            notification_id,
            place: id,
        }),
        stored(&SendPush {
            notification_id,
            device_id: DeviceId(id),
            place: id,
        }),
    ]
}

fn of_identity(id: Uuid) -> Vec<String> {
    vec![
        stored(&PurgeExpiredTokens {}),
        stored(&ResealSecrets {}),
        stored(&SendAddressChangeNotice {
            verification_id: VerificationId(id),
        }),
        stored(&SendAddressKnownMail {
            user_id: UserId(id),
        }),
        stored(&SendCodeText {
            code_id: CodeId(id),
        }),
        stored(&SendAccessChangedMail {
            user_id: UserId(id),
            change: AccessChange::PhoneSet,
        }),
        stored(&SendResetMail {
            reset_id: PasswordResetId(id),
        }),
        stored(&SendSecondFactorMail {
            user_id: UserId(id),
            notice: Notice::RecoveryCodeUsed,
            at: chrono::DateTime::UNIX_EPOCH,
        }),
        stored(&SendVerificationMail {
            verification_id: VerificationId(id),
        }),
    ]
}

#[test]
fn stored_jobs_look_the_same_as_ever() {
    let id = Uuid::from_u128(7);
    let mut all = by_feature(id);
    all.extend(of_identity(id));
    all.extend(of_delivery(id));
    all.extend(of_posts(id));
    all.sort();
    let names: Vec<&str> = all.iter().filter_map(|job| job.split(' ').next()).collect();
    assert_eq!(workers::registry().names(), names, "a new job belongs here");
    assert_snapshot!(all.join("\n"), @r#"
    delivery.deliver notify normal attempts 20 unique true payload {"notification_id":"00000000-0000-0000-0000-000000000007"}
    delivery.find_digests maintenance normal attempts 20 unique true payload {"due":"1970-01-01T00:00:00Z"}
    delivery.purge_digests maintenance bulk attempts 20 unique true payload {}
    delivery.send_digest mail bulk attempts 20 unique false payload {"user_id":"00000000-0000-0000-0000-000000000007","week":"1970-01-01"}
    delivery.send_notification_mail mail normal attempts 20 unique false payload {"notification_id":"00000000-0000-0000-0000-000000000007","place":"00000000-0000-0000-0000-000000000007"}
    delivery.send_notification_text mail normal attempts 6 unique false payload {"notification_id":"00000000-0000-0000-0000-000000000007","place":"00000000-0000-0000-0000-000000000007"}
    delivery.send_push notify normal attempts 10 unique false payload {"device_id":"00000000-0000-0000-0000-000000000007","notification_id":"00000000-0000-0000-0000-000000000007","place":"00000000-0000-0000-0000-000000000007"}
    feed.fan_out feed normal attempts 20 unique false payload {"post_id":"00000000-0000-0000-0000-000000000007"}
    feed.rank_explore feed normal attempts 20 unique true payload {}
    feed.warm feed urgent attempts 20 unique true payload {"user_id":"00000000-0000-0000-0000-000000000007"}
    graph.accept_requests maintenance normal attempts 20 unique true payload {"user_id":"00000000-0000-0000-0000-000000000007"}
    graph.purge_mutes maintenance bulk attempts 20 unique true payload {}
    graph.refresh_popular maintenance bulk attempts 20 unique true payload {}
    hashtags.count_uses maintenance bulk attempts 20 unique true payload {"author_id":"00000000-0000-0000-0000-000000000007"}
    housekeeping.keep_job_tables maintenance normal attempts 20 unique true payload {}
    housekeeping.purge_dead_jobs maintenance bulk attempts 20 unique true payload {}
    idempotency.purge_keys maintenance bulk attempts 20 unique true payload {}
    identity.purge_expired_tokens maintenance bulk attempts 20 unique true payload {}
    identity.reseal_secrets maintenance bulk attempts 20 unique true payload {}
    identity.send_access_changed_mail mail urgent attempts 20 unique false payload {"change":"phone_set","user_id":"00000000-0000-0000-0000-000000000007"}
    identity.send_address_change_notice mail urgent attempts 20 unique false payload {"verification_id":"00000000-0000-0000-0000-000000000007"}
    identity.send_address_known_mail mail urgent attempts 20 unique false payload {"user_id":"00000000-0000-0000-0000-000000000007"}
    identity.send_code_text mail urgent attempts 6 unique false payload {"code_id":"00000000-0000-0000-0000-000000000007"}
    identity.send_reset_mail mail urgent attempts 20 unique false payload {"reset_id":"00000000-0000-0000-0000-000000000007"}
    identity.send_second_factor_mail mail urgent attempts 20 unique false payload {"at":"1970-01-01T00:00:00Z","notice":"recovery_code_used","user_id":"00000000-0000-0000-0000-000000000007"}
    identity.send_verification_mail mail urgent attempts 20 unique false payload {"verification_id":"00000000-0000-0000-0000-000000000007"}
    lifecycle.export maintenance bulk attempts 12 unique false payload {"export_id":"00000000-0000-0000-0000-000000000007","user_id":"00000000-0000-0000-0000-000000000007"}
    lifecycle.purge maintenance bulk attempts 20 unique true payload {"user_id":"00000000-0000-0000-0000-000000000007"}
    lifecycle.purge_due maintenance bulk attempts 20 unique true payload {}
    lifecycle.purge_exports maintenance bulk attempts 20 unique true payload {}
    lifecycle.send_closing_mail mail urgent attempts 20 unique false payload {"user_id":"00000000-0000-0000-0000-000000000007"}
    lifecycle.send_export_mail mail normal attempts 20 unique false payload {"export_id":"00000000-0000-0000-0000-000000000007"}
    lifecycle.send_kept_mail mail normal attempts 20 unique false payload {"user_id":"00000000-0000-0000-0000-000000000007"}
    media.process media normal attempts 20 unique true payload {"media_id":"00000000-0000-0000-0000-000000000007"}
    media.purge maintenance bulk attempts 20 unique true payload {"media_id":"00000000-0000-0000-0000-000000000007"}
    media.scan media normal attempts 20 unique true payload {"media_id":"00000000-0000-0000-0000-000000000007"}
    media.sweep maintenance bulk attempts 20 unique true payload {}
    media.take_over_upload media normal attempts 20 unique true payload {"media_id":"00000000-0000-0000-0000-000000000007"}
    notifications.gather notify normal attempts 20 unique true payload {"cause":{"id":"00000000-0000-0000-0000-000000000007","what":"like_of_post"},"since":"1970-01-01T00:00:00Z","user_id":"00000000-0000-0000-0000-000000000007"}
    notifications.purge maintenance bulk attempts 20 unique true payload {}
    office.lift_overdue maintenance normal attempts 20 unique true payload {}
    office.lift_suspension maintenance normal attempts 20 unique false payload {"user_id":"00000000-0000-0000-0000-000000000007"}
    people.forget_copies maintenance urgent attempts 20 unique false payload {"keys":["user:7"]}
    posts.publish feed normal attempts 20 unique false payload {"post_id":"00000000-0000-0000-0000-000000000007"}
    posts.publish_overdue feed normal attempts 20 unique true payload {}
    posts.purge maintenance bulk attempts 20 unique true payload {}
    trends.recompute maintenance normal attempts 20 unique true payload {}
    "#);
}
