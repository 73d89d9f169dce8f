//! The payloads of jobs as they are stored. Changing one is changing what running deployments read: old rows must still
//! decode, so add fields with a default and keep retired names until their rows are gone.

use domain::graph::jobs::{AcceptRequests, PurgeMutes, RefreshPopular};
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
use domain::office::jobs::LiftSuspension;
use domain::people::jobs::ForgetCopies;
use domain::{CodeId, ExportId, MediaId, PasswordResetId, UserId, VerificationId};
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
        stored(&ProcessMedia {
            media_id: MediaId(id),
        }),
        stored(&LiftSuspension {
            user_id: UserId(id),
        }),
        stored(&ForgetCopies {
            keys: vec!["user:7".to_owned()],
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
    all.sort();
    let names: Vec<&str> = all.iter().filter_map(|job| job.split(' ').next()).collect();
    assert_eq!(workers::registry().names(), names, "a new job belongs here");
    assert_snapshot!(all.join("\n"), @r#"
    graph.accept_requests maintenance normal attempts 20 unique true payload {"user_id":"00000000-0000-0000-0000-000000000007"}
    graph.purge_mutes maintenance bulk attempts 20 unique true payload {}
    graph.refresh_popular maintenance bulk attempts 20 unique true payload {}
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
    office.lift_suspension maintenance normal attempts 20 unique false payload {"user_id":"00000000-0000-0000-0000-000000000007"}
    people.forget_copies maintenance urgent attempts 20 unique false payload {"keys":["user:7"]}
    "#);
}
