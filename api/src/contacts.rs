//! Address books.

use std::sync::Arc;
use std::time::Duration;

use domain::contacts::{self, Contact, MatchRequest, MatchSalt, Matches, NewContact, PersonText};
use domain::people::Actor;
use domain::{Error, Result};
use platform::Platform;
use platform::rate::Limit;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::types::Example;
use uuid::Uuid;

use crate::answer::{Created201, List200, Nothing, Ok200};
use crate::apis::Tag;
use crate::auth::Signed;
use crate::body::Body;
use crate::page::{Paging, cursor};
use crate::problem::{Answer, Refusals, Told};
use crate::users::NO_PERSON;

/// A list is counted exactly up to here.
const MOST_COUNTED: i64 = 1_000;

/// Redis has so long to count.
const PATIENCE: Duration = Duration::from_millis(250);

pub(crate) struct ContactsApi {
    platform: Arc<Platform>,
}

struct Adding;

#[OpenApi(prefix_path = "/contacts", tag = "Tag::Contacts")]
impl ContactsApi {
    /// My contacts
    ///
    /// The newest first. Nobody else sees them. Who has blocked whoever asks, or is not here at the moment, is left out.
    #[oai(path = "/", method = "get", operation_id = "listContacts")]
    async fn list(
        &self,
        Signed(actor): Signed,
        /// Most contacts on the page.
        limit: Query<Option<u32>>,
        /// How many to skip.
        offset: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<List200<Contact>> {
        let paging = Paging::asked(limit.0, offset.0, cursor.0)?;
        let after = paging.after::<Uuid>()?;
        let (offset, limit) = (paging.offset, paging.limit);
        let mut connection = self.platform.db.acquire().await?;
        let mut data = contacts::list(&mut connection, actor.user, after, offset, limit).await?;
        let total = contacts::count(&mut connection, actor.user, MOST_COUNTED).await?;
        let pagination = paging.of(&mut data, total, total == MOST_COUNTED, |contact| {
            self::cursor(&contact.id)
        });
        Ok(List200 { data, pagination })
    }

    /// Add a contact
    ///
    /// By id or username, by number or by address. Adding somebody twice answers the same. A number finds those who let
    /// themselves be found by it, an address those who have proved it; who looks up many of either in a day is refused.
    #[oai(path = "/", method = "post", operation_id = "addContact")]
    async fn add(
        &self,
        Signed(actor): Signed,
        body: Body<NewContact>,
    ) -> Answer<Created201<Contact>, Adding> {
        if body.0.wanted()?.is_lookup() {
            let limit = self.platform.config.limits.contacts_lookup;
            self.count(actor, "contacts_lookup", limit, 1).await?;
        }
        let mut tx = self.platform.db.begin().await?;
        let contact = contacts::add(&mut tx, actor.user, &body.0).await?;
        tx.commit().await?;
        Ok(Created201::of(contact))
    }

    /// Remove a contact
    ///
    /// Saying it twice is no error.
    #[oai(path = "/:user_id", method = "delete", operation_id = "removeContact")]
    async fn remove(
        &self,
        Signed(actor): Signed,
        /// Their id or username.
        #[oai(example = "example_person")]
        user_id: Path<PersonText>,
    ) -> Answer<Ok200<Nothing>> {
        let mut tx = self.platform.db.begin().await?;
        contacts::remove(&mut tx, actor.user, &user_id.0).await?;
        tx.commit().await?;
        Ok(Ok200::of(Nothing {}))
    }

    /// The salt of numbers
    ///
    /// For hashing the numbers of an address book before they are compared. Every client knows it: the hash keeps
    /// numbers out of sight, it does not make them secret.
    #[oai(path = "/match-salt", method = "get", operation_id = "getMatchSalt")]
    async fn salt(&self, _signed: Signed) -> Answer<Ok200<MatchSalt>> {
        let mut connection = self.platform.db.acquire().await?;
        Ok(Ok200::of(contacts::match_salt(&mut connection).await?))
    }

    /// Compare an address book
    ///
    /// Up to 1,000 hashes of numbers; answers those that belong to people here who let themselves be found by their
    /// number. How many numbers somebody has compared is counted by the day. Nothing of them is kept.
    #[oai(path = "/match", method = "post", operation_id = "matchContacts")]
    async fn compare(
        &self,
        Signed(actor): Signed,
        body: Body<MatchRequest>,
    ) -> Answer<Ok200<Matches>> {
        let numbers = u32::try_from(body.0.hashes.len()).unwrap_or(u32::MAX);
        let limit = self.platform.config.limits.contacts_match;
        self.count(actor, "contacts_match", limit, numbers).await?;
        let mut connection = self.platform.db.acquire().await?;
        let matches = contacts::match_hashes(&mut connection, actor.user, &body.0).await?;
        Ok(Ok200::of(matches))
    }
}

impl ContactsApi {
    pub(crate) fn new(platform: &Arc<Platform>) -> Self {
        Self {
            platform: platform.clone(),
        }
    }

    /// Unlike other counts this one has to be had: without Redis nobody looks up numbers, rather than everybody all.
    async fn count(&self, actor: Actor, name: &str, limit: Limit, units: u32) -> Result<()> {
        let person = actor.user.to_string();
        let counting = self.platform.rates.take(name, &person, limit, units);
        let counted = tokio::time::timeout(PATIENCE, counting).await;
        let counted = counted.map_err(|_| Error::Unavailable("redis"))?;
        let standing = counted?;
        match standing.allowed {
            true => Ok(()),
            false => Err(Error::RateLimited {
                retry_after: standing.reset,
            }),
        }
    }
}

impl Refusals for Adding {
    const LIST: &'static [Told] = &[NO_PERSON];
}

fn example_person() -> PersonText {
    PersonText::example()
}
