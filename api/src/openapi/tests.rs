use super::*;

/// Each with what it refers to put in its place.
fn operations() -> Vec<(String, Value)> {
    let Document {
        mut paths,
        components,
        ..
    } = Document::whole();
    finish::each(&mut paths).for_each(|(_, operation)| put_in_place(operation, &components));
    let Value::Object(paths) = paths else {
        return Vec::new();
    };
    let each = paths.into_iter().flat_map(|(path, operations)| {
        let operations = operations.as_object().cloned().unwrap_or_default();
        let methods = operations.into_iter().filter(|(name, _)| name != "servers");
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    each.collect()
}

/// Schemas stay where they are: they refer to themselves.
fn put_in_place(part: &mut Value, components: &Value) {
    let there = part
        .get("$ref")
        .and_then(Value::as_str)
        .map(|name| name.replace("#/components", ""));
    if let Some(there) = there.filter(|there| !there.starts_with("/schemas/")) {
        *part = components.pointer(&there).unwrap().clone();
    }
    match part {
        Value::Object(fields) => fields
            .iter_mut()
            .for_each(|(_, part)| put_in_place(part, components)),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|part| put_in_place(part, components)),
        _ => {}
    }
}

#[test]
fn every_operation_says_what_it_is_and_does() {
    let operations = operations();
    assert!(operations.len() > 10);
    for (name, operation) in operations {
        for field in ["operationId", "summary", "description"] {
            assert!(operation[field].is_string(), "{name} has no {field}");
        }
        assert!(operation["tags"].is_array(), "{name} has no tag");
        assert!(
            operation["security"].is_array(),
            "{name} does not say who may call it"
        );
    }
}

#[test]
fn every_json_body_and_answer_has_an_example() {
    for (name, operation) in operations() {
        let bodies = std::iter::once(&operation["requestBody"]);
        let responses = operation["responses"].as_object().unwrap().values();
        for body in bodies.chain(responses) {
            for (content_type, media) in body["content"].as_object().into_iter().flatten() {
                let shown = media.get("example").or(media.get("examples"));
                let is_json = content_type.ends_with("json");
                assert!(
                    !is_json || shown.is_some(),
                    "{name}: {content_type} without example"
                );
            }
        }
    }
}

#[test]
fn a_refusal_of_its_own_stands_beside_the_shared_ones() {
    let operations = operations();
    let (_, register) = operations
        .iter()
        .find(|(name, _)| name == "post /auth/register")
        .unwrap();
    let conflict = &register["responses"]["409"]["content"]["application/problem+json"];
    let codes: Vec<&String> = conflict["examples"].as_object().unwrap().keys().collect();
    assert_eq!(
        codes,
        ["email_taken", "idempotency_in_progress", "username_taken"]
    );
    assert!(documents("register", 409));
    assert!(!documents("register", 404));
}
