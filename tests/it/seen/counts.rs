//! What is counted: on a profile, under a hashtag, of what is unread.

use serde_json::{Value, json};

use super::world::{Account, Asker, VISIBILITIES, World};

pub(super) async fn wrong(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    for asker in world
        .askers
        .iter()
        .filter(|one| world.is_signed_in(one.name))
    {
        for (what, told, expected) in [
            on_the_profile(world, asker).await,
            under_the_hashtag(world, asker).await,
            unread(asker).await,
        ] {
            if told != expected {
                wrong.push(format!("{}: {what} is {told}, not {expected}", asker.name));
            }
        }
    }
    wrong
}

/// Whoever sees the person sees how many posts there are, but for those that are the author's alone.
async fn on_the_profile(world: &World, asker: &Asker) -> (&'static str, Value, Value) {
    let told = asker.client.get("/users/owner").await.json();
    let is_hidden =
        world.account == Account::Suspended || ["blocked", "blocker"].contains(&asker.name);
    let expected = if is_hidden { Value::Null } else { json!(2) };
    ("post_count", told["data"]["post_count"].clone(), expected)
}

/// Posts that everybody sees, whoever asks.
async fn under_the_hashtag(world: &World, asker: &Asker) -> (&'static str, Value, Value) {
    let told = asker.client.get("/hashtags/plum").await.json();
    let everybody = VISIBILITIES
        .iter()
        .filter(|one| world.is_for_everybody(one))
        .count();
    let sees_one = VISIBILITIES.iter().any(|one| world.sees(asker.name, one));
    let expected = match everybody > 0 || sees_one {
        true => json!(everybody),
        false => Value::Null,
    };
    ("use_count", told["data"]["use_count"].clone(), expected)
}

async fn unread(asker: &Asker) -> (&'static str, Value, Value) {
    let list = asker.client.get("/notifications?limit=100").await.data(200);
    let told = asker
        .client
        .get("/notifications/unread-count")
        .await
        .data(200);
    let expected = list.as_array().unwrap().len();
    (
        "unread_count",
        told["unread_count"].clone(),
        json!(expected),
    )
}

/// An account that is open again counts again, and one that is not counts no more.
pub(super) async fn follow_the_account(world: &World) {
    let owner = &world.askers[0].client;
    let is_private = match world.account {
        Account::Public => true,
        Account::Private => false,
        Account::Suspended => {
            let path = "/admin/users/owner/suspension";
            world.admin.delete(path).await.data(200);
            world.settle().await;
            return use_count_is(world, 1).await;
        }
    };
    let body = json!({"is_private": is_private});
    owner.put("/users/me", body).await.data(200);
    world.settle().await;
    use_count_is(world, if is_private { 0 } else { 1 }).await;
}

async fn use_count_is(world: &World, expected: i64) {
    let told = "select use_count from hashtag_counts c join hashtags h on h.id = c.hashtag_id where h.tag = 'plum'";
    assert_eq!(world.app.count(told).await, expected);
    let recounted = "select count(*) from hashtag_uses u join hashtags h on h.id = u.hashtag_id
                     where h.tag = 'plum' and u.is_public";
    assert_eq!(world.app.count(recounted).await, expected);
}
