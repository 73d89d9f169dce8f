//! A new post, as programs send it in JSON, and as pages do in a form with its files.

use domain::posts::form::{FormFile, store};
use domain::posts::{Caption, NewPost};
use poem::web::{Field, Multipart};
use poem::{FromRequest, Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::{Map, Value};
use tokio::io::AsyncReadExt;

use crate::auth::standing;
use crate::body::{Body, understood};
use crate::edge::Edge;
use crate::problem::{Problem, catalog};

/// What is to be posted.
#[derive(Debug)]
pub(super) struct PostBody(pub(super) NewPost);

const FORM: &str = "multipart/form-data";

/// Bytes of one field that is no file.
const LONGEST: u64 = 32 * 1024;

/// Parts of a form; no post has more to say.
const MOST: usize = 64;

/// Fields that hold several values: as a list in JSON, separated by commas, or said several times.
const LISTS: [&str; 2] = ["hashtags", "media_ids"];

impl<'a> ApiExtractor<'a> for PostBody {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        Body::<NewPost>::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let mut meta = Body::<NewPost>::request_meta()?;
        meta.content.push(MetaMediaType {
            content_type: FORM,
            schema: MetaSchemaRef::Inline(Box::new(schema())),
        });
        Some(meta)
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let kind = request.content_type().unwrap_or_default();
        if !kind.starts_with(FORM) {
            let Body(new) = Body::<NewPost>::from_request(request, body, options).await?;
            return Ok(Self(new));
        }
        let form = <Multipart as FromRequest>::from_request(request, body).await?;
        let said = read(request, form).await?;
        Ok(Self(understood(request, said)?))
    }
}

fn schema() -> MetaSchema {
    let text = |description| {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            description: Some(description),
            ..MetaSchema::new("string")
        }))
    };
    let files = MetaSchema {
        description: Some("Up to ten pictures and videos, in the order they are shown."),
        items: Some(Box::new(MetaSchemaRef::Inline(Box::new(
            MetaSchema::new_with_format("string", "binary"),
        )))),
        ..MetaSchema::new("array")
    };
    MetaSchema {
        properties: vec![
            ("caption", Caption::schema_ref()),
            ("media", MetaSchemaRef::Inline(Box::new(files))),
            ("hashtags", text("A list in JSON, or separated by commas.")),
            (
                "media_ids",
                text("Files that are here already: a list in JSON."),
            ),
            ("post_type", text("As in JSON.")),
            ("visibility", text("As in JSON.")),
            ("comments_from", text("As in JSON.")),
            ("location", text("As in JSON.")),
            ("state", text("As in JSON.")),
            ("publish_at", text("As in JSON.")),
        ],
        ..MetaSchema::new("object")
    }
}

/// The form as the body in JSON would be. Its files are stored as they arrive.
async fn read(request: &Request, mut form: Multipart) -> poem::Result<Value> {
    let mut said = Map::new();
    let mut parts = 0;
    while let Some(field) = form.next_field().await.map_err(|_| broken())? {
        parts += 1;
        if parts > MOST {
            return Err(Problem::told(&catalog::BODY_TOO_LARGE).into());
        }
        let name = field.name().unwrap_or_default().to_owned();
        if name == "media" {
            if let Some(id) = stored(request, field).await? {
                add(&mut said, "media_ids", id);
            }
            continue;
        }
        let text = text(field).await?;
        if LISTS.contains(&name.as_str()) {
            for item in items(&text) {
                add(&mut said, &name, item);
            }
        } else if !text.is_empty() {
            said.insert(name, text.into());
        }
    }
    Ok(Value::Object(said))
}

/// None where a page sends its field for files without one.
async fn stored(request: &Request, field: Field) -> poem::Result<Option<Value>> {
    if field.file_name().is_none_or(str::is_empty) {
        return Ok(None);
    }
    let actor = standing(request).await.map_err(Problem::from)?;
    let platform = &Edge::of(request)?.platform;
    let file = FormFile {
        name: field.file_name().map(str::to_owned),
        content_type: field.content_type().map(str::to_owned),
        content: field.into_async_read(),
    };
    let id = store(platform, actor.user, file).await;
    let id = id.map_err(Problem::from)?;
    Ok(Some(id.to_string().into()))
}

async fn text(field: Field) -> poem::Result<String> {
    let mut bytes = Vec::new();
    let mut content = field.into_async_read().take(LONGEST + 1);
    let read = content.read_to_end(&mut bytes).await;
    read.map_err(|_| broken())?;
    if bytes.len() as u64 > LONGEST {
        return Err(Problem::told(&catalog::BODY_TOO_LARGE).into());
    }
    String::from_utf8(bytes).map_err(|_| broken().into())
}

fn items(text: &str) -> Vec<Value> {
    match serde_json::from_str(text) {
        Ok(Value::Array(items)) => items,
        _ => {
            let items = text.split(',').map(str::trim);
            items
                .filter(|item| !item.is_empty())
                .map(Value::from)
                .collect()
        }
    }
}

fn add(said: &mut Map<String, Value>, name: &str, item: Value) {
    let list = said.entry(name).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(list) = list {
        list.push(item);
    }
}

fn broken() -> Problem {
    let detail = "The form did not arrive whole, or is none.";
    Problem::new(
        poem::http::StatusCode::BAD_REQUEST,
        "body_malformed",
        detail,
    )
}
