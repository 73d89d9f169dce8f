//! The doors: every API there is, on one page. Past sixteen, nest the tuples by area.

use std::sync::Arc;

use platform::Platform;
use poem_openapi::Tags;

use crate::comments::CommentsApi;
use crate::contacts::ContactsApi;
use crate::devices::DevicesApi;
use crate::feed::FeedApi;
use crate::graph::{FollowsApi, ListsApi, QuietApi, SuggestionsApi};
use crate::hashtags::HashtagsApi;
use crate::health::HealthApi;
use crate::identity::codes::CodesApi;
use crate::identity::passwords::PasswordsApi;
use crate::identity::{IdentityApi, LinkedApi, ProvidersApi, SessionsApi, TwoFactorApi};
use crate::lifecycle::LifecycleApi;
use crate::media::{DirectApi, MediaApi, PicturesApi, VideoReportsApi};
use crate::notifications::NotificationsApi;
use crate::office::OfficeApi;
use crate::operations::OperationsApi;
use crate::posts::{ActsApi, PostListsApi, PostsApi};
use crate::search::SearchApi;
use crate::settings::SettingsApi;
use crate::stream::StreamApi;
use crate::trends::TrendsApi;
use crate::unsubscribe::UnsubscribeApi;
use crate::users::UsersApi;

/// Under `/api/v1`.
pub(crate) type Apis = (Identity, People, Graph, Social, OfficeApi, OperationsApi);

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

type Social = (Posts, Finding, Telling, Files);

type Posts = (PostsApi, PostListsApi, ActsApi, CommentsApi, FeedApi);

type Finding = (SearchApi, HashtagsApi, TrendsApi);

type Telling = (NotificationsApi, StreamApi, DevicesApi, UnsubscribeApi);

type Files = (DirectApi, MediaApi, PicturesApi, VideoReportsApi);

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
            (
                PostsApi::new(platform),
                PostListsApi::new(platform),
                ActsApi::new(platform),
                CommentsApi::new(platform),
                FeedApi::new(platform),
            ),
            (
                SearchApi::new(platform),
                HashtagsApi::new(platform),
                TrendsApi::new(platform),
            ),
            (
                NotificationsApi::new(platform),
                StreamApi::new(platform),
                DevicesApi::new(platform),
                UnsubscribeApi::new(platform),
            ),
            (
                DirectApi::new(platform),
                MediaApi::new(platform),
                PicturesApi::new(platform),
                VideoReportsApi::new(platform),
            ),
        ),
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
    /// What happened to a person: a list, and a stream.
    Notifications,
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
