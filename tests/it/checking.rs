//! `viva check`: what it prints, as text, JSON lines and SARIF, which files it looks at, and its exit
//! codes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const DOCKERFILE: &str =
    "FROM alpine:3.22\nADD app.conf /etc/ü.conf\nENV DB_PASSWORD=x\nCMD [\"date\"]\n";

/// A project with one Dockerfile that has two hints, and what surrounds it.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("app/Dockerfile", DOCKERFILE);
    write(".git/HEAD", "ref: refs/heads/main\n");
    write(".git/Dockerfile", DOCKERFILE);
    write(".gitignore", "/build\n");
    write("build/Dockerfile", DOCKERFILE);
    write("notes.txt", DOCKERFILE);
    folder
}

fn check(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_viva"))
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("viva runs")
}

#[track_caller]
fn printed(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = check(folder, arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let problem = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {text}{problem}"
    );
    text
}

fn hints(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON on each line"))
        .collect()
}

#[test]
fn people_see_the_place_the_rule_and_the_line() {
    let folder = project();
    let text = printed(folder.path(), &["."], 0);
    let file = Path::new("app").join("Dockerfile");
    let expected = format!("{}:2:1: [docker/add-where-copy] ", file.display());
    assert!(text.starts_with(&expected), "{text}");
    assert!(
        text.contains("\n2 | ADD app.conf /etc/ü.conf\n  | ^^^\n"),
        "{text}"
    );
    assert!(
        text.contains("\n3 | ENV DB_PASSWORD=x\n  |     ^^^^^^^^^^^\n"),
        "{text}"
    );
    assert!(
        !text.contains('\u{1b}'),
        "no colours where nobody sees them"
    );
    assert!(
        text.ends_with("in 1 of 1 file\n"),
        "what git ignores is left out: {text}"
    );
}

#[test]
fn programs_get_an_object_a_line() {
    let folder = project();
    let found = hints(&printed(folder.path(), &["--json", "app"], 0));
    let add = found
        .iter()
        .find(|hint| hint["rule"] == "docker/add-where-copy")
        .expect("ADD");
    let keys: Vec<&String> = add.as_object().expect("an object").keys().collect();
    assert_eq!(
        keys,
        [
            "column", "file", "fix", "level", "line", "message", "range", "rule", "topic"
        ]
    );
    assert_eq!(
        (&add["line"], &add["column"]),
        (&Value::from(2), &Value::from(1))
    );
    assert_eq!(add["topic"], "containers/copy-vs-add");
    // The fix is in bytes and can be made as it stands.
    let edit = &add["fix"]["edits"][0];
    let offset =
        |key: &str| usize::try_from(edit[key].as_u64().expect("an offset")).expect("small");
    let mut mended = DOCKERFILE.to_owned();
    mended.replace_range(
        offset("start")..offset("end"),
        edit["text"].as_str().expect("a text"),
    );
    assert!(mended.contains("\nCOPY app.conf"), "{mended}");
}

