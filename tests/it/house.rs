//! The rules of the house: who may know whom, how large a file may grow, and that every list is complete.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use platform::config::Config;
use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const FLOORS: [&str; 5] = ["platform", "domain", "api", "workers", "scheduler"];

/// Who may depend on whom inside.
const EDGES: [(&str, &[&str]); 6] = [
    (
        "commons",
        &["api", "workers", "scheduler", "domain", "platform"],
    ),
    ("api", &["domain", "platform"]),
    ("workers", &["domain", "platform"]),
    ("scheduler", &["domain", "platform"]),
    ("domain", &["platform"]),
    ("platform", &[]),
];

/// Where an outside crate may be used, by the start of its name.
const PINNED: [(&str, &[&str]); 10] = [
    ("poem-openapi", &["api", "domain"]),
    ("poem", &["api"]),
    ("socketioxide", &["api"]),
    ("apalis-redis", &["platform"]),
    ("apalis", &["workers"]),
    ("sqlx", &["platform", "domain"]),
    ("redis", &["platform"]),
    ("lettre", &["platform"]),
    ("image", &["workers"]),
    ("turbojpeg", &["workers"]),
];

struct Package {
    name: String,
    dependencies: Vec<String>,
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(ROOT)
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| Package {
            name: package["name"].as_str().unwrap().to_owned(),
            dependencies: package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|dependency| dependency["kind"].is_null())
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
                .collect(),
        });
    packages
        .filter(|package| package.name != "bench" && !package.name.starts_with("bench-"))
        .collect()
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(ROOT).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(ROOT).unwrap().to_owned(), text));
            }
        }
    }
    found
}

fn all_sources() -> Vec<(PathBuf, String)> {
    let mut all = sources("src");
    all.extend(sources("tests"));
    all.extend(sources("bin/bench.d/engine/src"));
    for subject in ["jobs", "media", "people", "social", "feed", "posts"] {
        all.extend(sources(&format!("bin/bench.d/{subject}/engine/src")));
    }
    for floor in FLOORS {
        all.extend(sources(&format!("{floor}/src")));
    }
    all
}

#[test]
fn arrows_go_down_only() {
    let inside: BTreeSet<&str> = EDGES.iter().map(|(name, _)| *name).collect();
    for package in packages() {
        let (_, allowed) = EDGES
            .iter()
            .find(|(name, _)| *name == package.name)
            .expect("a new crate has its edges here");
        for dependency in package
            .dependencies
            .iter()
            .filter(|name| inside.contains(name.as_str()))
        {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{} must not know {dependency}",
                package.name
            );
        }
    }
}

#[test]
fn outside_crates_stay_where_they_are_pinned() {
    for package in packages() {
        for dependency in &package.dependencies {
            let pin = PINNED
                .iter()
                .find(|(start, _)| dependency.starts_with(start));
            if let Some((_, floors)) = pin {
                assert!(
                    floors.contains(&package.name.as_str()),
                    "{} must not use {dependency}",
                    package.name
                );
            }
        }
    }
}

#[test]
fn only_the_runtime_knows_apalis() {
    for (path, text) in all_sources() {
        let path = path.display().to_string();
        let knows = text.lines().any(|line| {
            line.trim_start().starts_with("use apalis") || line.contains("apalis_redis::")
        });
        let may = path.starts_with("workers/src/runtime/")
            || path.starts_with("platform/src/jobs/")
            || path.ends_with("house.rs");
        assert!(!knows || may, "{path} uses apalis' types");
    }
}

