//! Links to files, for people who are not signed in where they follow them: signed, and good until they expire.
//!
//! A link of ours (`/files/{token}`) is the same each time it is made for the same file and time, whatever the place: a
//! mail sent twice holds one link. The API hands the file out, or, where a bucket keeps it, sends on to the bucket.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use object_store::signer::{Method, SignedUrlOptions, Signer};
use ring::hmac;

use super::place::Place;
use super::{Result, Storage, content_type, path};
use crate::config::SigningKey;

/// What is signed, besides the grant: a signature made for another purpose opens no file.
const PURPOSE: &[u8] = b"commons.file.1\n";

/// A link to a bucket that the API sends on to is followed at once.
const SENT_ON_FOR: Duration = Duration::from_secs(300);

/// S3 signs for no longer.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// A file that whoever holds the link may fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub key: String,
    /// What it is to be saved as; none: it is shown where it is opened.
    pub filename: Option<String>,
    pub until: DateTime<Utc>,
}

impl Grant {
    /// The Content-Disposition. A name that is not plain is told twice: as RFC 6266 has it, and without what would need
    /// quoting.
    pub fn disposition(&self) -> String {
        let Some(name) = &self.filename else {
            return "inline".to_owned();
        };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.() ".contains(c);
        let plain: String = name
            .chars()
            .map(|c| if is_plain(c) { c } else { '_' })
            .collect();
        if plain == *name {
            return format!("attachment; filename=\"{name}\"");
        }
        let encoded: String = name
            .bytes()
            .map(|byte| match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' => {
                    char::from(byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            })
            .collect();
        format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
    }
}

impl Storage {
    /// A link of ours that is good until `grant.until`.
    pub fn link(&self, grant: &Grant) -> String {
        let token = self.keys.first().map(|newest| seal(grant, newest));
        format!("{}/files/{}", self.public_url, token.unwrap_or_default())
    }

    /// Where a CDN shows the file, for as long as it is there. None: there is no CDN.
    pub fn cdn_link(&self, key: &str) -> Option<String> {
        let cdn = self.cdn_url.as_ref()?;
        Some(format!("{cdn}/{key}"))
    }

    /// A link that is good for `ttl` from now: to the bucket itself where there is one.
    pub async fn signed_url(
        &self,
        key: &str,
        filename: Option<&str>,
        ttl: Duration,
    ) -> Result<String> {
        let grant = Grant {
            key: key.to_owned(),
            filename: filename.map(str::to_owned),
            until: self.clock.now() + ttl,
        };
        let elsewhere = self.presigned(&grant, ttl).await?;
        Ok(elsewhere.unwrap_or_else(|| self.link(&grant)))
    }

    /// What a token of ours grants. None: it is forged, cut, or its time is over.
    pub fn granted(&self, token: &str) -> Option<Grant> {
        let grant = open(token, &self.keys)?;
        (grant.until > self.clock.now()).then_some(grant)
    }

    /// Where the file is handed out, if not by us.
    pub async fn elsewhere(&self, grant: &Grant) -> Result<Option<String>> {
        self.presigned(grant, SENT_ON_FOR).await
    }

    async fn presigned(&self, grant: &Grant, ttl: Duration) -> Result<Option<String>> {
        let Place::S3(store) = &self.place else {
            return Ok(None);
        };
        let shown = [
            ("response-content-disposition", grant.disposition()),
            ("response-content-type", content_type(&grant.key).to_owned()),
        ];
        let options = SignedUrlOptions::new().with_query(shown);
        let path = path(&grant.key)?;
        let url = store.signed_url_opts(Method::GET, &path, ttl.min(LONGEST), &options);
        Ok(Some(url.await?.to_string()))
    }
}

/// Time (8 bytes), length of the filename (1), filename, key, signature (32).
fn seal(grant: &Grant, newest: &SigningKey) -> String {
    let name = grant.filename.as_deref().unwrap_or_default();
    let length = u8::try_from(name.len()).unwrap_or_default();
    let mut bytes = grant.until.timestamp().to_be_bytes().to_vec();
    bytes.push(length);
    bytes.extend_from_slice(&name.as_bytes()[..length.into()]);
    bytes.extend_from_slice(grant.key.as_bytes());
    let signature = hmac::sign(&key(newest), &signed(&bytes));
    bytes.extend_from_slice(signature.as_ref());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn open(token: &str, keys: &[SigningKey]) -> Option<Grant> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (grant, signature) = bytes.split_last_chunk::<32>()?;
    let ours = |by: &SigningKey| hmac::verify(&key(by), &signed(grant), signature).is_ok();
    if !keys.iter().any(ours) {
        return None;
    }
    let (until, rest) = grant.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first()?;
    let (name, file) = rest.split_at_checked((*length).into())?;
    let name = String::from_utf8(name.to_vec()).ok()?;
    Some(Grant {
        key: String::from_utf8(file.to_vec()).ok()?,
        filename: Some(name).filter(|name| !name.is_empty()),
        until: DateTime::from_timestamp(i64::from_be_bytes(*until), 0)?,
    })
}

fn key(key: &SigningKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.secret.expose().as_bytes())
}

fn signed(grant: &[u8]) -> Vec<u8> {
    [PURPOSE, grant].concat()
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
    fn a_grant_outlives_a_new_key_and_no_byte_of_it_can_be_changed() {
        let grant = Grant {
            key: "exports/7/8.zip".to_owned(),
            filename: Some("commons.zip".to_owned()),
            until: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        };
        let token = seal(&grant, &keys(&[OLD])[0]);
        assert_eq!(token, seal(&grant, &keys(&[OLD])[0]));
        assert_eq!(open(&token, &keys(&[NEW, OLD])), Some(grant));
        assert_eq!(open(&token, &keys(&[NEW])), None);
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for at in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[at] ^= 1;
            assert_eq!(open(&URL_SAFE_NO_PAD.encode(forged), &keys(&[OLD])), None);
        }
        assert_eq!(open("", &keys(&[OLD])), None);
    }
}
