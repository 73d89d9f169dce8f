//! What a file is, and how far it has come.

use poem_openapi::Enum;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use serde::{Deserialize, Serialize};

use crate::people::{check_length, is_hidden, schema, text, unseen};
use crate::wire::{Fault, WireText, wire_text};

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

text!(
    /// What a file shows, in words: for those who do not see it.
    Alt, "A sunset over the campus"
);
text!(
    /// What a file is called where it is saved. Folders before it, and what no name should hold, are left out.
    FileName, "sunset.jpg"
);
text!(
    /// The SHA-256 of a file, in hexadecimal.
    FileHash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
);

/// Characters of a description.
const LONGEST_ALT: usize = 1_500;

/// Bytes of a name.
const LONGEST_NAME: usize = 120;

impl WireText for Alt {
    const NAME: &'static str = "Alt";

    fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim().replace("\r\n", "\n");
        check_length(&text, 1, LONGEST_ALT)?;
        match text.chars().any(|c| is_hidden(c) && c != '\n') {
            true => Err(unseen()),
            false => Ok(Self(text)),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        schema(1, LONGEST_ALT, Self::EXAMPLE)
    }
}

impl WireText for FileName {
    const NAME: &'static str = "FileName";

    fn read(text: &str) -> Result<Self, Fault> {
        let name = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let mut kept = String::new();
        for c in name
            .chars()
            .filter(|c| !is_hidden(*c) && !"\"<>|?*:".contains(*c))
        {
            if kept.len() + c.len_utf8() > LONGEST_NAME {
                break;
            }
            kept.push(c);
        }
        let kept = kept.trim().trim_start_matches('.');
        match kept.is_empty() {
            true => Err(Fault::new("invalid", "is not the name of a file")),
            false => Ok(Self(kept.to_owned())),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        schema(1, 255, Self::EXAMPLE)
    }
}

impl WireText for FileHash {
    const NAME: &'static str = "FileHash";

    fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim().to_ascii_lowercase();
        match text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true => Ok(Self(text)),
            false => Err(Fault::new("invalid", "must have 64 hexadecimal digits")),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        schema(64, 64, Self::EXAMPLE)
    }
}

impl FileHash {
    pub fn of(hash: [u8; 32]) -> Self {
        Self(hash.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    pub fn bytes(&self) -> Vec<u8> {
        let digits = self.0.as_bytes().chunks_exact(2);
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        digits.filter_map(byte).collect()
    }
}
