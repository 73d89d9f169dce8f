//! What people say of themselves, and who sees what of it.

use poem_openapi::Object;
use poem_openapi::types::Example;
use serde::{Deserialize, Serialize};

/// What a business account tells its customers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Object, Serialize, Deserialize)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct BusinessInfo {
    #[oai(validator(min_length = 1, max_length = 100))]
    pub name: Option<String>,
    #[oai(validator(min_length = 1, max_length = 100))]
    pub category: Option<String>,
    #[oai(validator(min_length = 3, max_length = 254))]
    pub email: Option<String>,
    #[oai(validator(min_length = 3, max_length = 32))]
    pub phone: Option<String>,
    #[oai(validator(min_length = 1, max_length = 300))]
    pub address: Option<String>,
}

impl Example for BusinessInfo {
    fn example() -> Self {
        Self {
            name: Some("Doe Bakery".to_owned()),
            category: Some("Food".to_owned()),
            email: Some("hello@doe-bakery.example".to_owned()),
            phone: None,
            address: Some("1 Main Street, Springfield".to_owned()),
        }
    }
}
