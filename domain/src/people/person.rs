//! A person as the house knows them: what every door needs to decide, in one row, with a copy in Redis.

use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::{Cache, Tx};
use poem_openapi::Enum;
use poem_openapi::types::Example;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{BusinessInfo, Email, Phone, Role, jobs, sql};
use crate::{Error, Result, UserId};

/// How long a copy is kept. Every writer closes it: see [`changed`].
const COPY_FOR: Duration = Duration::from_secs(3600);

/// All of the account but its counters and what proves who they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub username: String,
    pub email: Option<Email>,
    pub email_verified: bool,
    pub phone: Option<Phone>,
    pub display_name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub full_name: Option<String>,
    pub bio: Option<String>,
    pub profile_picture_url: Option<String>,
    pub profile_banner_url: Option<String>,
    pub location: Option<String>,
    pub website: Option<String>,
    pub education_level: Option<String>,
    pub institution: Option<String>,
    pub role: Role,
    pub verification_level: VerificationLevel,
    pub is_premium: bool,
    pub is_business: bool,
    pub business_info: Option<sqlx::types::Json<BusinessInfo>>,
    pub is_private: bool,
    pub last_seen_to: Audience,
    pub messages_from: Audience,
    pub found_by_phone: bool,
    pub last_login_at: Option<DateTime<Utc>>,
    pub last_seen_at: Option<DateTime<Utc>>,
    pub deactivated_at: Option<DateTime<Utc>>,
    pub suspended_at: Option<DateTime<Utc>>,
    pub suspended_until: Option<DateTime<Utc>>,
    pub suspended_why: Option<String>,
    pub delete_at: Option<DateTime<Utc>>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum AccountStatus {
    Active,
    /// By its owner, until they sign in again.
    Deactivated,
    /// By an administrator.
    Suspended,
    /// It will be deleted; signing in again keeps it.
    Leaving,
    Deleted,
}

/// What the house vouches for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type,
)]
#[oai(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum VerificationLevel {
    #[default]
    None,
    Blue,
    Gold,
    Premium,
}

/// To whom a person shows or allows a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type)]
#[oai(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Audience {
    Everyone,
    Followers,
    Contacts,
    Nobody,
}

impl Person {
    pub fn status(&self) -> AccountStatus {
        match self {
            Self {
                deleted_at: Some(_),
                ..
            } => AccountStatus::Deleted,
            Self {
                suspended_at: Some(_),
                ..
            } => AccountStatus::Suspended,
            Self {
                delete_at: Some(_), ..
            } => AccountStatus::Leaving,
            Self {
                deactivated_at: Some(_),
                ..
            } => AccountStatus::Deactivated,
            _ => AccountStatus::Active,
        }
    }

    /// What they are called: as they chose, else by their names, else by their username.
    pub fn name(&self) -> String {
        let chosen = self.display_name.as_ref().or(self.full_name.as_ref());
        let names = || match (&self.first_name, &self.last_name) {
            (Some(first), Some(last)) => format!("{first} {last}"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => self.username.clone(),
        };
        chosen.cloned().unwrap_or_else(names)
    }

    /// The copy in Redis, as it is written.
    pub fn copy(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The key of a person's copy.
pub fn key(user: UserId) -> String {
    format!("user:{user}")
}

/// A person, from the copy where there is one.
pub async fn find(
    cache: &Cache,
    connection: &mut PgConnection,
    user: UserId,
) -> Result<Option<Person>> {
    let [copy] = cache.get([&key(user)]).await;
    if let Some(person) = copy.and_then(|copy| serde_json::from_str(&copy).ok()) {
        return Ok(Some(person));
    }
    let person = sql::person(connection, user).await?;
    if let Some(person) = &person {
        keep(cache, person).await;
    }
    Ok(person)
}

/// Keeps a copy.
pub async fn keep(cache: &Cache, person: &Person) {
    cache.fill(&key(person.id), &person.copy(), COPY_FOR).await;
}

/// Whoever changes the row of a person says so in the same transaction: the copy goes before the change is seen. Where
/// Redis is away, a job drops it as soon as it is back.
pub async fn changed(tx: &mut Tx, user: UserId) -> Result<()> {
    forget(tx, vec![key(user)]).await
}

/// The same for any copies.
pub async fn forget(tx: &mut Tx, keys: Vec<String>) -> Result<()> {
    let cache = tx.cache().clone();
    if let Err(error) = cache.close(&keys).await {
        tracing::warn!(%error, "copies are not closed, Redis is away: a job will");
        tx.enqueue(jobs::ForgetCopies { keys })
            .await
            .map_err(Error::from)?;
    }
    Ok(())
}

impl Example for Person {
    fn example() -> Self {
        let then = DateTime::from_timestamp(1_731_672_600, 0).unwrap_or_default();
        Self {
            id: UserId::example(),
            username: "john_doe".to_owned(),
            email: Some(Email::example()),
            email_verified: true,
            phone: None,
            display_name: None,
            first_name: Some("John".to_owned()),
            last_name: Some("Doe".to_owned()),
            full_name: None,
            bio: Some("College student. Takes pictures.".to_owned()),
            profile_picture_url: None,
            profile_banner_url: None,
            location: Some("Springfield".to_owned()),
            website: None,
            education_level: None,
            institution: None,
            role: Role::Member,
            verification_level: VerificationLevel::None,
            is_premium: false,
            is_business: false,
            business_info: None,
            is_private: false,
            last_seen_to: Audience::Everyone,
            messages_from: Audience::Everyone,
            found_by_phone: true,
            last_login_at: None,
            last_seen_at: None,
            deactivated_at: None,
            suspended_at: None,
            suspended_until: None,
            suspended_why: None,
            delete_at: None,
            deleted_at: None,
            created_at: then,
            updated_at: then,
        }
    }
}
