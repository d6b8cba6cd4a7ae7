//! The commands: what they print, their JSON, their exit codes, and what they say when they cannot.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

const QUEUE: &str = "tests/fixtures/queue/queue.go";

fn viva(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_viva"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("COLUMNS")
        .output()
        .expect("viva runs")
}

/// What was printed, after checking the exit code.
#[track_caller]
fn printed(arguments: &[&str], code: i32) -> String {
    let output = viva(arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let problem = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {text}{problem}"
    );
    text
}

/// What was said on stderr, after checking the exit code.
#[track_caller]
fn refused(arguments: &[&str], code: i32) -> String {
    let output = viva(arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `LINE:COLUMN` (from 1) of the nth `word` in a file.
fn place(file: &str, word: &str, nth: usize) -> String {
    let text = fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR")))
        .expect("the fixture is there");
    let (at, _) = text
        .match_indices(word)
        .nth(nth)
        .expect("the word is there");
    let line = text[..at].matches('\n').count() + 1;
    let column = text[..at]
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    format!("{file}:{line}:{column}")
}

#[test]
fn explain_prints_the_explanation_and_at_least_three_questions() {
    let at = place(QUEUE, "Cond", 0);
    let text = printed(&["explain", &at], 0);
    assert!(text.starts_with("Wait unlocks the mutex"), "{text}");
    let (_, questions) = text
        .split_once("Related questions")
        .expect("related questions");
    assert!(questions.matches("\n- ").count() >= 3, "{questions}");
    assert!(
        !text.contains('\u{1b}'),
        "no colours where nobody sees them"
    );
    assert!(
        text.lines()
            .all(|line| line.chars().count() <= 80 || line.contains("https://")),
        "{text}"
    );
}

#[test]
fn explain_json_has_the_documented_shape() {
    let at = place(QUEUE, "Wait", 0);
    let value: Value =
        serde_json::from_str(&printed(&["explain", "--json", &at], 0)).expect("JSON");
    assert_eq!(value["file"], QUEUE);
    assert_eq!(value["language"], "go");
    assert_eq!(value["keyword"], "sync.Cond.Wait");
    assert_eq!(value["topic"]["id"], "go-concurrency/sync-cond");
    assert_eq!(value["range"]["start"]["line"], value["line"]);
    assert_eq!(value["range"]["start"]["column"], value["column"]);
    let width = value["range"]["end"]["column"]
        .as_u64()
        .zip(value["range"]["start"]["column"].as_u64());
    assert_eq!(width.map(|(end, start)| end - start), Some(4));
    let keys: Vec<&str> = value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "column",
            "file",
            "keyword",
            "language",
            "line",
            "markdown",
            "questions",
            "range",
            "topic"
        ]
    );
    let question = value["questions"][0].as_object().expect("a question");
    assert_eq!(
        question.keys().map(String::as_str).collect::<Vec<_>>(),
        ["ask", "id", "topic"]
    );
}

#[test]
fn names_are_explained_as_people_type_them() {
    for (lang, name, topic) in [
        ("go", "sync.Cond", "go-concurrency/sync-cond"),
        ("go", "append", "go-basics/slice-growth"),
        ("sql", "union all", "mysql/union-vs-union-all"),
        ("sql", "varchar", "mysql/char-vs-varchar"),
        ("dockerfile", "onbuild", "containers/onbuild"),
        ("dockerfile", "copy --from", "containers/multi-stage"),
        ("redis", "MAXMEMORY-POLICY", "redis/eviction-policies"),
    ] {
        let value: Value =
            serde_json::from_str(&printed(&["explain", "--json", "--lang", lang, name], 0))
                .expect("JSON");
        assert_eq!(value["topic"]["id"], topic, "{lang} {name}");
    }
    printed(&["explain", "sync.Cond"], 0);
    let said = refused(&["explain", "--lang", "go", "sync.Conf"], 1);
    assert!(
        said.contains("the guide does not know `sync.Conf`"),
        "{said}"
    );
}

