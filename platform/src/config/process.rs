use std::str::FromStr;

use super::reader::Reader;

/// The process itself.
#[derive(Clone, Debug)]
pub struct Process {
    pub dev: bool,
    pub log: String,
    pub log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Json,
    Text,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            _ => Err(format!("`{text}` is neither json nor text")),
        }
    }
}

impl Process {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Process");
        let dev = reader.flag(
            "DEV",
            "A developer's machine: mails are shown in the console. `bin/dev` sets it.",
        );
        let log = reader.or(
            "LOG",
            "info,apalis_core=warn,sqlx::postgres::notice=warn",
            "What is logged, as a tracing filter: `info,sqlx=debug`.",
        );
        let log_format = reader.or(
            "LOG_FORMAT",
            "json",
            "`json` for machines, `text` for people.",
        );
        Some(Self {
            dev: dev?,
            log: log?,
            log_format: log_format?,
        })
    }
}
