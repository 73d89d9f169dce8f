//! What a comment consists of.

use poem_openapi::Enum;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use serde::{Deserialize, Serialize};

use crate::people::{check_length, is_hidden, schema, text, unseen};
use crate::wire::{Fault, WireText, wire_text};

text!(
    /// What a comment says. Words with an @ in front are mentions.
    Remark, "Amazing photo!"
);

/// Characters of a comment.
const LONGEST: usize = 2_200;

impl WireText for Remark {
    const NAME: &'static str = "Remark";

    fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim().replace("\r\n", "\n");
        check_length(&text, 1, LONGEST)?;
        match text.chars().any(|c| is_hidden(c) && c != '\n' && c != '\t') {
            true => Err(unseen()),
            false => Ok(Self(text)),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        schema(1, LONGEST, Self::EXAMPLE)
    }
}

/// The order of a level of comments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub enum CommentSort {
    /// The latest first.
    #[default]
    Newest,
    /// As they were said.
    Oldest,
}