#[test]
fn keywords_lists_what_is_recognised_in_every_language() {
    for (file, name, topic) in [
        (QUEUE, "sync.Cond.Wait", "go-concurrency/sync-cond"),
        (
            "tests/fixtures/image/Dockerfile",
            "docker:COPY --from",
            "containers/multi-stage",
        ),
        (
            "tests/fixtures/stack/compose.yaml",
            "compose:restart: unless-stopped",
            "containers/restart-policies",
        ),
        (
            "tests/fixtures/shop/schema.sql",
            "sql:UNION ALL",
            "mysql/union-vs-union-all",
        ),
        (
            "tests/fixtures/cache/redis.conf",
            "redis:maxmemory-policy",
            "redis/eviction-policies",
        ),
    ] {
        let text = fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR")))
            .expect("the fixture is there");
        let listed: Vec<Value> = printed(&["keywords", "--json", file], 0)
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON on each line"))
            .collect();
        let found = listed
            .iter()
            .find(|keyword| keyword["name"] == name)
            .unwrap_or_else(|| panic!("{file}: no {name}"));
        assert_eq!(found["topic"], topic);
        for keyword in &listed {
            let offset = |key: &str| {
                usize::try_from(keyword[key].as_u64().expect("an offset")).expect("small")
            };
            let before = &text[..offset("start")];
            assert_eq!(
                keyword["line"],
                before.matches('\n').count() + 1,
                "{keyword}"
            );
            assert!(
                offset("end") > offset("start") && text.is_char_boundary(offset("end")),
                "{keyword}"
            );
        }
    }
}

#[test]
fn questions_lists_what_a_file_leads_to_as_the_server_does() {
    let listed: Vec<Value> = printed(&["questions", "--json", QUEUE], 0)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON on each line"))
        .collect();
    let count = |topic: &Value| topic["keywords"].as_u64().expect("a number");
    assert!(
        listed.is_sorted_by_key(|topic| std::cmp::Reverse(count(topic))),
        "{listed:?}"
    );
    // Each keyword of the file is counted for its topic.
    let keywords = printed(&["keywords", "--json", QUEUE], 0);
    for topic in &listed {
        let led = keywords
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON on each line"))
            .filter(|keyword| keyword["topic"] == topic["id"])
            .count();
        assert_eq!(topic["keywords"], led, "{topic}");
    }
    let cond = listed
        .iter()
        .find(|topic| topic["id"] == "go-concurrency/sync-cond")
        .expect("its topic");
    let shown: Value =
        serde_json::from_str(&printed(&["show", "--json", "go-concurrency/sync-cond"], 0))
            .expect("JSON");
    let asks = |topic: &Value| topic["questions"].as_array().expect("questions").clone();
    let asked: Vec<Value> = asks(cond).iter().map(|one| one["ask"].clone()).collect();
    assert_eq!(asked, asks(&shown));
    assert_eq!(cond["questions"][0]["id"], "go-concurrency/sync-cond#1");

    let text = printed(&["questions", "--limit", "1", QUEUE], 0);
    let id = listed[0]["id"].as_str().expect("an id");
    assert!(text.contains(&format!("viva show {id})")), "{text}");
    assert_eq!(text.matches("viva show").count(), 1, "{text}");
    assert_eq!(
        text.matches("\n- ").count(),
        asks(&listed[0]).len(),
        "{text}"
    );
}

#[test]
fn topics_show_and_search_read_the_guide() {
    let all = printed(&["topics"], 0);
    assert!(all.lines().count() >= 30, "{all}");
    let redis = printed(&["topics", "--section", "redis"], 0);
    assert!(redis.lines().all(|line| line.starts_with("redis/")));
    assert!(
        refused(&["topics", "--section", "cobol"], 1).contains("the sections are containers, ")
    );
    assert!(printed(&["show", "redis/persistence"], 0).starts_with("Persistence"));
    assert!(
        refused(&["show", "redis/persistance"], 1).contains("did you mean `redis/persistence`?")
    );
    assert!(printed(&["search", "leftmost", "prefix"], 0).starts_with("mysql/leftmost-prefix"));
    refused(&["search", "qqqqzzzz"], 1);
}

