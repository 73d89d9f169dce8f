//! Codes of an authenticator: TOTP (RFC 6238) as every app knows it, SHA-1, six digits, half a minute.

use chrono::{DateTime, Utc};
use poem_openapi::registry::MetaSchema;
use poem_openapi::types::Example;
use ring::hmac;

use crate::wire::{Fault, WireText, wire_text};
use crate::{Error, Result};

const STEP_SECONDS: i64 = 30;

/// A clock may be off by so many steps, either way.
const WINDOW: i64 = 1;

/// As many bits as the hash has.
const SECRET_BYTES: usize = 20;

/// What an authenticator and we share.
pub(super) struct TotpSecret(Vec<u8>);

/// Six digits.
#[derive(Clone, Debug)]
pub struct TotpCode(u32);

wire_text!(TotpCode);

impl TotpSecret {
    pub(super) fn random() -> Result<Self> {
        let mut bytes = vec![0; SECRET_BYTES];
        getrandom::fill(&mut bytes)
            .map_err(|error| Error::Internal(format!("no randomness: {error}")))?;
        Ok(Self(bytes))
    }

    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As people type it.
    pub(super) fn base32(&self) -> String {
        super::base32::encode(&self.0)
    }

    /// What an authenticator reads from a picture: the Key URI Format.
    pub(super) fn url(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (escaped(issuer), escaped(account));
        format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP_SECONDS}",
            self.base32()
        )
    }

    /// The step that `code` is of, where it is one of now and after `last`, which was taken before.
    pub(super) fn step(&self, code: &TotpCode, now: DateTime<Utc>, last: i64) -> Option<i64> {
        let this = now.timestamp() / STEP_SECONDS;
        let near = (this - WINDOW..=this + WINDOW).filter(|step| *step > last);
        // All are computed, whichever fits.
        near.fold(None, |found, step| match self.code(step) == code.0 {
            true => Some(step),
            false => found,
        })
    }

    /// RFC 4226, of the step's number.
    fn code(&self, step: i64) -> u32 {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let hash = hmac::sign(&key, &step.to_be_bytes());
        let hash = hash.as_ref();
        let offset = usize::from(hash.last().copied().unwrap_or_default() & 0xf);
        let word = hash.get(offset..offset + 4).unwrap_or_default();
        let word = word
            .iter()
            .fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        (word & 0x7fff_ffff) % 1_000_000
    }
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

impl WireText for TotpCode {
    const NAME: &'static str = "TotpCode";

    /// Authenticators show it in two groups.
    fn read(text: &str) -> Result<Self, Fault> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let all = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let code = digits.parse().ok().filter(|_| all).map(Self);
        code.ok_or_else(|| Fault::new("invalid", "must be six digits"))
    }

    fn show(&self) -> String {
        format!("{:06}", self.0)
    }

    fn schema() -> MetaSchema {
        MetaSchema {
            pattern: Some(r"^\s*\d{3}\s*\d{3}\s*$".to_owned()),
            example: Some(Self::example().show().into()),
            ..MetaSchema::new("string")
        }
    }
}

impl Example for TotpCode {
    fn example() -> Self {
        Self(492_039)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn code(text: &str) -> TotpCode {
        TotpCode::read(text).unwrap()
    }

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = TotpSecret::of(b"12345678901234567890".to_vec());
        for (seconds, digits) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = secret.step(&code(digits), at(seconds), 0);
            assert_eq!(step, Some(seconds / 30), "{seconds}");
        }
    }

    /// RFC 4226, appendix D.
    #[test]
    fn numbers_make_the_codes_of_the_older_rfc() {
        let secret = TotpSecret::of(b"12345678901234567890".to_vec());
        let codes: Vec<u32> = (0..5).map(|step| secret.code(step)).collect();
        assert_eq!(codes, [755_224, 287_082, 359_152, 969_429, 338_314]);
    }

    #[test]
    fn a_clock_may_be_off_by_a_step_and_a_step_taken_is_taken() {
        let secret = TotpSecret::of(b"12345678901234567890".to_vec());
        let code = code("287 082");
        for (seconds, step) in [(0, Some(1)), (59, Some(1)), (89, Some(1)), (90, None)] {
            assert_eq!(secret.step(&code, at(seconds), 0), step, "{seconds}");
        }
        assert_eq!(secret.step(&code, at(59), 1), None);
    }

    #[test]
    fn what_an_authenticator_reads_names_who_and_where() {
        let secret = TotpSecret::of(b"12345678901234567890".to_vec());
        assert_eq!(
            secret.url("Ünity & Co", "jane.doe"),
            "otpauth://totp/%C3%9Cnity%20%26%20Co:jane.doe?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=%C3%9Cnity%20%26%20Co&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(TotpSecret::random().unwrap().base32().len(), 32);
    }

    #[test]
    fn a_code_is_six_digits() {
        for text in ["12345", "1234567", "12345a", "+12345", "١٢٣٤٥٦"] {
            assert!(TotpCode::read(text).is_err(), "{text}");
        }
        assert_eq!(code("007 001").show(), "007001");
    }
}
