//! A person in a list: what every list of people shows, made in one place, so that none shows more than another or
//! somebody who is hidden from whoever asks.

use poem_openapi::Object;
use poem_openapi::types::Example;
use sqlx::PgConnection;

use super::{PersonName, Role, Username, VerificationLevel, sql};
use crate::{Result, UserId};

/// A person, in a list.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct PersonCard {
    pub id: UserId,
    pub username: Username,
    /// What to call them: the display name, else the names there are, else the username.
    pub name: String,
    pub display_name: Option<String>,
    pub first_name: Option<PersonName>,
    pub last_name: Option<PersonName>,
    pub full_name: Option<PersonName>,
    pub profile_picture_url: Option<String>,
    pub bio: Option<String>,
    pub role: Role,
    pub is_verified: bool,
    pub verification_level: VerificationLevel,
    /// Following them takes their consent.
    pub is_private: bool,
    /// Whether whoever asks follows them.
    pub is_following: bool,
    /// Whether whoever asks has asked to follow them, and waits.
    pub is_requested: bool,
    /// Whether they follow whoever asks.
    pub is_followed_by: bool,
}

/// The cards of `people` as `viewer` may see them, in this order. Who is hidden from them is left out.
pub async fn cards(
    connection: &mut PgConnection,
    viewer: UserId,
    people: &[UserId],
) -> Result<Vec<PersonCard>> {
    let ids: Vec<uuid::Uuid> = people.iter().map(|person| person.0).collect();
    Ok(sql::cards(connection, viewer, &ids).await?)
}

impl Example for PersonCard {
    fn example() -> Self {
        Self {
            id: UserId::example(),
            username: Username::example(),
            name: "John".to_owned(),
            display_name: Some("John".to_owned()),
            first_name: Some(PersonName::example()),
            last_name: None,
            full_name: None,
            profile_picture_url: None,
            bio: None,
            role: Role::Member,
            is_verified: true,
            verification_level: VerificationLevel::Blue,
            is_private: false,
            is_following: true,
            is_requested: false,
            is_followed_by: false,
        }
    }
}
