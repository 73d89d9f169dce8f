//! What people do, one request each. `from` is how often it was done before: nobody likes the same post twice.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use bench::{Ask, Asking};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::People;

/// Everybody posts in turn: two hashtags, and the next person's name.
pub struct Posting {
    people: People,
    from: usize,
    made: Mutex<Vec<Value>>,
}

impl Posting {
    pub fn new(people: &People, from: usize) -> Self {
        Self {
            people: people.clone(),
            from,
            made: Mutex::default(),
        }
    }

    /// The posts that were made.
    pub fn made(&self) -> Result<Vec<Uuid>> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.iter().map(id_of).collect()
    }
}

impl Asking for Posting {
    fn ask(&self, number: usize) -> Ask {
        let (number, all) = (self.from + number, self.people.len());
        let (tag, topic) = (number % 100, number % 37);
        let named = &self.people[(number + 1) % all].username;
        let caption = format!("number {number}, #tag{tag} and #topic{topic}, for @{named} to see");
        Ask::post(&self.people[number % all], "/posts").with(json!({ "caption": caption }))
    }

    fn hear(&self, body: &[u8]) {
        let post = serde_json::from_slice(body).unwrap_or_default();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.push(post);
    }
}

/// The id of a post that was answered with.
pub fn id_of(answer: &Value) -> Result<Uuid> {
    let id = answer["data"]["id"].as_str();
    Ok(id.context("a post has an id")?.parse()?)
}

/// Everybody likes posts of all.
pub fn liking(people: &People, posts: &[Uuid], from: usize) -> impl Fn(usize) -> Ask + use<> {
    let (people, posts) = (people.clone(), posts.to_vec());
    move |number| {
        let (round, at) = ((from + number) / posts.len(), (from + number) % posts.len());
        let person = &people[(at + round) % people.len()];
        Ask::post(person, format!("/posts/{}/like", posts[at]))
    }
}

/// Everybody likes the same post.
pub fn liking_one(people: &People, post: Uuid) -> impl Fn(usize) -> Ask + use<> {
    let people = people.clone();
    move |number| Ask::post(&people[number], format!("/posts/{post}/like"))
}

/// Everybody comments on posts of all.
pub fn commenting(people: &People, posts: &[Uuid], from: usize) -> impl Fn(usize) -> Ask + use<> {
    let (people, posts) = (people.clone(), posts.to_vec());
    move |number| {
        let number = from + number;
        let path = format!("/posts/{}/comments", posts[number % posts.len()]);
        let content = format!("this is comment {number}, and what a post it is");
        let person = &people[(number * 7 + 3) % people.len()];
        Ask::post(person, path).with(json!({ "content": content }))
    }
}
