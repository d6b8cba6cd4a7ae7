//! Who is measured: the floor, Viva, and the servers of `servers.toml`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;
use viva_guide::Language;

use crate::texts::WORDS;

/// The hidden argument that makes this program the floor.
pub(crate) const FLOOR: &str = "--serve-as-floor";

/// Whose answers are expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A constant.
    Floor,
    /// What the core says.
    Viva,
    /// What `servers.toml` says, by the language's name.
    Peer(BTreeMap<String, Served>),
}

/// A server to be measured.
#[derive(Clone, Debug)]
pub(crate) struct Contender {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) settings: Value,
    pub(crate) version: String,
    /// Of the program, or of the packages that it consists of without Node, in bytes.
    pub(crate) size: u64,
}

/// What a peer answers in a language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Served {
    pub(crate) hovers: Option<[String; WORDS]>,
    pub(crate) actions: Option<String>,
}

/// All that can be measured here, and for the others their name and why they cannot.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) contenders: Vec<Contender>,
    pub(crate) absent: Vec<(String, String)>,
}

impl Contender {
    pub(crate) fn serves(&self, language: Language) -> bool {
        match &self.role {
            Role::Floor | Role::Viva => true,
            Role::Peer(languages) => languages.contains_key(language.name()),
        }
    }
}

/// The floor and Viva.
pub(crate) fn own(viva: &Path) -> Vec<Contender> {
    let own = |name: &str, role, program: PathBuf, arguments: &[&str]| Contender {
        name: name.to_owned(),
        role,
        size: size(&program),
        program,
        arguments: arguments.iter().map(ToString::to_string).collect(),
        environment: BTreeMap::new(),
        settings: Value::Null,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    // It is started in other folders.
    let viva = viva.canonicalize().expect("this viva is there");
    let this = env::current_exe().expect("this program has a path");
    vec![
        own("floor", Role::Floor, this, &[FLOOR]),
        own("viva", Role::Viva, viva, &["lsp", "--stdio"]),
    ]
}

#[derive(Deserialize)]
struct File {
    server: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    command: Vec<String>,
    version: Option<Vec<String>>,
    absent: Option<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    settings: Option<toml::Value>,
    languages: BTreeMap<String, Served>,
}

/// The servers of `servers.toml`.
pub(crate) fn peers() -> Found {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/compare");
    let text = include_str!("servers.toml").replace("FOLDER", folder);
    let file: File = toml::from_str(&text).expect("servers.toml is right");
    let mut found = Found {
        contenders: Vec::new(),
        absent: Vec::new(),
    };
    for entry in file.server {
        for language in entry.languages.keys() {
            let is_known = Language::from_name(language).is_some();
            assert!(is_known, "servers.toml: {}: {language}?", entry.name);
        }
        let (name, arguments) = entry
            .command
            .split_first()
            .expect("a command has a program");
        let Some(program) = find(name) else {
            let why = "not installed: `tests/bench/compare/run.sh` does that";
            let why = entry.absent.unwrap_or_else(|| why.to_owned());
            found.absent.push((entry.name, why));
            continue;
        };
        let package = package(&program);
        let version = match (entry.version, &package) {
            (Some(command), _) => version(&command),
            (None, Some((folder, _))) => package_version(folder),
            (None, None) => None,
        };
        found.contenders.push(Contender {
            name: entry.name,
            role: Role::Peer(entry.languages),
            size: size(package.as_ref().map_or(&program, |(_, all)| all)),
            program,
            arguments: arguments.to_vec(),
            environment: entry.environment,
            settings: serde_json::to_value(entry.settings).expect("TOML is JSON in other words"),
            version: version.unwrap_or_else(|| "unknown".to_owned()),
        });
    }
    found
}

/// A program on the PATH, behind all links.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let mut paths = env::split_paths(&folders).map(|folder| folder.join(name));
    paths.find_map(|path| path.canonicalize().ok())
}

/// The folder of the npm package that a program belongs to, and that with all packages beside it.
fn package(program: &Path) -> Option<(PathBuf, PathBuf)> {
    let folder = program
        .ancestors()
        .find(|folder| folder.join("package.json").exists())?;
    let all = folder
        .ancestors()
        .find(|folder| folder.ends_with("node_modules"))?;
    Some((folder.to_owned(), all.to_owned()))
}

fn package_version(folder: &Path) -> Option<String> {
    let text = fs::read_to_string(folder.join("package.json")).ok()?;
    let package: Value = serde_json::from_str(&text).ok()?;
    package["version"].as_str().map(str::to_owned)
}

/// The first word with a digit that a command prints after the program's name.
pub(crate) fn version(command: &[String]) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.split_whitespace();
    let word = words.find(|word| {
        word.trim_start_matches('v')
            .starts_with(|first: char| first.is_ascii_digit())
    })?;
    Some(word.trim_start_matches('v').to_owned())
}

/// The size of a file or of all files in a folder, in bytes.
fn size(path: &Path) -> u64 {
    let Ok(metadata) = path.symlink_metadata() else {
        return 0;
    };
    if !metadata.is_dir() {
        return metadata.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| size(&entry.path())).sum()
}