#[test]
fn files_and_functions_stay_small() {
    let mut wrong = Vec::new();
    for (path, text) in all_sources() {
        let path = path.display().to_string();
        let lines = text.lines().count();
        if lines > 500 {
            wrong.push(format!("{path} has {lines} lines, 500 is the most"));
        }
        let most = match path.as_str() {
            path if path.starts_with("workers/src/") && !path.contains("/runtime/") => 25,
            _ => 60,
        };
        for (name, lines) in functions(&text) {
            if lines > most {
                wrong.push(format!(
                    "{path}: {name} has {lines} lines, {most} is the most"
                ));
            }
        }
        if path.starts_with("api/src/") {
            let handlers = handlers(&text).into_iter().filter(|(_, lines)| *lines > 40);
            wrong.extend(handlers.map(|(name, lines)| {
                format!("{path}: the handler {name} has {lines} lines, 40 is the most")
            }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Functions with their length: rustfmt closes each where it was opened.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let is_function = [
            "fn ",
            "pub fn ",
            "pub(crate) fn ",
            "pub(super) fn ",
            "async fn ",
            "pub async fn ",
        ]
        .iter()
        .chain(&["pub(crate) async fn ", "pub(super) async fn "])
        .any(|opening| code.starts_with(opening));
        if !is_function {
            continue;
        }
        let indent = &line[..line.len() - code.len()];
        let end = lines[start..]
            .iter()
            .position(|line| *line == format!("{indent}}}"));
        let ends_at_once = code.ends_with("{}") || code.ends_with(';');
        if let (Some(end), false) = (end, ends_at_once) {
            let name = code.split("fn ").nth(1).unwrap_or_default();
            found.push((
                name.split('(').next().unwrap_or_default().to_owned(),
                end + 1,
            ));
        }
    }
    found
}

fn handlers(text: &str) -> Vec<(String, usize)> {
    let parts: Vec<&str> = text.split("#[oai(path").skip(1).collect();
    parts
        .into_iter()
        .filter_map(|part| functions(part).into_iter().next())
        .collect()
}

#[test]
fn nothing_is_called_utils() {
    for (path, _) in all_sources() {
        for part in path.iter().map(|part| part.to_string_lossy().into_owned()) {
            let name = part.trim_end_matches(".rs");
            let nothing_said = [
                "util", "utils", "common", "helper", "helpers", "manager", "service", "services",
            ];
            assert!(
                !nothing_said.contains(&name),
                "{} says nothing",
                path.display()
            );
        }
    }
}

/// Job names that the domain's contracts declare, with their features.
fn contracts() -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (path, text) in sources("domain/src") {
        let feature = path.iter().nth(2).unwrap().to_string_lossy().into_owned();
        for line in text.lines().filter(|line| {
            line.trim_start()
                .starts_with("const NAME: &'static str = \"")
        }) {
            if path.ends_with("jobs.rs") {
                names.insert(line.split('"').nth(1).unwrap().to_owned(), feature.clone());
            }
        }
    }
    names
}

#[test]
fn every_job_has_its_handler_in_the_registry() {
    let declared: Vec<String> = contracts().into_keys().collect();
    assert!(!declared.is_empty());
    assert_eq!(workers::registry().names(), declared);
}

#[test]
fn a_feature_with_jobs_has_the_same_word_in_the_workers() {
    for (job, feature) in contracts() {
        let handlers = Path::new(ROOT).join(format!("workers/src/{feature}.rs"));
        assert!(
            handlers.exists(),
            "{job} is handled in workers/src/{feature}.rs"
        );
        assert!(
            job.starts_with(&format!("{feature}.")),
            "{job} is called after its feature, {feature}"
        );
    }
}

#[test]
fn every_entry_of_the_schedule_enqueues_a_job_that_somebody_handles() {
    let names = workers::registry().names();
    let mut seen = BTreeSet::new();
    for entry in scheduler::schedule() {
        assert!(seen.insert(entry.name), "{} stands twice", entry.name);
        let job = entry.job(platform::Clock::system().now()).unwrap();
        assert!(
            names.contains(&job.name.to_string()),
            "nobody handles {}",
            job.name
        );
    }
}

#[test]
fn every_door_is_in_the_list_of_apis() {
    let list = std::fs::read_to_string(Path::new(ROOT).join("api/src/apis.rs")).unwrap();
    for (path, text) in sources("api/src") {
        for part in text.split("\n#[OpenApi").skip(1) {
            let name = part
                .split("impl ")
                .nth(1)
                .and_then(|rest| rest.split_whitespace().next())
                .unwrap();
            assert!(
                list.contains(&format!("{name}::new")),
                "{name} of {} is not in apis.rs",
                path.display()
            );
        }
    }
}

#[test]
fn every_test_file_is_part_of_the_tests() {
    let main = std::fs::read_to_string(Path::new(ROOT).join("tests/it/main.rs")).unwrap();
    for entry in std::fs::read_dir(Path::new(ROOT).join("tests/it")).unwrap() {
        let name = entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .trim_end_matches(".rs")
            .to_owned();
        assert!(
            name == "main" || main.contains(&format!("mod {name};")),
            "tests/it/{name}.rs is not in main.rs"
        );
    }
}

#[test]
fn the_example_environment_names_every_setting_and_no_other() {
    let example = std::fs::read_to_string(Path::new(ROOT).join(".env.example")).unwrap();
    let named: BTreeSet<&str> = example
        .lines()
        .map(|line| line.trim_start_matches(['#', ' ']))
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name)
        .filter(|name| {
            name.chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "_<>".contains(c))
        })
        .collect();
    let settings = Config::settings();
    let known: BTreeSet<&str> = settings.iter().map(|setting| setting.name).collect();
    assert_eq!(named, known);
}
