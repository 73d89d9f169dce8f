//! Who may see and do what: every kind of asker at every door of a person, and the fields they are shown. Who is hidden
//! from whom is walked door by door in `visibility.rs`; here stand the statuses, one row a door.

use poem::http::Method;
use serde_json::{Value, json};

use crate::harness::{Client, Somebody, TestApp};

const ASKERS: [&str; 9] = [
    "owner",
    "follower",
    "pending",
    "stranger",
    "blocked",
    "blocker",
    "suspended",
    "admin",
    "anonymous",
];

/// What each asker is answered at the door of somebody public, and of somebody private.
struct Door {
    method: &'static str,
    path: &'static str,
    body: Option<&'static str>,
    public: [u16; 9],
    private: [u16; 9],
}

const fn door(
    method: &'static str,
    path: &'static str,
    body: Option<&'static str>,
    public: [u16; 9],
    private: [u16; 9],
) -> Door {
    Door {
        method,
        path,
        body,
        public,
        private,
    }
}

/// Everybody who sees the person.
const SEEN: [u16; 9] = [200, 200, 200, 200, 404, 404, 401, 200, 401];
/// Its owner, and nobody else.
const OWNED: [u16; 9] = [200, 403, 403, 403, 404, 404, 401, 403, 401];
/// What a private person shares with followers.
const SHARED: [u16; 9] = [200, 200, 403, 403, 404, 404, 401, 403, 401];
/// Administrators.
const OFFICE: [u16; 9] = [403, 403, 403, 403, 403, 403, 401, 200, 401];
/// Everybody who sees the person but themselves.
const OTHERS: [u16; 9] = [409, 200, 200, 200, 404, 404, 401, 200, 401];

