//! A folder that stands in for a provider which is not configured: what would have been sent is kept there as files.

use std::path::PathBuf;

use crate::{Clock, new_id};

#[derive(Clone)]
pub(crate) struct Outbox {
    folder: PathBuf,
    clock: Clock,
    /// How its files end: mails and texts may share a folder.
    ending: &'static str,
}

impl Outbox {
    pub(crate) fn new(folder: PathBuf, clock: Clock, ending: &'static str) -> Self {
        Self {
            folder,
            clock,
            ending,
        }
    }

    /// Written beside its place and moved there, so that a reader never sees half of it. The error is for logs.
    pub(crate) async fn keep(&self, content: &[u8]) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.folder.display());
        let name = new_id(&self.clock);
        tokio::fs::create_dir_all(&self.folder)
            .await
            .map_err(failed)?;
        let unfinished = self.folder.join(format!(".{name}"));
        tokio::fs::write(&unfinished, content)
            .await
            .map_err(failed)?;
        let finished = self.folder.join(format!("{name}.{}", self.ending));
        tokio::fs::rename(&unfinished, finished)
            .await
            .map_err(failed)
    }

    /// The newest first, by name and content.
    pub(crate) async fn kept(&self, most: usize) -> std::io::Result<Vec<(String, String)>> {
        let mut names = Vec::new();
        let mut files = match tokio::fs::read_dir(&self.folder).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            files => files?,
        };
        let is_ours = |name: &String| {
            let stem = name.strip_suffix(self.ending);
            stem.is_some_and(|stem| stem.ends_with('.') && stem.len() > 1)
        };
        while let Some(file) = files.next_entry().await? {
            names.extend(file.file_name().into_string().ok().filter(is_ours));
        }
        names.sort_unstable_by(|a, b| b.cmp(a));
        let mut kept = Vec::new();
        for name in names.into_iter().take(most) {
            let content = tokio::fs::read(self.folder.join(&name)).await?;
            kept.push((name, String::from_utf8_lossy(&content).into_owned()));
        }
        Ok(kept)
    }
}
