//! What a post consists of.

use poem_openapi::Enum;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use serde::{Deserialize, Serialize};

use super::words;
use crate::people::{check_length, is_hidden, schema, text, unseen};
use crate::wire::{Fault, WireText, wire_text};

text!(
    /// What a post says. Words with a # in front are hashtags, with an @ mentions.
    Caption, "Beautiful sunset at campus! #nature"
);
text!(
    /// A hashtag, with or without its #.
    Hashtag, "nature"
);

/// Characters of a caption.
const LONGEST: usize = 2_200;

impl WireText for Caption {
    const NAME: &'static str = "Caption";

    fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim().replace("\r\n", "\n");
        check_length(&text, 0, LONGEST)?;
        match text.chars().any(|c| is_hidden(c) && c != '\n' && c != '\t') {
            true => Err(unseen()),
            false => Ok(Self(text)),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        schema(0, LONGEST, Self::EXAMPLE)
    }
}

impl WireText for Hashtag {
    const NAME: &'static str = "Hashtag";

    fn read(text: &str) -> Result<Self, Fault> {
        let tag = text.trim().trim_start_matches(['#', '＃']);
        check_length(tag, 1, words::LONGEST_TAG)?;
        check_length(&words::fold_tag(tag), 1, words::LONGEST_TAG)?;
        match words::is_tag(tag) {
            true => Ok(Self(tag.to_owned())),
            false => {
                let detail = "can have letters, digits and underscores, and needs a letter";
                Err(Fault::new("invalid", detail))
            }
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        schema(1, words::LONGEST_TAG + 1, Self::EXAMPLE)
    }
}

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type,
)]
#[oai(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum PostKind {
    #[default]
    Text,
    Image,
    Video,
    /// A short video, upright.
    Reel,
    /// Several pictures or videos.
    Carousel,
}

impl PostKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Video => "video",
            Self::Reel => "reel",
            Self::Carousel => "carousel",
        }
    }
}

/// Whom a post is shown to.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type,
)]
#[oai(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody who sees its author's things: of a private account, its followers.
    #[default]
    Public,
    Followers,
    /// Its author alone.
    Private,
}

/// Who may comment on a post.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type,
)]
#[oai(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum CommentsFrom {
    #[default]
    Everyone,
    Followers,
    Nobody,
}

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type,
)]
#[oai(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum PostState {
    Draft,
    /// It will be published by itself.
    Scheduled,
    #[default]
    Published,
}
