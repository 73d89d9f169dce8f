//! Documents that the binary prints of itself.

use std::io::Write;

use anyhow::Result;
use platform::config::{Config, Setting};

pub fn openapi() -> Result<()> {
    write(&api::openapi_json())
}

pub fn config(markdown: bool) -> Result<()> {
    let settings = Config::settings();
    write(&if markdown {
        as_markdown(&settings)
    } else {
        as_text(&settings)
    })
}

/// A reader that has seen enough (`commons config | head`) is no error.
fn write(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn as_text(settings: &[Setting]) -> String {
    let mut text = String::new();
    for (section, settings) in sections(settings) {
        text += &format!("{section}\n");
        for setting in settings {
            let default = match setting.default.as_deref() {
                None => "required".to_owned(),
                Some("") => "not set".to_owned(),
                Some(default) => default.to_owned(),
            };
            text += &format!("  {:28} {default}\n      {}\n", setting.name, setting.help);
        }
        text += "\n";
    }
    text
}

fn as_markdown(settings: &[Setting]) -> String {
    let mut text = "# Settings\n\nRead from the environment once, at the start; all problems are reported together.\n\
                    This page is printed by `commons config --markdown`.\n"
        .to_owned();
    for (section, settings) in sections(settings) {
        text +=
            &format!("\n## {section}\n\n| Variable | Default | What it does |\n|---|---|---|\n");
        for setting in settings {
            let default = match setting.default.as_deref() {
                None => "**required**".to_owned(),
                Some("") => "–".to_owned(),
                Some(default) => format!("`{default}`"),
            };
            text += &format!(
                "| `{}` | {default} | {} |\n",
                setting.name,
                setting.help.replace('|', "\\|")
            );
        }
    }
    text
}

fn sections(settings: &[Setting]) -> Vec<(&'static str, Vec<&Setting>)> {
    let mut sections: Vec<(&'static str, Vec<&Setting>)> = Vec::new();
    for setting in settings {
        match sections.last_mut() {
            Some((section, inside)) if *section == setting.section => inside.push(setting),
            _ => sections.push((setting.section, vec![setting])),
        }
    }
    sections
}
