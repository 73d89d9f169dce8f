//! People: who they are to each other and to the house.
//!
//! A [`Person`] is the row that every door decides by; [what they say of themselves](Profile) is shown by rules that
//! stand in [`profile`]; what each [role](Role) may do, in [`roles`]. Whoever changes a person calls [`changed`].

mod cards;
mod fields;
pub mod jobs;
mod person;
mod phone;
mod profile;
mod reference;
mod roles;
mod sql;
mod words;

pub use cards::{PersonCard, cards};
pub use fields::{Email, LoginText, PersonName, Username};
pub use person::{
    AccountStatus, Audience, Person, VerificationLevel, changed, find, forget, keep, key,
};
pub use phone::Phone;
pub use profile::BusinessInfo;
pub use reference::{PersonRef, resolve};
pub use roles::{Actor, ChosenRole, Right, Role};
pub use words::{index_names, words};
