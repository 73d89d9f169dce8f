//! Links that take a file: to the bucket itself where there is one, else to us (`PUT /files/upload/{token}`).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use object_store::signer::{Method, Signer};
use ring::hmac;

use super::place::Place;
use super::{Result, Storage, path};
use crate::config::SigningKey;

/// What is signed, besides the grant: a link that shows a file takes none.
const PURPOSE: &[u8] = b"commons.upload.1\n";

/// S3 signs for no longer.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// Whoever holds the link may put so many bytes there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadGrant {
    pub key: String,
    pub size: u64,
    pub until: DateTime<Utc>,
}

impl Storage {
    /// Where the file is put. A bucket does not count the bytes: whoever takes the file over has to.
    pub async fn upload_link(&self, grant: &UploadGrant) -> Result<String> {
        if let Place::S3(store) = &self.place {
            let left = (grant.until - self.clock.now()).to_std();
            let ttl = left.unwrap_or_default().min(LONGEST);
            let path = path(&grant.key)?;
            let url = store.signed_url(Method::PUT, &path, ttl).await?;
            return Ok(url.to_string());
        }
        let token = self.keys.first().map(|newest| seal(grant, newest));
        let token = token.unwrap_or_default();
        Ok(format!("{}/files/upload/{token}", self.public_url))
    }

    /// Whether it takes files itself, from whoever has a link, without asking us.
    pub fn is_bucket(&self) -> bool {
        matches!(self.place, Place::S3(_))
    }

    /// What a token of ours lets be put. None: it is forged, cut, or its time is over.
    pub fn upload_granted(&self, token: &str) -> Option<UploadGrant> {
        let grant = open(token, &self.keys)?;
        (grant.until > self.clock.now()).then_some(grant)
    }
}

/// Time (8 bytes), size (8), key, signature (32).
fn seal(grant: &UploadGrant, newest: &SigningKey) -> String {
    let mut bytes = grant.until.timestamp().to_be_bytes().to_vec();
    bytes.extend_from_slice(&grant.size.to_be_bytes());
    bytes.extend_from_slice(grant.key.as_bytes());
    let signature = hmac::sign(&key(newest), &[PURPOSE, &bytes].concat());
    bytes.extend_from_slice(signature.as_ref());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn open(token: &str, keys: &[SigningKey]) -> Option<UploadGrant> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (grant, signature) = bytes.split_last_chunk::<32>()?;
    let signed = [PURPOSE, grant].concat();
    let ours = |by: &SigningKey| hmac::verify(&key(by), &signed, signature).is_ok();
    if !keys.iter().any(ours) {
        return None;
    }
    let (until, rest) = grant.split_first_chunk::<8>()?;
    let (size, key) = rest.split_first_chunk::<8>()?;
    Some(UploadGrant {
        key: String::from_utf8(key.to_vec()).ok()?,
        size: u64::from_be_bytes(*size),
        until: DateTime::from_timestamp(i64::from_be_bytes(*until), 0)?,
    })
}

fn key(key: &SigningKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.secret.expose().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_of_an_upload_grant_can_be_changed() {
        let key: SigningKey = "new:fedcba9876543210fedcba9876543210".parse().unwrap();
        let grant = UploadGrant {
            key: "media/7/8/part-1".to_owned(),
            size: 1_000,
            until: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        };
        let token = seal(&grant, &key);
        let keys = [key];
        assert_eq!(open(&token, &keys), Some(grant));
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for at in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[at] ^= 1;
            assert_eq!(open(&URL_SAFE_NO_PAD.encode(forged), &keys), None);
        }
    }
}