#[test]
fn what_cannot_be_read_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("a temporary file");
        path.to_string_lossy().into_owned()
    };
    let latin = file("latin.go", b"package p\n\n// \xe9\n");
    let binary = file("binary.bin", &[0, 159, 146, 150]);
    let unknown = file("notes.txt", b"hello\n");
    let empty = file("empty.sql", b"-- UNION ALL\n");
    let folder = folder.path().to_string_lossy().into_owned();
    for (arguments, code, said) in [
        (
            vec!["explain".to_owned(), format!("{latin}:1:1")],
            2,
            "line 3 is not UTF-8",
        ),
        (
            vec!["keywords".to_owned(), binary],
            2,
            "line 1 is not UTF-8",
        ),
        (
            vec!["keywords".to_owned(), unknown.clone()],
            2,
            "name its language with --lang",
        ),
        (
            vec!["questions".to_owned(), unknown.clone()],
            2,
            "name its language with --lang",
        ),
        (
            vec!["questions".to_owned(), empty],
            1,
            "no keyword in it leads to a question",
        ),
        (
            vec!["explain".to_owned(), format!("{unknown}:1:1")],
            1,
            "nothing to explain here",
        ),
        (
            vec!["explain".to_owned(), format!("{folder}:1:1")],
            2,
            "is a folder",
        ),
        (
            vec!["explain".to_owned(), format!("{folder}/none.go:1:1")],
            2,
            "none.go",
        ),
        (
            vec!["explain".to_owned(), format!("{QUEUE}:0:1")],
            2,
            "count from 1",
        ),
        (
            vec!["explain".to_owned(), format!("{QUEUE}:9999:1")],
            2,
            "lines",
        ),
        (
            vec!["explain".to_owned(), format!("{QUEUE}:1:1")],
            1,
            "nothing to explain here",
        ),
        (
            vec![
                "explain".to_owned(),
                "--lang".to_owned(),
                "cobol".to_owned(),
                "x".to_owned(),
            ],
            2,
            "the languages are go, ",
        ),
        (
            vec![
                "guide".to_owned(),
                "check".to_owned(),
                format!("{folder}/none"),
            ],
            2,
            "no such folder",
        ),
        (vec!["frobnicate".to_owned()], 2, "Usage"),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let problem = refused(&arguments, code);
        assert!(problem.contains(said), "{arguments:?}: {problem}");
    }
}

#[test]
fn guide_check_reports_every_mistake_with_file_and_line() {
    assert!(
        printed(
            &[
                "guide",
                "check",
                "--built-in",
                "index/guide",
                "--cards",
                "index/cards"
            ],
            0
        )
        .contains("no mistake")
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("team")).expect("a folder");
    fs::write(
        folder.path().join("team/a.md"),
        "---\ntitle: A\nlevel: wizard\n---\n\nText.\n",
    )
    .expect("a file");
    let output = viva(&["guide", "check", &folder.path().to_string_lossy()]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("a.md:3: `level` is one of junior, middle, senior"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.contains("a.md:")), "{text}");
}

#[test]
fn doctor_and_completions_answer() {
    let text = printed(&["doctor"], 0);
    for part in ["viva ", "topics", "cache", "vim.lsp.config"] {
        assert!(text.contains(part), "{text}");
    }
    let report: Value = serde_json::from_str(&printed(&["doctor", "--json"], 0)).expect("JSON");
    assert!(report["topics"].as_u64().is_some_and(|count| count >= 30));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(printed(&["completions", shell], 0).contains("viva"));
    }
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let help = printed(&["--help"], 0);
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    assert!(commands.len() > 8, "{commands:?}");
    for shell in ["bash", "elvish", "fish", "nushell", "powershell", "zsh"] {
        let script = printed(&["completions", shell], 0);
        for command in &commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    assert!(refused(&["completions", "tcsh"], 2).contains("nushell"));

    let page = printed(&["man"], 0);
    assert!(page.contains("\n.TH viva 1 "), "{page}");
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("a/man1");
    printed(&["man", "--folder", &below.to_string_lossy()], 0);
    assert_eq!(
        fs::read_to_string(below.join("viva.1")).expect("a page"),
        page
    );
    for command in &commands {
        assert!(page.contains(&format!("viva\\-{command}(1)")), "{command}");
        let file = below.join(format!("viva-{command}.1"));
        let page = fs::read_to_string(&file).expect("a page of each command");
        assert!(page.contains(&format!("viva {command}")), "{page}");
    }
    assert!(below.join("viva-guide-check.1").is_file());

    let file = folder.path().join("file");
    fs::write(&file, "").expect("a file");
    let said = refused(&["man", "--folder", &file.join("x").to_string_lossy()], 2);
    assert!(
        said.contains("the manual pages cannot be written"),
        "{said}"
    );
}
