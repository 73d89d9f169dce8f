//! Which fields of a body are wrong.
//!
//! A type's reader stops at the first fault it meets. So each field is tried alone, inside the type's own example,
//! which is known to be fine: what fails then fails because of that field.

use domain::wire::Fault;
use poem_openapi::registry::Registry;
use poem_openapi::types::{Example, ParseFromJSON, ToJSON};
use serde_json::Value;

use crate::problem::FieldProblem;

/// More faults than anybody would fix at once.
const MOST: usize = 50;

/// A body may be made of nothing but fields; after so many tries it has said enough.
const TRIES: usize = 1_000;

/// All wrong fields of `given`. `whole` is what the reader said of it as it is.
pub(super) fn find<T: ParseFromJSON + ToJSON + Example>(
    given: &Value,
    whole: &str,
) -> Vec<FieldProblem> {
    let example = T::example().to_json().unwrap_or_default();
    let try_whole = |value: Value| match T::parse_from_json(Some(value)) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.into_message()),
    };
    let mut registry = Registry::new();
    T::register(&mut registry);
    let mut search = Search {
        try_whole: &try_whole,
        registry: &registry,
        tries: TRIES,
        found: Vec::new(),
    };
    search.object(&mut Vec::new(), &example, given, &example);
    if search.found.is_empty() {
        search.found.push(problem("", whole, &registry));
    }
    search.found
}

struct Search<'a> {
    try_whole: &'a dyn Fn(Value) -> Result<(), String>,
    registry: &'a Registry,
    tries: usize,
    found: Vec<FieldProblem>,
}

impl Search<'_> {
    /// Compares the object `given` with the one that `template` has at `path`.
    fn object(&mut self, path: &mut Vec<String>, template: &Value, given: &Value, like: &Value) {
        let (Value::Object(given), Value::Object(like)) = (given, like) else {
            return;
        };
        for (name, value) in given {
            path.push(name.clone());
            self.field(path, template, value, like.get(name));
            path.pop();
        }
        for name in like.keys().filter(|name| !given.contains_key(*name)) {
            path.push(name.clone());
            if self.attempt(with(template, path, None)).is_err() {
                self.tell(path, "required", "is required".to_owned());
            }
            path.pop();
        }
    }

    fn field(
        &mut self,
        path: &mut Vec<String>,
        template: &Value,
        value: &Value,
        like: Option<&Value>,
    ) {
        let tried = with(template, path, Some(value.clone()));
        let Err(message) = self.attempt(tried) else {
            return;
        };
        let before = self.found.len();
        match (value, like) {
            (Value::Object(_), Some(like @ Value::Object(_))) => {
                self.object(path, template, value, like);
            }
            (Value::Array(items), Some(Value::Array(likes))) if !likes.is_empty() => {
                for (index, item) in items.iter().enumerate() {
                    self.item(path, template, (index, item), &likes[0]);
                }
            }
            _ => {}
        }
        // Nothing inside is wrong by itself: the field as a whole is.
        if self.found.len() == before && self.found.len() < MOST {
            let place = path.join(".");
            let problem = match value {
                Value::Null => FieldProblem {
                    field: place,
                    code: "required".to_owned(),
                    detail: "is required".to_owned(),
                },
                _ => problem(&place, &message, self.registry),
            };
            self.found.push(problem);
        }
    }

    /// An item alone in its list.
    fn item(
        &mut self,
        path: &mut Vec<String>,
        template: &Value,
        (index, item): (usize, &Value),
        like: &Value,
    ) {
        let alone = with(template, path, Some(Value::Array(vec![like.clone()])));
        path.push("0".to_owned());
        let before = self.found.len();
        self.field(path, &alone, item, Some(like));
        path.pop();
        let (from, to) = (
            format!("{}.0", path.join(".")),
            format!("{}.{index}", path.join(".")),
        );
        for found in &mut self.found[before..] {
            found.field = found.field.replacen(&from, &to, 1);
        }
    }

    fn attempt(&mut self, value: Value) -> Result<(), String> {
        match self.tries.checked_sub(1) {
            Some(left) => {
                self.tries = left;
                (self.try_whole)(value)
            }
            None => Ok(()),
        }
    }

    fn tell(&mut self, path: &[String], code: &str, detail: String) {
        if self.found.len() < MOST {
            self.found.push(FieldProblem {
                field: path.join("."),
                code: code.to_owned(),
                detail,
            });
        }
    }
}

