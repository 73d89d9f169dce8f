//! Lists of people by what they show of themselves. Only what is public filters, and nothing sorts but age: a filter or
//! an order by a private field would tell what it holds.

use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::words::fold;
use super::{Line, PersonCard, Role, Topic, cards};
use crate::{Result, UserId};

/// A list is counted exactly up to here.
const MOST_COUNTED: i64 = 1_000;

/// Which people; what is not said does not matter.
#[derive(Clone, Debug, Default)]
pub struct PeopleFilter {
    pub role: Option<Role>,
    pub skill: Option<Topic>,
    pub interest: Option<Topic>,
    pub subject: Option<Topic>,
    pub location: Option<Line>,
    pub verified: Option<bool>,
}

/// People, the newest first, one more than `limit` where there are more.
pub async fn list(
    connection: &mut PgConnection,
    viewer: UserId,
    filter: &PeopleFilter,
    after: Option<UserId>,
    offset: i64,
    limit: i64,
) -> Result<Vec<PersonCard>> {
    let mut query = QueryBuilder::new("");
    find(&mut query, filter);
    query.push(" and not is_hidden_from(").push_bind(viewer.0);
    query.push(", u.id)");
    if let Some(after) = after {
        query.push(" and u.id < ").push_bind(after.0);
    }
    query
        .push(" order by u.id desc limit ")
        .push_bind(limit + 1);
    query.push(" offset ").push_bind(offset);
    let ids: Vec<Uuid> = query
        .build_query_scalar()
        .fetch_all(&mut *connection)
        .await?;
    let ids: Vec<UserId> = ids.into_iter().map(UserId).collect();
    cards(connection, viewer, &ids).await
}

/// How many there are, counted no further than what a page can wait for, and whether that is exact: those whom a block
/// hides from the viewer are counted with the others.
pub async fn count(
    connection: &mut PgConnection,
    viewer: UserId,
    filter: &PeopleFilter,
) -> Result<(i64, bool)> {
    let most = filter.most_counted();
    let mut query = QueryBuilder::new("select count(*), exists (select from blocks where ");
    query.push("blocker_id = ").push_bind(viewer.0);
    query.push(" or blocked_id = ").push_bind(viewer.0);
    query.push(") from (");
    find(&mut query, filter);
    query.push(" limit ").push_bind(most).push(") as found");
    let (count, blocks): (i64, bool) = query.build_query_as().fetch_one(connection).await?;
    Ok((count, count < most && !blocks))
}

impl PeopleFilter {
    /// Those who have two things are looked for among all who have one of them: they cost more each.
    fn most_counted(&self) -> i64 {
        let topics = [&self.skill, &self.interest, &self.subject];
        match topics.into_iter().flatten().count() {
            0 | 1 => MOST_COUNTED,
            _ => MOST_COUNTED / 10,
        }
    }
}

fn find(query: &mut QueryBuilder<Postgres>, filter: &PeopleFilter) {
    let topics = [
        ("skill", &filter.skill),
        ("interest", &filter.interest),
        ("subject", &filter.subject),
    ];
    query.push("select u.id from users u");
    for (kind, topic) in topics {
        if let Some(topic) = topic {
            query.push(format!(" join user_topics {kind} on {kind}.user_id = u.id and {kind}.kind = '{kind}' and {kind}.folded = "));
            query.push_bind(fold(topic.as_str()));
        }
    }
    // Said here too, although whoever does not stand is hidden: these are the people who are in the indexes.
    query.push(" where is_active(u)");
    if let Some(role) = filter.role {
        query.push(" and u.role = ").push_bind(role);
    }
    if let Some(location) = &filter.location {
        query.push(" and lower(u.location) = lower(");
        query.push_bind(location.to_string()).push(")");
    }
    match filter.verified {
        Some(true) => query.push(" and u.verification_level <> 'none'"),
        Some(false) => query.push(" and u.verification_level = 'none'"),
        None => query,
    };
}
