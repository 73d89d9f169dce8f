//! The file a run works on: where it lies, what was made of it so far, and how more is written beside it.

use std::sync::LazyLock;
use std::time::Instant;

use domain::MediaId;
use domain::media::processing::{self, Claimed, Facts, Made, Refusal};
use futures::TryStreamExt;
use image::ImageFormat;
use platform::Tx;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::Bounds;
use super::picture::{self, Form, Picture};
use crate::{Cx, Failure, Outcome};

/// Decoding keeps a core busy and holds every pixel: no more of it at once than there are cores.
static CORES: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism();
    Semaphore::new(cores.map_or(1, std::num::NonZero::get))
});

/// Enough to tell what a file is.
const HEAD: u64 = 64;

/// What a run found out.
pub(super) enum Seen {
    Ready(Facts, Vec<Made>),
    Refused(Refusal),
    /// A slice is done.
    More(Progress),
}

impl Seen {
    /// False: the file is gone meanwhile.
    pub(super) async fn settle(&self, tx: &mut Tx, id: MediaId) -> Result<bool, Failure> {
        match self {
            Self::Ready(facts, made) => Ok(processing::ready(tx, id, facts, made).await?),
            Self::Refused(why) => Ok(processing::failed(tx, id, *why).await?),
            Self::More(_) => Ok(true),
        }
    }
}

/// What earlier runs leave to later ones. Where the file lies is known even when its row is gone.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) folder: String,
    pub(super) made: Vec<Made>,
    pub(super) facts: Facts,
}

pub(super) struct Desk<'a> {
    pub(super) cx: &'a Cx,
    pub(super) id: MediaId,
    pub(super) claimed: Claimed,
    /// Where the original lies.
    pub(super) key: String,
    pub(super) progress: Progress,
}

impl<'a> Desk<'a> {
    /// None: there is nothing to do with it.
    pub(super) async fn take_up(id: MediaId, cx: &'a Cx) -> Result<Option<Self>, Failure> {
        let mut tx = cx.begin().await?;
        let Some(claimed) = processing::claim(&mut tx, id).await? else {
            return Ok(None);
        };
        let mut progress: Progress = cx.checkpoint().unwrap_or_default();
        progress.folder = processing::folder(claimed.owner_id, id);
        cx.save(tx, &json!(progress)).await?;
        let key = original(cx, &progress.folder).await?;
        Ok(Some(Self {
            cx,
            id,
            claimed,
            key,
            progress,
        }))
    }

    /// How far it has come, in percent.
    pub(super) async fn report(&self, percent: i16) -> Result<(), Failure> {
        let mut tx = self.cx.begin().await?;
        processing::progress(&mut tx, self.id, percent).await?;
        Ok(tx.commit().await?)
    }

    /// The first bytes of the original.
    pub(super) async fn head(&self) -> Result<Vec<u8>, Failure> {
        let storage = &self.cx.platform.storage;
        let size = u64::try_from(self.claimed.size).unwrap_or_default();
        let mut content = storage.get(&self.key, Some(0..HEAD.min(size))).await?;
        let first = content.try_next().await.map_err(Failure::retry)?;
        Ok(first.map(|first| first.to_vec()).unwrap_or_default())
    }

    pub(super) fn bounds(&self) -> Bounds {
        let config = &self.cx.platform.config.processing;
        Bounds {
            pixels: config.pixels,
            animation_pixels: config.animation_pixels,
            until: Instant::now() + config.time,
        }
    }

    /// The original, as one of the forms.
    pub(super) fn as_it_is(&self) -> Made {
        Made {
            name: "original".to_owned(),
            content_type: self.claimed.content_type.clone(),
            key: self.key.clone(),
            width: None,
            height: None,
            size: u64::try_from(self.claimed.size).unwrap_or_default(),
        }
    }

    /// It is shown as it was uploaded.
    pub(super) fn untouched(&self) -> Seen {
        Seen::Ready(Facts::default(), vec![self.as_it_is()])
    }

    pub(super) async fn picture(&self) -> Result<Seen, Failure> {
        let bytes = self.read().await?;
        let (kind, bounds) = (self.claimed.content_type.clone(), self.bounds());
        let picture = match blocking(move || picture::make(bytes, &kind, &bounds)).await? {
            Ok(picture) => picture,
            Err(why) => return Ok(Seen::Refused(why)),
        };
        let facts = facts(&picture);
        let mut made = Vec::new();
        for form in picture.forms {
            made.push(self.write(form).await?);
        }
        Ok(Seen::Ready(facts, made))
    }

    async fn read(&self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.claimed.size).unwrap_or_default());
        let mut content = self.cx.platform.storage.get(&self.key, None).await?;
        while let Some(part) = content.try_next().await.map_err(Failure::retry)? {
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    }

    pub(super) async fn write(&self, form: Form) -> Result<Made, Failure> {
        let key = match form.name {
            "original" => self.key.clone(),
            name => format!("{}/{name}.{}", self.progress.folder, ending(form.format)),
        };
        let size = self.cx.platform.storage.put(&key, &form.bytes[..]).await?;
        Ok(Made {
            name: form.name.to_owned(),
            content_type: form.format.to_mime_type().to_owned(),
            key,
            width: Some(form.width),
            height: Some(form.height),
            size,
        })
    }
}

/// Nobody waits for it. Of what is gone, nothing stays that this job wrote.
pub(super) async fn clear(id: MediaId, folder: Option<&str>, cx: &Cx) -> Result<Outcome, Failure> {
    let mut connection = cx.platform.db.acquire().await?;
    let is_gone = processing::is_gone(&mut connection, id).await?;
    drop(connection);
    if let (true, Some(folder)) = (is_gone, folder) {
        cx.platform.storage.delete_all(folder).await?;
    }
    Ok(Outcome::Discard("nobody waits for it".to_owned()))
}

async fn original(cx: &Cx, folder: &str) -> Result<String, Failure> {
    let mut found = cx.platform.storage.list(folder)?;
    let start = format!("{folder}/original.");
    while let Some(file) = found.try_next().await? {
        if file.key.starts_with(&start) {
            return Ok(file.key);
        }
    }
    Err(Failure::retry("the original is not there"))
}

/// Hostile bytes may break a decoder: that is one more way to be damaged, and no reason to try again.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<Result<T, Refusal>, Failure> {
    let core = CORES.acquire().await.map_err(Failure::retry)?;
    let done = tokio::task::spawn_blocking(move || {
        let _core = core;
        work()
    });
    match done.await {
        Ok(done) => Ok(done),
        Err(error) if error.is_panic() => Ok(Err(Refusal::Damaged)),
        Err(error) => Err(Failure::retry(error)),
    }
}

fn facts(picture: &Picture) -> Facts {
    let original = picture.forms.last();
    Facts {
        width: Some(picture.width),
        height: Some(picture.height),
        duration_ms: None,
        blurhash: Some(picture.blurhash.clone()),
        animated: picture.animated,
        sha256: original.map(|form| Sha256::digest(&form.bytes).to_vec()),
    }
}

fn ending(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::WebP => "webp",
        _ => "jpg",
    }
}
