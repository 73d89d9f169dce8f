//! People: their profiles, lists of them, and finding them.

use std::sync::Arc;

use domain::people::search::{self, Place, SearchText};
use domain::people::{
    self, Actor, Line, PeopleFilter, PersonCard, PersonRef, Profile, ProfileChange, Role, Topic,
    TopicKind, Topics,
};
use domain::{Error, UserId};
use platform::Platform;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use crate::answer::{List200, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::Body;
use crate::page::{Paging, cursor};
use crate::problem::{Answer, Refusals, Told};

pub(crate) struct UsersApi {
    platform: Arc<Platform>,
}

/// Or hidden from whoever asks: the answer is the same.
pub(crate) const NO_PERSON: Told = Told::new(404, "not_found", "There is no such person.");
pub(crate) const NOT_YOURS: Told = Told::new(403, "not_yours", "Only its owner may change this.");

struct Seeing;

impl Refusals for Seeing {
    const LIST: &'static [Told] = &[NO_PERSON];
}

struct Changing;

impl Refusals for Changing {
    const LIST: &'static [Told] = &[
        NOT_YOURS,
        NO_PERSON,
        Told::new(409, "username_taken", "This username is taken."),
    ];
}

#[OpenApi(prefix_path = "/users", tag = "Tag::Users")]
impl UsersApi {
    /// List people
    ///
    /// The newest first, by what they show of themselves. Several filters narrow one another.
    #[oai(path = "/", method = "get", operation_id = "listUsers")]
    #[expect(clippy::too_many_arguments, reason = "one a query parameter")]
    async fn list(
        &self,
        Signed(actor): Signed,
        role: Query<Option<Role>>,
        /// Who have this skill, however it is written.
        skill: Query<Option<Topic>>,
        interest: Query<Option<Topic>>,
        subject: Query<Option<Topic>>,
        /// Who say they are here, in any case of letters.
        location: Query<Option<Line>>,
        /// Who are vouched for, or who are not.
        verified: Query<Option<bool>>,
        /// Most people on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<PersonCard>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let filter = PeopleFilter {
            role: role.0,
            skill: skill.0,
            interest: interest.0,
            subject: subject.0,
            location: location.0,
            verified: verified.0,
        };
        let after = paging.after::<UserId>()?;
        let (offset, limit) = (paging.offset, paging.limit);
        let mut connection = self.platform.db.acquire().await?;
        let mut data =
            people::list(&mut connection, actor.user, &filter, after, offset, limit).await?;
        let (total, exact) = people::count(&mut connection, actor.user, &filter).await?;
        let pagination = paging.of(&mut data, total, !exact, |person| self::cursor(&person.id));
        Ok(List200 { data, pagination })
    }

    /// Search people
    ///
    /// By name. First those whose username begins with what is typed, then those with a word in their names for each
    /// word of it, then those whose names are a slip of the fingers away. Case and accents do not matter.
    #[oai(path = "/search", method = "get", operation_id = "searchUsers")]
    async fn search(
        &self,
        Signed(actor): Signed,
        /// What is typed.
        q: Query<SearchText>,
        /// Most people on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<PersonCard>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let after = paging.after::<Place>()?;
        let (offset, limit) = (paging.offset, paging.limit);
        let mut connection = self.platform.db.acquire().await?;
        let mut found =
            search::search(&mut connection, actor.user, &q.0, after, offset, limit).await?;
        // Counting all who are found would cost more than finding these: so many there are at least.
        let here = i64::try_from(found.len()).unwrap_or(limit);
        let more = here > limit || paging.cursor.is_some();
        let pagination = paging.of(&mut found, offset + here, more, |found| {
            self::cursor(&found.place)
        });
        let data = found.into_iter().map(|found| found.card).collect();
        Ok(List200 { data, pagination })
    }

    /// A person's profile
    ///
    /// As whoever asks may see it; all of it where it is their own (`me`), and for administrators. Somebody who blocked
    /// whoever asks, whom they blocked, or whose account is not active, is not found.
    #[oai(path = "/:user_id", method = "get", operation_id = "getUser")]
    async fn show(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<Profile>, Seeing> {
        let mut connection = self.platform.db.acquire().await?;
        let user = people::locate(&mut connection, actor.user, &user_id.0).await?;
        Ok(Ok200::of(
            self.profile(&mut connection, &actor, user).await?,
        ))
    }

    /// Change my profile
    ///
    /// What is given changes, what is null is cleared, the rest stays. Of two who want one username at once, one gets
    /// it.
    #[oai(path = "/:user_id", method = "put", operation_id = "updateUser")]
    async fn change(
        &self,
        Signed(actor): Signed,
        user_id: Path<PersonRef>,
        body: Body<ProfileChange>,
    ) -> Answer<Ok200<Profile>, Changing> {
        let mut tx = self.platform.db.begin().await?;
        let user = owned(tx.connection(), &actor, &user_id.0).await?;
        people::change(&mut tx, user, body.0).await?;
        tx.commit().await?;
        let mut connection = self.platform.db.acquire().await?;
        Ok(Ok200::of(
            self.profile(&mut connection, &actor, user).await?,
        ))
    }

    /// A person's skills
    ///
    /// In their order. Where the person is hidden from whoever asks, they are not found.
    #[oai(path = "/:user_id/skills", method = "get", operation_id = "getSkills")]
    async fn skills(
        &self,
        signed: Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<Topics>, Seeing> {
        self.topics(signed.0, user_id.0, TopicKind::Skill).await
    }

    /// Replace my skills
    ///
    /// Skills that differ by case or accents alone are one.
    #[oai(path = "/:user_id/skills", method = "put", operation_id = "setSkills")]
    async fn set_skills(
        &self,
        signed: Signed,
        user_id: Path<PersonRef>,
        body: Body<Topics>,
    ) -> Answer<Ok200<Topics>, Changing> {
        let (actor, kind) = (signed.0, TopicKind::Skill);
        self.set_topics(actor, user_id.0, kind, body.0).await
    }

    /// A person's interests
    ///
    /// In their order.
    #[oai(
        path = "/:user_id/interests",
        method = "get",
        operation_id = "getInterests"
    )]
    async fn interests(
        &self,
        signed: Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<Topics>, Seeing> {
        self.topics(signed.0, user_id.0, TopicKind::Interest).await
    }

    /// Replace my interests
    ///
    /// Interests that differ by case or accents alone are one.
    #[oai(
        path = "/:user_id/interests",
        method = "put",
        operation_id = "setInterests"
    )]
    async fn set_interests(
        &self,
        signed: Signed,
        user_id: Path<PersonRef>,
        body: Body<Topics>,
    ) -> Answer<Ok200<Topics>, Changing> {
        let (actor, kind) = (signed.0, TopicKind::Interest);
        self.set_topics(actor, user_id.0, kind, body.0).await
    }

    /// A person's subjects
    ///
    /// What they study, in their order.
    #[oai(
        path = "/:user_id/subjects",
        method = "get",
        operation_id = "getSubjects"
    )]
    async fn subjects(
        &self,
        signed: Signed,
        user_id: Path<PersonRef>,
    ) -> Answer<Ok200<Topics>, Seeing> {
        self.topics(signed.0, user_id.0, TopicKind::Subject).await
    }

    /// Replace my subjects
    ///
    /// Subjects that differ by case or accents alone are one.
    #[oai(
        path = "/:user_id/subjects",
        method = "put",
        operation_id = "setSubjects"
    )]
    async fn set_subjects(
        &self,
        signed: Signed,
        user_id: Path<PersonRef>,
        body: Body<Topics>,
    ) -> Answer<Ok200<Topics>, Changing> {
        let (actor, kind) = (signed.0, TopicKind::Subject);
        self.set_topics(actor, user_id.0, kind, body.0).await
    }
}

