//! By which ways a notification leaves, and when it does not.

use std::time::Duration;

use serde_json::json;

use super::{A_MOMENT, happened, has_device, is_proved, later, post_of, tells, told, wants};
use crate::harness::{Somebody, TestApp};

async fn world() -> (TestApp, [Somebody; 3]) {
    let app = TestApp::start().await;
    let people = app.given(["alice", "ben", "cleo"]).await;
    has_device(&people[0], "phone").await;
    is_proved(&app, &people[0]).await;
    (app, people)
}

#[tokio::test]
async fn a_notification_is_one_push_however_often_it_is_told_and_another_when_it_gains_something() {
    let (app, [alice, ben, cleo]) = world().await;
    let post = post_of(&app, &alice).await;
    let target = Some(("post", post));
    let id = tells(&app, &alice, "like", target, &[&ben]).await;
    let push = app.pushes().remove(0)["message"].clone();
    assert_eq!(push["token"], "phone");
    assert_eq!(
        push["notification"],
        json!({"title": "ben", "body": "likes your post"})
    );
    let data = json!({
        "notification_id": id.to_string(), "type": "like", "target_type": "post", "target_id": post.to_string(),
    });
    assert_eq!(push["data"], data);
    assert_eq!(push["android"]["collapse_key"], id.to_string());
    for _ in 0..3 {
        told(&app, id).await;
    }
    later(&app, A_MOMENT).await;
    assert_eq!(app.pushes().len(), 1);

    assert_eq!(
        tells(&app, &alice, "like", target, &[&cleo, &ben]).await,
        id
    );
    let push = app.pushes().remove(1)["message"].clone();
    assert_eq!(push["notification"]["title"], "cleo and ben");
    assert_eq!(push["android"]["collapse_key"], id.to_string());
}

#[tokio::test]
async fn what_there_is_nobody_to_send_by_is_shown_to_operators_but_for_tokens() {
    let (app, [alice, ben, _]) = world().await;
    wants(
        &alice,
        json!({"types": {"follow": {"email": true}, "system": {"push": false, "email": false, "sms": true}}}),
    )
    .await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    tells(&app, &alice, "system", None, &[]).await;
    let shown = app.admin().await.get("/admin/mails").await.data(200);
    let source = |kind: &str| {
        let all = shown["mails"].as_array().unwrap();
        let mut of_kind = all.iter().filter(|one| one["kind"] == kind);
        let source = of_kind.next().unwrap()["source"].as_str().unwrap();
        assert!(of_kind.next().is_none(), "one {kind}");
        source.to_owned()
    };
    assert!(source("mail").contains("Subject: ben follows you"));
    assert!(source("text").contains("There is something new"));
    let push = source("push");
    assert!(
        push.contains("follows you") && push.contains("…ne"),
        "{push}"
    );
    assert!(!push.contains("phone"), "{push}");
}

#[tokio::test]
async fn every_device_gets_one_and_a_run_that_is_repeated_sends_nothing() {
    let (app, [alice, ben, _]) = world().await;
    has_device(&app.again(&alice).await, "laptop").await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    assert_eq!(app.pushes().len(), 2);
    app.replay().await;
    app.drain().await;
    assert_eq!(app.pushes().len(), 2);
    assert_eq!(
        app.count("select count(*) from deliveries where sent_at is not null")
            .await,
        2
    );
}

#[tokio::test]
async fn what_is_read_deleted_hidden_or_muted_meanwhile_does_not_leave() {
    let (app, [alice, ben, cleo]) = world().await;
    let post = post_of(&app, &cleo).await;
    for (kind, target, meanwhile) in [
        (
            "follow",
            None,
            "update notifications set read_at = now() where user_id = $1",
        ),
        (
            "follow",
            None,
            "delete from notifications where user_id = $1",
        ),
        (
            "mention",
            Some(("post", post)),
            "update posts set deleted_at = now() where $1::uuid is not null",
        ),
        (
            "follow",
            None,
            "update users set suspended_at = now(), suspended_why = 'x' where username = 'ben' and $1::uuid is not null",
        ),
        (
            "follow",
            None,
            "update users set suspended_at = null, suspended_why = null where $1::uuid is not null;",
        ),
    ] {
        app.run("delete from notifications").await;
        let id = happened(&app, &alice, kind, target, &[&ben]).await;
        told(&app, id).await;
        app.about(&alice, meanwhile).await;
        later(&app, A_MOMENT).await;
        let expected = usize::from(meanwhile.contains("suspended_at = null"));
        assert_eq!(app.pushes().len(), expected, "{meanwhile}");
    }
    for quiet in ["mute", "block"] {
        let path = format!("/users/ben/{quiet}");
        alice.post(&path, json!({})).await.data(200);
        app.run("delete from notifications").await;
        tells(&app, &alice, "follow", None, &[&ben]).await;
        assert_eq!(app.pushes().len(), 1, "{quiet}");
    }
}

