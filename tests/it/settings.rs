//! What people set: every switch alone, together and at once.

use domain::UserId;
use domain::settings::{self, Channel, NotificationType};
use domain::wire::WireText;
use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

async fn alice(app: &TestApp) -> (Client, UserId) {
    let registered = app.register("alice").await.data(201);
    let text = |field: &str| registered[field].as_str().unwrap().to_owned();
    let id = UserId::read(&text("id")).unwrap();
    (app.anonymous().bearer(&text("token")), id)
}

async fn shown(alice: &Client) -> Value {
    alice.get("/settings").await.data(200)
}

/// `settings` with the value at `path` put in the place of what is there.
fn with(settings: &Value, path: &str, value: &Value) -> Value {
    let mut changed = settings.clone();
    *changed.pointer_mut(path).unwrap() = value.clone();
    changed
}

/// `{"a": {"b": value}}` for `/a/b`.
fn nested(path: &str, value: &Value) -> Value {
    let names = path.trim_start_matches('/').rsplit('/');
    names.fold(value.clone(), |inner, name| json!({ name: inner }))
}

#[tokio::test]
async fn who_has_set_nothing_has_the_defaults() {
    let app = TestApp::with(&[("DEFAULT_LANGUAGE", "de")])
        .await
        .leaving_jobs();
    let (alice, id) = alice(&app).await;
    let settings = shown(&alice).await;
    assert_eq!(
        (&settings["language"], &settings["theme"]),
        (&json!("de"), &json!("system"))
    );
    assert_eq!(
        settings["privacy"],
        json!({"who_sees_last_seen": "everyone", "who_may_message": "everyone",
               "who_may_follow": "everyone", "found_by_phone": true})
    );
    let like = json!({"in_app": true, "push": true, "email": false, "sms": false});
    assert_eq!(settings["notifications"]["types"]["like"], like);
    assert_eq!(app.count("select count(*) from user_settings").await, 0);
    let mut connection = app.platform.db.acquire().await.unwrap();
    let wanted = settings::notifications(&mut connection, id).await.unwrap();
    assert!(wanted.allows(NotificationType::Payment, Channel::Email));
    assert!(!wanted.allows(NotificationType::Like, Channel::Email));
}

#[tokio::test]
async fn every_switch_moves_alone_by_either_path() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, id) = alice(&app).await;
    let defaults = shown(&alice).await;
    let mut cells = Vec::new();
    for kind in NotificationType::ALL {
        for channel in Channel::ALL {
            cells.push((
                format!("/types/{}/{}", kind.name(), channel.name()),
                Some((*kind, channel)),
            ));
        }
    }
    for switch in [
        "mentor_messages",
        "supporter_updates",
        "weekly_digest",
        "quiet_while_online",
    ] {
        cells.push((format!("/{switch}"), None));
    }
    for (place, (path, cell)) in cells.iter().enumerate() {
        let before = shown(&alice).await;
        let full = format!("/notifications{path}");
        let value = json!(!before.pointer(&full).unwrap().as_bool().unwrap());
        let after = match place % 2 {
            0 => {
                alice
                    .put("/settings/notifications", nested(path, &value))
                    .await
            }
            _ => alice.put("/settings", nested(&full, &value)).await,
        };
        assert_eq!(after.data(200), with(&before, &full, &value), "{path}");
        if let Some((kind, channel)) = *cell {
            let mut connection = app.platform.db.acquire().await.unwrap();
            let wanted = settings::notifications(&mut connection, id).await.unwrap();
            assert_eq!(json!(wanted.allows(kind, channel)), value, "{path}");
        }
    }
    assert_ne!(shown(&alice).await, defaults);
}

#[tokio::test]
async fn the_switch_of_a_channel_has_two_names_where_apps_call_it_so() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, id) = alice(&app).await;
    for (name, channel) in [
        ("email_notifications", "email"),
        ("push_notifications", "push"),
    ] {
        let off = alice
            .put("/settings/notifications", json!({ name: false }))
            .await
            .data(200);
        assert_eq!(off["notifications"]["channels"][channel], false);
        let on = json!({"channels": { channel: true }});
        let on = alice.put("/settings/notifications", on).await.data(200);
        assert_eq!(on["notifications"][name], true);
    }
    alice
        .put(
            "/settings/notifications",
            json!({"channels": {"email": false}}),
        )
        .await
        .data(200);
    let mut connection = app.platform.db.acquire().await.unwrap();
    let wanted = settings::notifications(&mut connection, id).await.unwrap();
    assert!(!wanted.allows(NotificationType::Payment, Channel::Email));
    drop(connection);
    for (path, body, field) in [
        (
            "/settings/notifications",
            json!({"channels": {"push": true}, "push_notifications": false}),
            "push_notifications",
        ),
        (
            "/settings",
            json!({"notifications": {"channels": {"push": true}, "push_notifications": false}}),
            "notifications.push_notifications",
        ),
    ] {
        let refused = alice.put(path, body).await;
        assert_eq!(refused.problem(400), "validation_failed");
        let fault = &refused.json()["errors"][0];
        assert_eq!(
            (&fault["field"], &fault["code"]),
            (&json!(field), &json!("ambiguous"))
        );
    }
}

