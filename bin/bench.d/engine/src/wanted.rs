//! The command line of a benchmark: numbers, and which of its measures are wanted.

use anyhow::{Context, Result, ensure};

/// What a benchmark can be asked for.
pub struct Menu {
    pub usage: &'static str,
    /// Each with what it is where nothing is said.
    pub numbers: &'static [(&'static str, usize)],
    pub measures: &'static [&'static str],
    /// Whether it can be had without its peer: `--alone`.
    pub can_be_alone: bool,
}

pub struct Wanted {
    numbers: Vec<(&'static str, usize)>,
    pub alone: bool,
    /// All of them, where none is named.
    pub measures: Vec<&'static str>,
}

impl Menu {
    /// What the command line asks for.
    pub fn order(&self) -> Result<Wanted> {
        self.read(std::env::args().skip(1))
    }

    fn read(&self, mut words: impl Iterator<Item = String>) -> Result<Wanted> {
        let mut wanted = Wanted {
            numbers: self.numbers.to_vec(),
            alone: false,
            measures: Vec::new(),
        };
        while let Some(word) = words.next() {
            if let Some((_, number)) = wanted.numbers.iter_mut().find(|(name, _)| *name == word) {
                let said = words.next().context(self.usage)?;
                *number = said.parse().context(self.usage)?;
                ensure!(*number > 0, self.usage);
            } else if self.can_be_alone && word == "--alone" {
                wanted.alone = true;
            } else {
                let measure = self.measures.iter().find(|name| **name == word);
                wanted.measures.push(measure.context(self.usage)?);
            }
        }
        if wanted.measures.is_empty() {
            wanted.measures.extend(self.measures);
        }
        Ok(wanted)
    }
}

impl Wanted {
    /// One of the numbers of the menu.
    pub fn number(&self, name: &str) -> usize {
        let number = self.numbers.iter().find(|(known, _)| *known == name);
        number.map_or(0, |(_, number)| *number)
    }

    pub fn has(&self, measure: &str) -> bool {
        self.measures.contains(&measure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MENU: Menu = Menu {
        usage: "usage",
        numbers: &[("--users", 10)],
        measures: &["search", "lists"],
        can_be_alone: true,
    };

    fn order(line: &str) -> Result<Wanted> {
        MENU.read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn who_says_nothing_gets_everything() {
        let wanted = order("").unwrap();
        assert_eq!(wanted.number("--users"), 10);
        assert_eq!(wanted.measures, ["search", "lists"]);
        assert!(!wanted.alone);
    }

    #[test]
    fn what_is_said_counts() {
        let wanted = order("lists --users 7 --alone").unwrap();
        assert_eq!(wanted.number("--users"), 7);
        assert!(wanted.has("lists") && !wanted.has("search") && wanted.alone);
    }

    #[test]
    fn what_is_not_on_the_menu_is_refused() {
        for line in ["profiles", "--users", "--users none", "--users 0"] {
            assert!(order(line).is_err(), "{line}");
        }
    }
}
