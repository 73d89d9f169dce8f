//! What each asker finds of a post at every door there is: of posts for everybody, for followers and for their author
//! alone, by a public account, a private one and a suspended one. A new door is a line in `seen/doors.rs`.

mod counts;
mod doors;
mod exports;
mod fields;
mod streams;
mod world;

use world::{Account, World};

/// First as the world is before any job has run: what is not to be seen any more is gone at once.
async fn every_door(account: Account) {
    let world = World::of(account).await;
    let mut wrong = doors::wrong(&world).await;
    wrong.extend(fields::wrong(&world).await);
    wrong.extend(streams::wrong(&world).await);
    wrong.extend(exports::wrong(&world).await);
    world.settle().await;
    wrong.extend(doors::wrong_once_settled(&world).await);
    wrong.extend(counts::wrong(&world).await);
    assert_eq!(wrong, Vec::<String>::new());
    counts::follow_the_account(&world).await;
}

#[tokio::test]
async fn what_a_public_account_posts_is_found_by_those_who_may_see_it() {
    every_door(Account::Public).await;
}

#[tokio::test]
async fn what_a_private_account_posts_is_found_by_its_followers() {
    every_door(Account::Private).await;
}

#[tokio::test]
async fn what_a_suspended_account_posted_is_found_by_nobody() {
    every_door(Account::Suspended).await;
}
