//! What applications send along.

use platform::oauth;
use platform::secret::Secret;
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use sha2::{Digest, Sha256};

use crate::wire::{Fault, WireText, wire_text};

/// The public half of an application's PKCE: the S256 of its verifier (RFC 7636).
#[derive(Clone, Debug)]
pub struct CodeChallenge(pub(super) String);

/// The secret half.
#[derive(Clone, Debug)]
pub struct CodeVerifier(Secret);

/// The code of ours that somebody brings to an application.
#[derive(Clone, Debug)]
pub struct OneTimeCode(pub(super) Secret);

/// A word of the application's own, given back as it was.
#[derive(Clone, Debug)]
pub struct AppState(pub(super) String);

/// Where an application wants people sent back to.
#[derive(Clone, Debug)]
pub struct ReturnTo(pub(super) String);

wire_text!(CodeChallenge);
wire_text!(CodeVerifier);
wire_text!(OneTimeCode);
wire_text!(AppState);
wire_text!(ReturnTo);

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CODE: &str = "pX1c6Yk0b9m2Qw7uVt3sRzL8nJ4hG5fD0aKeIoCxTyU";

impl CodeVerifier {
    pub(super) fn challenge(&self) -> CodeChallenge {
        CodeChallenge(oauth::challenge(self.0.expose()))
    }
}

impl OneTimeCode {
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.expose()).to_vec()
    }
}

fn is_unreserved(c: u8) -> bool {
    c.is_ascii_alphanumeric() || b"-._~".contains(&c)
}

/// Length in bytes: all but [`AppState`] are ASCII.
fn within(text: &str, shortest: usize, longest: usize) -> Result<(), Fault> {
    match text.len() {
        length if length < shortest => {
            let detail = format!("needs at least {shortest} characters");
            Err(Fault::new("too_short", detail))
        }
        length if length > longest => {
            let detail = format!("can have at most {longest} characters");
            Err(Fault::new("too_long", detail))
        }
        _ => Ok(()),
    }
}

fn schema(shortest: usize, longest: usize, example: &str) -> MetaSchema {
    MetaSchema {
        min_length: Some(shortest),
        max_length: Some(longest),
        example: Some(example.into()),
        ..MetaSchema::new("string")
    }
}

impl WireText for CodeChallenge {
    const NAME: &'static str = "CodeChallenge";

    fn read(text: &str) -> Result<Self, Fault> {
        within(text, 43, 43)?;
        match text
            .bytes()
            .all(|c| is_unreserved(c) && c != b'.' && c != b'~')
        {
            true => Ok(Self(text.to_owned())),
            false => Err(Fault::new(
                "invalid",
                "is not the S256 of a verifier in base64url",
            )),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        schema(43, 43, CHALLENGE)
    }
}

impl WireText for CodeVerifier {
    const NAME: &'static str = "CodeVerifier";

    fn read(text: &str) -> Result<Self, Fault> {
        within(text, 43, 128)?;
        match text.bytes().all(is_unreserved) {
            true => Ok(Self(Secret::new(text))),
            false => Err(Fault::new("invalid", "takes letters, digits and -._~")),
        }
    }

    fn show(&self) -> String {
        VERIFIER.to_owned()
    }

    fn schema() -> MetaSchema {
        schema(43, 128, VERIFIER)
    }
}

impl WireText for OneTimeCode {
    const NAME: &'static str = "OneTimeCode";

    fn read(text: &str) -> Result<Self, Fault> {
        within(text, 1, 512)?;
        Ok(Self(Secret::new(text)))
    }

    fn show(&self) -> String {
        CODE.to_owned()
    }

    fn schema() -> MetaSchema {
        schema(1, 512, CODE)
    }
}

impl WireText for AppState {
    const NAME: &'static str = "AppState";

    fn read(text: &str) -> Result<Self, Fault> {
        within(text, 1, 512)?;
        match text.chars().any(char::is_control) {
            true => Err(Fault::new(
                "invalid",
                "holds a character that cannot be shown",
            )),
            false => Ok(Self(text.to_owned())),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        schema(1, 512, "af0ifjsldkj")
    }
}

impl WireText for ReturnTo {
    const NAME: &'static str = "ReturnTo";

    fn read(text: &str) -> Result<Self, Fault> {
        within(text, 1, 2000)?;
        Ok(Self(text.to_owned()))
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            format: Some("uri"),
            ..schema(1, 2000, "https://app.example/signed-in")
        }
    }
}

impl Example for CodeChallenge {
    fn example() -> Self {
        Self(CHALLENGE.to_owned())
    }
}

impl Example for CodeVerifier {
    fn example() -> Self {
        Self(Secret::new(VERIFIER))
    }
}

impl Example for OneTimeCode {
    fn example() -> Self {
        Self(Secret::new(CODE))
    }
}

impl Example for AppState {
    fn example() -> Self {
        Self("af0ifjsldkj".to_owned())
    }
}

impl Example for ReturnTo {
    fn example() -> Self {
        Self("https://app.example/signed-in".to_owned())
    }
}
