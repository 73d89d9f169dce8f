//! What a file is, and how far it has come.

use poem_openapi::Enum;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type)]
#[oai(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum MediaKind {
    Image,
    Video,
    Audio,
    Document,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type)]
#[oai(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum MediaState {
    /// A direct upload that nobody has completed.
    Reserved,
    /// It is here; nobody has looked into it.
    Uploaded,
    Processing,
    Ready,
    Failed,
    /// It holds something that harms.
    Quarantined,
    Expired,
    Deleting,
}
