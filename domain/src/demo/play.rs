//! What happened is done again, by the verbs of those who did it. What is there already is left as it is.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use platform::{Clock, Platform};
use poem_openapi::types::MaybeUndefined;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::acts::{Act, BEGAN};
use super::paint::paint_all;
use super::people::{RESIDENTS, Resident};
use super::scenes::SCENES;
use super::sql::{self, Known};
use super::{Picture, Plan};
use crate::comments::{self, NewComment};
use crate::identity::{self, NewUser};
use crate::media::{self, MediaKind, PicturePlace, Told};
use crate::people::{self, PersonRef, ProfileChange, TopicKind, Topics};
use crate::posts::{self, NewPost, ShareRequest};
use crate::wire::WireText;
use crate::{CommentId, Error, MediaId, PostId, Result, UserId, audit, graph};

pub(super) struct Play<'a> {
    plan: &'a Plan<'a>,
    /// Files come now, whenever they are shown.
    now: &'a Platform,
    /// Its clock says when what is done was done.
    then: Platform,
    began: DateTime<Utc>,
    painted: HashMap<Picture, Vec<u8>>,
    people: HashMap<String, Known>,
    posts: HashMap<(UserId, String), PostId>,
    comments: HashMap<(PostId, UserId, String), CommentId>,
}

impl<'a> Play<'a> {
    pub(super) async fn prepare(
        now: &'a Platform,
        connection: &mut PgConnection,
        plan: &'a Plan<'a>,
        known: Vec<Known>,
    ) -> Result<Self> {
        let ours: Vec<Uuid> = known.iter().map(|person| person.id.0).collect();
        let posts = sql::posts(connection, &ours).await?;
        let ids: Vec<Uuid> = posts.iter().map(|post| post.id.0).collect();
        let comments = sql::comments(connection, &ids).await?;
        let began = now.clock.now();
        let then = Platform::start((*now.config).clone(), Clock::frozen_at(began - BEGAN));
        let people = known.into_iter();
        let comments = comments.into_iter();
        let mut play = Self {
            plan,
            now,
            then: then.map_err(|error| Error::Internal(error.to_string()))?,
            began,
            painted: HashMap::new(),
            people: people.map(|one| (one.username.clone(), one)).collect(),
            posts: posts
                .into_iter()
                .map(|post| ((post.author, post.caption), post.id))
                .collect(),
            comments: comments
                .map(|one| ((one.post, one.author, one.content), one.id))
                .collect(),
        };
        play.painted = paint_all(&play.missing(), plan.paint).await?;
        Ok(play)
    }

    fn missing(&self) -> Vec<Picture> {
        let mut missing = Vec::new();
        for resident in &RESIDENTS {
            let known = self.people.get(resident.username);
            if !known.is_some_and(|known| known.has_picture) {
                missing.push(resident.portrait);
            }
            if !known.is_some_and(|known| known.has_banner) {
                missing.push(resident.banner);
            }
        }
        let is_shown = |author: &str, caption: &str| {
            let known = self.people.get(author);
            known.is_some_and(|known| self.posts.contains_key(&(known.id, caption.to_owned())))
        };
        let scenes = SCENES.iter();
        let scenes = scenes.filter(|scene| !is_shown(scene.author, scene.caption));
        missing.extend(scenes.flat_map(|scene| scene.pictures));
        missing
    }

    /// What is done from here on was done so long before now.
    pub(super) fn at(&self, ago: TimeDelta) {
        let ahead = (self.began - ago) - self.then.clock.now();
        self.then.clock.advance(ahead.to_std().unwrap_or_default());
    }

    pub(super) async fn end(self) {
        self.then.db.close().await;
    }

    pub(super) async fn perform(&mut self, act: Act) -> Result<()> {
        match act {
            Act::Join(resident) => self.join(resident).await,
            Act::Show(scene) => self.show(scene).await,
            Act::Remark(scene, remark) => self.remark(scene, remark).await,
            Act::Share(scene, by, words) => self.share(scene, by, words).await,
            act => self.react(act).await,
        }
    }

