//! The rules that the sources keep: who may know whom, and that every file says what it is for.

use std::fs;
use std::path::{Path, PathBuf};

/// Rust sources below a folder, with their paths relative to the repository.
fn sources(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).expect("a folder of sources").flatten() {
            let path: PathBuf = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(root)
                    .expect("below the root")
                    .to_string_lossy()
                    .replace('\\', "/");
                found.push((name, fs::read_to_string(&path).expect("a source is text")));
            }
        }
    }
    assert!(!found.is_empty(), "no sources in {folder}");
    found.sort();
    found
}

/// Lines that are code, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(number, line)| (number + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Fails where a file whose path `applies` to has a line with one of the words.
#[track_caller]
fn never(applies: impl Fn(&str) -> bool, words: &[&str], why: &str) {
    let mut broken = Vec::new();
    let mut looked_at = 0;
    for (name, text) in sources("src").into_iter().filter(|(name, _)| applies(name)) {
        looked_at += 1;
        for (number, line) in code(&text) {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                broken.push(format!("{name}:{number}: `{word}`: {why}"));
            }
        }
    }
    assert!(looked_at > 0, "the rule looks at no file");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn is_module(name: &str, module: &str) -> bool {
    name == format!("src/{module}.rs") || name.starts_with(&format!("src/{module}/"))
}

#[test]
fn recognisers_see_text_and_trees_only() {
    never(
        |name| {
            is_module(name, "keywords") && !name.ends_with("tests.rs") && !name.contains("/tests/")
        },
        &[
            "viva_guide::Guide",
            "ropey",
            "tower_lsp",
            "serde_json",
            "tokio",
            "crate::features",
            "crate::document",
            "crate::lsp",
            "std::fs",
        ],
        "a recogniser knows syntax only",
    );
}

#[test]
fn features_are_plain_data_in_and_out() {
    never(
        |name| is_module(name, "features"),
        &[
            "tower_lsp",
            "tokio",
            "serde_json",
            "async ",
            ".await",
            "-> Result<",
            "crate::lsp",
            "crate::cli",
        ],
        "a feature is a synchronous function on plain data that cannot fail",
    );
}

#[test]
fn only_the_edges_know_json_async_and_the_process() {
    never(
        |name| !is_module(name, "lsp") && !is_module(name, "cli") && name != "src/main.rs",
        &[
            "tower_lsp",
            "tokio::",
            "serde_json",
            "std::process",
            "std::env",
            "async fn",
        ],
        "only lsp, cli and main know JSON, async and the process",
    );
}

#[test]
fn files_are_read_in_few_places() {
    never(
        |name| {
            let is_edge = is_module(name, "lsp") || is_module(name, "cli");
            let reads = is_module(name, "package") || is_module(name, "own_guide");
            !is_edge && !reads && name != "src/main.rs"
        },
        &["std::fs", "fs::", "std::path"],
        "files are read by the edges, by src/package.rs and src/own_guide.rs, which hand them on as data",
    );
}

#[test]
fn documents_hide_ropey_and_know_no_guide() {
    never(
        |name| !is_module(name, "document"),
        &["ropey", "Rope"],
        "ropey is hidden in src/document.rs",
    );
    never(
        |name| {
            is_module(name, "document") || is_module(name, "documents") || is_module(name, "detect")
        },
        &["viva_guide::Guide", "crate::features", "crate::lsp"],
        "documents know keywords, not answers",
    );
}

#[test]
fn every_source_says_what_it_is_for() {
    for folder in ["src", "index/src", "tests/it"] {
        for (name, text) in sources(folder) {
            assert!(
                text.starts_with("//! "),
                "{name}: begin with `//!` and what the file is for"
            );
        }
    }
}

#[test]
fn exceptions_from_lints_are_expected_and_reasoned() {
    for folder in ["src", "index/src", "tests/it"] {
        for (name, text) in sources(folder) {
            if name.ends_with("architecture.rs") {
                continue;
            }
            for (number, line) in code(&text) {
                assert!(
                    !line.contains("#[allow") && !line.contains("#![allow"),
                    "{name}:{number}: write #[expect(…, reason = …)]"
                );
                assert!(
                    !line.contains("#[expect(") || text.contains("reason ="),
                    "{name}:{number}: give the reason"
                );
            }
        }
    }
}

#[test]
fn the_top_level_stays_as_it_is() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "index",
        "editors",
        "tests",
        "docs",
        "target",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "CONTRIBUTING.md",
        "deny.toml",
        "clippy.toml",
        "rustfmt.toml",
        "typos.toml",
    ];
    for entry in fs::read_dir(env!("CARGO_MANIFEST_DIR"))
        .expect("the repository")
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(
            name.starts_with('.') || allowed.contains(&name.as_str()),
            "`{name}` does not belong at the top level"
        );
    }
}
