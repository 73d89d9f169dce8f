use std::path::PathBuf;
use std::str::FromStr;

use super::reader::Reader;
use crate::secret::Secret;

/// Where files are kept.
#[derive(Clone, Debug)]
pub enum Storage {
    Folder(PathBuf),
    S3(S3),
}

/// A bucket that speaks S3, whoever keeps it.
#[derive(Clone, Debug)]
pub struct S3 {
    pub bucket: String,
    pub endpoint: Option<Endpoint>,
    pub region: String,
    /// Not set: those that the machine is given by its cloud.
    pub credentials: Option<(String, Secret)>,
}

/// Where S3 is spoken. What leaves this machine goes over https.
#[derive(Clone, Debug)]
pub struct Endpoint(pub String);

impl Endpoint {
    pub fn is_plain(&self) -> bool {
        self.0.starts_with("http://")
    }
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let host = |rest: &str| {
            let host = rest.split('/').next().unwrap_or_default();
            let port_at = host.rfind(':').filter(|at| !host[*at..].contains(']'));
            host[..port_at.unwrap_or(host.len())].to_owned()
        };
        let is_safe = match text.split_once("://") {
            Some(("https", rest)) => !host(rest).is_empty(),
            Some(("http", rest)) => ["localhost", "127.0.0.1", "[::1]"].contains(&&*host(rest)),
            _ => false,
        };
        match is_safe {
            true => Ok(Self(text.trim_end_matches('/').to_owned())),
            false => Err("it is neither https://… nor http:// on this machine".to_owned()),
        }
    }
}

impl Storage {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Storage");
        let folder = reader.or(
            "STORAGE_DIR",
            ".commons/storage",
            "Folder for files where no bucket is configured. All processes need the same one.",
        );
        let bucket = reader.maybe::<String>(
            "STORAGE_S3_BUCKET",
            "Bucket of an S3-compatible store. Not set: files are kept in STORAGE_DIR.",
        );
        let endpoint = reader.maybe(
            "STORAGE_S3_ENDPOINT",
            "Where S3 is spoken (https://s3.example.org). Not set: at Amazon, in the region.",
        );
        let region = reader.or("STORAGE_S3_REGION", "us-east-1", "Region of the bucket.");
        let access_key = reader.maybe::<String>(
            "STORAGE_S3_ACCESS_KEY",
            "Access key of the store. Not set: the machine's own role.",
        );
        let secret_key =
            reader.maybe::<String>("STORAGE_S3_SECRET_KEY", "The secret of the access key.");
        let (endpoint, region, access_key, secret_key) =
            (endpoint?, region?, access_key?, secret_key?);
        Some(match (bucket?, folder?) {
            (Some(bucket), _) => Self::S3(S3 {
                bucket,
                endpoint,
                region,
                credentials: access_key.zip(secret_key.map(Secret::new)),
            }),
            (None, folder) => Self::Folder(folder),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_this_machine_is_https() {
        for text in [
            "https://s3.example.org",
            "http://localhost:9000",
            "http://127.0.0.1:9000/",
            "http://[::1]:9000",
        ] {
            assert!(text.parse::<Endpoint>().is_ok(), "{text}");
        }
        for text in [
            "http://s3.example.org",
            "http://localhost.evil",
            "s3",
            "ftp://x",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }
}