#[tokio::test]
async fn a_switch_that_there_is_not_is_named_by_its_path_and_moves_nothing() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = alice(&app).await;
    let before = shown(&alice).await;
    for (body, field, code) in [
        (
            json!({"types": {"nudge": {"push": true}}}),
            "types.nudge",
            "unknown_field",
        ),
        (
            json!({"types": {"story": {"fax": true}}}),
            "types.story.fax",
            "unknown_field",
        ),
        (
            json!({"channels": {"pigeon": true}, "weekly_digest": true}),
            "channels.pigeon",
            "unknown_field",
        ),
        (
            json!({"types": {"like": {"push": "yes"}}}),
            "types.like.push",
            "invalid",
        ),
    ] {
        for (path, body, field) in [
            ("/settings/notifications", body.clone(), field.to_owned()),
            (
                "/settings",
                json!({ "notifications": body }),
                format!("notifications.{field}"),
            ),
        ] {
            let refused = alice.put(path, body).await;
            assert_eq!(refused.problem(400), "validation_failed");
            let fault = &refused.json()["errors"][0];
            assert_eq!(
                (&fault["field"], &fault["code"]),
                (&json!(field), &json!(code))
            );
        }
    }
    assert_eq!(shown(&alice).await, before);
}

#[tokio::test]
async fn changes_of_different_things_at_once_all_survive() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = alice(&app).await;
    for _ in 0..3 {
        let cell = |kind: &str| json!({"notifications": {"types": { kind: {"sms": true} }}});
        let all = tokio::join!(
            alice.put("/settings", cell("like")),
            alice.put("/settings", cell("payment")),
            alice.put("/settings/theme", json!({"theme": "dark"})),
            alice.put("/settings/language", json!({"language": "pt-br"})),
            alice.put("/settings/privacy", json!({"found_by_phone": false})),
        );
        for reply in [all.0, all.1, all.2, all.3, all.4] {
            reply.data(200);
        }
        let settings = shown(&alice).await;
        for kind in ["like", "payment"] {
            assert_eq!(settings["notifications"]["types"][kind]["sms"], true);
        }
        assert_eq!(settings["theme"], "dark");
        assert_eq!(settings["language"], "pt-BR");
        assert_eq!(settings["privacy"]["found_by_phone"], false);
        sqlx::raw_sql("delete from user_settings; update users set found_by_phone = true")
            .execute(app.platform.db.pool())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn privacy_changes_one_by_one_and_stands_on_the_account() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = alice(&app).await;
    for (field, values) in [
        (
            "who_sees_last_seen",
            json!(["followers", "contacts", "nobody", "everyone"]),
        ),
        (
            "who_may_message",
            json!(["followers", "nobody", "everyone"]),
        ),
        (
            "who_may_follow",
            json!(["on_request", "everyone", "on_request"]),
        ),
        ("found_by_phone", json!([false, true])),
    ] {
        for value in values.as_array().unwrap() {
            let before = shown(&alice).await;
            let after = alice
                .put("/settings/privacy", json!({ field: value }))
                .await
                .data(200);
            assert_eq!(after, with(&before, &format!("/privacy/{field}"), value));
        }
    }
    assert_eq!(
        app.count("select count(*) from users where is_private")
            .await,
        1
    );
    for (body, field) in [
        (json!({"who_may_message": "contacts"}), "who_may_message"),
        (json!({"who_may_follow": "nobody"}), "who_may_follow"),
        (json!({"who_sees_me": "nobody"}), "who_sees_me"),
    ] {
        let refused = alice.put("/settings/privacy", body).await;
        assert_eq!(refused.problem(400), "validation_failed");
        assert_eq!(refused.json()["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn languages_and_themes_that_there_are_not_are_refused() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, _) = alice(&app).await;
    for (path, body, field) in [
        (
            "/settings/language",
            json!({"language": "english"}),
            "language",
        ),
        (
            "/settings/language",
            json!({"language": "en_GB"}),
            "language",
        ),
        ("/settings/language", json!({}), "language"),
        ("/settings/theme", json!({"theme": "pink"}), "theme"),
    ] {
        let refused = alice.put(path, body).await;
        assert_eq!(refused.problem(400), "validation_failed");
        assert_eq!(refused.json()["errors"][0]["field"], field);
    }
    let same = alice.put("/settings", json!({})).await.data(200);
    assert_eq!(same, shown(&alice).await);
    assert_eq!(app.count("select count(*) from user_settings").await, 0);
}
