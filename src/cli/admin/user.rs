//! `commons admin user`

use std::io::Read;

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use domain::audit;
use domain::identity::{self, NewUser, Password};
use domain::people::{Email, Role, Username};
use platform::Platform;
use serde_json::json;

use super::operator;

#[derive(Subcommand)]
pub enum UserCommand {
    /// Make an account whose address is taken as verified
    Create {
        #[arg(long)]
        username: String,
        #[arg(long)]
        email: String,
        /// The account may operate Commons
        #[arg(long)]
        admin: bool,
        /// Read the password from standard input; it is never an argument, which other users could see
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

pub async fn run(platform: &Platform, command: UserCommand) -> Result<()> {
    let UserCommand::Create {
        username,
        email,
        admin,
        ..
    } = command;
    let mut password = String::new();
    std::io::stdin()
        .read_to_string(&mut password)
        .context("reading the password")?;
    let password = password.trim_end_matches(['\r', '\n']);
    let role = if admin { Role::Admin } else { Role::Member };
    let new = NewUser::made_by_operator(
        field::<Username>("username", &username)?,
        field::<Email>("email", &email)?,
        field::<Password>("password", password)?,
        role,
    )
    .await
    .map_err(explained)?;
    let mut tx = platform.db.begin().await?;
    let account = identity::create_user(&mut tx, &new)
        .await
        .map_err(explained)?;
    let detail = json!({ "admin": admin });
    audit::record(
        &mut tx,
        &operator(),
        "user.create",
        &account.id.to_string(),
        &detail,
    )
    .await?;
    tx.commit().await?;
    println!("{} {}", account.id, username);
    Ok(())
}

fn field<T: domain::wire::WireText>(name: &str, text: &str) -> Result<T> {
    match T::read(text) {
        Ok(value) => Ok(value),
        Err(fault) => bail!("{name} {}", fault.detail),
    }
}

/// An operator sees which field is wrong, not how many are.
fn explained(error: domain::Error) -> anyhow::Error {
    match error {
        domain::Error::Invalid(fields) => {
            let all: Vec<String> = fields
                .iter()
                .map(|field| format!("{} {}", field.field, field.detail))
                .collect();
            anyhow::anyhow!(all.join("; "))
        }
        other => other.into(),
    }
}
