//! The text message.

use chrono::{DateTime, Utc};
use platform::config::Config;
use platform::sms::Text;
use sqlx::PgConnection;

use super::{code, sql};
use crate::{CodeId, Error, Result};

/// The text that brings a code, as the world is now. None: the code has expired, was used, or another took its place.
pub async fn code_text(
    connection: &mut PgConnection,
    config: &Config,
    id: CodeId,
    now: DateTime<Utc>,
) -> Result<Option<Text>> {
    let Some(phone) = sql::open_code(connection, id, now).await? else {
        return Ok(None);
    };
    let code = code::code(id, &config.auth.keys);
    let code = code.ok_or_else(|| Error::Internal("no key to make a code with".to_owned()))?;
    // The code first: it is what the list of messages shows, and what phones offer to fill in.
    let house = config.mail.house();
    Ok(Some(Text {
        to: phone.as_str().to_owned(),
        body: format!(
            "{code} is your {house} code. Never share it: nobody from {house} will ask for it."
        ),
    }))
}
