//! What browsers send besides cookies, and which operations take it.

use serde_json::{Value, json};

use super::add_parameter;
use crate::auth::SCHEME;

pub(super) fn take_headers(operation: &mut Value, method: &str, components: &Value) {
    if gives_tokens(operation, components) {
        let mode = json!({
            "name": "Commons-Session",
            "in": "header",
            "description": "`cookie`: the tokens come as cookies that no script reads, and not in the body.",
            "required": false,
            "schema": {"type": "string", "enum": ["cookie"]},
            "example": "cookie",
        });
        add_parameter(operation, mode);
    }
    if says_csrf_token(operation, method) {
        let token = json!({
            "name": "X-CSRF-Token",
            "in": "header",
            "description": "The `csrf_token` of the session, where a cookie says who asks. Not needed with a bearer token.",
            "required": false,
            "schema": {"type": "string"},
            "example": "d0pTqQm3Z3uQv1X9s8cJ5uYb2n7Hk4Lr6Wf0Ea1Gt8M",
        });
        add_parameter(operation, token);
    }
}

/// Whether it changes something for whoever is signed in.
pub(super) fn says_csrf_token(operation: &Value, method: &str) -> bool {
    let schemes = operation["security"].as_array().into_iter().flatten();
    let signed_in = schemes
        .into_iter()
        .any(|scheme| scheme.get(SCHEME).is_some());
    let refreshes = operation["operationId"] == "refresh";
    refreshes || signed_in && method != "get"
}

/// Whether one of its successes holds tokens, or the token that goes with them.
fn gives_tokens(operation: &Value, components: &Value) -> bool {
    let responses = operation["responses"].as_object().into_iter().flatten();
    responses.into_iter().any(|(_, response)| {
        let answer = schema(
            components,
            &response["content"]["application/json"]["schema"],
        );
        let data = schema(components, &answer["properties"]["data"]);
        let parts = data["allOf"].as_array().into_iter().flatten();
        let mut parts = parts.map(|part| schema(components, part)).chain([data]);
        parts.any(|part| part["properties"].get("csrf_token").is_some())
    })
}

/// What a reference leads to.
fn schema<'a>(components: &'a Value, said: &'a Value) -> &'a Value {
    let name = said["$ref"].as_str();
    let name = name.and_then(|name| name.rsplit('/').next());
    name.map_or(said, |name| &components["schemas"][name])
}
