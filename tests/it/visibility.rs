//! Who does not exist for whom, at every door there is. A new door joins: one that names a person joins `NAMING`, one that
//! lists people joins `LISTS`. See docs/VISIBILITY.md.

use poem::http::Method;
use serde_json::json;

use crate::harness::laws::{blocks_part, counts_are_exact};
use crate::harness::{Reply, Somebody, TestApp};

/// Doors whose path names a person: they answer as if nobody were there.
const NAMING: [(&str, &str); 27] = [
    ("DELETE", "/users/{}"),
    ("GET", "/users/{}"),
    ("PUT", "/users/{}"),
    ("GET", "/users/{}/skills"),
    ("PUT", "/users/{}/skills"),
    ("GET", "/users/{}/interests"),
    ("PUT", "/users/{}/interests"),
    ("GET", "/users/{}/subjects"),
    ("PUT", "/users/{}/subjects"),
    ("POST", "/users/{}/follow"),
    ("DELETE", "/users/{}/follow"),
    ("GET", "/users/{}/followers"),
    ("GET", "/users/{}/following"),
    ("GET", "/users/{}/mutuals"),
    ("GET", "/users/{}/posts"),
    ("DELETE", "/users/me/followers/{}"),
    ("POST", "/follow-requests/{}/accept"),
    ("POST", "/follow-requests/{}/reject"),
    ("POST", "/users/{}/block"),
    ("DELETE", "/users/{}/block"),
    ("POST", "/users/{}/mute"),
    ("DELETE", "/users/{}/mute"),
    ("DELETE", "/users/suggestions/{}"),
    ("POST", "/users/{}/profile-picture"),
    ("DELETE", "/users/{}/profile-picture"),
    ("POST", "/users/{}/profile-banner"),
    ("DELETE", "/users/{}/profile-banner"),
];

/// Doors to one's own notes about a person: they stay one's own, whoever is hidden.
const OWN: [(&str, &str); 1] = [("DELETE", "/contacts/{}")];

/// Whoever blocks somebody may say so again, and lift it.
const BLOCKING: &str = "/users/{}/block";

/// Doors that list people: whoever is hidden is not in them. The viewer asks the first, a newcomer the last.
const LISTS: [&str; 7] = [
    "/users/me/followers",
    "/users/me/following",
    "/users/friend/followers",
    "/users/friend/mutuals",
    "/follow-requests",
    "/follow-requests/sent",
    "/mutes",
];
const OFFERS: &str = "/users/suggestions";

struct World {
    app: TestApp,
    viewer: Somebody,
    newcomer: Somebody,
    target: Somebody,
}

/// A target whom every list shows to the viewer, and every offer to the newcomer.
async fn world() -> World {
    let app = TestApp::start().await;
    let [viewer, newcomer, target, friend] =
        app.given(["viewer", "newcomer", "target", "friend"]).await;
    for (who, whom) in [
        (&viewer, &target),
        (&target, &viewer),
        (&target, &friend),
        (&newcomer, &friend),
        (&friend, &target),
    ] {
        let path = format!("/users/{}/follow", whom.id);
        who.post(&path, json!(null)).await.data(200);
    }
    viewer.post("/users/target/mute", json!({})).await.data(200);
    // Left over from when either was private.
    for (who, whom) in [(&viewer, &target), (&target, &viewer)] {
        sqlx::query(
            "insert into follow_requests (follower_id, following_id, id, created_at)
             values ($1, $2, gen_random_uuid(), now())",
        )
        .bind(who.id.0)
        .bind(whom.id.0)
        .execute(app.platform.db.pool())
        .await
        .unwrap();
    }
    World {
        app,
        viewer,
        newcomer,
        target,
    }
}

