//! Answers may hold tokens, and tokens are nowhere kept in the clear: a kept answer opens only with the key its client
//! sent and a key of ours.

use platform::config::SigningKey;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

use super::Key;
use crate::{Error, Result};

const PURPOSE: &[u8] = b"commons.idempotency.1\n";

pub(super) fn close(keys: &[SigningKey], key: &Key, body: &[u8]) -> Result<Vec<u8>> {
    let newest = keys.first().ok_or_else(|| broken("there is no key"))?;
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|error| broken(&error.to_string()))?;
    let mut sealed = body.to_vec();
    secret(newest, key)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::empty(),
            &mut sealed,
        )
        .map_err(|_| broken("an answer was not sealed"))?;
    Ok([&nonce, sealed.as_slice()].concat())
}

pub(super) fn open(keys: &[SigningKey], key: &Key, sealed: &[u8]) -> Result<Vec<u8>> {
    let (nonce, sealed) = sealed
        .split_first_chunk::<NONCE_LEN>()
        .ok_or_else(|| broken("a kept answer is cut short"))?;
    for ours in keys {
        let mut body = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        if let Ok(body) = secret(ours, key)?.open_in_place(nonce, Aad::empty(), &mut body) {
            return Ok(body.to_vec());
        }
    }
    Err(broken("no key opens a kept answer"))
}

fn secret(ours: &SigningKey, theirs: &Key) -> Result<LessSafeKey> {
    let ours = hmac::Key::new(hmac::HMAC_SHA256, ours.secret.expose().as_bytes());
    let both = hmac::sign(&ours, &[PURPOSE, theirs.text.as_bytes()].concat());
    UnboundKey::new(&AES_256_GCM, both.as_ref())
        .map(LessSafeKey::new)
        .map_err(|_| broken("no key for an answer"))
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

    const OLD: &str = "old:0123456789abcdef0123456789abcdef";
    const NEW: &str = "new:fedcba9876543210fedcba9876543210";

    #[test]
    fn an_answer_opens_with_both_keys_and_with_neither_alone() {
        let key = Key::of("alice", "k1");
        let sealed = &close(&keys(&[OLD]), &key, b"token").unwrap();
        assert_eq!(open(&keys(&[NEW, OLD]), &key, sealed).unwrap(), b"token");
        assert!(open(&keys(&[NEW]), &key, sealed).is_err());
        assert!(open(&keys(&[OLD]), &Key::of("alice", "k2"), sealed).is_err());
    }
}