const DOORS: [Door; 22] = [
    door("GET", "/users/{}", None, SEEN, SEEN),
    door("HEAD", "/users/{}", None, SEEN, SEEN),
    door("PUT", "/users/{}", Some("{}"), OWNED, OWNED),
    door("GET", "/users/{}/skills", None, SEEN, SEEN),
    door("GET", "/users/{}/interests", None, SEEN, SEEN),
    door("GET", "/users/{}/subjects", None, SEEN, SEEN),
    door(
        "PUT",
        "/users/{}/skills",
        Some(r#"{"topics": []}"#),
        OWNED,
        OWNED,
    ),
    door(
        "PUT",
        "/users/{}/interests",
        Some(r#"{"topics": []}"#),
        OWNED,
        OWNED,
    ),
    door(
        "PUT",
        "/users/{}/subjects",
        Some(r#"{"topics": []}"#),
        OWNED,
        OWNED,
    ),
    door("GET", "/users/{}/followers", None, SEEN, SHARED),
    door("GET", "/users/{}/following", None, SEEN, SHARED),
    door("GET", "/users/{}/mutuals", None, SEEN, SEEN),
    door("POST", "/users/{}/follow", None, OTHERS, OTHERS),
    door("POST", "/users/{}/mute", Some("{}"), OTHERS, OTHERS),
    door("DELETE", "/users/{}/mute", None, SEEN, SEEN),
    door(
        "PUT",
        "/admin/users/{}/verification",
        Some(r#"{"level": "blue"}"#),
        OFFICE,
        OFFICE,
    ),
    door(
        "PUT",
        "/admin/users/{}/role",
        Some(r#"{"role": "member"}"#),
        OFFICE,
        OFFICE,
    ),
    door(
        "PUT",
        "/admin/users/{}/suspension",
        Some(r#"{"reason": "x", "until": "2020-01-01T00:00:00Z"}"#),
        BAD,
        BAD,
    ),
    door("DELETE", "/admin/users/{}/suspension", None, OFFICE, OFFICE),
    // Nobody names another's own things: these paths know `me` alone.
    door("GET", "/users/me", None, MINE, MINE),
    door("GET", "/settings", None, MINE, MINE),
    door("GET", "/contacts", None, MINE, MINE),
];

/// Whoever is signed in, about themselves.
const MINE: [u16; 9] = [200, 200, 200, 200, 200, 200, 401, 200, 401];
/// The administrator gets as far as being told what is wrong.
const BAD: [u16; 9] = [403, 403, 403, 403, 403, 403, 401, 400, 401];

struct World {
    app: TestApp,
    askers: Vec<Client>,
}

/// One person, and one of each who ask about them.
async fn world(private: bool) -> World {
    let app = TestApp::start().await.leaving_jobs();
    let people: [Somebody; 7] = app
        .given([
            "owner",
            "follower",
            "pending",
            "stranger",
            "blocked",
            "blocker",
            "suspended",
        ])
        .await;
    let [
        owner,
        follower,
        pending,
        stranger,
        blocked,
        blocker,
        suspended,
    ] = people;
    let admin = app.admin().await;
    let act = async |who: &Somebody, path: &str| {
        who.post(path, json!(null)).await.data(200);
    };
    act(&follower, "/users/owner/follow").await;
    owner
        .put("/users/me", json!({"is_private": private}))
        .await
        .data(200);
    if private {
        act(&pending, "/users/owner/follow").await;
    }
    act(&owner, "/users/blocked/block").await;
    act(&blocker, "/users/owner/block").await;
    let suspension = json!({"reason": "Spam"});
    admin
        .put("/admin/users/suspended/suspension", suspension)
        .await
        .data(200);
    let signed_in = [
        &owner, &follower, &pending, &stranger, &blocked, &blocker, &suspended,
    ];
    let mut askers: Vec<Client> = signed_in.into_iter().map(|one| (**one).clone()).collect();
    askers.push(admin);
    askers.push(app.anonymous());
    World { app, askers }
}

async fn every_asker_at_every_door(private: bool) {
    let world = world(private).await;
    let mut wrong = Vec::new();
    for door in &DOORS {
        let expected = if private { door.private } else { door.public };
        for ((asker, who), status) in world.askers.iter().zip(ASKERS).zip(expected) {
            let method: Method = door.method.parse().unwrap();
            let body = door
                .body
                .map(|body| ("application/json", body.as_bytes().to_vec()));
            let body =
                body.or((method == Method::POST).then(|| ("application/json", b"null".to_vec())));
            let reply = asker
                .send(method, &door.path.replace("{}", "owner"), body)
                .await;
            if reply.status != status {
                wrong.push(format!(
                    "{who}: {} {} is {} and not {status}",
                    door.method, door.path, reply.status
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    crate::harness::laws::counts_are_exact(&world.app).await;
}

#[tokio::test]
async fn every_asker_is_answered_as_the_matrix_says_at_every_door_of_somebody_public() {
    every_asker_at_every_door(false).await;
}

#[tokio::test]
async fn every_asker_is_answered_as_the_matrix_says_at_every_door_of_somebody_private() {
    every_asker_at_every_door(true).await;
}

/// What only its owner and administrators are shown, wherever a person is shown.
const PRIVATE: [&str; 8] = [
    "email",
    "email_verified",
    "phone",
    "last_login_at",
    "status",
    "suspended_until",
    "suspended_why",
    "delete_at",
];

fn private_fields(person: &Value) -> Vec<&str> {
    PRIVATE
        .into_iter()
        .filter(|field| person.get(field).is_some())
        .collect()
}

#[tokio::test]
async fn private_fields_are_shown_to_owner_and_administrators_and_in_no_list() {
    let world = world(false).await;
    sqlx::query("update users set phone = '+4915123456789' where username = 'owner'")
        .execute(world.app.platform.db.pool())
        .await
        .unwrap();
    for (asker, who) in world.askers.iter().zip(ASKERS) {
        let reply = asker.get("/users/owner").await;
        if reply.status == 200 {
            let sees_all = matches!(who, "owner" | "admin");
            let shown = reply.data(200);
            let fields = private_fields(&shown);
            assert_eq!(fields.contains(&"email"), sees_all, "{who}: {fields:?}");
            assert!(sees_all || fields.is_empty(), "{who}: {fields:?}");
        }
        for list in [
            "/users",
            "/users/search?q=owner",
            "/users/follower/following",
            "/users/owner/followers",
        ] {
            let reply = asker.get(list).await;
            let people = reply.json()["data"].clone();
            for person in people.as_array().into_iter().flatten() {
                assert_eq!(private_fields(person), Vec::<&str>::new(), "{who} {list}");
            }
            let text = String::from_utf8_lossy(&reply.bytes).into_owned();
            assert!(
                !text.contains("owner@example.com") && !text.contains("+4915123456789"),
                "{who} {list}"
            );
        }
    }
}

/// Whether a list names somebody.
fn names(list: &Value, username: &str) -> bool {
    let people = list["data"].as_array();
    people
        .into_iter()
        .flatten()
        .any(|person| person["username"] == username)
}

#[tokio::test]
async fn lists_and_searches_show_the_person_to_those_who_see_them() {
    let world = world(false).await;
    for (asker, who) in world.askers.iter().zip(ASKERS) {
        let sees = match who {
            "suspended" | "anonymous" => continue,
            who => !matches!(who, "blocked" | "blocker"),
        };
        for list in [
            "/users?limit=100",
            "/users/search?q=owner",
            "/users/search?q=ownre",
            "/users/follower/following",
        ] {
            let reply = asker.get(list).await.json();
            assert_eq!(names(&reply, "owner"), sees, "{who} {list}");
            assert!(!names(&reply, "suspended"), "{who} {list}");
        }
    }
}

/// Private things are filtered and sorted by nowhere: a parameter that is not known changes nothing.
#[tokio::test]
async fn no_filter_or_order_tells_what_is_private() {
    let world = world(false).await;
    let stranger = &world.askers[3];
    let plain = stranger.get("/users").await.json()["data"].clone();
    for query in [
        "email=owner@example.com",
        "phone=x",
        "sort=email",
        "order_by=last_login_at",
        "status=suspended",
    ] {
        let asked = stranger.get(&format!("/users?{query}")).await.json()["data"].clone();
        assert_eq!(asked, plain, "{query}");
    }
    for text in ["owner@example.com", "example.com", "%2B4915123456789"] {
        let found = stranger
            .get(&format!("/users/search?q={text}"))
            .await
            .json();
        assert_eq!(found["data"], json!([]), "{text}");
    }
}
