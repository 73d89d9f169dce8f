//! What an export shows of others' posts: every file of it that names one.

use domain::lifecycle::tables::{Export, tables};
use serde_json::Value;

use super::world::{Asker, World};

/// What people did with posts and what they were told, and not what they said themselves.
const FILES: [&str; 5] = [
    "likes.json",
    "saved_posts.json",
    "mentions_in_posts.json",
    "liked_comments.json",
    "notifications.json",
];

pub(super) async fn wrong(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    for asker in &world.askers {
        // Whoever is put away has no export made, and nobody's posts are their own business.
        if asker.name == "owner" || !world.is_signed_in(asker.name) {
            continue;
        }
        for (file, entries) in files(world, asker).await {
            for post in &world.posts {
                let mut named = entries.iter().map(Value::to_string);
                let holds =
                    named.any(|entry| entry.contains(&post.id) || entry.contains(&post.comment));
                if holds != world.sees(asker.name, post.visibility) {
                    wrong.push(format!("{}, {}: {file}", asker.name, post.visibility));
                }
            }
        }
    }
    wrong
}

async fn files(world: &World, asker: &Asker) -> Vec<(&'static str, Vec<Value>)> {
    let all = tables().filter_map(|table| match &table.export {
        Export::Files(files) => Some(*files),
        Export::Nothing(_) => None,
    });
    let mut found = Vec::new();
    for file in all.flatten().filter(|file| FILES.contains(&file.name)) {
        let entries: Vec<Value> = sqlx::query_scalar(file.query)
            .bind(asker.id.map(|id| id.0))
            .fetch_all(world.app.platform.db.pool())
            .await
            .unwrap();
        found.push((file.name, entries));
    }
    assert_eq!(found.len(), FILES.len());
    found
}
