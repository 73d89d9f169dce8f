//! What a person is given instead of an id: the id and our signature, for one purpose. Nothing secret is stored, and the
//! same id is always the same text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use platform::config::SigningKey;
use ring::hmac;
use uuid::Uuid;

/// A signature made for another purpose is worth nothing.
#[derive(Clone, Copy)]
pub(crate) struct Purpose<'a>(pub(crate) &'a [u8]);

impl Purpose<'_> {
    /// Id and signature in one text. None where there is no key.
    pub(crate) fn sign(self, id: Uuid, keys: &[SigningKey]) -> Option<String> {
        let mut bytes = id.as_bytes().to_vec();
        bytes.extend_from_slice(self.signature(id, keys.first()?).as_ref());
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The id, where one of our keys signed it for this purpose.
    pub(crate) fn read(self, text: &str, keys: &[SigningKey]) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (id, signature) = bytes.split_at_checked(16)?;
        let id = Uuid::from_slice(id).ok()?;
        self.is_ours(id, signature, keys).then_some(id)
    }

    /// The signature alone.
    pub(crate) fn seal(self, id: Uuid, keys: &[SigningKey]) -> Option<String> {
        Some(URL_SAFE_NO_PAD.encode(self.signature(id, keys.first()?).as_ref()))
    }

    /// Whether `text` is the signature of this id. Takes as long whatever it is.
    pub(crate) fn seals(self, text: &str, id: Uuid, keys: &[SigningKey]) -> bool {
        let signature = URL_SAFE_NO_PAD.decode(text);
        signature.is_ok_and(|signature| self.is_ours(id, &signature, keys))
    }

    fn signature(self, id: Uuid, key: &SigningKey) -> hmac::Tag {
        hmac::sign(&hmac_key(key), &self.signed(id))
    }

    fn is_ours(self, id: Uuid, signature: &[u8], keys: &[SigningKey]) -> bool {
        let ours =
            |by: &SigningKey| hmac::verify(&hmac_key(by), &self.signed(id), signature).is_ok();
        keys.iter().any(ours)
    }

    fn signed(self, id: Uuid) -> Vec<u8> {
        [self.0, id.as_bytes()].concat()
    }
}

fn hmac_key(key: &SigningKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.secret.expose().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_for_the_purpose_it_was_signed_for() {
        let keys = [OLD, NEW].map(|key| key.parse::<SigningKey>().unwrap());
        let (one, other) = (Purpose(b"one"), Purpose(b"other"));
        let id = Uuid::from_u128(7);
        let text = one.sign(id, &keys).unwrap();
        assert_eq!(one.read(&text, &keys), Some(id));
        assert_eq!(one.read(&text, &keys[1..]), None);
        assert_eq!(other.read(&text, &keys), None);
        assert_eq!(one.read(&text[..30], &keys), None);
        let seal = one.seal(id, &keys).unwrap();
        assert!(one.seals(&seal, id, &keys));
        assert!(!one.seals(&seal, Uuid::from_u128(8), &keys));
        assert!(!one.seals("", id, &keys));
    }

    const OLD: &str = "old:0123456789abcdef0123456789abcdef";
    const NEW: &str = "new:fedcba9876543210fedcba9876543210";
}
