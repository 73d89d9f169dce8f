//! Programs that run to their end and say what they measured in one line of JSON.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::setting;

/// `node` with one of the scripts of the subject's peers.
pub fn node(script: &str) -> Result<Command> {
    let folder = setting("PEERS").context("PEERS is not set: start it by bin/bench")?;
    let mut command = Command::new("node");
    command.arg(PathBuf::from(folder).join(script));
    Ok(command)
}

/// The last line that a program prints.
pub fn told(command: &mut Command) -> Result<Value> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("{:?}", command.get_program()))?;
    ensure!(output.status.success(), "{command:?} failed");
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().last().context("nothing was told")?;
    Ok(serde_json::from_str(line)?)
}
