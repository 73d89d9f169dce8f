//! Profiles, lists of people, finding them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

async fn change(person: &Client, body: Value) -> Value {
    person.put("/users/me", body).await.data(200)
}

fn usernames(list: &Value) -> Vec<&str> {
    let people = list["data"].as_array().unwrap();
    people
        .iter()
        .map(|one| one["username"].as_str().unwrap())
        .collect()
}

async fn found(person: &Client, path: &str) -> Vec<String> {
    let reply = person.get(path).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let list = reply.json();
    usernames(&list).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_profile_is_changed_field_by_field_and_null_clears() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = app.person("alice").await;
    let changed = change(
        &alice,
        json!({
            "display_name": "Alice L.", "first_name": "Alice", "last_name": "Liddell", "full_name": "Alice Liddell",
            "bio": "Down the hole.\nAnd back.", "profile_picture_url": "https://pictures.example/alice.jpg",
            "location": "Oxford", "website": "https://alice.example", "education_level": "Bachelor",
            "institution": "Christ Church", "is_business": true,
            "business_info": {"name": "Looking-Glass Tours", "email": "tours@alice.example"},
        }),
    )
    .await;
    assert_eq!(changed["name"], "Alice L.");
    assert_eq!(changed["bio"], "Down the hole.\nAnd back.");
    assert_eq!(changed["business_info"]["name"], "Looking-Glass Tours");
    assert_eq!(changed["email"], "alice@example.com");

    let cleared = change(&alice, json!({"display_name": null, "bio": null})).await;
    assert_eq!(cleared["name"], "Alice Liddell");
    assert_eq!(cleared.get("bio"), None);
    assert_eq!(cleared["location"], "Oxford", "what is not said stays");
    assert_eq!(alice.get("/users/me").await.data(200), cleared);
}

#[tokio::test]
async fn all_wrong_fields_of_a_profile_are_told_and_nothing_is_changed() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = app.person("alice").await;
    let body = json!({"location": "Oxford", "website": "javascript:alert(1)", "bio": "x".repeat(501), "role": "admin"});
    let refused = alice.put("/users/me", body).await;
    assert_eq!(refused.problem(400), "validation_failed");
    let errors = refused.json()["errors"].clone();
    let told: Vec<(&str, &str)> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["field"].as_str().unwrap(),
                error["code"].as_str().unwrap(),
            )
        })
        .collect();
    for wrong in [
        ("website", "invalid"),
        ("bio", "too_long"),
        ("role", "unknown_field"),
    ] {
        assert!(told.contains(&wrong), "{wrong:?} in {told:?}");
    }
    assert_eq!(alice.get("/users/me").await.data(200).get("location"), None);
}

#[tokio::test]
async fn of_two_who_want_one_username_at_once_one_gets_it() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    let (one, other) = tokio::join!(
        alice.put("/users/me", json!({"username": "carol"})),
        bob.put("/users/me", json!({"username": "Carol"})),
    );
    let (won, lost) = if one.status == 200 {
        (one, other)
    } else {
        (other, one)
    };
    won.data(200);
    assert_eq!(lost.problem(409), "username_taken");
    assert_eq!(lost.json()["errors"][0]["field"], "username");
}

#[tokio::test]
async fn two_changes_at_once_keep_each_others_fields() {
    let app = TestApp::start().await.leaving_jobs();
    let alice = app.person("alice").await;
    for round in 0..10 {
        let (place, school) = (format!("Town {round}"), format!("School {round}"));
        let (one, other) = tokio::join!(
            alice.put("/users/me", json!({"location": place})),
            alice.put("/users/me", json!({"institution": school})),
        );
        one.data(200);
        other.data(200);
        let me = alice.get("/users/me").await.data(200);
        assert_eq!(
            (&me["location"], &me["institution"]),
            (&json!(place), &json!(school))
        );
    }
}

#[tokio::test]
async fn a_person_is_found_by_id_by_username_and_as_oneself_and_shows_strangers_less() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    let me = alice.get("/users/me").await.data(200);
    assert_eq!(
        (&me["is_me"], &me["status"]),
        (&json!(true), &json!("active"))
    );
    for path in [
        format!("/users/{}", me["id"].as_str().unwrap()),
        "/users/ALICE".to_owned(),
    ] {
        let seen = bob.get(&path).await.data(200);
        assert_eq!((&seen["id"], &seen["is_me"]), (&me["id"], &json!(false)));
        for private in [
            "email",
            "email_verified",
            "phone",
            "last_login_at",
            "status",
            "delete_at",
        ] {
            assert_eq!(seen.get(private), None, "{private}");
        }
    }
    assert_eq!(bob.get("/users/nobody").await.problem(404), "not_found");
    assert_eq!(
        bob.get("/users/not-a-uuid").await.problem(400),
        "parameter_invalid"
    );
    let other = bob.put("/users/alice", json!({"bio": "x"})).await;
    assert_eq!(other.problem(403), "not_yours");
    assert_eq!(
        app.anonymous().get("/users/alice").await.problem(401),
        "token_missing"
    );
}

