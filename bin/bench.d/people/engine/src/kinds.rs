//! The kinds of questions: many paths each, as people would ask them.

use crate::database::Person;

/// Words that nobody is called, or nearly.
const NOBODY: [&str; 5] = ["qxzvwjkx", "xjqqzwvk", "zxqvjwqz", "vqxjzzkq", "wqjxvkzzx"];

pub struct Kind {
    pub name: &'static str,
    pub paths: Vec<String>,
    /// How many pages on: by cursor where there are cursors.
    pub page: usize,
    pub limit: usize,
}

impl Kind {
    fn new(name: &'static str, paths: impl IntoIterator<Item = String>) -> Self {
        Self {
            name,
            paths: paths.into_iter().collect(),
            page: 0,
            limit: 20,
        }
    }

    fn deep(mut self, page: usize, limit: usize) -> Self {
        (self.page, self.limit) = (page, limit);
        self
    }
}

pub fn search(people: &[Person]) -> Vec<Kind> {
    let of = |name, text: fn(&Person) -> String| {
        let path = |text: String| format!("/users/search?q={}", text.replace(' ', "%20"));
        Kind::new(name, people.iter().map(text).map(path))
    };
    let nobody = NOBODY.map(|word| format!("/users/search?q={word}"));
    vec![
        of("2 letters", |person| start(&person.first, 2)),
        of("3 letters", |person| start(&person.last, 3)),
        of("5 letters", |person| start(&person.last, 5)),
        of("a first name", |person| person.first.clone()),
        of("a last name", |person| person.last.clone()),
        of("first and last name", |person| {
            format!("{} {}", person.first, person.last)
        }),
        of("two letters swapped", |person| swapped(longer(person))),
        of("a letter left out", |person| without_one(longer(person))),
        of("first and last name, misspelt", |person| {
            format!("{} {}", swapped(&person.first), without_one(&person.last))
        }),
        of("beginning of a username", |person| {
            start(&person.username, person.first.len() + 4)
        }),
        of("a whole username", |person| person.username.clone()),
        Kind::new("nobody", nobody),
        of("2 letters, 10 pages on", |person| start(&person.first, 2)).deep(10, 20),
        of("a first name, 10 pages on", |person| person.first.clone()).deep(10, 20),
        of("a slip, 10 pages on", |person| swapped(longer(person))).deep(10, 20),
    ]
}

pub fn lists(people: &[Person]) -> Vec<Kind> {
    let of = |name, filter: fn(&Person) -> String| {
        Kind::new(
            name,
            people
                .iter()
                .map(|person| format!("/users?{}", filter(person))),
        )
    };
    let role = |person: &Person| format!("role={}", person.role);
    let skill = |person: &Person| format!("skill={}", person.skill);
    vec![
        of("all", |_| String::new()),
        of("role", role),
        of("location", |person| format!("location={}", person.location)),
        of("verified", |_| "verified=true".to_owned()),
        of("verified and location", |person| {
            format!("verified=true&location={}", person.location)
        }),
        of("skill", skill),
        of("skill and interest", |person| {
            format!("skill={}&interest={}", person.skill, person.interest)
        }),
        of("role and location", |person| {
            format!("role={}&location={}", person.role, person.location)
        }),
        of("all, 10,000 people on", |_| String::new()).deep(100, 100),
        of("role, 10 pages on", role).deep(10, 20),
        of("skill, 10 pages on", skill).deep(10, 20),
    ]
}

pub fn profiles(people: &[Person], most_followed: &[String]) -> Vec<Kind> {
    let of = |id: &String| format!("/users/{id}");
    vec![
        Kind::new("by id", people.iter().map(|person| of(&person.id))),
        Kind::new(
            "by username",
            people.iter().map(|person| of(&person.username)),
        ),
        Kind::new("the most followed", most_followed.iter().map(of)),
        Kind::new("me", ["/users/me".to_owned()]),
    ]
}

fn start(name: &str, letters: usize) -> String {
    name.chars().take(letters).collect()
}

/// A slip in a short name may be another name.
fn longer(person: &Person) -> &str {
    match person.first.len() > person.last.len() {
        true => &person.first,
        false => &person.last,
    }
}

fn swapped(name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let middle = letters.len() / 2;
    if middle > 0 {
        letters.swap(middle - 1, middle);
    }
    letters.into_iter().collect()
}

fn without_one(name: &str) -> String {
    let middle = name.chars().count() / 2;
    let left = name.chars().enumerate().filter(|(at, _)| *at != middle);
    left.map(|(_, letter)| letter).collect()
}