    /// Doing these again changes nothing.
    async fn react(&self, act: Act) -> Result<()> {
        let mut tx = self.then.db.begin().await?;
        match act {
            Act::Follow(by, whom) => {
                let whom = PersonRef::Id(self.person(whom)?);
                graph::follow(&mut tx, self.person(by)?, &whom).await?;
            }
            Act::Consent(by, whom) => {
                let whom = PersonRef::Id(self.person(whom)?);
                match graph::accept(&mut tx, self.person(by)?, &whom).await {
                    Ok(_) | Err(Error::NotFound(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Act::Like(scene, by) => {
                posts::like(&mut tx, self.person(by)?, self.post(scene)?).await?;
            }
            Act::Save(scene, by) => {
                posts::save(&mut tx, self.person(by)?, self.post(scene)?).await?;
            }
            Act::LikeRemark(scene, remark, by) => {
                let comment = self.comment(scene, remark)?;
                comments::like(&mut tx, self.person(by)?, comment).await?;
            }
            Act::Join(_) | Act::Show(_) | Act::Remark(..) | Act::Share(..) => {}
        }
        tx.commit().await?;
        Ok(())
    }

    async fn join(&mut self, resident: &'static Resident) -> Result<()> {
        if !self.people.contains_key(resident.username) {
            let known = self.register(resident).await?;
            self.people.insert(resident.username.to_owned(), known);
        }
        let Some(known) = self.people.get(resident.username) else {
            return Ok(());
        };
        for (place, picture, is_there) in [
            (PicturePlace::Picture, &resident.portrait, known.has_picture),
            (PicturePlace::Banner, &resident.banner, known.has_banner),
        ] {
            if !is_there {
                let file = self.keep(known.id, picture).await?;
                let public_url = &self.now.config.http.public_url;
                let mut tx = self.then.db.begin().await?;
                media::set_picture(&mut tx, public_url, known.id, place, file).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    async fn register(&self, resident: &Resident) -> Result<Known> {
        let (username, full_name) = (said(resident.username)?, said(resident.full_name)?);
        let password = self.plan.password.clone();
        let new = NewUser::without_address(username, full_name, password).await?;
        let interests = resident.interests.iter().map(|topic| said(topic));
        let interests = Topics {
            topics: interests.collect::<Result<_>>()?,
        };
        let change = ProfileChange {
            bio: MaybeUndefined::Value(said(resident.bio)?),
            location: MaybeUndefined::Value(said(resident.location)?),
            institution: MaybeUndefined::Value(said(resident.institution)?),
            is_private: Some(resident.consents.is_some()),
            ..ProfileChange::default()
        };
        let mut tx = self.then.db.begin().await?;
        let id = identity::create_user(&mut tx, &new).await?.id;
        people::change(&mut tx, id, change).await?;
        people::set_topics(&mut tx, id, TopicKind::Interest, interests).await?;
        let detail = json!({ "person": id, "made_at": self.now.clock.now() });
        audit::record(&mut tx, self.plan.by, "demo.person", "demo", &detail).await?;
        tx.commit().await?;
        Ok(Known {
            id,
            username: resident.username.to_owned(),
            has_picture: false,
            has_banner: false,
        })
    }

    async fn keep(&self, owner: UserId, picture: &Picture) -> Result<MediaId> {
        let file = self.painted.get(picture);
        let file = file.ok_or_else(|| Error::Internal(format!("{picture:?} is not painted")))?;
        let name = said("painted.jpg")?;
        let only = Some(MediaKind::Image);
        let stored = media::store(self.now, owner, only, Some(&name), file.as_slice()).await?;
        let told = Told {
            alt: Some(said(picture.alt)?),
            ..Told::default()
        };
        let kept = media::keep(self.now, owner, &[stored], &told).await?;
        let missing = || Error::Internal(format!("{picture:?} is not kept"));
        kept.first().copied().ok_or_else(missing)
    }

    async fn show(&mut self, scene: usize) -> Result<()> {
        let scene = &SCENES[scene];
        let author = self.person(scene.author)?;
        let key = (author, scene.caption.to_owned());
        if self.posts.contains_key(&key) {
            return Ok(());
        }
        let mut files = Vec::with_capacity(scene.pictures.len());
        for picture in scene.pictures {
            files.push(self.keep(author, picture).await?);
        }
        let new = NewPost {
            caption: Some(said(scene.caption)?),
            location: scene.location.map(said).transpose()?,
            media_ids: Some(files),
            ..NewPost::default()
        };
        let mut tx = self.then.db.begin().await?;
        let post = posts::create(&mut tx, author, &new).await?;
        tx.commit().await?;
        self.posts.insert(key, post);
        Ok(())
    }

    async fn remark(&mut self, scene: usize, number: usize) -> Result<()> {
        let remark = &SCENES[scene].remarks[number];
        let (post, author) = (self.post(scene)?, self.person(remark.author)?);
        let key = (post, author, remark.words.to_owned());
        if self.comments.contains_key(&key) {
            return Ok(());
        }
        let answered = remark.answers.map(|answered| self.comment(scene, answered));
        let new = NewComment {
            content: said(remark.words)?,
            parent_comment_id: answered.transpose()?,
        };
        let mut tx = self.then.db.begin().await?;
        let comment = comments::create(&mut tx, author, post, &new).await?;
        tx.commit().await?;
        self.comments.insert(key, comment);
        Ok(())
    }

    async fn share(&mut self, scene: usize, by: &str, words: &str) -> Result<()> {
        let (post, by) = (self.post(scene)?, self.person(by)?);
        if self.posts.contains_key(&(by, words.to_owned())) {
            return Ok(());
        }
        let request = ShareRequest {
            caption: Some(said(words)?),
        };
        let mut tx = self.then.db.begin().await?;
        posts::share(&mut tx, by, post, &request).await?;
        tx.commit().await?;
        Ok(())
    }

    fn person(&self, name: &str) -> Result<UserId> {
        let known = self.people.get(name).map(|known| known.id);
        known.ok_or(Error::NotFound("person"))
    }

    fn post(&self, scene: usize) -> Result<PostId> {
        let scene = &SCENES[scene];
        let key = (self.person(scene.author)?, scene.caption.to_owned());
        self.posts.get(&key).copied().ok_or(Error::NotFound("post"))
    }

    fn comment(&self, scene: usize, number: usize) -> Result<CommentId> {
        let remark = &SCENES[scene].remarks[number];
        let author = self.person(remark.author)?;
        let key = (self.post(scene)?, author, remark.words.to_owned());
        let found = self.comments.get(&key).copied();
        found.ok_or(Error::NotFound("comment"))
    }
}

/// What the script says is read as if somebody had sent it.
fn said<T: WireText>(text: &str) -> Result<T> {
    T::read(text).map_err(|fault| Error::Internal(format!("`{text}` {}", fault.detail)))
}
