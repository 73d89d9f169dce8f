//! What stands in an answer: all of a post for whoever sees it, and nothing that tells it from one that never was for
//! whoever does not.

use serde_json::{Value, json};

use super::world::{Asker, Post, World};

/// Never made.
const NOTHING: &str = "01932c5e-6d80-7b1a-9f3b-2a1c4e5d6f70";

const FIELDS: [&str; 23] = [
    "caption",
    "comment_count",
    "comments",
    "comments_cursor",
    "comments_from",
    "created_at",
    "edited_at",
    "hashtags",
    "id",
    "is_liked",
    "is_saved",
    "is_shared",
    "like_count",
    "location",
    "media",
    "mentions",
    "post_type",
    "published_at",
    "share_count",
    "state",
    "user",
    "user_id",
    "visibility",
];

pub(super) async fn wrong(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    for asker in &world.askers {
        for post in &world.posts {
            let found = match world.sees(asker.name, post.visibility) {
                true => whole(asker, post).await,
                false => as_nothing(asker, post).await,
            };
            let (name, visibility) = (asker.name, post.visibility);
            wrong.extend(found.map(|what| format!("{name}, {visibility}: {what}")));
        }
    }
    wrong
}

async fn whole(asker: &Asker, post: &Post) -> Option<String> {
    let path = format!("/posts/{}", post.id);
    let shown = asker.client.get(&path).await.data(200);
    let fields: Vec<&String> = shown.as_object().unwrap().keys().collect();
    if fields != FIELDS {
        return Some(format!("{fields:?}"));
    }
    // Everybody of the eight, whoever they are now.
    let counts = json!([
        shown["like_count"],
        shown["comment_count"],
        shown["share_count"]
    ]);
    let mine = json!([shown["is_liked"], shown["is_saved"], shown["is_shared"]]);
    let media = &shown["media"][0]["id"];
    let told = json!([counts, mine, media, shown["visibility"]]);
    let expected = json!([[8, 9, 2], [true, true, false], post.media, post.visibility]);
    (told != expected).then(|| format!("{told}, not {expected}"))
}

/// A post that is not shown is answered as one that never was.
async fn as_nothing(asker: &Asker, post: &Post) -> Option<String> {
    let hidden = asker.client.get(&format!("/posts/{}", post.id)).await;
    let nothing = asker.client.get(&format!("/posts/{NOTHING}")).await;
    let told = |body: &Value| {
        let fields = ["status", "code", "title", "detail", "errors"];
        fields.map(|field| body[field].clone())
    };
    let (hidden, nothing) = (told(&hidden.json()), told(&nothing.json()));
    (hidden != nothing).then(|| format!("{hidden:?}, not {nothing:?}"))
}
