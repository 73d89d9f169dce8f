//! The paths and fields by which the applications knew their own backends. One table rewrites them in front of the
//! router: there is one handler an operation, and it never knows. Where an application calls a field otherwise
//! (`content=caption`), the name is understood too, unless the body holds the right one; where it has another word for a
//! value (`visibility:friends=followers`), so is the word.

use std::collections::HashMap;
use std::sync::LazyLock;

use poem::Request;
use poem::http::{Method, Uri};
use serde_json::Value;

const PREFIX: &str = "/api/v1";

/// The table, as it is read by people and tests.
pub const TABLE: &str = include_str!("aliases.tsv");

/// Names of fields, and words for their values, that a request's application has for ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Renames(Vec<(&'static str, &'static str)>);

#[derive(Debug)]
struct Alias {
    from: Vec<&'static str>,
    to: Vec<&'static str>,
    renames: Renames,
}

static ALIASES: LazyLock<HashMap<Method, Vec<Alias>>> = LazyLock::new(|| {
    let mut all: HashMap<Method, Vec<Alias>> = HashMap::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let Some((method, alias)) = read(line) else {
            continue;
        };
        let known = all.entry(method).or_default();
        match known.iter_mut().find(|known| known.from == alias.from) {
            Some(known) => known.renames.0.extend(alias.renames.0),
            None => known.push(alias),
        }
    }
    // `/users/profile` before `/users/{user_id}`.
    for aliases in all.values_mut() {
        aliases.sort_by_key(|alias| alias.from.iter().filter(|part| is_open(part)).count());
    }
    all
});

fn read(line: &'static str) -> Option<(Method, Alias)> {
    let mut columns = line.split('\t').skip(1);
    let (method, from) = columns.next()?.split_once(' ')?;
    let (_, to) = columns.next()?.split_once(' ')?;
    let renames = columns.next().unwrap_or_default().split_whitespace();
    Some((
        method.parse().ok()?,
        Alias {
            from: segments(from),
            to: segments(to),
            renames: Renames(renames.filter_map(|one| one.split_once('=')).collect()),
        },
    ))
}

fn segments(path: &str) -> Vec<&str> {
    path.trim_matches('/').split('/').collect()
}

fn is_open(segment: &str) -> bool {
    segment.starts_with('{')
}

/// Turns a request by another name into one by ours.
pub(crate) fn rewrite(request: &mut Request) {
    let method = match *request.method() {
        Method::HEAD => Method::GET,
        ref method => method.clone(),
    };
    let found = find(&method, request.uri().path());
    let Some((path, renames)) = found else {
        return;
    };
    let target = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    if let Ok(uri) = target.parse::<Uri>() {
        *request.uri_mut() = uri;
        request.set_data(renames);
    }
}

fn find(method: &Method, path: &str) -> Option<(String, Renames)> {
    let asked = segments(path);
    let fits = |alias: &&Alias| {
        alias.from.len() == asked.len()
            && alias
                .from
                .iter()
                .zip(&asked)
                .all(|(part, asked)| part == asked || is_open(part) && !asked.is_empty())
    };
    let alias = ALIASES.get(method)?.iter().find(fits)?;
    let mut path = PREFIX.to_owned();
    for part in &alias.to {
        let at = alias.from.iter().position(|from| from == part);
        let part = match at {
            Some(at) if is_open(part) => asked[at],
            _ => part,
        };
        path.push('/');
        path.push_str(part);
    }
    Some((path, alias.renames.clone()))
}

impl Renames {
    /// Calls the fields of a body by our names.
    pub(crate) fn apply(&self, body: &mut Value) {
        let Value::Object(fields) = body else {
            return;
        };
        for (theirs, ours) in &self.0 {
            if let Some((field, theirs)) = theirs.split_once(':') {
                if let Some(value) = fields.get_mut(field).filter(|value| *value == theirs) {
                    *value = (*ours).into();
                }
            } else if !fields.contains_key(*ours)
                && let Some(value) = fields.remove(*theirs)
            {
                fields.insert((*ours).to_owned(), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rewritten(method: Method, path: &str) -> Option<String> {
        find(&method, path).map(|(path, _)| path)
    }

    #[test]
    fn a_path_of_an_application_is_one_of_ours() {
        let get = |path: &str| rewritten(Method::GET, path);
        assert_eq!(
            get("/api/users/profile").as_deref(),
            Some("/api/v1/users/me")
        );
        assert_eq!(get("/api/users/ann").as_deref(), Some("/api/v1/users/ann"));
        assert_eq!(
            rewritten(Method::DELETE, "/api/users/unfollow/ann").as_deref(),
            Some("/api/v1/users/ann/follow")
        );
        assert_eq!(get("/api/users/unfollow/ann"), None);
        assert_eq!(get("/api/nothing"), None);
        assert_eq!(get("/api/users//followers"), None);
    }

    #[test]
    fn fields_are_called_by_our_names_unless_they_are_already() {
        let (_, renames) = find(&Method::POST, "/auth/verify-otp").unwrap();
        let mut body = json!({"phone_number": "+4915123456789", "otp": "1", "code": "2"});
        renames.apply(&mut body);
        assert_eq!(
            body,
            json!({"phone": "+4915123456789", "otp": "1", "code": "2"})
        );
    }

    #[test]
    fn values_are_called_by_our_words() {
        let (_, renames) = find(&Method::POST, "/api/posts").unwrap();
        for (theirs, ours) in [("friends", "followers"), ("private", "private")] {
            let mut body = json!({"content": "friends", "visibility": theirs});
            renames.apply(&mut body);
            assert_eq!(body, json!({"caption": "friends", "visibility": ours}));
        }
    }
}
