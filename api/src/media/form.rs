//! A form with files, read as it comes: the bytes go to the storage in pieces, and what is wrong with any part of the form
//! leaves nothing of it behind.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use domain::media::{self, Alt, FileHash, FileName, MediaKind, Stored, Told};
use domain::wire::{Fault, WireText};
use domain::{Error, MediaId, Result, UserId};
use futures::stream::{BoxStream, Stream, StreamExt};
use platform::Platform;
use poem::http::header::CONTENT_LENGTH;
use poem::web::{Field, Multipart};
use poem::{Body, FromRequest, Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use crate::edge::{Edge, FormKey};
use crate::problem::{Problem, catalog};

pub(crate) const CONTENT: &str = "multipart/form-data";

/// What a form is larger by than its file.
const AROUND: u64 = 64 * 1024;

/// Bytes of a field that is no file.
const LONGEST_TEXT: usize = 64 * 1024;

/// Fields of a form that are no files.
const MOST_TEXTS: usize = 40;

/// A form whose parts nobody has read yet.
pub(crate) struct FileForm(Multipart);

/// What a form may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) only: Option<MediaKind>,
    pub(crate) most_files: usize,
}

/// One file of any kind.
pub(crate) const A_FILE: Wanted = Wanted {
    only: None,
    most_files: 1,
};

/// What a form held. Its files are in the storage, and nobody's yet.
pub(crate) struct Form {
    owner: UserId,
    pub(crate) files: Vec<Stored>,
    pub(crate) texts: Vec<(String, String)>,
}

impl<'a> ApiExtractor<'a> for FileForm {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(_: &mut Registry) {}

    fn request_meta() -> Option<MetaRequest> {
        let text = |about: &'static str, longest: usize| {
            MetaSchemaRef::Inline(Box::new(MetaSchema {
                description: Some(about),
                max_length: Some(longest),
                ..MetaSchema::new("string")
            }))
        };
        let file = MetaSchema {
            description: Some("The file, with its name."),
            ..MetaSchema::new_with_format("string", "binary")
        };
        let schema = MetaSchema {
            properties: vec![
                ("file", MetaSchemaRef::Inline(Box::new(file))),
                ("alt", text("What it shows, in words.", 1_500)),
                ("size", text("Its bytes; checked where given.", 20)),
                (
                    "sha256",
                    text("Its SHA-256 in hexadecimal; checked where given.", 64),
                ),
            ],
            required: vec!["file"],
            example: Some(json!({"file": "sunset.jpg", "alt": "A sunset over the campus"})),
            ..MetaSchema::new("object")
        };
        Some(MetaRequest {
            description: None,
            content: vec![MetaMediaType {
                content_type: CONTENT,
                schema: MetaSchemaRef::Inline(Box::new(schema)),
            }],
            required: true,
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        match request.data::<Arc<FormKey>>() {
            Some(_) => Err(Problem::told(&catalog::IDEMPOTENCY_KEY_UNSUPPORTED).into()),
            None => Self::of(request, body).await,
        }
    }
}

/// A body that pauses after each piece. Whoever takes forms apart takes all that is there at once, and a client may be
/// faster than the storage.
struct Pieces {
    body: BoxStream<'static, io::Result<Bytes>>,
    pauses: bool,
}

impl Pieces {
    fn of(body: Body) -> Self {
        Self {
            body: body.into_bytes_stream().boxed(),
            pauses: false,
        }
    }
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.pauses) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = self.body.poll_next_unpin(cx);
        self.pauses = next.is_ready();
        next
    }
}

/// Whether the body of a request is a form with files: it is read by its handler alone, and takes its time.
pub(crate) fn is_form(request: &Request) -> bool {
    let content = request.content_type();
    content.is_some_and(|content| content.to_ascii_lowercase().starts_with(CONTENT))
}

/// A form that says itself that it is too large is not read at all.
fn check_length(request: &Request, platform: &Platform) -> Result<()> {
    let said = request.header(CONTENT_LENGTH);
    let said = said.and_then(|length| length.parse::<u64>().ok());
    let most = media::largest(&platform.config.media, None);
    match said.is_some_and(|said| said > most + AROUND) {
        true => Err(Error::TooLarge { most }),
        false => Ok(()),
    }
}

impl FileForm {
    /// For whoever takes the key of the request, if it has one.
    pub(crate) async fn of(request: &Request, body: &mut RequestBody) -> poem::Result<Self> {
        let platform = &Edge::of(request)?.platform;
        check_length(request, platform).map_err(Problem::from)?;
        let pieces = Body::from_bytes_stream(Pieces::of(body.take()?));
        let mut body = RequestBody::new(pieces);
        match <Multipart as FromRequest>::from_request(request, &mut body).await {
            Ok(form) => Ok(Self(form)),
            Err(_) => {
                let mut problem = Problem::told(&catalog::MEDIA_TYPE_UNSUPPORTED);
                "Send a form: multipart/form-data with a boundary.".clone_into(&mut problem.detail);
                Err(problem.into())
            }
        }
    }

