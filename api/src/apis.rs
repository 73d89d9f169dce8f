//! The doors: every API there is, on one page. Past sixteen, nest the tuples by area.

use std::sync::Arc;

use platform::Platform;
use poem_openapi::Tags;

use crate::contacts::ContactsApi;
use crate::graph::{FollowsApi, ListsApi, QuietApi, SuggestionsApi};
use crate::health::HealthApi;
use crate::identity::codes::CodesApi;
use crate::identity::passwords::PasswordsApi;
use crate::identity::{IdentityApi, LinkedApi, ProvidersApi, SessionsApi, TwoFactorApi};
use crate::lifecycle::LifecycleApi;
use crate::media::{DirectApi, MediaApi, PicturesApi, VideoReportsApi};
use crate::office::OfficeApi;
use crate::operations::OperationsApi;
use crate::posts::PostsApi;
use crate::settings::SettingsApi;
use crate::users::UsersApi;

/// Under `/api/v1`.
pub(crate) type Apis = (
    Identity,
    People,
    Graph,
    Files,
    Social,
    OfficeApi,
    OperationsApi,
);

type Identity = (
    IdentityApi,
    CodesApi,
    PasswordsApi,
    TwoFactorApi,
    SessionsApi,
    ProvidersApi,
    LinkedApi,
);

type People = (UsersApi, ContactsApi, SettingsApi, LifecycleApi);

type Graph = (FollowsApi, ListsApi, QuietApi, SuggestionsApi);

type Files = (MediaApi, DirectApi, PicturesApi, VideoReportsApi);

type Social = PostsApi;

pub(crate) fn apis(platform: &Arc<Platform>) -> Apis {
    (
        (
            IdentityApi::new(platform),
            CodesApi::new(platform),
            PasswordsApi::new(platform),
            TwoFactorApi::new(platform),
            SessionsApi::new(platform),
            ProvidersApi::new(platform),
            LinkedApi::new(platform),
        ),
        (
            UsersApi::new(platform),
            ContactsApi::new(platform),
            SettingsApi::new(platform),
            LifecycleApi::new(platform),
        ),
        (
            FollowsApi::new(platform),
            ListsApi::new(platform),
            QuietApi::new(platform),
            SuggestionsApi::new(platform),
        ),
        (
            MediaApi::new(platform),
            DirectApi::new(platform),
            PicturesApi::new(platform),
            VideoReportsApi::new(platform),
        ),
        PostsApi::new(platform),
        OfficeApi::new(platform),
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
    /// Ways in: registering, signing in (also with an account elsewhere), staying in, leaving, proving an e-mail address or
    /// a phone, changing a password.
    Auth,
    /// People.
    Users,
    /// Who follows, asks to follow, blocks and mutes whom, and whom to follow.
    Graph,
    /// Pictures, videos, sounds and documents: uploading them, and what becomes of them.
    Media,
    /// What people show: posts, and what others say and do under them.
    Posts,
    /// Address books: whom a person keeps, and who of the numbers on their telephone is here.
    Contacts,
    /// Language, theme, notifications, privacy.
    Settings,
    /// Accounts, for administrators: vouching, suspending, roles.
    Office,
    /// The work behind the scenes, for administrators: pools, jobs, pauses, the audit.
    Operations,
    /// Whether the service works.
    Health,
}
