//! What people say of themselves, and who sees what of it.

use chrono::{DateTime, Utc};
use platform::presence::is_online;
use platform::{Cache, Presence};
use poem_openapi::Object;
use poem_openapi::types::Example;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{AccountStatus, Actor, Audience, Email, Line, Phone, Right, Role, VerificationLevel};
use super::{Person, person, sql};
use crate::{Error, Result, UserId};

/// A person, as whoever asks may see them.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Profile {
    pub id: UserId,
    pub username: String,
    /// What to call them: the display name, else the names there are, else the username.
    pub name: String,
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
    pub skills: Vec<String>,
    pub interests: Vec<String>,
    pub subjects: Vec<String>,
    pub role: Role,
    pub is_verified: bool,
    pub verification_level: VerificationLevel,
    pub is_premium: bool,
    pub is_business: bool,
    pub business_info: Option<BusinessInfo>,
    /// Following them takes their consent, and only followers see what they share.
    pub is_private: bool,
    pub follower_count: i64,
    pub following_count: i64,
    /// What they published, without reposts and without what is theirs alone.
    pub post_count: i64,
    /// Whether this is whoever asks.
    pub is_me: bool,
    pub is_following: bool,
    /// Whether whoever asks has asked to follow them, and waits.
    pub is_requested: bool,
    /// Whether they follow whoever asks.
    pub is_followed_by: bool,
    pub is_muted: bool,
    /// Absent where they do not show it to whoever asks.
    pub is_online: Option<bool>,
    pub last_seen_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    /// When they last changed any of it.
    pub updated_at: DateTime<Utc>,
    /// For themselves and administrators alone, as is all that follows.
    pub email: Option<Email>,
    pub email_verified: Option<bool>,
    pub phone: Option<Phone>,
    pub last_login_at: Option<DateTime<Utc>>,
    pub status: Option<AccountStatus>,
    pub suspended_until: Option<DateTime<Utc>>,
    pub suspended_why: Option<String>,
    pub delete_at: Option<DateTime<Utc>>,
}

/// What a business account tells its customers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Object, Serialize, Deserialize)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct BusinessInfo {
    pub name: Option<Line>,
    pub category: Option<Line>,
    pub email: Option<Email>,
    pub phone: Option<Phone>,
    pub address: Option<Line>,
}

/// What stands between two people, and what is counted: never copied, always asked.
pub(super) struct Between {
    pub(super) is_hidden: bool,
    pub(super) is_following: bool,
    pub(super) is_requested: bool,
    pub(super) is_followed_by: bool,
    pub(super) is_muted: bool,
    pub(super) is_contact: bool,
    pub(super) follower_count: i64,
    pub(super) following_count: i64,
    pub(super) post_count: i64,
    pub(super) skills: Vec<String>,
    pub(super) interests: Vec<String>,
    pub(super) subjects: Vec<String>,
}

/// A person as `viewer` may see them: not at all where one blocked the other, or where they are not here.
pub async fn profile(
    cache: &Cache,
    presence: &Presence,
    connection: &mut PgConnection,
    viewer: &Actor,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Profile> {
    let found = person::find(cache, connection, user).await?;
    let person = found.ok_or(Error::NotFound("person"))?;
    let between = sql::between(connection, viewer.user, user, now).await?;
    let sees_all = viewer.user == user || viewer.role.may(Right::SeeAccounts);
    if between.is_hidden && !sees_all {
        return Err(Error::NotFound("person"));
    }
    let seen = match sees_all || person.last_seen_to.includes(&between) {
        true => presence.last_seen(user.0).await.max(person.last_seen_at),
        false => None,
    };
    let mut profile = shown(person, between, viewer.user == user, sees_all);
    profile.is_online = seen.map(|seen| is_online(seen, now));
    profile.last_seen_at = seen;
    Ok(profile)
}

impl Audience {
    fn includes(self, between: &Between) -> bool {
        match self {
            Self::Everyone => true,
            Self::Followers => between.is_following,
            Self::Contacts => between.is_contact,
            Self::Nobody => false,
        }
    }
}

fn shown(person: Person, between: Between, is_me: bool, sees_all: bool) -> Profile {
    let status = person.status();
    Profile {
        id: person.id,
        name: person.name(),
        username: person.username,
        display_name: person.display_name,
        first_name: person.first_name,
        last_name: person.last_name,
        full_name: person.full_name,
        bio: person.bio,
        profile_picture_url: person.profile_picture_url,
        profile_banner_url: person.profile_banner_url,
        location: person.location,
        website: person.website,
        education_level: person.education_level,
        institution: person.institution,
        skills: between.skills,
        interests: between.interests,
        subjects: between.subjects,
        role: person.role,
        is_verified: person.verification_level != VerificationLevel::None,
        verification_level: person.verification_level,
        is_premium: person.is_premium,
        is_business: person.is_business,
        business_info: person.business_info.map(|info| info.0),
        is_private: person.is_private,
        follower_count: between.follower_count,
        following_count: between.following_count,
        post_count: between.post_count,
        is_me,
        is_following: between.is_following,
        is_requested: between.is_requested,
        is_followed_by: between.is_followed_by,
        is_muted: between.is_muted,
        is_online: None,
        last_seen_at: None,
        created_at: person.created_at,
        updated_at: person.updated_at,
        email: person.email.filter(|_| sees_all),
        email_verified: sees_all.then_some(person.email_verified),
        phone: person.phone.filter(|_| sees_all),
        last_login_at: person.last_login_at.filter(|_| sees_all),
        status: sees_all.then_some(status),
        suspended_until: person.suspended_until.filter(|_| sees_all),
        suspended_why: person.suspended_why.filter(|_| sees_all),
        delete_at: person.delete_at.filter(|_| sees_all),
    }
}

impl Example for Profile {
    fn example() -> Self {
        let person = Person::example();
        let between = Between {
            is_hidden: false,
            is_following: true,
            is_requested: false,
            is_followed_by: false,
            is_muted: false,
            is_contact: false,
            follower_count: 1250,
            following_count: 450,
            post_count: 87,
            skills: vec!["Photography".to_owned()],
            interests: vec!["Hiking".to_owned()],
            subjects: vec!["Physics".to_owned()],
        };
        Self {
            is_online: Some(false),
            last_seen_at: Some(person.created_at),
            ..shown(person, between, false, false)
        }
    }
}

impl Example for BusinessInfo {
    fn example() -> Self {
        Self {
            name: Some(Line::example()),
            category: None,
            email: Some(Email::example()),
            phone: None,
            address: None,
        }
    }
}