#[tokio::test]
async fn who_was_here_shows_it_to_those_they_choose() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    alice.get("/users/me").await.data(200);
    assert_eq!(bob.get("/users/alice").await.data(200)["is_online"], true);
    app.clock.advance(Duration::from_secs(120));
    let bob = app.login("bob").await;
    let seen = bob.get("/users/alice").await.data(200);
    assert_eq!(seen["is_online"], false);
    assert!(seen["last_seen_at"].is_string());

    let sees = async || {
        let seen = bob.get("/users/alice").await.data(200);
        seen.get("is_online").is_some() && seen.get("last_seen_at").is_some()
    };
    let alice = app.login("alice").await;
    let shows = async |to: &str| {
        let privacy = json!({"who_sees_last_seen": to});
        alice.put("/settings/privacy", privacy).await.data(200);
    };
    for (to, seen) in [
        ("nobody", false),
        ("followers", false),
        ("contacts", false),
        ("everyone", true),
    ] {
        shows(to).await;
        assert_eq!(sees().await, seen, "{to}");
    }
    bob.post("/users/alice/follow", Value::Null).await.data(200);
    shows("followers").await;
    assert!(sees().await);
    shows("contacts").await;
    assert!(!sees().await);
    let contact = json!({"user_id": "bob"});
    alice.post("/contacts", contact).await.data(201);
    assert!(sees().await);
    let admin = app.admin().await.get("/users/alice").await.data(200);
    assert!(admin["last_seen_at"].is_string());
}

#[tokio::test]
async fn a_change_is_seen_at_once_though_copies_are_kept() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    for round in 0..5 {
        let bio = format!("Round {round}");
        change(&alice, json!({"bio": bio})).await;
        for _ in 0..2 {
            assert_eq!(bob.get("/users/alice").await.data(200)["bio"], bio);
        }
    }
}

#[tokio::test]
async fn topics_are_one_however_they_are_written_and_find_their_people() {
    let app = TestApp::start().await.leaving_jobs();
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    let set = alice
        .put(
            "/users/me/skills",
            json!({"topics": ["Café au lait", "CAFE AU LAIT", "Chess"]}),
        )
        .await;
    assert_eq!(set.data(200)["topics"], json!(["Café au lait", "Chess"]));
    bob.put("/users/me/skills", json!({"topics": ["chess"]}))
        .await
        .data(200);
    bob.put("/users/me/interests", json!({"topics": ["Chess"]}))
        .await
        .data(200);
    assert_eq!(found(&alice, "/users?skill=CHESS").await, ["bob", "alice"]);
    assert_eq!(
        found(&alice, "/users?skill=chess&interest=chess").await,
        ["bob"]
    );
    assert_eq!(
        bob.get("/users/alice/skills").await.data(200)["topics"][1],
        "Chess"
    );
    alice
        .put("/users/me/skills", json!({"topics": []}))
        .await
        .data(200);
    assert_eq!(found(&alice, "/users?skill=chess").await, ["bob"]);
    let many: Vec<String> = (0..51).map(|n| format!("t{n}")).collect();
    let refused = alice.put("/users/me/skills", json!({"topics": many})).await;
    assert_eq!(refused.problem(400), "validation_failed");
    let others = bob.put("/users/alice/skills", json!({"topics": []})).await;
    assert_eq!(others.problem(403), "not_yours");
}

#[tokio::test]
async fn lists_filter_by_what_is_public_and_their_pages_hold_while_people_come() {
    let app = TestApp::start().await.leaving_jobs();
    let admin = app.admin().await;
    for (name, role) in [
        ("anna", "woman"),
        ("bert", "sponsor"),
        ("cleo", "woman"),
        ("dora", "woman"),
    ] {
        app.clock.advance(Duration::from_millis(10));
        let body = json!({"username": name, "email": format!("{name}@example.com"), "password": "Correct-horse-7", "role": role});
        app.anonymous().post("/auth/register", body).await.data(201);
    }
    let anna = app.login("anna").await;
    change(&anna, json!({"location": "Tbilisi"})).await;
    assert_eq!(
        found(&admin, "/users?role=woman").await,
        ["dora", "cleo", "anna"]
    );
    assert_eq!(
        found(&admin, "/users?role=woman&location=tbilisi").await,
        ["anna"]
    );
    admin
        .put("/admin/users/cleo/verification", json!({"level": "gold"}))
        .await
        .data(200);
    assert_eq!(found(&admin, "/users?verified=true").await, ["cleo"]);

    let first = admin.get("/users?role=woman&limit=2").await.json();
    assert_eq!(usernames(&first), ["dora", "cleo"]);
    assert_eq!(
        (
            &first["pagination"]["total"],
            &first["pagination"]["has_more"]
        ),
        (&json!(3), &json!(true))
    );
    app.clock.advance(Duration::from_millis(10));
    app.register("newcomer").await.data(201);
    let cursor = first["pagination"]["next_cursor"].as_str().unwrap();
    assert_eq!(
        found(
            &admin,
            &format!("/users?role=woman&limit=2&cursor={cursor}")
        )
        .await,
        ["anna"]
    );
    assert_eq!(
        found(&admin, "/users?role=woman&limit=2&offset=2").await,
        ["anna"]
    );
    for private in ["/users?email=anna@example.com", "/users?sort=email"] {
        let all = found(&admin, private).await.len();
        assert_eq!(all, 6, "what is private neither filters nor sorts");
    }
}