impl UsersApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    async fn profile(
        &self,
        connection: &mut platform::db::Connection,
        actor: &Actor,
        user: UserId,
    ) -> domain::Result<Profile> {
        let (cache, presence) = (&self.platform.cache, &self.platform.presence);
        let now = self.platform.clock.now();
        people::profile(cache, presence, connection, actor, user, now).await
    }

    async fn topics(
        &self,
        actor: Actor,
        person: PersonRef,
        kind: TopicKind,
    ) -> Answer<Ok200<Topics>, Seeing> {
        let mut connection = self.platform.db.acquire().await?;
        let user = people::resolve(&mut connection, actor.user, &person).await?;
        Ok(Ok200::of(
            people::topics(&mut connection, user, kind).await?,
        ))
    }

    async fn set_topics(
        &self,
        actor: Actor,
        person: PersonRef,
        kind: TopicKind,
        topics: Topics,
    ) -> Answer<Ok200<Topics>, Changing> {
        let mut tx = self.platform.db.begin().await?;
        let user = owned(tx.connection(), &actor, &person).await?;
        let topics = people::set_topics(&mut tx, user, kind, topics).await?;
        tx.commit().await?;
        Ok(Ok200::of(topics))
    }
}

/// What only its owner may change: hidden people are not found, others' things are refused.
pub(crate) async fn owned(
    connection: &mut platform::db::Connection,
    actor: &Actor,
    person: &PersonRef,
) -> domain::Result<UserId> {
    let user = people::resolve(connection, actor.user, person).await?;
    match user == actor.user {
        true => Ok(user),
        false => Err(Error::denied(NOT_YOURS.code, NOT_YOURS.detail)),
    }
}
