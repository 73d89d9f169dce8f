//! Address books: the people somebody keeps, and who of the numbers on their telephone is here.
//!
//! A number is an address of a person, not a name: who looks many of them up is making a list of others. So looking up is
//! counted by the day, finds only those who [let themselves be found](crate::people::Person::found_by_phone), and never
//! anybody who is hidden from whoever asks.

mod matching;
mod sql;

pub use matching::{Match, MatchRequest, MatchSalt, Matches, PhoneHash, match_hashes, match_salt};

use platform::Tx;
use poem_openapi::Object;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::people::{self, Email, LoginText, PersonCard, PersonName, Phone, Username};
use crate::wire::{Fault, WireText, wire_text};
use crate::{ContactId, Error, FieldError, OnConstraint, Result, UserId};

/// Somebody in an address book.
#[derive(Clone, Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Contact {
    pub id: ContactId,
    /// What the owner calls them.
    pub name: Option<PersonName>,
    pub person: PersonCard,
}

/// Whom to add: one of `user_id`, `phone` and `email`.
#[derive(Clone, Debug, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct NewContact {
    /// Their id or username.
    pub user_id: Option<PersonText>,
    /// Their number; finds those who let themselves be found by it.
    pub phone: Option<Phone>,
    /// Their address, where it is proved to be theirs.
    pub email: Option<Email>,
    /// What the owner calls them. Adding them again with another name renames them.
    pub name: Option<PersonName>,
}

/// A person by their id or username.
#[derive(Clone, Debug)]
pub enum PersonText {
    Id(UserId),
    Name(LoginText),
}

wire_text!(PersonText);

/// Whom a [`NewContact`] names.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    Person(&'a PersonText),
    Phone(&'a Phone),
    Email(&'a Email),
}

impl Wanted<'_> {
    /// Whether it takes more than what everybody may know.
    pub fn is_lookup(&self) -> bool {
        !matches!(self, Self::Person(_))
    }

    fn field(&self) -> &'static str {
        match self {
            Self::Person(_) => "user_id",
            Self::Phone(_) => "phone",
            Self::Email(_) => "email",
        }
    }
}

impl NewContact {
    pub fn wanted(&self) -> Result<Wanted<'_>> {
        let person = self.user_id.as_ref().map(Wanted::Person);
        let phone = self.phone.as_ref().map(Wanted::Phone);
        let email = self.email.as_ref().map(Wanted::Email);
        let given: Vec<Wanted<'_>> = [person, phone, email].into_iter().flatten().collect();
        match given[..] {
            [one] => Ok(one),
            ref given => Err(one_of_three(given.is_empty())),
        }
    }
}

fn one_of_three(none: bool) -> Error {
    let fault = |field: &str| FieldError {
        field: field.to_owned(),
        code: if none { "required" } else { "ambiguous" },
        detail: "give one of `user_id`, `phone` and `email`".to_owned(),
    };
    Error::Invalid(["user_id", "phone", "email"].map(fault).into())
}

/// Puts somebody into the address book. Adding them again changes nothing but the name, where one is given.
pub async fn add(tx: &mut Tx, owner: UserId, new: &NewContact) -> Result<Contact> {
    let wanted = new.wanted()?;
    let connection = tx.connection();
    let found = match wanted {
        Wanted::Person(PersonText::Id(id)) => sql::by_id(connection, owner, *id).await?,
        Wanted::Person(PersonText::Name(name)) => {
            sql::by_username(connection, owner, name.as_str()).await?
        }
        Wanted::Phone(phone) => sql::by_phone(connection, owner, phone).await?,
        Wanted::Email(email) => sql::by_email(connection, owner, email).await?,
    };
    let person = found.ok_or(Error::NotFound("person"))?;
    let (id, now) = (ContactId::at(tx.now()), tx.now());
    let kept = sql::insert(tx.connection(), id, owner, person, new.name.as_ref(), now)
        .await
        .on_constraint(
            "contacts_not_oneself",
            Error::invalid(wanted.field(), "oneself", "is you"),
        )?;
    let mut cards = people::cards(tx.connection(), owner, &[person]).await?;
    Ok(Contact {
        id: kept.id,
        name: kept.name,
        person: cards.pop().ok_or(Error::NotFound("person"))?,
    })
}

/// Takes somebody out. Nobody learns whether they were in.
pub async fn remove(tx: &mut Tx, owner: UserId, person: &PersonText) -> Result<()> {
    let connection = tx.connection();
    match person {
        PersonText::Id(id) => sql::delete(connection, owner, *id).await?,
        PersonText::Name(name) => sql::delete_by_name(connection, owner, name.as_str()).await?,
    }
    Ok(())
}

/// A page of an address book, the newest first, with one more than `limit` where there are more. Who is hidden from its
/// owner is left out.
pub async fn list(
    connection: &mut PgConnection,
    owner: UserId,
    after: Option<Uuid>,
    offset: i64,
    limit: i64,
) -> Result<Vec<Contact>> {
    let kept = sql::page(connection, owner, after, offset, limit + 1).await?;
    let people: Vec<UserId> = kept.iter().map(|one| one.person).collect();
    let mut cards = people::cards(connection, owner, &people)
        .await?
        .into_iter()
        .peekable();
    let with_card = |one: sql::Kept| {
        let person = cards.next_if(|card| card.id == one.person)?;
        Some(Contact {
            id: one.id,
            name: one.name,
            person,
        })
    };
    Ok(kept.into_iter().filter_map(with_card).collect())
}

/// How many there are, counted up to `most`.
pub async fn count(connection: &mut PgConnection, owner: UserId, most: i64) -> Result<i64> {
    Ok(sql::count(connection, owner, most).await?)
}

impl WireText for PersonText {
    const NAME: &'static str = "PersonText";

    fn read(text: &str) -> Result<Self, Fault> {
        match Uuid::try_parse(text.trim()) {
            Ok(id) => Ok(Self::Id(UserId(id))),
            Err(_) => LoginText::read(text).map(Self::Name),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Id(id) => id.show(),
            Self::Name(name) => name.show(),
        }
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(1),
            max_length: Some(254),
            example: Some(Self::example().show().into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Example for PersonText {
    fn example() -> Self {
        Self::Id(UserId::example())
    }
}

impl Example for Contact {
    fn example() -> Self {
        Self {
            id: ContactId::example(),
            name: Some(PersonName::example()),
            person: PersonCard::example(),
        }
    }
}

impl Example for NewContact {
    fn example() -> Self {
        Self {
            user_id: Some(PersonText::Name(
                LoginText::read(&Username::example().show()).unwrap_or(LoginText::example()),
            )),
            phone: None,
            email: None,
            name: Some(PersonName::example()),
        }
    }
}
