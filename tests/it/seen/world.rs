//! Three posts, and everybody who asks about them.

use std::time::Duration;

use domain::UserId;
use domain::feed::jobs::RankExplore;
use domain::trends::jobs::RecomputeTrends;
use serde_json::{Value, json};

use crate::harness::laws::posts_are_counted;
use crate::harness::{Client, Somebody, TestApp};
use crate::posts::{act, file, posted};

pub(super) const ASKERS: [&str; 8] = [
    "owner",
    "follower",
    "pending",
    "stranger",
    "blocked",
    "blocker",
    "suspended",
    "anonymous",
];

pub(super) const VISIBILITIES: [&str; 3] = ["public", "followers", "private"];

/// How the account of the posts' author stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    Public,
    Private,
    Suspended,
}

/// A post, its file, and what its author says under it.
pub(super) struct Post {
    pub(super) visibility: &'static str,
    pub(super) id: String,
    pub(super) media: String,
    pub(super) comment: String,
}

pub(super) struct Asker {
    pub(super) name: &'static str,
    /// Nobody, where nobody is signed in.
    pub(super) id: Option<UserId>,
    pub(super) client: Client,
}

pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) account: Account,
    pub(super) askers: Vec<Asker>,
    pub(super) posts: Vec<Post>,
    pub(super) admin: Client,
}

impl World {
    /// Everybody likes, saves and comments on everything while it is public, and is mentioned in it; a friend, whom all of
    /// them follow, reposts and quotes it. Then it is shown to fewer.
    pub(super) async fn of(account: Account) -> Self {
        let app = TestApp::with(&[("TRENDS_ACCOUNT_AGE", "0s")]).await;
        let people: [Somebody; 8] = app
            .given([
                "owner",
                "follower",
                "pending",
                "stranger",
                "blocked",
                "blocker",
                "suspended",
                "friend",
            ])
            .await;
        let [owner, follower, .., friend] = &people;
        for (who, whom) in [(follower, "owner"), (friend, "owner")] {
            follow(who, whom).await;
        }
        for one in &people[..7] {
            follow(one, "friend").await;
        }
        let mut posts = Vec::new();
        for visibility in VISIBILITIES {
            posts.push(post(&app, owner, visibility).await);
        }
        for post in &posts {
            for one in &people {
                take_part(one, owner, post).await;
            }
            act(friend, "share", &post.id).await.data(200);
            let words = json!({"caption": "Look at that"});
            let share = format!("/posts/{}/share", post.id);
            friend.post(&share, words).await.data(200);
        }
        let admin = app.admin().await;
        let world = Self {
            askers: askers(&app, &people),
            app,
            account,
            posts,
            admin,
        };
        world.settle().await;
        world.app.enqueue(RankExplore {}).await;
        world.app.enqueue(RecomputeTrends {}).await;
        world.app.drain().await;
        world.narrow(&people).await;
        world
    }

    async fn narrow(&self, people: &[Somebody; 8]) {
        let [owner, _, pending, _, _, blocker, ..] = people;
        for post in &self.posts {
            let body = json!({"visibility": post.visibility});
            let path = format!("/posts/{}", post.id);
            owner.put(&path, body).await.data(200);
        }
        if self.account == Account::Private {
            let private = json!({"is_private": true});
            owner.put("/users/me", private).await.data(200);
            follow(pending, "owner").await;
        }
        for (who, whom) in [(owner, "blocked"), (blocker, "owner")] {
            let path = format!("/users/{whom}/block");
            who.post(&path, Value::Null).await.data(200);
        }
        self.suspend("suspended").await;
        if self.account == Account::Suspended {
            self.suspend("owner").await;
        }
    }

    async fn suspend(&self, who: &str) {
        let path = format!("/admin/users/{who}/suspension");
        let reason = json!({"reason": "Spam"});
        self.admin.put(&path, reason).await.data(200);
    }

    /// Lets time pass until all jobs have run.
    pub(super) async fn settle(&self) {
        self.app.clock.advance(Duration::from_secs(11));
        self.app.relay().await;
        self.app.drain().await;
        posts_are_counted(&self.app).await;
    }

    /// Those who may ask at all.
    pub(super) fn is_signed_in(&self, who: &str) -> bool {
        match who {
            "suspended" | "anonymous" => false,
            "owner" => self.account != Account::Suspended,
            _ => true,
        }
    }

    pub(super) fn sees(&self, who: &str, visibility: &str) -> bool {
        match (self.account, visibility, who) {
            (Account::Suspended, ..) => false,
            (.., "suspended" | "anonymous" | "blocked" | "blocker") => false,
            (.., "owner") => true,
            (_, "private", _) => false,
            (.., "follower") => true,
            (Account::Public, "public", _) => true,
            _ => false,
        }
    }

    /// Whether everybody would see it, were they not blocked.
    pub(super) fn is_for_everybody(&self, visibility: &str) -> bool {
        self.account == Account::Public && visibility == "public"
    }
}

async fn follow(who: &Client, whom: &str) {
    let path = format!("/users/{whom}/follow");
    who.post(&path, Value::Null).await.data(200);
}

/// One that everybody sees, for now.
async fn post(app: &TestApp, owner: &Client, visibility: &'static str) -> Post {
    let media = file(app, "owner", "image", "ready").await;
    let caption = format!(
        "plums #plum #only{visibility} @follower @pending @stranger @blocked @blocker @suspended"
    );
    let body = json!({"caption": caption, "media_ids": [media], "location": "Orchard"});
    let id = posted(owner, body).await;
    let comments = format!("/posts/{id}/comments");
    let comment = json!({"content": "Ripe ones"});
    let comment = owner.post(&comments, comment).await.data(201);
    let edited = json!({"location": "Market"});
    let path = format!("/posts/{id}");
    owner.put(&path, edited).await.data(200);
    Post {
        visibility,
        id,
        media,
        comment: comment["id"].as_str().unwrap().to_owned(),
    }
}

async fn take_part(who: &Client, owner: &Client, post: &Post) {
    act(who, "like", &post.id).await.data(200);
    act(who, "save", &post.id).await.data(200);
    let like = |comment: &str| format!("/comments/{comment}/like");
    who.post(&like(&post.comment), Value::Null).await.data(200);
    let path = format!("/posts/{}/comments", post.id);
    let said = who.post(&path, json!({"content": "Mmh"})).await.data(201);
    let said = like(said["id"].as_str().unwrap());
    owner.post(&said, Value::Null).await.data(200);
}

fn askers(app: &TestApp, people: &[Somebody; 8]) -> Vec<Asker> {
    let signed_in = people.iter().map(|one| (Some(one.id), (**one).clone()));
    let all = signed_in.take(7).chain([(None, app.anonymous())]);
    let askers = ASKERS.into_iter().zip(all);
    askers
        .map(|(name, (id, client))| Asker { name, id, client })
        .collect()
}
