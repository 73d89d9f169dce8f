//! Reads settings, remembers what it was asked for (the table) and what was wrong (the problems).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// One setting as the table shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub section: &'static str,
    pub name: &'static str,
    /// `None`: required.
    pub default: Option<String>,
    pub help: &'static str,
}

/// All that is wrong with the environment.
#[derive(Debug, Default)]
pub struct Problems(Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the configuration has {} problem(s):", self.0.len())?;
        for problem in &self.0 {
            writeln!(f, "  {problem}")?;
        }
        write!(f, "`commons config` lists every setting")
    }
}

impl std::error::Error for Problems {}

pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    section: &'static str,
    settings: Vec<Setting>,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            lookup,
            section: "",
            settings: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn section(&mut self, title: &'static str) {
        self.section = title;
    }

    pub(super) fn required<T>(&mut self, name: &'static str, help: &'static str) -> Option<T>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.note(name, None, help);
        match self.raw(name) {
            Some(text) => self.parse(name, &text),
            None => {
                self.problems.push(format!("{name} is not set: {help}"));
                None
            }
        }
    }

    pub(super) fn or<T>(
        &mut self,
        name: &'static str,
        default: &str,
        help: &'static str,
    ) -> Option<T>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.note(name, Some(default), help);
        let text = self.raw(name).unwrap_or_else(|| default.to_owned());
        self.parse(name, &text)
    }

    /// `Some(None)` where it is not set, `None` where it is wrong.
    pub(super) fn maybe<T>(&mut self, name: &'static str, help: &'static str) -> Option<Option<T>>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.note(name, Some(""), help);
        match self.raw(name) {
            Some(text) => self.parse(name, &text).map(Some),
            None => Some(None),
        }
    }

    /// A comma-separated list of at least one.
    pub(super) fn required_list<T>(
        &mut self,
        name: &'static str,
        help: &'static str,
    ) -> Option<Vec<T>>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.note(name, None, help);
        let list = self.parts(name)?;
        if list.is_empty() {
            self.problems.push(format!("{name} is not set: {help}"));
            return None;
        }
        Some(list)
    }

    /// A comma-separated list.
    pub(super) fn list<T>(&mut self, name: &'static str, help: &'static str) -> Option<Vec<T>>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.note(name, Some(""), help);
        self.parts(name)
    }

    /// A setting that there is once for each of several things, such as `OAUTH_<NAME>_CLIENT_ID`: their values, in
    /// the order of `names`.
    pub(super) fn each<T>(
        &mut self,
        pattern: &'static str,
        names: &[String],
        help: &'static str,
    ) -> Option<Vec<Option<T>>>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.note(pattern, Some(""), help);
        let values = names.iter().map(|name| {
            let name = pattern.replace("<NAME>", &name.to_ascii_uppercase());
            match self.raw(&name) {
                Some(text) => self.parse(&name, &text).map(Some),
                None => Some(None),
            }
        });
        let values: Vec<Option<Option<T>>> = values.collect();
        values.into_iter().collect()
    }

    /// Reports what only several settings together show.
    pub(super) fn wrong(&mut self, problem: String) {
        self.problems.push(problem);
    }

    fn parts<T>(&mut self, name: &'static str) -> Option<Vec<T>>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let text = self.raw(name).unwrap_or_default();
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let parsed: Vec<Option<T>> = parts.map(|part| self.parse(name, part)).collect();
        parsed.into_iter().collect()
    }

    /// A span of time such as `15m`.
    pub(super) fn span(
        &mut self,
        name: &'static str,
        default: &str,
        help: &'static str,
    ) -> Option<Duration> {
        self.or::<Span>(name, default, help).map(|span| span.0)
    }

    pub(super) fn flag(&mut self, name: &'static str, help: &'static str) -> Option<bool> {
        self.or::<Flag>(name, "false", help).map(|flag| flag.0)
    }

    /// Something that is wrong with several settings together.
    pub(super) fn refuse(&mut self, why: impl Into<String>) {
        self.problems.push(why.into());
    }

    pub(super) fn problems(&mut self) -> Result<(), Problems> {
        match std::mem::take(&mut self.problems) {
            problems if problems.is_empty() => Ok(()),
            problems => Err(Problems(problems)),
        }
    }

    pub(super) fn into_settings(self) -> Vec<Setting> {
        self.settings
    }

    fn note(&mut self, name: &'static str, default: Option<&str>, help: &'static str) {
        self.settings.push(Setting {
            section: self.section,
            name,
            default: default.map(str::to_owned),
            help,
        });
    }

    fn raw(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    }

    fn parse<T>(&mut self, name: &str, text: &str) -> Option<T>
    where
        T: FromStr<Err: fmt::Display>,
    {
        match text.parse() {
            Ok(value) => Some(value),
            Err(why) => {
                self.problems.push(format!("{name} is wrong: {why}"));
                None
            }
        }
    }
}

struct Span(Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("`{text}` is not a span such as 500ms, 30s, 15m, 24h or 7d");
        let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (count, unit) = text.split_at(unit_at);
        let count: u64 = count.parse().map_err(|_| wrong())?;
        let millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(wrong()),
        };
        Ok(Self(Duration::from_millis(count.saturating_mul(millis))))
    }
}

struct Flag(bool);

impl FromStr for Flag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "true" | "1" | "yes" | "on" => Ok(Self(true)),
            "false" | "0" | "no" | "off" => Ok(Self(false)),
            _ => Err(format!("`{text}` is neither true nor false")),
        }
    }
}
