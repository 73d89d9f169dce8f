//! Every route there is: what it is called in metrics, logs and traces, and which methods it takes.

use std::collections::HashMap;
use std::sync::Arc;

use poem::http::Method;
use poem_openapi::OpenApi;

use crate::apis::{Apis, RootApis};

pub(super) struct Door {
    /// As the OpenAPI document has it: `/api/v1/users/{user_id}`.
    pub(super) route: Arc<str>,
    /// As the Allow header lists them.
    pub(super) methods: String,
}

/// A tree of path segments.
#[derive(Default)]
pub(super) struct Doors {
    fixed: HashMap<String, Doors>,
    parameter: Option<Box<Doors>>,
    door: Option<Door>,
}

impl Doors {
    pub(super) fn all() -> Self {
        let mut doors = Self::default();
        doors.add_apis::<Apis>("/api/v1");
        doors.add_apis::<RootApis>("");
        for path in crate::docs::PATHS.into_iter().chain([
            "/metrics",
            "/console",
            "/console/{file}",
            "/files/{token}",
            "/files/pictures/{media_id}",
        ]) {
            doors.add(path.to_owned(), &[Method::GET]);
        }
        doors.add("/files/upload/{token}".to_owned(), &[Method::PUT]);
        doors
    }

    pub(super) fn find(&self, path: &str) -> Option<&Door> {
        let path = path.trim_matches('/');
        if path.is_empty() {
            return self.door.as_ref();
        }
        let (segment, rest) = path.split_once('/').unwrap_or((path, ""));
        let fixed = self.fixed.get(segment).and_then(|next| next.find(rest));
        fixed.or_else(|| self.parameter.as_ref()?.find(rest))
    }

    fn add_apis<T: OpenApi>(&mut self, prefix: &str) {
        for path in T::meta().into_iter().flat_map(|api| api.paths) {
            let operations = path.operations.iter();
            let methods: Vec<Method> = operations.map(|one| one.method.clone()).collect();
            self.add(format!("{prefix}{}", path.path), &methods);
        }
    }

    fn add(&mut self, route: String, methods: &[Method]) {
        let mut place = self;
        for segment in route.split('/').filter(|segment| !segment.is_empty()) {
            place = match segment.starts_with('{') {
                true => place.parameter.get_or_insert_default(),
                false => place.fixed.entry(segment.to_owned()).or_default(),
            };
        }
        // Two APIs may share a path.
        let before = place.door.as_ref().map(|door| door.methods.clone());
        let before = before.unwrap_or_default();
        let mut names: Vec<&str> = before
            .split(", ")
            .filter(|name| !name.is_empty() && *name != "HEAD")
            .collect();
        names.extend(methods.iter().map(Method::as_str));
        if let Some(get) = names.iter().position(|name| *name == "GET") {
            names.insert(get + 1, "HEAD");
        }
        place.door = Some(Door {
            methods: names.join(", "),
            route: route.into(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_by_its_route_the_plainest_first() {
        let mut doors = Doors::default();
        doors.add("/users/{id}".to_owned(), &[Method::GET, Method::PUT]);
        doors.add("/users/{id}/posts".to_owned(), &[Method::GET]);
        doors.add("/users/me".to_owned(), &[Method::GET]);
        let route = |path: &str| doors.find(path).map(|door| door.route.to_string());
        assert_eq!(route("/users/me").as_deref(), Some("/users/me"));
        assert_eq!(route("/users/7").as_deref(), Some("/users/{id}"));
        assert_eq!(
            route("/users/me/posts").as_deref(),
            Some("/users/{id}/posts")
        );
        assert_eq!(route("/users/7/likes"), None);
        assert_eq!(route("/"), None);
        let door = doors.find("/users/7").unwrap();
        assert_eq!(door.methods, "GET, HEAD, PUT");
        doors.add("/users/{id}".to_owned(), &[Method::DELETE]);
        let door = doors.find("/users/7").unwrap();
        assert_eq!(door.methods, "GET, HEAD, PUT, DELETE");
    }
}
