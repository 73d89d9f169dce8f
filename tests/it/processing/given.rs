//! Files that are there already, and what is known of them.

use std::collections::BTreeSet;

use domain::MediaId;
use domain::media::MediaKind;
use domain::media::jobs::ProcessMedia;
use domain::media::processing::folder;
use futures::TryStreamExt;
use image::DynamicImage;

use crate::harness::Somebody;
use crate::harness::TestApp;

pub struct File {
    pub id: MediaId,
    pub folder: String,
}

#[derive(Debug, sqlx::FromRow)]
pub struct Known {
    pub state: String,
    pub failure: Option<String>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub duration_ms: Option<i64>,
    pub blurhash: Option<String>,
    pub animated: bool,
    pub progress: i16,
    pub size: i64,
}

#[derive(Debug, sqlx::FromRow)]
pub struct Variant {
    pub name: String,
    pub content_type: String,
    pub key: String,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub size: i64,
}

impl TestApp {
    /// As an upload leaves it: the bytes are in the storage, and the job waits.
    pub async fn given_file(
        &self,
        owner: &Somebody,
        kind: MediaKind,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> File {
        let mut tx = self.platform.db.begin().await.unwrap();
        let id = MediaId::at(tx.now());
        let folder = folder(owner.id, id);
        let ending = match content_type.split_once('/').unwrap().1 {
            "jpeg" => "jpg",
            "quicktime" => "mov",
            ending => ending,
        };
        let key = format!("{folder}/original.{ending}");
        let size = self.platform.storage.put(&key, &bytes[..]).await.unwrap();
        sqlx::query(
            "insert into media (id, owner_id, kind, content_type, state, size, created_at, updated_at)
             values ($1, $2, $3, $4, 'uploaded', $5, $6, $6)",
        )
        .bind(id)
        .bind(owner.id)
        .bind(kind)
        .bind(content_type)
        .bind(i64::try_from(size).unwrap())
        .bind(tx.now())
        .execute(tx.connection())
        .await
        .unwrap();
        tx.enqueue(ProcessMedia { media_id: id }).await.unwrap();
        tx.commit().await.unwrap();
        File { id, folder }
    }

    pub async fn known(&self, file: &File) -> Known {
        let row = sqlx::query_as(
            "select state, failure, width, height, duration_ms, blurhash, animated, progress, size
             from media where id = $1",
        );
        row.bind(file.id)
            .fetch_one(self.platform.db.pool())
            .await
            .unwrap()
    }

    pub async fn variants(&self, file: &File) -> Vec<Variant> {
        let rows = sqlx::query_as(
            "select name, content_type, key, width, height, size from media_variants where media_id = $1
             order by width, name, content_type",
        );
        rows.bind(file.id)
            .fetch_all(self.platform.db.pool())
            .await
            .unwrap()
    }

    /// The forms there are: name, kind and size.
    pub async fn shapes(&self, file: &File) -> Vec<String> {
        let shapes = self.variants(file).await.into_iter().map(|form| {
            let kind = form.content_type.split_once('/').unwrap().1.to_owned();
            let (width, height) = (form.width.unwrap(), form.height.unwrap());
            format!("{} {kind} {width}x{height}", form.name)
        });
        shapes.collect()
    }

    pub async fn bytes(&self, key: &str) -> Vec<u8> {
        let content = self.platform.storage.get(key, None).await.unwrap();
        let parts: Vec<_> = content.try_collect().await.unwrap();
        parts.concat()
    }

    pub async fn form(&self, file: &File, name: &str, content_type: &str) -> DynamicImage {
        let variants = self.variants(file).await;
        let form = variants
            .iter()
            .find(|form| form.name == name && form.content_type == content_type)
            .unwrap_or_else(|| panic!("no {name} as {content_type} among {variants:?}"));
        let bytes = self.bytes(&form.key).await;
        assert_eq!(i64::try_from(bytes.len()).unwrap(), form.size);
        image::load_from_memory(&bytes).unwrap()
    }

    /// Everything that lies in the file's folder, halves that a killed process left included.
    pub async fn lying(&self, file: &File) -> BTreeSet<String> {
        let folder = format!("{}/{}", self.settings["STORAGE_DIR"], file.folder);
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .map(|name| format!("{}/{name}", file.folder))
            .collect()
    }

    /// Nothing lies there that is not known, nothing is known that is not there, and no byte says `secret`.
    pub async fn assert_tidy(&self, file: &File, secret: &[u8]) {
        let known: BTreeSet<String> = self
            .variants(file)
            .await
            .into_iter()
            .map(|variant| variant.key)
            .collect();
        let lying = self.lying(file).await;
        let lists = lying.iter().filter(|key| !key.ends_with("p.m3u8")).cloned();
        assert_eq!(lists.collect::<BTreeSet<_>>(), known);
        for key in lying {
            let bytes = self.bytes(&key).await;
            let says = bytes.windows(secret.len()).any(|part| part == secret);
            assert!(!says, "{key} tells {:?}", String::from_utf8_lossy(secret));
        }
    }
}
