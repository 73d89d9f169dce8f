//! The stream of notifications, from its beginning.

use super::doors::holds;
use super::world::World;

pub(super) async fn wrong(world: &World) -> Vec<String> {
    let beginning = "/notifications/stream?after=00000000-0000-0000-0000-000000000000";
    let mut wrong = Vec::new();
    for asker in &world.askers {
        let told = asker.client.listen(beginning, "unread_count").await;
        let status = if world.is_signed_in(asker.name) {
            200
        } else {
            401
        };
        if told.status != status {
            wrong.push(format!("{}: the stream is {}", asker.name, told.status));
        }
        for post in &world.posts {
            let sees = world.sees(asker.name, post.visibility);
            if holds(&told, post) != sees {
                let (name, visibility) = (asker.name, post.visibility);
                let not = if sees { "does not tell" } else { "tells" };
                wrong.push(format!("{name}, {visibility}: the stream {not} of it"));
            }
        }
    }
    wrong
}
