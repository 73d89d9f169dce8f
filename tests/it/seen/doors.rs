//! Every door that shows a post. One that names it answers 200 where it shows it, else as if it had never been; one that
//! lists holds its id where it shows it.

use super::world::{Asker, Post, World};
use crate::harness::Reply;

/// To whom a door shows a post.
#[derive(Clone, Copy, Debug)]
enum To {
    WhoeverSees,
    /// Of those who see it, only if everybody does.
    WhoeverSeesIfPublic,
    /// The same, and only who does not follow its author.
    Strangers,
    /// Hashtags that have a post for everybody are there for everybody.
    WhoeverSeesAndEverybodyIfPublic,
    ItsAuthor,
    Nobody,
}

const NAMING: [(&str, To); 8] = [
    ("/posts/{post}", To::WhoeverSees),
    ("/posts/{post}/likes", To::WhoeverSees),
    ("/posts/{post}/comments", To::WhoeverSees),
    ("/posts/{post}/edits", To::WhoeverSees),
    ("/comments/{comment}", To::WhoeverSees),
    ("/comments/{comment}/replies", To::WhoeverSees),
    ("/comments/{comment}/likes", To::WhoeverSees),
    ("/media/{media}", To::ItsAuthor),
];

const LISTS: [(&str, To); 17] = [
    ("/users/owner/posts", To::WhoeverSees),
    ("/users/me/posts", To::ItsAuthor),
    // Reposts and quotes of it.
    ("/users/friend/posts", To::WhoeverSees),
    ("/posts/saved", To::WhoeverSees),
    ("/posts/drafts", To::Nobody),
    // A friend reposted it, whom all of them follow.
    ("/posts/feed", To::WhoeverSees),
    ("/posts/explore", To::Strangers),
    ("/search/posts?q=plums", To::WhoeverSees),
    ("/search/posts?q=plums%20-pears", To::WhoeverSees),
    ("/search/posts?q=%23plum", To::WhoeverSees),
    ("/search/posts?q=plums&from=owner", To::WhoeverSees),
    ("/search/posts?q=plums&type=image", To::WhoeverSees),
    ("/search/posts?q=plums&hashtag=plum", To::WhoeverSees),
    ("/hashtags/plum/posts", To::WhoeverSees),
    ("/trending/posts", To::WhoeverSeesIfPublic),
    ("/notifications", To::WhoeverSees),
    ("/media", To::ItsAuthor),
];

/// Those that go by what a job counts: whether anybody uses a hashtag.
const COUNTED: [(&str, To); 3] = [
    (
        "/hashtags/only{visibility}",
        To::WhoeverSeesAndEverybodyIfPublic,
    ),
    (
        "/hashtags/only{visibility}/posts",
        To::WhoeverSeesAndEverybodyIfPublic,
    ),
    (
        "/trending/hashtags/only{visibility}/history",
        To::WhoeverSeesAndEverybodyIfPublic,
    ),
];

/// What doors answer that they should not.
pub(super) async fn wrong(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    for asker in &world.askers {
        for (path, to) in &NAMING {
            wrong.extend(named(world, asker, path, *to).await);
        }
        for (path, to) in &LISTS {
            wrong.extend(listed(world, asker, path, *to).await);
        }
    }
    wrong
}

pub(super) async fn wrong_once_settled(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    for asker in &world.askers {
        for (path, to) in &COUNTED {
            wrong.extend(named(world, asker, path, *to).await);
        }
    }
    wrong
}

async fn named(world: &World, asker: &Asker, path: &str, to: To) -> Vec<String> {
    let mut wrong = Vec::new();
    for post in &world.posts {
        let reply = asker.client.get(&filled(path, post)).await;
        let status = match world.is_signed_in(asker.name) {
            false => 401,
            true if shown(world, to, asker.name, post.visibility) => 200,
            true => 404,
        };
        if reply.status != status {
            let (name, visibility) = (asker.name, post.visibility);
            let found = reply.status;
            wrong.push(format!(
                "{name}, {visibility}: {path} is {found}, not {status}"
            ));
        }
    }
    wrong
}

async fn listed(world: &World, asker: &Asker, path: &str, to: To) -> Vec<String> {
    let limit = if path.contains('?') {
        "&limit=100"
    } else {
        "?limit=100"
    };
    let reply = asker.client.get(&format!("{path}{limit}")).await;
    let mut wrong = Vec::new();
    for post in &world.posts {
        let shows = shown(world, to, asker.name, post.visibility);
        if holds(&reply, post) != shows {
            let (name, visibility, status) = (asker.name, post.visibility, reply.status);
            let not = if shows {
                "does not show it"
            } else {
                "shows it"
            };
            wrong.push(format!("{name}, {visibility}: {path} {not} ({status})"));
        }
    }
    wrong
}

fn shown(world: &World, to: To, who: &str, visibility: &str) -> bool {
    let sees = world.sees(who, visibility);
    match to {
        To::WhoeverSees => sees,
        To::WhoeverSeesIfPublic => sees && visibility == "public",
        To::Strangers => sees && visibility == "public" && !["owner", "follower"].contains(&who),
        To::WhoeverSeesAndEverybodyIfPublic => {
            sees || world.is_for_everybody(visibility) && world.is_signed_in(who)
        }
        To::ItsAuthor => who == "owner" && world.is_signed_in(who),
        To::Nobody => false,
    }
}

fn filled(path: &str, post: &Post) -> String {
    path.replace("{post}", &post.id)
        .replace("{comment}", &post.comment)
        .replace("{media}", &post.media)
        .replace("{visibility}", post.visibility)
}

pub(super) fn holds(reply: &Reply, post: &Post) -> bool {
    let text = String::from_utf8_lossy(&reply.bytes);
    text.contains(&post.id) || text.contains(&post.media)
}
