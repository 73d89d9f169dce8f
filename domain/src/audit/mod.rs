//! Who did what to others' things: every act of an administrator, written in the transaction of the act.

use platform::{Tx, id_at};
use serde_json::Value;

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
