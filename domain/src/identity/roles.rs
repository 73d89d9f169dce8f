//! Who may do what: every right, and which roles have it, on one page.

use poem_openapi::Enum;
use serde::{Deserialize, Serialize};

use crate::{Error, Result, SessionId, UserId};

/// What a person is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type)]
#[oai(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Role {
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
}

impl Right {
    pub fn name(self) -> &'static str {
        match self {
            Self::OperateJobs => "operate_jobs",
        }
    }
}

impl Role {
    pub fn may(self, right: Right) -> bool {
        match right {
            Right::OperateJobs => self == Self::Admin,
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
    fn only_administrators_operate_jobs() {
        assert!(Role::Admin.may(Right::OperateJobs));
        for role in [Role::Member, Role::Woman, Role::Sponsor] {
            assert!(!role.may(Right::OperateJobs));
        }
    }
}
