//! What people can do, care for and study: lists of their own, by which they are found.

use std::collections::BTreeSet;

use platform::Tx;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use sqlx::PgConnection;

use super::{Topic, sql, words::fold};
use crate::{Result, UserId};

/// A list of topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub enum TopicKind {
    Skill,
    Interest,
    Subject,
}

impl TopicKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Skill => "skill",
            Self::Interest => "interest",
            Self::Subject => "subject",
        }
    }
}

/// A person's skills, interests or subjects, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(example, deny_unknown_fields)]
pub struct Topics {
    #[oai(validator(max_items = 50))]
    pub topics: Vec<Topic>,
}

pub async fn topics(
    connection: &mut PgConnection,
    user: UserId,
    kind: TopicKind,
) -> Result<Topics> {
    let topics = sql::topics(connection, user, kind.name()).await?;
    Ok(Topics { topics })
}

/// Replaces a list. Topics that differ by case or accents alone are one: the first of them stays.
pub async fn set_topics(
    tx: &mut Tx,
    user: UserId,
    kind: TopicKind,
    topics: Topics,
) -> Result<Topics> {
    let now = tx.now();
    let mut seen = BTreeSet::new();
    let mut kept = topics.topics;
    kept.retain(|topic| seen.insert(fold(topic.as_str())));
    let folded: Vec<String> = kept.iter().map(|topic| fold(topic.as_str())).collect();
    let written: Vec<String> = kept.iter().map(ToString::to_string).collect();
    // Two lists at once are written one after the other: the later one stands, whole.
    sql::lock_person(tx.connection(), user).await?;
    sql::replace_topics(tx.connection(), user, kind.name(), &folded, &written, now).await?;
    Ok(Topics { topics: kept })
}

impl Example for Topics {
    fn example() -> Self {
        Self {
            topics: vec![Topic::example()],
        }
    }
}
