//! Changing one's own profile: what is given is changed, what is null is cleared, the rest stays.

use platform::Tx;
use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use sqlx::types::Json;

use super::{Bio, BusinessInfo, Line, Person, PersonName, Username, WebUrl};
use super::{changed, index_names, sql};
use crate::{Error, OnConstraint, Result, UserId};

/// What a person changes of their profile. A field that is not there stays as it is; one that is null is cleared.
#[derive(Clone, Debug, Default, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct ProfileChange {
    pub username: Option<Username>,
    pub display_name: MaybeUndefined<PersonName>,
    pub first_name: MaybeUndefined<PersonName>,
    pub last_name: MaybeUndefined<PersonName>,
    pub full_name: MaybeUndefined<PersonName>,
    pub bio: MaybeUndefined<Bio>,
    pub profile_picture_url: MaybeUndefined<WebUrl>,
    pub profile_banner_url: MaybeUndefined<WebUrl>,
    pub location: MaybeUndefined<Line>,
    pub website: MaybeUndefined<WebUrl>,
    pub education_level: MaybeUndefined<Line>,
    pub institution: MaybeUndefined<Line>,
    pub is_business: Option<bool>,
    pub business_info: MaybeUndefined<BusinessInfo>,
    /// Going public accepts everybody who has asked to follow.
    pub is_private: Option<bool>,
}

impl ProfileChange {
    fn apply(self, person: &mut Person) {
        fn set<T: std::fmt::Display>(place: &mut Option<String>, new: MaybeUndefined<T>) {
            match new {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => *place = None,
                MaybeUndefined::Value(value) => *place = Some(value.to_string()),
            }
        }
        if let Some(username) = self.username {
            person.username = username.to_string();
        }
        set(&mut person.display_name, self.display_name);
        set(&mut person.first_name, self.first_name);
        set(&mut person.last_name, self.last_name);
        set(&mut person.full_name, self.full_name);
        set(&mut person.bio, self.bio);
        set(&mut person.profile_picture_url, self.profile_picture_url);
        set(&mut person.profile_banner_url, self.profile_banner_url);
        set(&mut person.location, self.location);
        set(&mut person.website, self.website);
        set(&mut person.education_level, self.education_level);
        set(&mut person.institution, self.institution);
        match self.business_info {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => person.business_info = None,
            MaybeUndefined::Value(info) => person.business_info = Some(Json(info)),
        }
        person.is_business = self.is_business.unwrap_or(person.is_business);
        person.is_private = self.is_private.unwrap_or(person.is_private);
    }
}

/// Changes a person's own profile. Two changes at once happen one after the other: neither undoes the other's fields.
pub async fn change(tx: &mut Tx, user: UserId, change: ProfileChange) -> Result<()> {
    let before = sql::lock_person(tx.connection(), user).await?;
    let before = before.ok_or(Error::NotFound("person"))?;
    let mut after = before.clone();
    change.apply(&mut after);
    if after == before {
        return Ok(());
    }
    let now = tx.now();
    sql::save_profile(tx.connection(), &after, now)
        .await
        .on_constraint(
            "users_username_taken",
            Error::taken("username_taken", "username", "This username is taken."),
        )?;
    if (&before.profile_picture_url, &before.profile_banner_url)
        != (&after.profile_picture_url, &after.profile_banner_url)
    {
        crate::media::forget_replaced(tx, user).await?;
    }
    index_names(tx, user).await?;
    changed(tx, user).await?;
    if before.is_private != after.is_private {
        crate::hashtags::author_changed(tx, user).await?;
    }
    if before.is_private && !after.is_private {
        crate::graph::accept_all(tx, user).await?;
    }
    Ok(())
}

impl Example for ProfileChange {
    fn example() -> Self {
        Self {
            bio: MaybeUndefined::Value(Bio::example()),
            location: MaybeUndefined::Value(Line::example()),
            ..Self::default()
        }
    }
}