/// `template` with the value at `path` replaced, or taken out.
fn with(template: &Value, path: &[String], value: Option<Value>) -> Value {
    let mut changed = template.clone();
    let Some((last, parents)) = path.split_last() else {
        return value.unwrap_or_default();
    };
    let parent = parents.iter().try_fold(&mut changed, |at, name| match at {
        Value::Array(items) => items.get_mut(name.parse::<usize>().ok()?),
        other => other.get_mut(name),
    });
    match (parent, value) {
        (Some(Value::Object(fields)), Some(value)) => {
            fields.insert(last.clone(), value);
        }
        (Some(Value::Object(fields)), None) => {
            fields.remove(last);
        }
        (Some(Value::Array(items)), Some(value)) => *items = vec![value],
        _ => {}
    }
    changed
}

fn problem(field: &str, message: &str, registry: &Registry) -> FieldProblem {
    let (code, mut detail) = explain(message);
    let expected = expected_type(message).and_then(|name| registry.schemas.get(name));
    if let Some(schema) = expected.filter(|schema| !schema.enum_items.is_empty()) {
        let allowed: Vec<&str> = schema.enum_items.iter().filter_map(Value::as_str).collect();
        detail = format!("must be one of {}", allowed.join(", "));
    }
    FieldProblem {
        field: field.to_owned(),
        code,
        detail,
    }
}

/// The code and detail behind a reader's message. Never repeats the value: it may be a password.
pub(crate) fn explain(message: &str) -> (String, String) {
    let told = |code: &str, detail: &str| (code.to_owned(), detail.to_owned());
    if let Some((code, detail)) = Fault::find(message) {
        return told(code, detail);
    }
    if message.contains("expects an input value") {
        return told("required", "is required");
    }
    if message.contains("unknown field `") {
        return told("unknown_field", "is not a field of this request");
    }
    if let Some((_, rule)) = message.split_once("verification failed. ") {
        return broken_rule(rule.split(" (occurred").next().unwrap_or(rule));
    }
    if let Some((_, range)) = message.split_once("Only integers from ") {
        let range = range.split(" are accepted").next().unwrap_or(range);
        return told("out_of_range", &format!("takes whole numbers from {range}"));
    }
    match expected_type(message) {
        Some(name) => told("invalid", &format!("must be {}", kind(name))),
        None => told("invalid", "is not valid"),
    }
}

/// poem-openapi's validators speak as `maxLength(10)`.
fn broken_rule(rule: &str) -> (String, String) {
    let (name, rest) = rule.split_once('(').unwrap_or((rule, ""));
    let bound = rest.split([',', ')']).next().unwrap_or_default();
    let (code, detail) = match name {
        "minLength" => ("too_short", format!("needs at least {bound} characters")),
        "maxLength" => ("too_long", format!("can have at most {bound} characters")),
        "minimum" => ("too_small", format!("must be at least {bound}")),
        "maximum" => ("too_large", format!("can be at most {bound}")),
        "minItems" => ("too_few", format!("needs at least {bound} items")),
        "maxItems" => ("too_many", format!("can have at most {bound} items")),
        "uniqueItems" => ("duplicate", "has an item twice".to_owned()),
        _ => ("invalid", "is not valid".to_owned()),
    };
    (code.to_owned(), detail)
}

fn expected_type(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("Expected input type \"")?;
    rest.split_once('"').map(|(name, _)| name)
}

fn kind(name: &str) -> &'static str {
    match name.trim_start_matches("optional_") {
        name if name.starts_with("integer") => "a whole number",
        name if name.starts_with("number") => "a number",
        name if name.starts_with("boolean") => "true or false",
        name if name.starts_with("list") || name.starts_with("set") => "a list",
        name if name.starts_with("string_date-time") => "a time such as 2026-11-20T12:00:00Z",
        name if name.starts_with("map") => "an object",
        name if name.starts_with(|c: char| c.is_ascii_uppercase()) => {
            "of the type that is documented"
        }
        _ => "a text",
    }
}

#[cfg(test)]
mod tests;
