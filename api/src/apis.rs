//! The doors: every API there is, on one page. Past sixteen, nest the tuples by area.

use std::sync::Arc;

use platform::Platform;
use poem_openapi::Tags;

use crate::health::HealthApi;
use crate::identity::IdentityApi;
use crate::lifecycle::LifecycleApi;
use crate::operations::OperationsApi;
use crate::users::UsersApi;

/// Under `/api/v1`.
pub(crate) type Apis = (IdentityApi, UsersApi, LifecycleApi, OperationsApi);

pub(crate) fn apis(platform: &Arc<Platform>) -> Apis {
    (
        IdentityApi::new(platform),
        UsersApi::new(platform),
        LifecycleApi::new(platform),
        OperationsApi::new(platform),
    )
}

/// Beside it, where operators and their probes look.
pub(crate) type RootApis = HealthApi;

pub(crate) fn root_apis(platform: &Arc<Platform>) -> RootApis {
    HealthApi::new(platform)
}

/// What operations are about.
#[derive(Clone, Copy, Debug, Tags)]
pub(crate) enum Tag {
    /// Ways in: registering, signing in, staying in, leaving, proving an e-mail address.
    Auth,
    /// People.
    Users,
    /// The work behind the scenes, for administrators: pools, jobs, pauses, the audit.
    Operations,
    /// Whether the service works.
    Health,
}
