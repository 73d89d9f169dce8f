//! Who did what to others' things: every act of an administrator, written in the transaction of the act.

use chrono::{DateTime, Utc};
use platform::{Tx, id_at};
use poem_openapi::Object;
use poem_openapi::types::Example;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Result;
use crate::ids::UserId;

/// An administrator, or somebody with a shell on the machine.
#[derive(Clone, Debug)]
pub struct Operator {
    pub id: Option<UserId>,
    pub name: String,
}

impl Operator {
    pub fn person(id: UserId) -> Self {
        Self {
            id: Some(id),
            name: id.to_string(),
        }
    }

    pub fn shell(user: &str) -> Self {
        Self {
            id: None,
            name: format!("shell:{user}"),
        }
    }
}

/// Adds a line that nobody changes or deletes.
pub async fn record(
    tx: &mut Tx,
    by: &Operator,
    action: &str,
    target: &str,
    detail: &Value,
) -> Result<()> {
    let (now, request_id) = (tx.now(), tx.scope().request_id.clone());
    sqlx::query!(
        "insert into admin_audit (id, actor, actor_name, action, target, detail, request_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id_at(now),
        by.id.map(|id| id.0),
        by.name,
        action,
        target,
        detail,
        request_id.as_deref(),
        now,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// One act.
#[derive(Clone, Debug, PartialEq, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Act {
    pub id: Uuid,
    /// Absent where it came from a shell on the machine.
    pub actor: Option<Uuid>,
    pub actor_name: String,
    /// What was done: `job.retry`, `pool.pause`, `user.create`, …
    pub action: String,
    /// To what: an id or a name.
    pub target: String,
    pub detail: Value,
    pub request_id: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// Acts, the newest first, one more than `limit` where there are more.
pub async fn list(
    connection: &mut PgConnection,
    after: Option<Uuid>,
    offset: i64,
    limit: i64,
) -> Result<Vec<Act>> {
    let acts = sqlx::query_as!(
        Act,
        "select id, actor, actor_name, action, target, detail, request_id, created_at
         from admin_audit where $1::uuid is null or id < $1 order by id desc limit $2 offset $3",
        after,
        limit + 1,
        offset,
    )
    .fetch_all(connection)
    .await?;
    Ok(acts)
}

pub async fn count(connection: &mut PgConnection, most: i64) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select from admin_audit limit $1) as counted"#,
        most
    )
    .fetch_one(connection)
    .await?;
    Ok(count)
}

impl Example for Act {
    fn example() -> Self {
        Self {
            id: Uuid::from_u128(0x0193_2c5e_6d80_7b1a_9f3b_2a1c_4e5d_6f70),
            actor: Some(Uuid::from_u128(0x0193_2c5d_0000_7b1a_9f3b_2a1c_4e5d_6f72)),
            actor_name: "01932c5d-0000-7b1a-9f3b-2a1c4e5d6f72".to_owned(),
            action: "pool.pause".to_owned(),
            target: "mail".to_owned(),
            detail: json!({ "reason": "the mail provider is down" }),
            request_id: Some("0193a2c4-1b2c-7d3e-8f40-5a6b7c8d9e0f".to_owned()),
            created_at: DateTime::from_timestamp(1_763_640_000, 0).unwrap_or_default(),
        }
    }
}