impl World {
    async fn knock(&self, (method, path): (&str, &str), name: &str) -> Reply {
        let path = path.replace("{}", name);
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let body = match path.ends_with('s') {
            true => r#"{"topics": []}"#,
            false => "{}",
        };
        let sends = [Method::POST, Method::PUT].contains(&method);
        let content = match path.contains("/profile-") {
            true => "multipart/form-data; boundary=x",
            false => "application/json",
        };
        let body = sends.then(|| (content, body.as_bytes().to_vec()));
        self.viewer.send(method, &path, body).await
    }

    async fn shows(&self, who: &Somebody, path: &str) -> bool {
        let list = who.get(path).await;
        let people = list.data(200);
        let mut people = people.as_array().unwrap().iter();
        people.any(|person| person["username"] == "target")
    }

    async fn is_shown_everywhere(&self, shown: bool) {
        for path in LISTS {
            assert_eq!(self.shows(&self.viewer, path).await, shown, "{path}");
        }
        assert_eq!(self.shows(&self.newcomer, OFFERS).await, shown, "{OFFERS}");
    }

    async fn is_nowhere(&self) {
        for name in ["target", &self.target.id.to_string()] {
            for door in NAMING {
                let refused = self.knock(door, name).await;
                assert_eq!(refused.problem(404), "not_found", "{door:?}");
                assert_eq!(refused.json()["detail"], "There is no such person.");
            }
        }
        self.is_shown_everywhere(false).await;
        counts_are_exact(&self.app).await;
        blocks_part(&self.app).await;
    }
}

#[tokio::test]
async fn whoever_is_away_is_at_no_door_and_is_back_as_they_were() {
    let world = world().await;
    world.is_shown_everywhere(true).await;
    for away in [
        "update users set deactivated_at = now() where id = $1",
        "update users set suspended_at = now(), suspended_why = 'spam' where id = $1",
        "update users set delete_at = now() where id = $1",
        "update users set deleted_at = now() where id = $1",
    ] {
        world.app.about(&world.target, away).await;
        world.is_nowhere().await;
        let back =
            "update users set deactivated_at = null, suspended_at = null, suspended_why = null,
                                     delete_at = null, deleted_at = null where id = $1";
        world.app.about(&world.target, back).await;
        world.is_shown_everywhere(true).await;
    }
}

#[tokio::test]
async fn whoever_blocks_the_viewer_is_at_no_door() {
    let world = world().await;
    for who in ["viewer", "newcomer"] {
        let path = format!("/users/{who}/block");
        world.target.post(&path, json!(null)).await.data(200);
    }
    world.is_nowhere().await;
}

#[tokio::test]
async fn whomever_the_viewer_blocks_is_at_no_door_but_that_of_the_block() {
    let world = world().await;
    for who in [&world.viewer, &world.newcomer] {
        who.post("/users/target/block", json!(null)).await.data(200);
    }
    for door in NAMING.into_iter().filter(|(_, path)| *path != BLOCKING) {
        assert_eq!(
            world.knock(door, "target").await.problem(404),
            "not_found",
            "{door:?}"
        );
    }
    world.is_shown_everywhere(false).await;
    assert!(world.shows(&world.viewer, "/blocks").await);
    for method in ["POST", "DELETE"] {
        world.knock((method, BLOCKING), "target").await.data(200);
    }
    counts_are_exact(&world.app).await;
}

#[tokio::test]
async fn every_door_that_names_a_person_is_in_the_matrix() {
    let document: serde_json::Value = serde_json::from_str(&api::openapi_json()).unwrap();
    let mut missing = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let method = method.to_uppercase();
            let door = path.replace("{user_id}", "{}");
            let door = door.strip_prefix("/api/v1").unwrap_or(&door).to_owned();
            let door_asked = (method.as_str(), door.as_str());
            let listed = NAMING.contains(&door_asked) || OWN.contains(&door_asked);
            let is_for_administrators = door.starts_with("/admin");
            if path.contains("{user_id}") && !is_for_administrators && !listed {
                missing.push(format!("{method} {door}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "see docs/VISIBILITY.md");
}
