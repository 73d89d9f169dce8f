//! Who may do what: every right, and which roles have it, on one page.

use poem_openapi::Enum;
use serde::{Deserialize, Serialize};

use crate::{Error, Result, SessionId, UserId};

/// What a person is here.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type,
)]
#[oai(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Role {
    #[default]
    Member,
    Woman,
    Sponsor,
    Admin,
}

/// What a person may choose to be. Administrators are made by administrators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub enum ChosenRole {
    #[default]
    Member,
    Woman,
    Sponsor,
}

impl From<ChosenRole> for Role {
    fn from(role: ChosenRole) -> Self {
        match role {
            ChosenRole::Member => Self::Member,
            ChosenRole::Woman => Self::Woman,
            ChosenRole::Sponsor => Self::Sponsor,
        }
    }
}

/// A thing that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// See, retry, discard and pause jobs.
    OperateJobs,
    /// See accounts as their owners do, whatever their state.
    SeeAccounts,
    /// Vouch for people: give and take levels of verification.
    VerifyPeople,
    /// Suspend accounts and let them back.
    SuspendPeople,
    /// Have accounts of others deleted.
    DeletePeople,
    /// Remove posts and comments of others.
    RemovePosts,
    /// Give and take roles.
    GrantRoles,
    /// Hide things from what is trending.
    CurateTrends,
}

impl Right {
    pub fn name(self) -> &'static str {
        match self {
            Self::OperateJobs => "operate_jobs",
            Self::SeeAccounts => "see_accounts",
            Self::VerifyPeople => "verify_people",
            Self::SuspendPeople => "suspend_people",
            Self::DeletePeople => "delete_people",
            Self::RemovePosts => "remove_posts",
            Self::GrantRoles => "grant_roles",
            Self::CurateTrends => "curate_trends",
        }
    }
}

impl Role {
    pub fn may(self, right: Right) -> bool {
        match right {
            Right::OperateJobs
            | Right::SeeAccounts
            | Right::VerifyPeople
            | Right::SuspendPeople
            | Right::DeletePeople
            | Right::GrantRoles
            | Right::RemovePosts
            | Right::CurateTrends => self == Self::Admin,
        }
    }
}

/// Somebody who is signed in, and by which session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub user: UserId,
    pub session: SessionId,
    pub role: Role,
}

impl Actor {
    #[must_use]
    pub fn with(self, role: Role) -> Self {
        Self { role, ..self }
    }

    pub fn require(&self, right: Right) -> Result<()> {
        match self.role.may(right) {
            true => Ok(()),
            false => Err(Error::Forbidden(right.name())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_administrators_have_rights_over_others() {
        for right in [
            Right::OperateJobs,
            Right::SeeAccounts,
            Right::VerifyPeople,
            Right::SuspendPeople,
            Right::DeletePeople,
            Right::RemovePosts,
            Right::GrantRoles,
            Right::CurateTrends,
        ] {
            assert!(Role::Admin.may(right));
            for role in [Role::Member, Role::Woman, Role::Sponsor] {
                assert!(!role.may(right), "{role:?} {right:?}");
            }
        }
    }
}