#[tokio::test]
async fn it_leaves_by_the_ways_that_were_chosen() {
    let (app, [alice, ben, _]) = world().await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    let left = || (app.pushes().len(), app.mails().len(), app.texts().len());
    assert_eq!(left(), (1, 0, 0));
    wants(
        &alice,
        json!({"types": {"follow": {"push": false, "email": true, "sms": true}}}),
    )
    .await;
    tells(&app, &alice, "follow", Some(("user", ben.id.0)), &[&ben]).await;
    assert_eq!(left(), (1, 1, 0), "a follower is no text message");
    wants(&alice, json!({"types": {"system": {"sms": true}}})).await;
    tells(&app, &alice, "system", None, &[]).await;
    assert_eq!(left(), (2, 2, 1));
    assert!(app.texts()[0].contains("To: +4915123456789\n\nCommons: There is something new"));
    wants(
        &alice,
        json!({"channels": {"push": false, "email": false, "sms": false}}),
    )
    .await;
    app.run("delete from notifications").await;
    tells(&app, &alice, "system", None, &[]).await;
    assert_eq!(left(), (2, 2, 1));
}

#[tokio::test]
async fn a_way_that_is_switched_off_before_it_is_taken_is_not_taken() {
    let (app, [alice, ben, _]) = world().await;
    let id = happened(&app, &alice, "follow", None, &[&ben]).await;
    let mut tx = app.platform.db.begin().await.unwrap();
    let config = &app.platform.config.delivery;
    let quiet = domain::delivery::fan_out(&mut tx, config, domain::NotificationId(id), None).await;
    assert_eq!(quiet.unwrap(), None);
    tx.commit().await.unwrap();
    wants(&alice, json!({"push_notifications": false})).await;
    app.drain().await;
    assert_eq!(app.pushes().len(), 0);
}

#[tokio::test]
async fn a_mail_goes_to_a_proved_address_once_whatever_the_notification_gains() {
    let (app, [alice, ben, cleo]) = world().await;
    wants(&alice, json!({"types": {"follow": {"email": true}}})).await;
    app.about(
        &alice,
        "update users set email_verified_at = null where id = $1",
    )
    .await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    assert_eq!(app.mails().len(), 0);
    is_proved(&app, &alice).await;
    for actors in [&[&ben][..], &[&cleo, &ben]] {
        tells(&app, &alice, "follow", None, actors).await;
        assert_eq!(app.mails().len(), 1);
    }
    assert_eq!(app.pushes().len(), 3);
}

#[tokio::test]
async fn whoever_wants_quiet_gets_the_push_when_they_are_gone_and_none_of_what_they_read() {
    let (app, [alice, ben, _]) = world().await;
    tells(&app, &alice, "follow", None, &[&ben]).await;
    assert_eq!(app.pushes().len(), 1, "quiet is asked for");
    wants(&alice, json!({"quiet_while_online": true})).await;

    let quiet = async |kind: &str| {
        let id = happened(&app, &alice, kind, None, &[&ben]).await;
        told(&app, id).await;
        app.clock.advance(Duration::from_secs(11));
        app.again(&alice).await.get("/devices").await.data(200);
        app.relay().await;
        app.drain().await;
        id
    };
    quiet("message").await;
    assert_eq!(app.pushes().len(), 1);
    later(&app, Duration::from_secs(121)).await;
    assert_eq!(app.pushes().len(), 2, "they are gone for two minutes");

    quiet("mention").await;
    app.about(
        &alice,
        "update notifications set read_at = now() where user_id = $1",
    )
    .await;
    later(&app, Duration::from_secs(121)).await;
    assert_eq!(app.pushes().len(), 2);

    quiet("reply").await;
    for _ in 0..31 {
        app.again(&alice).await.get("/devices").await.data(200);
        later(&app, Duration::from_secs(119)).await;
    }
    app.again(&alice).await.get("/devices").await.data(200);
    later(&app, Duration::from_secs(3600)).await;
    assert_eq!(
        app.pushes().len(),
        2,
        "who was here all the time has seen it"
    );
}

#[tokio::test]
async fn words_are_the_readers() {
    let (app, [alice, ben, cleo]) = world().await;
    alice
        .put("/settings/language", json!({"language": "de-AT"}))
        .await
        .data(200);
    tells(&app, &alice, "follow", None, &[&cleo, &ben]).await;
    let push = app.pushes().remove(0)["message"]["notification"].clone();
    assert_eq!(push, json!({"title": "cleo und ben", "body": "folgen dir"}));
}
