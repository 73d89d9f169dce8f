//! Texts that are kept, and may not be read by whoever reads the table: sealed with a key of ours, for one purpose and
//! one place. The newest key seals; every key that is listed opens.

use platform::config::SigningKey;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

use crate::{Error, Result};

/// What a seal is bound to: it opens for the same purpose and place alone.
#[derive(Clone, Copy)]
pub(crate) struct Seal<'a> {
    /// Ends in a line break, so that no purpose is the beginning of another.
    pub(crate) purpose: &'static str,
    /// Whose it is, or where it stands.
    pub(crate) place: &'a [u8],
}

impl Seal<'_> {
    pub(crate) fn close(self, keys: &[SigningKey], text: &[u8]) -> Result<Vec<u8>> {
        let newest = keys.first().ok_or_else(|| broken("there is no key"))?;
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|error| broken(&error.to_string()))?;
        let mut sealed = text.to_vec();
        self.key(newest)?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::empty(),
                &mut sealed,
            )
            .map_err(|_| broken("a text was not sealed"))?;
        Ok([&nonce, sealed.as_slice()].concat())
    }

    pub(crate) fn open(self, keys: &[SigningKey], sealed: &[u8]) -> Result<Vec<u8>> {
        let (nonce, sealed) = sealed
            .split_first_chunk::<NONCE_LEN>()
            .ok_or_else(|| broken("a sealed text is cut short"))?;
        for ours in keys {
            let mut text = sealed.to_vec();
            let nonce = Nonce::assume_unique_for_key(*nonce);
            if let Ok(text) = self
                .key(ours)?
                .open_in_place(nonce, Aad::empty(), &mut text)
            {
                return Ok(text.to_vec());
            }
        }
        Err(broken("no key opens a sealed text"))
    }

    /// The same text sealed with the newest key; none where it is already.
    pub(crate) fn renew(self, keys: &[SigningKey], sealed: &[u8]) -> Result<Option<Vec<u8>>> {
        let newest = keys.get(..1).unwrap_or_default();
        if self.open(newest, sealed).is_ok() {
            return Ok(None);
        }
        let text = self.open(keys, sealed)?;
        self.close(keys, &text).map(Some)
    }

    fn key(self, ours: &SigningKey) -> Result<LessSafeKey> {
        let ours = hmac::Key::new(hmac::HMAC_SHA256, ours.secret.expose().as_bytes());
        let bound = hmac::sign(&ours, &[self.purpose.as_bytes(), self.place].concat());
        UnboundKey::new(&AES_256_GCM, bound.as_ref())
            .map(LessSafeKey::new)
            .map_err(|_| broken("no key for a seal"))
    }
}

fn broken(why: &str) -> Error {
    Error::Internal(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(texts: &[&str]) -> Vec<SigningKey> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn seal(purpose: &'static str, place: &'static str) -> Seal<'static> {
        Seal {
            purpose,
            place: place.as_bytes(),
        }
    }

    const OLD: &str = "old:0123456789abcdef0123456789abcdef";
    const NEW: &str = "new:fedcba9876543210fedcba9876543210";

    #[test]
    fn a_seal_opens_with_its_key_for_its_purpose_and_in_its_place() {
        let mine = seal("a\n", "alice");
        let sealed = &mine.close(&keys(&[OLD]), b"token").unwrap();
        assert_eq!(mine.open(&keys(&[NEW, OLD]), sealed).unwrap(), b"token");
        assert!(mine.open(&keys(&[NEW]), sealed).is_err());
        assert!(seal("a\n", "bob").open(&keys(&[OLD]), sealed).is_err());
        assert!(seal("b\n", "alice").open(&keys(&[OLD]), sealed).is_err());
    }

    #[test]
    fn a_seal_is_renewed_once_and_then_does_without_the_old_key() {
        let (mine, both) = (seal("a\n", "alice"), keys(&[NEW, OLD]));
        let sealed = mine.close(&keys(&[OLD]), b"token").unwrap();
        let renewed = mine.renew(&both, &sealed).unwrap().unwrap();
        assert_eq!(mine.open(&keys(&[NEW]), &renewed).unwrap(), b"token");
        assert_eq!(mine.renew(&both, &renewed).unwrap(), None);
    }
}