    /// Reads all of it. What is wrong leaves nothing behind.
    pub(crate) async fn read(
        mut self,
        platform: &Platform,
        owner: UserId,
        wanted: Wanted,
    ) -> Result<Form> {
        let mut form = Form {
            owner,
            files: Vec::new(),
            texts: Vec::new(),
        };
        let read = self.read_into(&mut form, platform, wanted).await;
        match read {
            Ok(()) => Ok(form),
            Err(error) => {
                form.discard(platform).await;
                Err(error)
            }
        }
    }

    async fn read_into(
        &mut self,
        form: &mut Form,
        platform: &Platform,
        wanted: Wanted,
    ) -> Result<()> {
        let idle = platform.config.media.upload_idle;
        while let Some(field) = self.next(idle).await? {
            let name = field.name().unwrap_or_default().to_owned();
            // A page sends its field for files without one.
            if field.file_name().is_some_and(str::is_empty) {
                continue;
            }
            let is_file = field.file_name().is_some() || ["file", "media"].contains(&&*name);
            if !is_file {
                let text = text(&name, field, idle).await?;
                form.texts.push((name, text));
                if form.texts.len() > MOST_TEXTS {
                    return Err(Error::invalid("", "too_many", "has too many fields"));
                }
                continue;
            }
            if form.files.len() == wanted.most_files {
                let detail = format!("can be at most {}", wanted.most_files);
                return Err(Error::invalid(&name, "too_many", detail));
            }
            let filename = field.file_name().and_then(|name| FileName::read(name).ok());
            let content = Box::pin(field.into_async_read());
            let (only, filename) = (wanted.only, filename.as_ref());
            let stored = media::store(platform, form.owner, only, filename, content).await?;
            form.files.push(stored);
        }
        Ok(())
    }

    async fn next(&mut self, idle: Duration) -> Result<Option<Field>> {
        match timeout(idle, self.0.next_field()).await {
            Ok(Ok(field)) => Ok(field),
            Ok(Err(_)) => Err(cut_off()),
            Err(_) => Err(too_slow()),
        }
    }
}

impl Form {
    /// The same for the same fields and files, whatever was put between them.
    pub(crate) fn fingerprint(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        for part in self.texts.iter().flat_map(|(name, text)| [name, text]) {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        hash.update(self.texts.len().to_be_bytes());
        self.files
            .iter()
            .for_each(|file| hash.update(file.sha256()));
        hash.finalize().to_vec()
    }

    /// The first field of that name that was filled in.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let mut texts = self.texts.iter();
        let found = texts.find(|(field, text)| field == name && !text.is_empty());
        found.map(|(_, text)| text.as_str())
    }

    /// Makes its one file the owner's.
    pub(crate) async fn keep_one(self, platform: &Platform) -> Result<MediaId> {
        let missing = || Error::invalid("file", "required", "is required");
        if self.files.is_empty() {
            return Err(missing());
        }
        match self.told() {
            Ok(told) => {
                let kept = media::keep(platform, self.owner, &self.files, &told).await?;
                kept.into_iter().next().ok_or_else(missing)
            }
            Err(error) => {
                self.discard(platform).await;
                Err(error)
            }
        }
    }

    /// Makes all its files the owner's, or none.
    pub(crate) async fn keep_all(self, platform: &Platform) -> Result<Vec<MediaId>> {
        media::keep(platform, self.owner, &self.files, &Told::default()).await
    }

    pub(crate) async fn discard(&self, platform: &Platform) {
        for file in &self.files {
            media::discard(platform, file).await;
        }
    }

    fn told(&self) -> Result<Told> {
        let size = self.text("size").map(str::parse::<u64>).transpose();
        Ok(Told {
            alt: self.field::<Alt>("alt")?,
            sha256: self.field::<FileHash>("sha256")?,
            size: size.map_err(|_| Error::invalid("size", "invalid", "must be a whole number"))?,
        })
    }

    fn field<T: WireText>(&self, name: &str) -> Result<Option<T>> {
        let read = self.text(name).map(T::read).transpose();
        read.map_err(|Fault { code, detail }| Error::invalid(name, code, detail))
    }
}

async fn text(name: &str, field: Field, idle: Duration) -> Result<String> {
    let mut bytes = Vec::new();
    let mut reader = Box::pin(field.into_async_read()).take(LONGEST_TEXT as u64 + 1);
    match timeout(idle, reader.read_to_end(&mut bytes)).await {
        Ok(Ok(_)) => {}
        Ok(Err(_)) => return Err(cut_off()),
        Err(_) => return Err(too_slow()),
    }
    if bytes.len() > LONGEST_TEXT {
        return Err(Error::invalid(name, "too_long", "is too long"));
    }
    String::from_utf8(bytes).map_err(|_| Error::invalid(name, "invalid", "must be a text"))
}

fn cut_off() -> Error {
    Error::invalid("file", "incomplete", "did not arrive whole")
}

fn too_slow() -> Error {
    Error::invalid("file", "too_slow", "came too slowly and was given up")
}
