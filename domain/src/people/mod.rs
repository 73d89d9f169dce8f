//! People: who they are to each other and to the house.
//!
//! A [`Person`] is the row that every door decides by; [what they say of themselves](Profile) is shown by rules that
//! stand in [`profile`]; what each [role](Role) may do, in [`roles`]. Whoever changes a person calls [`changed`].

mod cards;
mod change;
mod fields;
pub mod jobs;
mod list;
mod person;
mod phone;
mod profile;
mod reference;
mod roles;
pub mod search;
mod sql;
mod texts;
mod topics;
mod words;

pub use cards::{PersonCard, cards};
pub use change::{ProfileChange, change};
pub use fields::{Email, LoginText, Username};
pub(crate) use fields::{check_length, schema, text};
pub use list::{PeopleFilter, count, list};
pub use person::{
    AccountStatus, Audience, Person, VerificationLevel, changed, find, forget, keep, key,
};
pub use phone::Phone;
pub use profile::{BusinessInfo, Profile, profile};
pub use reference::{PersonRef, locate, resolve};
pub use roles::{Actor, ChosenRole, Right, Role};
pub use texts::{Bio, Line, PersonName, Topic, WebUrl};
pub(crate) use texts::{is_hidden, unseen};
pub use topics::{TopicKind, Topics, set_topics, topics};
pub use words::{index_names, words, words_of};
