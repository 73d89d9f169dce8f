//! Who may see and do what with a post and a comment: every kind of asker at every door, for every visibility of a post of
//! a public and a private account.

use poem::http::Method;

use super::*;
use crate::harness::Somebody;

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

/// What is answered to whoever sees the post, and to its owner.
struct Door {
    method: &'static str,
    path: &'static str,
    body: Option<&'static str>,
    seen: u16,
    owner: u16,
}

const fn door(
    method: &'static str,
    path: &'static str,
    body: Option<&'static str>,
    seen: u16,
    owner: u16,
) -> Door {
    Door {
        method,
        path,
        body,
        seen,
        owner,
    }
}

const DOORS: [Door; 21] = [
    door("GET", "/posts/{post}", None, 200, 200),
    door("HEAD", "/posts/{post}", None, 200, 200),
    door("GET", "/posts/{post}/likes", None, 200, 200),
    door("GET", "/posts/{post}/comments", None, 200, 200),
    door("GET", "/posts/{post}/edits", None, 200, 200),
    door("POST", "/posts/{post}/like", None, 200, 200),
    door("DELETE", "/posts/{post}/like", None, 200, 200),
    door("POST", "/posts/{post}/save", None, 200, 200),
    door("DELETE", "/posts/{post}/save", None, 200, 200),
    door("DELETE", "/posts/{post}/share", None, 200, 200),
    door("PUT", "/posts/{post}", Some("{}"), 403, 200),
    door("POST", "/posts/{post}/publish", Some("{}"), 404, 409),
    door("DELETE", "/posts/{post}/publish", None, 404, 409),
    door(
        "POST",
        "/posts/{post}/comments",
        Some(r#"{"content": "Oh"}"#),
        201,
        201,
    ),
    door("GET", "/comments/{comment}", None, 200, 200),
    door("GET", "/comments/{comment}/replies", None, 200, 200),
    door("GET", "/comments/{comment}/likes", None, 200, 200),
    door("POST", "/comments/{comment}/like", None, 200, 200),
    door("DELETE", "/comments/{comment}/like", None, 200, 200),
    door(
        "PUT",
        "/comments/{comment}",
        Some(r#"{"content": "Ah"}"#),
        403,
        200,
    ),
    door("GET", "/posts/{draft}", None, 404, 200),
];

struct World {
    app: TestApp,
    askers: Vec<Client>,
    post: String,
    draft: String,
    comment: String,
    is_private: bool,
    visibility: &'static str,
}

async fn world(visibility: &'static str, is_private: bool) -> World {
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
    let [owner, follower, pending, _, _, blocker, _] = &people;
    let admin = app.admin().await;
    let nothing = Value::Null;
    follower
        .post("/users/owner/follow", nothing.clone())
        .await
        .data(200);
    let private = json!({"is_private": is_private});
    owner.put("/users/me", private).await.data(200);
    if is_private {
        pending
            .post("/users/owner/follow", nothing.clone())
            .await
            .data(200);
    }
    let post = posted(owner, json!({"caption": "Hello", "visibility": visibility})).await;
    let draft = posted(owner, json!({"caption": "Later", "state": "draft"})).await;
    let comment = json!({"content": "First"});
    let comment = owner
        .post(&format!("/posts/{post}/comments"), comment)
        .await
        .data(201);
    owner
        .post("/users/blocked/block", nothing.clone())
        .await
        .data(200);
    blocker.post("/users/owner/block", nothing).await.data(200);
    let suspension = json!({"reason": "Spam"});
    admin
        .put("/admin/users/suspended/suspension", suspension)
        .await
        .data(200);
    let mut askers: Vec<Client> = people.iter().map(|one| (**one).clone()).collect();
    askers.push(admin);
    askers.push(app.anonymous());
    World {
        app,
        askers,
        post,
        draft,
        comment: comment["id"].as_str().unwrap().to_owned(),
        is_private,
        visibility,
    }
}

impl World {
    fn sees(&self, who: &str) -> bool {
        match (self.visibility, who) {
            (_, "owner") => true,
            (_, "blocked" | "blocker") | ("private", _) => false,
            (_, "follower") => true,
            ("followers", _) => false,
            _ => !self.is_private,
        }
    }

    fn path(&self, path: &str) -> String {
        path.replace("{post}", &self.post)
            .replace("{draft}", &self.draft)
            .replace("{comment}", &self.comment)
    }

    fn expected(&self, who: &str, seen: u16, owner: u16) -> u16 {
        match who {
            "suspended" | "anonymous" => 401,
            "owner" => owner,
            who if self.sees(who) => seen,
            _ => 404,
        }
    }

    async fn knock(&self, asker: &Client, method: &str, path: &str, body: Option<&str>) -> Reply {
        let method: Method = method.parse().unwrap();
        let body = body.or((method == Method::POST).then_some("{}"));
        let body = body.map(|body| ("application/json", body.as_bytes().to_vec()));
        asker.send(method, &self.path(path), body).await
    }

    async fn every_door(&self) {
        let mut wrong = Vec::new();
        for door in &DOORS {
            for (asker, who) in self.askers.iter().zip(ASKERS) {
                let reply = self.knock(asker, door.method, door.path, door.body).await;
                let status = self.expected(who, door.seen, door.owner);
                if reply.status != status {
                    let (method, path) = (door.method, door.path);
                    wrong.push(format!(
                        "{who}: {method} {path} is {}, not {status}",
                        reply.status
                    ));
                }
            }
        }
        assert_eq!(
            wrong,
            Vec::<String>::new(),
            "{} {}",
            self.visibility,
            self.is_private
        );
    }

    /// Sharing, lists and deleting go by more than who sees the post.
    async fn the_other_doors(&self) {
        let public = self.visibility == "public" && !self.is_private;
        let share = if public { 200 } else { 403 };
        for (asker, who) in self.askers.iter().zip(ASKERS) {
            let shared = self.knock(asker, "POST", "/posts/{post}/share", None).await;
            let words = Some(r#"{"caption": "Look"}"#);
            let quoted = self
                .knock(asker, "POST", "/posts/{post}/share", words)
                .await;
            let expected = self.expected(who, share, share);
            assert_eq!(shared.status, expected, "{who}");
            assert_eq!(quoted.status, expected, "{who}");
            let list = asker.get("/users/owner/posts").await;
            let status = match who {
                "suspended" | "anonymous" => 401,
                "blocked" | "blocker" => 404,
                "owner" | "follower" => 200,
                _ if self.is_private => 403,
                _ => 200,
            };
            assert_eq!(list.status, status, "{who}");
            if status == 200 {
                let shown = each(&list, "id").contains(&self.post);
                assert_eq!(shown, self.sees(who), "{who}");
                assert!(!each(&list, "id").contains(&self.draft), "{who}");
            }
        }
        for path in ["/comments/{comment}", "/posts/{post}"] {
            let others = self
                .askers
                .iter()
                .zip(ASKERS)
                .filter(|(_, who)| !["owner", "admin"].contains(who));
            for (asker, who) in others {
                let refused = self.knock(asker, "DELETE", path, None).await;
                assert_eq!(refused.status, self.expected(who, 403, 200), "{who} {path}");
            }
            let admin = &self.askers[7];
            assert_eq!(self.knock(admin, "DELETE", path, None).await.status, 200);
            for (asker, who) in self.askers.iter().zip(ASKERS) {
                let gone = self.knock(asker, "GET", path, None).await;
                let signed_in = !["suspended", "anonymous"].contains(&who);
                assert_eq!(
                    gone.status,
                    if signed_in { 404 } else { 401 },
                    "{who} {path}"
                );
            }
        }
        posts_are_counted(&self.app).await;
    }
}

async fn every_asker(visibility: &'static str) {
    for is_private in [false, true] {
        let world = world(visibility, is_private).await;
        world.every_door().await;
        world.the_other_doors().await;
    }
}

#[tokio::test]
async fn every_asker_is_answered_as_the_matrix_says_about_a_public_post() {
    every_asker("public").await;
}

#[tokio::test]
async fn every_asker_is_answered_as_the_matrix_says_about_a_post_for_followers() {
    every_asker("followers").await;
}

#[tokio::test]
async fn every_asker_is_answered_as_the_matrix_says_about_a_private_post() {
    every_asker("private").await;
}
