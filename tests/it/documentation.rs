//! The documentation says what is true: generated parts are compared with their source, commands in
//! the README are run. `UPDATE=1 cargo test` rewrites the generated parts.

use std::fs;
use std::process::Command;

use serde_json::json;
use viva::built_in;
use viva::features::hints;
use viva::lsp::settings::{self, Kind};

pub(crate) fn read(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn path(file: &str) -> String {
    format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))
}

/// Compares the text between `<!-- NAME -->` and `<!-- /NAME -->` with what it should be.
#[track_caller]
pub(crate) fn check_part(file: &str, name: &str, expected: &str) {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    check_between(file, &open, &close, expected);
}

/// Compares the text between two marks with what it should be.
#[track_caller]
fn check_between(file: &str, open: &str, close: &str, expected: &str) {
    let text = read(file);
    let start = text
        .find(open)
        .unwrap_or_else(|| panic!("{file} has no {open}"))
        + open.len();
    let end = start
        + text[start..]
            .find(close)
            .unwrap_or_else(|| panic!("{file}: {open} is not closed by {close}"));
    if std::env::var_os("UPDATE").is_some() {
        let updated = format!("{}{expected}{}", &text[..start], &text[end..]);
        fs::write(path(file), updated).expect("the documentation can be written");
    } else {
        assert_eq!(
            &text[start..end],
            expected,
            "{file}: what follows {open} is stale; run `UPDATE=1 cargo test`"
        );
    }
}

#[test]
fn the_settings_table_is_that_of_the_server() {
    check_part("README.md", "settings", &settings::markdown_table());
}

/// VS Code checks and documents the settings by the extension's package.json.
#[test]
fn the_settings_of_vs_code_are_those_of_the_server() {
    let mut properties: Vec<String> = Vec::new();
    for setting in settings::SETTINGS {
        let mut property = match setting.kind {
            Kind::Switch { default } => json!({ "type": "boolean", "default": default }),
            Kind::Number {
                default,
                least,
                most,
            } => {
                json!({ "type": "integer", "default": default, "minimum": least, "maximum": most })
            }
            Kind::Choice { of } => json!({ "type": "string", "default": of[0], "enum": of }),
            Kind::Paths => {
                json!({ "type": "array", "items": { "type": "string" }, "default": [] })
            }
            Kind::List { of } => json!({
                "type": "array", "default": [], "uniqueItems": true,
                "items": { "type": "string", "enum": of.names() },
            }),
        };
        property["markdownDescription"] = setting.what.into();
        let text = serde_json::to_string_pretty(&property).expect("it is JSON");
        let text = text.replace('\n', "\n          ");
        properties.push(format!(
            "          \"{}.{}\": {text}",
            settings::SECTION,
            setting.key
        ));
    }
    check_between(
        "editors/vscode/package.json",
        "\"title\": \"Answers\",\n        \"properties\": {\n",
        "\n        }\n      },\n",
        &properties.join(",\n"),
    );
}

/// The sample of the README is what its command prints: the beginning and the questions.
#[test]
fn the_sample_is_what_the_program_prints() {
    let readme = read("README.md");
    let command = readme
        .lines()
        .find_map(|line| line.strip_prefix("cargo run --release -- "))
        .expect("the README's first command");
    let arguments: Vec<&str> = command.split_whitespace().collect();
    let output = Command::new(env!("CARGO_BIN_EXE_viva"))
        .args(&arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("COLUMNS")
        .output()
        .expect("viva runs");
    assert!(output.status.success(), "{command}");
    let text = String::from_utf8_lossy(&output.stdout);
    let (explanation, questions) = text
        .split_once("Related questions")
        .expect("related questions");
    let beginning: Vec<&str> = explanation.split("\n\n").take(2).collect();
    let shown = format!(
        "{}\n\n…\n\nRelated questions{questions}",
        beginning.join("\n\n")
    );
    check_part(
        "README.md",
        "sample",
        &format!("```text\n$ viva {command}\n{shown}```\n"),
    );
}

#[test]
fn every_command_is_in_the_readme() {
    let help = Command::new(env!("CARGO_BIN_EXE_viva"))
        .arg("--help")
        .output()
        .expect("viva runs");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let commands = help
        .split("Commands:")
        .nth(1)
        .and_then(|rest| rest.split("Options:").next())
        .expect("a list");
    let readme = read("README.md");
    for line in commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
    {
        let name = line.split_whitespace().next().unwrap_or_default();
        assert!(
            name == "help" || readme.contains(&format!("`viva {name}")),
            "the README does not mention `viva {name}`"
        );
    }
}

/// The page of the hints is written from the rules.
#[test]
fn the_page_of_the_hints_is_that_of_the_rules() {
    let expected = hints::documentation::markdown(&built_in::guide());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path("docs/hints.md"), expected).expect("the documentation can be written");
    } else {
        assert!(
            read("docs/hints.md") == expected,
            "docs/hints.md is stale; run `UPDATE=1 cargo test`"
        );
    }
}

/// A pitfall that says which hint finds it names a rule.
#[test]
fn the_hints_of_pitfalls_are_rules() {
    let mut named = 0;
    for file in fs::read_dir(path("index/guide/containers")).expect("a folder of topics") {
        let file = file.expect("a topic").path();
        let text = fs::read_to_string(&file).expect("a topic is text");
        for (at, mark) in text.match_indices("{hint: ") {
            let id = text[at + mark.len()..]
                .split('}')
                .next()
                .unwrap_or_default();
            if id.starts_with("docker/") || id.starts_with("compose/") {
                named += 1;
                assert!(
                    hints::rule(id).is_some(),
                    "{}: no rule {id}",
                    file.display()
                );
            }
        }
    }
    assert!(named > 0, "no pitfall names a hint");
}
