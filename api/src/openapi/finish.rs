//! What poem-openapi cannot say of an operation: the problems it shares with others, examples beside the schemas,
//! headers, and that it needs no token.

mod browsers;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::Document;
use crate::problem::catalog::{
    IDEMPOTENCY_KEY_UNSUPPORTED, INTERNAL, RATE_LIMITED, SIGNED_IN, TIMEOUT, UNAVAILABLE,
    WITH_BODY, WITH_COOKIES, WITH_IDEMPOTENCY_KEY, WITH_PARAMETERS,
};
use crate::problem::{CONTENT, examples};

/// Adds the operations that live beside `/api/v1`.
pub(super) fn merge(document: &mut Document, root: Document) {
    let here = json!([{"url": "/", "description": "This server"}]);
    for (path, mut operations) in object(root.paths) {
        for operation in operations
            .as_object_mut()
            .into_iter()
            .flat_map(Map::values_mut)
        {
            operation["servers"] = here.clone();
        }
        document.paths[path] = operations;
    }
    for (name, schema) in object(root.components["schemas"].clone()) {
        document.components["schemas"][name] = schema;
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Every operation there is, with its method.
pub(super) fn each(paths: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    let paths = paths.as_object_mut().into_iter().flatten();
    paths.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten())
}

/// Whether it lives beside `/api/v1`.
fn is_at_root(operation: &Value) -> bool {
    operation.get("servers").is_some()
}

pub(super) fn operations(paths: &mut Value, components: &Value) {
    for (method, operation) in each(paths) {
        match method.as_str() {
            _ if is_at_root(operation) => {}
            "post" if takes_json(operation) => take_idempotency_key(operation),
            "get" => take_tags(operation),
            _ => {}
        }
        browsers::take_headers(operation, method, components);
        tell_problems(operation, method);
        if operation.get("security").is_none() {
            operation["security"] = json!([]);
        }
        show_examples(operation, components);
        name_responses(operation);
    }
}

pub(super) fn schemas(components: &mut Value, paths: &Value) {
    let schemas = components["schemas"].as_object_mut();
    for schema in schemas.into_iter().flat_map(Map::values_mut) {
        // The schema is named already; a title would say it twice.
        schema.as_object_mut().map(|schema| schema.remove("title"));
    }
    let mut paths = paths.clone();
    for (_, operation) in each(&mut paths) {
        let body = operation.pointer("/requestBody/content/application~1json/schema/$ref");
        let name = body
            .and_then(Value::as_str)
            .and_then(|name| name.rsplit('/').next());
        if let Some(schema) = name.and_then(|name| components["schemas"].get_mut(name)) {
            schema["additionalProperties"] = false.into();
        }
    }
}

/// The statuses each operation may answer.
pub(super) fn statuses(paths: &Value) -> HashMap<String, BTreeSet<u16>> {
    let mut paths = paths.clone();
    let told = each(&mut paths).map(|(_, operation)| {
        let id = operation["operationId"].as_str().unwrap_or_default();
        let responses = operation["responses"].as_object().into_iter().flatten();
        let statuses = responses.filter_map(|(status, _)| status.parse().ok());
        (id.to_owned(), statuses.collect())
    });
    told.collect()
}

/// A form with files is never held whole, so that it cannot be compared with one that came before.
fn takes_files(operation: &Value) -> bool {
    let form = operation.pointer("/requestBody/content/multipart~1form-data");
    form.is_some()
}

/// Or nothing at all.
fn takes_json(operation: &Value) -> bool {
    let json = operation.pointer("/requestBody/content/application~1json");
    json.is_some() || !takes_files(operation)
}

fn take_idempotency_key(operation: &mut Value) {
    let key = json!({
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A name of your own for this request. Sent again with it, the request is answered as it was the first time.",
        "required": false,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        "example": "8f14e45f-ceea-467f-ab1c-2d3f0c9e4b7a",
    });
    add_parameter(operation, key);
}

fn take_tags(operation: &mut Value) {
    if operation
        .pointer("/responses/200/content/application~1json")
        .is_none()
    {
        return;
    }
    let tags = json!({
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of the answer you have. While it is the same, the answer is 304, without a body.",
        "required": false,
        "schema": {"type": "string"},
        "example": "\"mZ1Dq5pVd0m7C1s0m2pW0g\"",
    });
    add_parameter(operation, tags);
    operation["responses"]["304"] = json!({"description": "You have it already."});
}

fn add_parameter(operation: &mut Value, parameter: Value) {
    match operation["parameters"].as_array_mut() {
        Some(parameters) => parameters.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
}

/// The refusals of the operation itself, and those that its token, body, parameters and method bring along.
fn tell_problems(operation: &mut Value, method: &str) {
    let mut shared = vec![INTERNAL, TIMEOUT];
    if !is_at_root(operation) {
        shared.extend([RATE_LIMITED, UNAVAILABLE]);
    }
    if operation.get("security").is_some() {
        shared.extend(SIGNED_IN);
    }
    if browsers::says_csrf_token(operation, method) {
        shared.extend(WITH_COOKIES);
    }
    if operation.get("requestBody").is_some() {
        shared.extend(WITH_BODY);
    }
    if method == "post" && takes_json(operation) {
        shared.extend(WITH_IDEMPOTENCY_KEY);
    }
    if !takes_json(operation) {
        shared.push(IDEMPOTENCY_KEY_UNSUPPORTED);
    }
    let mut parameters = operation["parameters"].as_array().into_iter().flatten();
    if parameters.any(|parameter| matches!(parameter["in"].as_str(), Some("path" | "query"))) {
        shared.extend(WITH_PARAMETERS);
    }
    let mut by_status: BTreeMap<u16, Vec<Value>> = BTreeMap::new();
    for told in shared {
        let example = object_list(examples(&[told]));
        by_status.entry(told.status).or_default().extend(example);
    }
    for (status, shared) in by_status {
        let response = &mut operation["responses"][status.to_string()];
        let own = object_list(response["content"][CONTENT]["schema"]["example"].take());
        let mut content = object(response["content"].take());
        content.insert(CONTENT.to_owned(), problems(own.into_iter().chain(shared)));
        response["content"] = Value::Object(content);
    }
    let responses = operation["responses"].as_object_mut().into_iter().flatten();
    for (_, response) in responses {
        // Refusals that no other operation shares.
        if let Some(Value::Array(own)) = response
            .pointer("/content/application~1problem+json/schema/example")
            .cloned()
        {
            response["content"][CONTENT] = problems(own.into_iter());
        }
    }
}

fn object_list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

fn problems(all: impl Iterator<Item = Value>) -> Value {
    let examples: Map<String, Value> = all
        .map(|problem| {
            let code = problem["code"].as_str().unwrap_or_default().to_owned();
            (code, json!({"summary": problem["title"], "value": problem}))
        })
        .collect();
    json!({"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples})
}

/// Where a schema publishes an example, the bodies it describes show it.
fn show_examples(operation: &mut Value, components: &Value) {
    let show = |media: &mut Value| {
        let name = media.pointer("/schema/$ref").and_then(Value::as_str);
        let name = name
            .and_then(|name| name.rsplit('/').next())
            .unwrap_or_default();
        let example = components["schemas"][name].get("example");
        if let Some(example) = example.filter(|_| media.get("examples").is_none()) {
            media["example"] = example.clone();
        }
    };
    let request = operation.pointer_mut("/requestBody/content");
    let request = request.and_then(Value::as_object_mut).into_iter().flatten();
    request.for_each(|(_, media)| show(media));
    let responses = operation["responses"].as_object_mut().into_iter().flatten();
    for (_, response) in responses {
        let content = response.get_mut("content").and_then(Value::as_object_mut);
        content
            .into_iter()
            .flatten()
            .for_each(|(_, media)| show(media));
    }
}

/// A response says in words what its status means, and lists the headers it comes with.
fn name_responses(operation: &mut Value) {
    let at_root = is_at_root(operation);
    let taggable = operation["responses"].get("304").is_some();
    let responses = operation["responses"].as_object_mut().into_iter().flatten();
    for (status, response) in responses {
        if response["description"]
            .as_str()
            .unwrap_or_default()
            .is_empty()
        {
            response["description"] = meaning(status).into();
        }
        let tagged = taggable && matches!(status.as_str(), "200" | "304");
        response["headers"] = Value::Object(headers(status, at_root, tagged));
    }
}

fn meaning(status: &str) -> &'static str {
    match status {
        "200" => "Done.",
        "201" => "Made.",
        "202" => "Accepted; it will be done.",
        "302" | "303" => "Go there.",
        "400" => "The request is wrong.",
        "401" => "Nobody is signed in.",
        "403" => "Not allowed.",
        "404" => "There is no such thing.",
        "409" => "The world is already otherwise.",
        "412" => "It was changed meanwhile.",
        "413" => "The body is too large.",
        "415" => "The body is of a type that is not taken.",
        "422" => "The request contradicts an earlier one.",
        "429" => "Too many requests.",
        "500" => "Something went wrong on our side.",
        "503" => "Away for the moment.",
        _ => "See the problem.",
    }
}

fn headers(status: &str, at_root: bool, tagged: bool) -> Map<String, Value> {
    let text = |description: &str, example: &str| json!({"description": description, "schema": {"type": "string"}, "example": example});
    let mut headers = Map::new();
    let mut add = |name: &str, header: Value| headers.insert(name.to_owned(), header);
    add(
        "X-Request-Id",
        text(
            "Names this request.",
            "01932c5e-6d80-7b1a-9f3b-2a1c4e5d6f70",
        ),
    );
    if !at_root {
        add(
            "RateLimit-Policy",
            text(
                "How many requests in how many seconds.",
                "\"default\";q=100;w=60",
            ),
        );
        add(
            "RateLimit",
            text(
                "How many are left, and for how many seconds.",
                "\"default\";r=99;t=60",
            ),
        );
    }
    if matches!(status, "429" | "503") && !at_root {
        let seconds = json!({"type": "integer", "minimum": 1});
        add(
            "Retry-After",
            json!({"description": "Seconds to wait.", "schema": seconds, "example": 2}),
        );
    }
    if tagged {
        add(
            "ETag",
            text(
                "Names this answer; see If-None-Match.",
                "\"mZ1Dq5pVd0m7C1s0m2pW0g\"",
            ),
        );
    }
    if matches!(status, "302" | "303") {
        add(
            "Location",
            text("Where to.", "https://app.example/signed-in?code=…"),
        );
    }
    if status == "401" {
        add(
            "WWW-Authenticate",
            text("How to sign in.", "Bearer realm=\"commons\""),
        );
    }
    headers
}
