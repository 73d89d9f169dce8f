use poem_openapi::{Enum, Object};
use serde_json::json;

use super::*;

#[derive(Debug, Enum)]
#[oai(rename_all = "lowercase")]
enum Colour {
    Red,
    Blue,
}

#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
struct Item {
    name: String,
    #[oai(validator(maximum(value = "10")))]
    count: i32,
}

#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
struct Order {
    colour: Colour,
    note: Option<String>,
    #[oai(validator(max_length = 5))]
    title: String,
    to: Item,
    items: Vec<Item>,
}

impl Example for Order {
    fn example() -> Self {
        let item = || Item {
            name: "nut".to_owned(),
            count: 1,
        };
        Self {
            colour: Colour::Red,
            note: None,
            title: "short".to_owned(),
            to: item(),
            items: vec![item()],
        }
    }
}

fn faults(given: &Value) -> Vec<String> {
    let error = Order::parse_from_json(Some(given.clone())).unwrap_err();
    let found = find::<Order>(given, error.message());
    found
        .into_iter()
        .map(|found| format!("{} {}: {}", found.field, found.code, found.detail))
        .collect()
}

#[test]
fn every_wrong_field_is_told_at_once() {
    let given = json!({
        "colour": "green", "note": [], "title": "too long", "to": {"name": "nut"}, "extra": 1,
    });
    assert_eq!(
        faults(&given),
        [
            "colour invalid: must be one of red, blue",
            "extra unknown_field: is not a field of this request",
            "note invalid: must be a text",
            "title too_long: can have at most 5 characters",
            "to.count required: is required",
            "items required: is required",
        ]
    );
}

#[test]
fn a_fault_inside_a_list_names_its_item() {
    let given = json!({
        "colour": "red", "title": "x", "to": {"name": "nut", "count": 1},
        "items": [{"name": "nut", "count": 1}, {"name": {}, "count": 11}],
    });
    assert_eq!(
        faults(&given),
        [
            "items.1.count too_large: can be at most 10",
            "items.1.name invalid: must be a text",
        ]
    );
}

#[test]
fn null_stands_for_missing_and_a_list_for_nothing_but_a_list() {
    let given = json!({
        "colour": null, "title": "x", "to": [], "items": {},
    });
    assert_eq!(
        faults(&given),
        [
            "colour required: is required",
            "items invalid: must be a list",
            "to invalid: must be of the type that is documented",
        ]
    );
}

#[test]
fn a_body_of_another_shape_is_wrong_as_a_whole() {
    assert_eq!(
        faults(&json!(["x"])),
        [" invalid: must be of the type that is documented"]
    );
}