/// What the standard (SARIF 2.1.0, chapter 3) requires of a log, a run and a result.
#[test]
fn sarif_has_what_the_standard_requires() {
    let folder = project();
    let log: Value =
        serde_json::from_str(&printed(folder.path(), &["--sarif", "."], 0)).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "viva");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let results = run["results"].as_array().expect("results");
    assert!(results.len() >= 2, "{results:?}");
    for result in results {
        let index =
            usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["level"], "note");
        assert!(result["message"]["text"].is_string());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "app/Dockerfile");
        let region = &place["region"];
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(
                region[key].as_u64().is_some_and(|number| number >= 1),
                "{region}"
            );
        }
        for fix in result["fixes"].as_array().into_iter().flatten() {
            let change = &fix["artifactChanges"][0];
            assert_eq!(change["artifactLocation"], place["artifactLocation"]);
            assert!(change["replacements"][0]["deletedRegion"]["startLine"].is_u64());
        }
    }
    let empty: Value = serde_json::from_str(&printed(
        folder.path(),
        &["--sarif", "--rule", "compose", "."],
        0,
    ))
    .expect("JSON");
    assert_eq!(empty["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn exit_codes_are_what_was_asked_for() {
    let folder = project();
    let only_hint = ["--rule", "docker/add-where-copy", "."];
    for (arguments, code) in [
        (vec!["."], 0),
        (vec!["--fail-on", "information", "."], 1),
        (vec!["--fail-on", "hint", "."], 1),
        (
            [&["--fail-on", "information"], only_hint.as_slice()].concat(),
            0,
        ),
        ([&["--fail-on", "hint"], only_hint.as_slice()].concat(), 1),
        (vec!["--fail-on", "hint", "--off", "docker", "."], 0),
        (vec!["none"], 2),
        (vec!["notes.txt"], 2),
        (vec![], 2),
        (vec!["--rule", "docker/none", "."], 2),
    ] {
        printed(folder.path(), &arguments, code);
    }
    let said = check(folder.path(), &["--off", "add-where-copy", "."]).stderr;
    let said = String::from_utf8_lossy(&said);
    assert!(
        said.contains("perhaps `docker/add-where-copy` is meant"),
        "{said}"
    );
}

#[test]
fn rules_are_chosen_and_listed() {
    let folder = project();
    let rules = |arguments: &[&str]| -> Vec<String> {
        let found = hints(&printed(folder.path(), arguments, 0));
        found
            .iter()
            .map(|hint| hint["rule"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(
        rules(&["--json", "--rule", "docker/add-where-copy", "."]),
        ["docker/add-where-copy"]
    );
    assert!(
        !rules(&["--json", "--off", "docker/add-where-copy", "."])
            .contains(&"docker/add-where-copy".to_owned())
    );
    fs::write(
        folder.path().join("Dockerfile"),
        "FROM alpine:3\nEXPOSE 80\n",
    )
    .expect("a file");
    assert_eq!(rules(&["--json", "Dockerfile"]), Vec::<String>::new());
    assert_eq!(
        rules(&["--json", "--on", "docker/no-healthcheck", "Dockerfile"]),
        ["docker/no-healthcheck"]
    );
    let list = printed(folder.path(), &["--list"], 0);
    assert!(
        list.lines()
            .any(|line| line.starts_with("docker/no-healthcheck") && line.contains(" off ")),
        "{list}"
    );
    for rule in hints(&printed(folder.path(), &["--list", "--json"], 0)) {
        assert!(
            rule["why"].as_str().is_some_and(|why| !why.is_empty()),
            "{rule}"
        );
    }
}

#[test]
fn what_is_left_out_is_said_once() {
    let folder = project();
    let large = format!("FROM alpine\n{}", "# x\n".repeat(300_000));
    fs::write(folder.path().join("app/Dockerfile.large"), large).expect("a file");
    fs::write(
        folder.path().join("app/Dockerfile.latin"),
        b"FROM alpine\n# \xe9\n",
    )
    .expect("a file");
    let output = check(folder.path(), &["--json", "."]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        said.matches("Dockerfile.large: left out: 1200012 bytes")
            .count(),
        1,
        "{said}"
    );
    assert_eq!(
        said.matches("Dockerfile.latin: line 2 is not UTF-8")
            .count(),
        1,
        "{said}"
    );
}

#[test]
fn a_go_file_knows_the_rest_of_its_package() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write(
        "a.go",
        "package p\n\nfunc take(q *queue) { q.ready.Wait() }\n",
    );
    write(
        "b.go",
        "package p\n\nimport \"sync\"\n\ntype queue struct{ ready *sync.Cond }\n",
    );
    for path in [".", "a.go"] {
        let found = hints(&printed(
            folder.path(),
            &["--json", "--rule", "go/cond-wait-without-loop", path],
            0,
        ));
        assert_eq!(found.len(), 1, "{path}: {found:?}");
    }
}