#[tokio::test]
async fn a_search_finds_usernames_then_names_then_slips_of_the_fingers() {
    let app = TestApp::start().await.leaving_jobs();
    let me = app.person("searcher").await;
    for (username, full_name) in [
        ("katherine", "Kay Smith"),
        ("kat_1", "Someone Else"),
        ("hepburn", "Katherine Hepburn"),
        ("zoe", "Zoë Katerine"),
        ("joao", "João da Silva"),
        ("john_doe", "John Doe"),
    ] {
        let person = app.person(username).await;
        change(&person, json!({"full_name": full_name})).await;
    }
    let once = app.person("once").await;
    change(&once, json!({"full_name": "Katherine Silva"})).await;
    change(&once, json!({"full_name": "Katalin Varga"})).await;
    change(&once, json!({"full_name": "Nobody"})).await;
    let search = async |text: &str| found(&me, &format!("/users/search?q={text}")).await;
    assert_eq!(
        search("kat").await,
        ["kat_1", "katherine", "zoe", "hepburn"]
    );
    assert_eq!(search("KATHERINE").await, ["katherine", "hepburn", "zoe"]);
    assert_eq!(search("kaetherine").await, ["katherine", "hepburn", "zoe"]);
    assert_eq!(search("jonh").await, ["john_doe"]);
    assert_eq!(search("jo%C3%A3o").await, ["joao"]);
    assert_eq!(search("joao").await, ["joao"]);
    assert_eq!(search("doe%20jo").await, ["john_doe"]);
    assert_eq!(search("silva%20jaoo").await, ["joao"]);
    assert_eq!(search("hepbrun%20katherine").await, ["hepburn"]);
    assert_eq!(search("da%20silva%20jo").await, ["joao"]);
    assert_eq!(search("da%20sivla%20joao").await, ["joao"]);
    assert_eq!(search("katherine%20silva").await, Vec::<String>::new());
    assert_eq!(search("%40john_doe").await, ["john_doe"]);
    assert_eq!(search("xyzzy").await, Vec::<String>::new());
    assert_eq!(search("alice@example.com").await, Vec::<String>::new());
    assert_eq!(
        me.get("/users/search").await.problem(400),
        "parameter_invalid"
    );
}

#[tokio::test]
async fn the_pages_of_a_search_hold_everybody_once() {
    let app = TestApp::start().await.leaving_jobs();
    let me = app.person("searcher").await;
    for n in 0..4 {
        app.register(&format!("maria{n}")).await.data(201);
        let person = app.person(&format!("other{n}")).await;
        change(&person, json!({"full_name": format!("Maria Marian {n}")})).await;
        let person = app.person(&format!("third{n}")).await;
        change(&person, json!({"full_name": "Mario Rossi"})).await;
    }
    let whole = found(&me, "/users/search?q=maria&limit=100").await;
    assert_eq!(whole.len(), 12, "{whole:?}");
    assert!(whole[..4].iter().all(|name| name.starts_with("maria")));
    assert!(whole[8..].iter().all(|name| name.starts_with("third")));
    assert_eq!(page_by_page(&me, "maria").await, whole);
    assert_eq!(
        found(&me, "/users/search?q=maria&limit=5&offset=5").await,
        whole[5..10]
    );
    for (two, many) in [("mari%20ro", 4), ("mario%20rosis", 4), ("mar%20mar", 12)] {
        let whole = found(&me, &format!("/users/search?q={two}&limit=100")).await;
        assert_eq!(whole.len(), many, "{two}: {whole:?}");
        assert_eq!(page_by_page(&me, two).await, whole, "{two}");
    }
}

async fn page_by_page(asker: &Client, text: &str) -> Vec<String> {
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = format!("/users/search?q={text}&limit=3{cursor}");
        let page = asker.get(&page).await.json();
        paged.extend(usernames(&page).into_iter().map(str::to_owned));
        match page["pagination"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return paged,
        }
    }
}
