//! What many operations say alike is said once, in the components: a document that repeats every shared problem in every
//! operation is ten times as long, and a generator makes a type of each copy.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Document;
use super::finish::each;

/// Parts by kind and name, and how they are referred to.
#[derive(Default)]
struct Parts(BTreeMap<&'static str, Map<String, Value>>);

pub(super) fn parts(document: &mut Document) {
    let mut parts = Parts::default();
    for (_, operation) in each(&mut document.paths) {
        let parameters = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            if parameter["in"] == "header" {
                let name = parameter["name"].as_str().unwrap_or_default().to_owned();
                parts.take("parameters", &name, parameter);
            }
        }
        for (_, response) in fields(&mut operation["responses"]) {
            share_response(&mut parts, response);
        }
    }
    for (kind, parts) in parts.0 {
        document.components[kind] = Value::Object(parts);
    }
}

/// A response of nothing but problems is known by their codes.
fn share_response(parts: &mut Parts, response: &mut Value) {
    for (name, header) in fields(&mut response["headers"]) {
        parts.take("headers", name, header);
    }
    let mut codes = Vec::new();
    let mut only_problems = true;
    for (_, media) in response.get_mut("content").into_iter().flat_map(fields) {
        only_problems &= media.get("examples").is_some();
        for (code, example) in media.get_mut("examples").into_iter().flat_map(fields) {
            parts.take("examples", code, example);
            codes.push(code.as_str());
        }
    }
    if only_problems && !codes.is_empty() {
        parts.take("responses", &codes.join("."), response);
    }
}

fn fields(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flatten()
}

impl Parts {
    /// Leaves a reference where the part was. Of two that have a name in common and differ, the second gets a number.
    fn take(&mut self, kind: &'static str, name: &str, part: &mut Value) {
        let known = self.0.entry(kind).or_default();
        let numbered = (2..).map(|number| format!("{name}.{number}"));
        let names = std::iter::once(name.to_owned()).chain(numbered);
        for name in names {
            let there = known.entry(name.clone()).or_insert_with(|| part.clone());
            if there == part {
                *part = json!({"$ref": format!("#/components/{kind}/{name}")});
                return;
            }
        }
    }
}
