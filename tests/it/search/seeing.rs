//! Who finds what: in a search, and on the page of a hashtag.

use serde_json::json;

use super::{found, index, post};
use crate::harness::{Somebody, TestApp};

struct World {
    app: TestApp,
    owner: Somebody,
    follower: Somebody,
    stranger: Somebody,
    blocked: Somebody,
    posts: Vec<String>,
}

/// A post for everybody, one for followers, one for its author.
async fn world() -> World {
    let app = TestApp::start().await.leaving_jobs();
    let [owner, follower, stranger, blocked] = app
        .given(["owner", "follower", "stranger", "blocked"])
        .await;
    follower
        .post("/users/owner/follow", json!(null))
        .await
        .data(200);
    owner
        .post("/users/blocked/block", json!(null))
        .await
        .data(200);
    let mut posts = Vec::new();
    for visibility in ["public", "followers", "private"] {
        let body =
            json!({"caption": format!("plums {visibility} #plum"), "visibility": visibility});
        posts.push(post(&owner, body).await);
    }
    World {
        app,
        owner,
        follower,
        stranger,
        blocked,
        posts,
    }
}

impl World {
    /// How many each finds: owner, follower, stranger, blocked.
    async fn seen(&self) -> [usize; 4] {
        let mut seen = [0; 4];
        let people = [&self.owner, &self.follower, &self.stranger, &self.blocked];
        for (count, person) in seen.iter_mut().zip(people) {
            *count = found(person, "plums").await.len();
            // Of a hashtag that nobody has who may be seen, there is no page.
            let page = person.get("/hashtags/plum/posts").await.json();
            let page = page["data"].as_array().map_or(0, Vec::len);
            assert_eq!(page, *count, "{}", person.name);
            assert_eq!(found(person, "plums%20-pears").await.len(), *count);
            assert_eq!(found(person, "%23plum").await.len(), *count);
        }
        seen
    }

    async fn use_count(&self) -> i64 {
        let tag = self.owner.get("/hashtags/plum").await.json();
        tag["data"]["use_count"].as_i64().unwrap_or(0)
    }

    async fn index_all(&self) {
        for post in &self.posts {
            index(&self.app, post).await;
        }
    }
}

#[tokio::test]
async fn everybody_finds_what_they_may_see() {
    let world = world().await;
    assert_eq!(world.seen().await, [3, 2, 1, 0]);
    assert_eq!(
        world.use_count().await,
        1,
        "what is not public does not count"
    );

    let owner = &world.owner;
    world
        .app
        .about(owner, "update users set is_private = true where id = $1")
        .await;
    assert_eq!(world.seen().await, [3, 2, 0, 0]);
    world.index_all().await;
    assert_eq!(world.use_count().await, 0);
    world
        .app
        .about(owner, "update users set is_private = false where id = $1")
        .await;
    world.index_all().await;
    assert_eq!(world.use_count().await, 1);

    let suspended = "update users set suspended_at = now(), suspended_why = 'spam' where id = $1";
    world.app.about(owner, suspended).await;
    let [_, follower, stranger, blocked] = [
        0,
        found(&world.follower, "plums").await.len(),
        found(&world.stranger, "plums").await.len(),
        found(&world.blocked, "plums").await.len(),
    ];
    assert_eq!([follower, stranger, blocked], [0, 0, 0]);
}

#[tokio::test]
async fn what_is_deleted_or_no_longer_published_is_found_by_nobody() {
    let world = world().await;
    world
        .app
        .run("update posts set deleted_at = now() where visibility = 'public'")
        .await;
    assert_eq!(
        world.seen().await,
        [2, 1, 0, 0],
        "before it is written down"
    );
    world.index_all().await;
    assert_eq!(world.seen().await, [2, 1, 0, 0]);
    assert_eq!(world.use_count().await, 0);
    assert_eq!(world.app.count("select count(*) from post_words").await, 2);
    let draft = "update posts set state = 'draft', published_at = null, place = null where visibility = 'followers'";
    world.app.run(draft).await;
    world.index_all().await;
    assert_eq!(world.seen().await, [1, 0, 0, 0]);
    let back = "update posts set deleted_at = null where visibility = 'public'";
    world.app.run(back).await;
    world.index_all().await;
    assert_eq!(
        (world.seen().await, world.use_count().await),
        ([2, 1, 1, 0], 1)
    );
}

#[tokio::test]
async fn counts_follow_posts_that_go_for_good() {
    let world = world().await;
    assert_eq!(world.use_count().await, 1);
    world.app.run("delete from posts").await;
    assert_eq!(world.use_count().await, 0);
    assert_eq!(
        world.app.count("select count(*) from hashtag_uses").await,
        0
    );
}
