//! How a path names a person.

use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use sqlx::PgConnection;
use uuid::Uuid;

use super::sql;
use crate::wire::{Fault, WireText, wire_text};
use crate::{Error, Result, UserId};

/// A person, by id, by username, or `me`: whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonRef {
    Me,
    Id(UserId),
    Name(String),
}

/// No id is as long, and no username.
const LONGEST: usize = 50;

wire_text!(PersonRef);

impl WireText for PersonRef {
    const NAME: &'static str = "PersonRef";

    fn read(text: &str) -> Result<Self, Fault> {
        if text.eq_ignore_ascii_case("me") {
            return Ok(Self::Me);
        }
        // Without its dashes an id could be somebody's username.
        if let (true, Ok(id)) = (text.contains('-'), Uuid::try_parse(text)) {
            return Ok(Self::Id(UserId(id)));
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
        if text.is_empty() || text.len() > LONGEST || !text.chars().all(allowed) {
            return Err(Fault::new("invalid", "must be a UUID, a username or `me`"));
        }
        Ok(Self::Name(text.to_owned()))
    }

    fn show(&self) -> String {
        match self {
            Self::Me => "me".to_owned(),
            Self::Id(id) => id.to_string(),
            Self::Name(name) => name.clone(),
        }
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            description: Some("A UUID, a username, or `me`"),
            min_length: Some(1),
            max_length: Some(LONGEST),
            pattern: Some("^[A-Za-z0-9._-]+$".to_owned()),
            example: Some(UserId::example().to_string().into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Example for PersonRef {
    fn example() -> Self {
        Self::Id(UserId::example())
    }
}

/// Who is meant, as far as they exist for `viewer`: somebody hidden from them is not found, as if they were not there.
pub async fn resolve(
    connection: &mut PgConnection,
    viewer: UserId,
    person: &PersonRef,
) -> Result<UserId> {
    let found = match person {
        PersonRef::Me => return Ok(viewer),
        PersonRef::Id(id) => sql::visible_by_id(connection, viewer, *id).await?,
        PersonRef::Name(name) => sql::visible_by_name(connection, viewer, name).await?,
    };
    found.ok_or(Error::NotFound("person"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_by_id_by_username_or_as_oneself() {
        let id = UserId::example();
        assert_eq!(PersonRef::read("Me").unwrap(), PersonRef::Me);
        assert_eq!(PersonRef::read(&id.to_string()).unwrap(), PersonRef::Id(id));
        let name = PersonRef::Name("john_doe.99".to_owned());
        assert_eq!(PersonRef::read("john_doe.99").unwrap(), name);
        let hex = id.0.simple().to_string();
        assert_eq!(PersonRef::read(&hex).unwrap(), PersonRef::Name(hex.clone()));
        for text in ["", "jöhn", "a b", "john-doe", &"x".repeat(51)] {
            assert_eq!(PersonRef::read(text).unwrap_err().code, "invalid", "{text}");
        }
    }
}
