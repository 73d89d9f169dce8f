//! A new post, as programs send it in JSON, and as pages do in a form with its files.

use std::sync::Arc;

use domain::posts::{Caption, NewPost};
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::{Map, Value};

use crate::auth::standing;
use crate::body::{Body, understood};
use crate::edge::{Edge, FormKey};
use crate::media::form::{CONTENT, FileForm, Form, Wanted, is_form};
use crate::problem::Problem;

/// What is to be posted.
#[derive(Debug)]
pub(super) struct PostBody(pub(super) NewPost);

/// As many files as a post shows.
const FILES: Wanted = Wanted {
    only: None,
    most_files: 10,
};

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
            content_type: CONTENT,
            schema: MetaSchemaRef::Inline(Box::new(schema())),
        });
        Some(meta)
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        if !is_form(request) {
            let Body(new) = Body::<NewPost>::from_request(request, body, options).await?;
            return Ok(Self(new));
        }
        let form = FileForm::of(request, body).await?;
        Ok(Self(read(request, form).await?))
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

/// The form as the body in JSON would be. Its files are in the storage by then; they become the author's once everything
/// else in the form is understood.
async fn read(request: &Request, form: FileForm) -> poem::Result<NewPost> {
    let actor = standing(request).await.map_err(Problem::from)?;
    let edge = Edge::of(request)?;
    let platform = &edge.platform;
    let form = form.read(platform, actor.user, FILES).await;
    let form = form.map_err(Problem::from)?;
    let mut new = match asked(request, edge, &form).await {
        Ok(new) => new,
        Err(error) => {
            form.discard(platform).await;
            return Err(error);
        }
    };
    let mut media = new.media_ids.take().unwrap_or_default();
    media.extend(form.keep_all(platform).await.map_err(Problem::from)?);
    new.media_ids = Some(media).filter(|media| !media.is_empty());
    Ok(new)
}

/// What the form says, if nobody has been answered for it before.
async fn asked(request: &Request, edge: &Edge, form: &Form) -> poem::Result<NewPost> {
    let new = understood::<NewPost>(request, said(form))?;
    if let Some(key) = request.data::<Arc<FormKey>>() {
        key.take(edge, &form.fingerprint()).await?;
    }
    Ok(new)
}

fn said(form: &Form) -> Value {
    let mut said = Map::new();
    for (name, text) in &form.texts {
        if LISTS.contains(&name.as_str()) {
            items(text)
                .into_iter()
                .for_each(|item| add(&mut said, name, item));
        } else if !text.is_empty() {
            said.insert(name.clone(), text.clone().into());
        }
    }
    Value::Object(said)
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
