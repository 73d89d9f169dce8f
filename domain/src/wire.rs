//! How a newtype crosses the wire: its own reading is the validation, its schema says the same to the world.

use std::fmt;

use poem_openapi::registry::MetaSchema;

/// Why a text was refused. `code` is stable, `detail` is for people and never repeats the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    pub detail: String,
}

impl Fault {
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }

    /// Finds the fault again in the message of whoever passed it on as text.
    pub fn find(message: &str) -> Option<(&str, &str)> {
        let (_, rest) = message.split_once(OPEN)?;
        let (code, rest) = rest.split_once(MIDDLE)?;
        let (detail, _) = rest.split_once(CLOSE)?;
        Some((code, detail))
    }
}

const OPEN: char = '\u{2}';
const MIDDLE: char = '\u{1f}';
const CLOSE: char = '\u{3}';

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OPEN}{}{MIDDLE}{}{CLOSE}", self.code, self.detail)
    }
}

/// A text with rules.
pub trait WireText: Sized + Send + Sync {
    const NAME: &'static str;

    /// Checks and normalises.
    fn read(text: &str) -> Result<Self, Fault>;

    fn show(&self) -> String;

    /// What [`read`](Self::read) takes, in the words of OpenAPI.
    fn schema() -> MetaSchema;
}

/// Lets a [`WireText`] be a field of an object or a parameter.
macro_rules! wire_text {
    ($name:ty) => {
        impl poem_openapi::types::Type for $name {
            const IS_REQUIRED: bool = true;

            type RawValueType = Self;

            type RawElementValueType = Self;

            fn name() -> std::borrow::Cow<'static, str> {
                <Self as $crate::wire::WireText>::NAME.into()
            }

            fn schema_ref() -> poem_openapi::registry::MetaSchemaRef {
                poem_openapi::registry::MetaSchemaRef::Inline(Box::new(
                    <Self as $crate::wire::WireText>::schema(),
                ))
            }

            fn as_raw_value(&self) -> Option<&Self::RawValueType> {
                Some(self)
            }

            fn raw_element_iter<'a>(
                &'a self,
            ) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
                Box::new(std::iter::once(self))
            }
        }

        impl poem_openapi::types::ParseFromJSON for $name {
            fn parse_from_json(
                value: Option<serde_json::Value>,
            ) -> poem_openapi::types::ParseResult<Self> {
                match value.unwrap_or_default() {
                    serde_json::Value::String(text) => {
                        Ok(<Self as $crate::wire::WireText>::read(&text)?)
                    }
                    _ => Err($crate::wire::Fault::new("invalid", "must be a text"))?,
                }
            }
        }

        impl poem_openapi::types::ParseFromParameter for $name {
            fn parse_from_parameter(text: &str) -> poem_openapi::types::ParseResult<Self> {
                Ok(<Self as $crate::wire::WireText>::read(text)?)
            }
        }

        impl poem_openapi::types::ToJSON for $name {
            fn to_json(&self) -> Option<serde_json::Value> {
                Some(<Self as $crate::wire::WireText>::show(self).into())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::wire::Refused;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                <Self as $crate::wire::WireText>::read(text).map_err($crate::wire::Refused)
            }
        }
    };
}

pub(crate) use wire_text;

/// A [`Fault`] outside of the wire, for people: on the command line, in a log.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", .0.detail)]
pub struct Refused(pub Fault);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_survives_being_wrapped_in_text() {
        let fault = Fault::new("too_short", "needs at least 3 characters");
        let message =
            format!("failed to parse \"Username\": {fault} (occurred while parsing \"X\")");
        assert_eq!(
            Fault::find(&message),
            Some(("too_short", "needs at least 3 characters"))
        );
        assert_eq!(Fault::find("anything else"), None);
    }
}
