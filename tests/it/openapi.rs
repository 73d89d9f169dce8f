//! The document that clients are generated from.

use std::collections::BTreeSet;

use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(&api::openapi_json()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let item = item.as_object().unwrap().iter();
            item.map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect()
}

#[test]
fn the_committed_document_is_the_generated_one() {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json");
    let committed = std::fs::read_to_string(committed).unwrap_or_default();
    assert!(
        committed == api::openapi_json(),
        "openapi/openapi.json is out of date: run bin/prepare"
    );
}

#[test]
fn every_operation_has_an_id_of_its_own_a_tag_a_summary_and_a_description() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        assert!(
            !id.is_empty() && ids.insert(id),
            "{name} needs an operationId of its own"
        );
        assert_eq!(
            operation["tags"].as_array().map(Vec::len),
            Some(1),
            "{name}"
        );
        assert!(
            operation["summary"]
                .as_str()
                .is_some_and(|summary| !summary.is_empty()),
            "{name}"
        );
        assert!(
            operation["description"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{name}"
        );
    }
    assert!(ids.len() > 15);
}

#[test]
fn every_answer_is_shown_by_example() {
    let document = document();
    for (name, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = response["$ref"].as_str().map_or(response, |shared| {
                document.pointer(shared.trim_start_matches('#')).unwrap()
            });
            for (kind, content) in response["content"].as_object().into_iter().flatten() {
                let shown = !content["example"].is_null()
                    || !content["examples"].is_null()
                    || kind.starts_with("text/");
                assert!(shown, "{name} {status} {kind} has no example");
            }
        }
        if let Some(body) = operation["requestBody"]["content"]["application/json"].as_object() {
            assert!(
                body.contains_key("example") || body.contains_key("examples"),
                "{name}: its body has no example"
            );
        }
    }
}

#[test]
fn every_operation_tells_its_failures() {
    let document = document();
    for (name, operation) in operations(&document) {
        let statuses: BTreeSet<&str> = operation["responses"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert!(
            statuses.contains("500") && statuses.contains("503"),
            "{name}: {statuses:?}"
        );
        if operation["security"] != serde_json::json!([]) {
            assert!(statuses.contains("401"), "{name}: {statuses:?}");
        }
        if !operation["requestBody"].is_null() {
            assert!(
                statuses.contains("400") && statuses.contains("413"),
                "{name}: {statuses:?}"
            );
        }
    }
}
