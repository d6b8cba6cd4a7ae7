//! `viva guide import`: what it writes is a guide, and what it does not touch or cannot read it says.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const SAMPLES: &str = "tests/fixtures/import";

fn viva(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_viva"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("COLUMNS")
        .output()
        .expect("viva runs")
}

/// What was printed and said, after checking the exit code.
#[track_caller]
fn run(arguments: &[&str], code: i32) -> String {
    let output = viva(arguments);
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    text
}

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                open.push(entry.path());
            } else {
                let path = entry.path();
                let below = path.strip_prefix(folder).expect("below the folder");
                found.push(below.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_sample_becomes_a_guide_that_check_accepts() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for sample in [
        "article.txt",
        "team.md",
        "interview.md",
        "terms.csv",
        "anki.txt",
        "notes.org",
    ] {
        let out = folder.path().join(sample);
        let out = out.to_string_lossy();
        let source = format!("{SAMPLES}/{sample}");
        let said = run(&["guide", "import", &source, "--out", &out], 0);
        assert!(said.contains("written to"), "{said}");
        assert!(run(&["guide", "check", &out], 0).contains("no mistake"));
    }
    let out = folder.path().join("all");
    let out = out.to_string_lossy();
    run(&["guide", "import", SAMPLES, "--out", &out], 0);
    assert!(run(&["guide", "check", &out], 0).contains("no mistake"));
}

#[test]
fn a_dry_run_shows_everything_and_writes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("guide");
    let out_name = out.to_string_lossy();
    let source = format!("{SAMPLES}/terms.csv");
    let said = run(
        &["guide", "import", &source, "--dry-run", "--out", &out_name],
        0,
    );
    for part in [
        "go/sync-pool  sync.Pool  [sync.Pool]",
        "terms.csv:2: Keeps objects that are free, until the collector runs.",
        "terms.csv:1: the header: Term,Explanation,Section,Tags,Level",
        "terms.csv:6: a row needs a term or question and a text: Nothing,,Docker,,",
        "read as csv, 3 topics, 1 line not placed",
        "nothing written",
    ] {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
    assert!(!out.exists());
    let value: Value = serde_json::from_str(&run(
        &[
            "guide",
            "import",
            &source,
            "--dry-run",
            "--json",
            "--out",
            &out_name,
        ],
        0,
    ))
    .expect("JSON");
    assert_eq!(value["topics"][0]["keywords"][0], "sync.Pool");
    assert_eq!(value["files"][0]["format"], "csv");
    assert_eq!(value["unplaced"][0]["line"], 6);
    assert_eq!(value["written"], false);
}

#[test]
fn files_that_exist_are_replaced_only_by_force() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().to_string_lossy();
    let source = format!("{SAMPLES}/notes.org");
    run(&["guide", "import", &source, "--out", &out], 0);
    let first = files(folder.path());
    assert_eq!(first, ["compose/depends-on.md", "images/copy-and-add.md"]);
    let mine = folder.path().join(&first[0]);
    fs::write(&mine, "mine").expect("a file");
    fs::remove_file(folder.path().join(&first[1])).expect("removed");
    let said = run(&["guide", "import", &source, "--out", &out], 2);
    assert!(said.contains("1 of 2 files exist already"), "{said}");
    assert!(said.contains("--force"), "{said}");
    assert_eq!(fs::read_to_string(&mine).expect("a file"), "mine");
    assert_eq!(
        files(folder.path()),
        [first[0].clone()],
        "nothing is written"
    );
    run(&["guide", "import", &source, "--out", &out, "--force"], 0);
    assert_eq!(files(folder.path()), first);
}

#[test]
fn what_cannot_be_imported_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path.to_string_lossy().into_owned()
    };
    let long = file("long.txt", "x".repeat(2 << 20).as_bytes());
    let hidden = file(
        "hidden.txt",
        "Access – granted \u{202e}detnarg ton\n".as_bytes(),
    );
    let control = file("control.txt", b"A \xe2\x80\x93 \x1b[31mred\n");
    let latin = file("latin.txt", b"A - b\n\xe9\n");
    let huge = folder.path().join("huge.txt");
    fs::File::create(&huge)
        .and_then(|file| file.set_len(100 << 20))
        .expect("a file of 100 MiB");
    let huge = huge.to_string_lossy().into_owned();
    for (path, code, part) in [
        (long, 1, "long.txt:1: the line has 2097152 bytes"),
        (
            hidden,
            1,
            "hidden.txt:1: the line turns the direction of writing (U+202E)",
        ),
        (
            control,
            1,
            "control.txt:1: the line holds the control character U+001B",
        ),
        (latin, 1, "latin.txt:2: is not UTF-8 here"),
        (huge, 1, "huge.txt:1: has more than 16777216 bytes"),
        (format!("{SAMPLES}/none.txt"), 2, "no such file or folder"),
    ] {
        let out = folder.path().join("out");
        let said = run(
            &["guide", "import", &path, "--out", &out.to_string_lossy()],
            code,
        );
        assert!(said.contains(part), "no {part:?} in {said}");
        assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'));
        assert!(!out.exists(), "nothing is written");
    }
    let source = format!("{SAMPLES}/notes.org");
    let said = run(&["guide", "import", &source, "--as", "cobol"], 2);
    assert!(
        said.contains("the formats are article, markdown, csv, tsv, anki, org"),
        "{said}"
    );
}

/// The examples of the documentation are read as it says.
#[test]
fn the_examples_of_the_documentation_are_imported() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/import.md");
    let text = fs::read_to_string(path).expect("the page is there");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut formats = Vec::new();
    for part in text.split("<!-- sample: ").skip(1) {
        let (name, rest) = part.split_once(" -->\n").expect("a name");
        let (fence, rest) = rest.split_once('\n').expect("a fence");
        let marks = fence.trim_end_matches(|letter: char| letter.is_alphanumeric());
        let (sample, rest) = rest.split_once(&format!("\n{marks}\n")).expect("an end");
        let file = folder.path().join(name);
        fs::write(&file, format!("{sample}\n")).expect("a file");
        let told = run(
            &[
                "guide",
                "import",
                &file.to_string_lossy(),
                "--dry-run",
                "--json",
            ],
            0,
        );
        let value: Value = serde_json::from_str(&told).expect("JSON");
        for topic in value["topics"].as_array().expect("topics") {
            let id = topic["id"].as_str().unwrap_or_default();
            let until = rest.split("<!-- sample").next().unwrap_or(rest);
            assert!(
                until.contains(&format!("`{id}`")),
                "{name}: no `{id}` in {until}"
            );
        }
        assert_eq!(value["unplaced"], Value::Array(Vec::new()), "{name}");
        formats.push(
            value["files"][0]["format"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        );
    }
    formats.dedup();
    assert_eq!(
        formats,
        ["article", "markdown", "csv", "tsv", "anki", "org"]
    );
}
