use super::reader::Reader;
use crate::secret::Secret;

/// Redis.
#[derive(Clone, Debug)]
pub struct Redis {
    pub url: Secret,
    pub prefix: String,
}

impl Redis {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Redis");
        let url = reader.required::<String>("REDIS_URL", "Redis 7 or later: redis://host:6379.");
        let prefix = reader.or(
            "REDIS_PREFIX",
            "commons",
            "Every key starts with it: installations that share a server need one each.",
        );
        Some(Self {
            url: Secret::new(url?),
            prefix: prefix?,
        })
    }
}
