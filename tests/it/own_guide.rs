//! Guides of one's own beside the built-in one: what editors show of them, how edits are followed, and what
//! is said about mistakes.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Client, PATIENCE, modern};

const CODE: &str = "package p\n\nimport \"sync\"\n\nvar c sync.Cond\n";

const NOTE: &str = "---\nextends: go-concurrency/sync-cond\n---\n\nWe use channels; ask in review first.\n\n## Questions\n\n### Why do we avoid sync.Cond?\n\nFew know it.\n\nFollow-up: Where do we use it?\n";

/// A topic of one's own for `sync.Cond`.
fn topic(summary: &str) -> String {
    format!("---\ntitle: Our Cond\nlevel: senior\nkeywords:\n  go: [sync.Cond]\n---\n\n{summary}\n")
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

/// A home with a folder `work`, which is the workspace.
fn home(files: &[(&str, &str)]) -> TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(home.path().join("work")).expect("a folder");
    for (file, text) in files {
        write(home.path(), file, text);
    }
    home
}

/// A client in that home, with the Go file open.
fn client(home: TempDir, capabilities: &Value, options: &Value) -> Client {
    let mut client = Client::spawn_in(home);
    let root = uri(&client, "work");
    client.initialize(&json!({
        "rootUri": root, "capabilities": capabilities, "initializationOptions": options,
    }));
    client.open("f.go", "go", CODE);
    client
}

fn uri(client: &Client, file: &str) -> String {
    let path = client.home.path().join(file);
    let path = path.to_string_lossy().replace('\\', "/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{path}")
}

fn hover(client: &mut Client) -> String {
    let hover = client.hover("f.go", 4, 12);
    hover["contents"]["value"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Hovers until the answer has this text: updates come a moment after what caused them.
#[track_caller]
fn wait_for_hover(client: &mut Client, text: &str) -> String {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        let shown = hover(client);
        if shown.contains(text) {
            return shown;
        }
        assert!(std::time::Instant::now() < end, "no {text:?} in {shown:?}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn hover_shows_the_teams_note_and_where_it_comes_from() {
    let mut client = client(
        home(&[("work/.viva/guide/go/cond.md", NOTE)]),
        &modern(),
        &Value::Null,
    );
    let shown = wait_for_hover(&mut client, "We use channels");
    assert!(
        shown.contains(
            "**Note** (team notes, .viva/guide/go/cond.md): We use channels; ask in review first."
        ),
        "{shown}"
    );
    assert!(shown.starts_with("Wait unlocks the mutex"), "{shown}");
    let actions = client.code_actions("f.go", 4, 12, &json!({ "triggerKind": 1 }));
    assert_eq!(actions[0]["title"], "Interview: Why do we avoid sync.Cond?");
    let open = json!({ "command": "viva.open", "arguments": ["go-concurrency/sync-cond", 0] });
    let page = client.request("workspace/executeCommand", &open);
    let page = page.as_str().expect("the page");
    assert!(
        page.contains("We use channels") && page.contains("### Why do we avoid sync.Cond?"),
        "{page}"
    );
    let shown = client.wait_for("window/showDocument");
    let path = crate::client::path_of(&shown["params"]["uri"]);
    assert_eq!(fs::read_to_string(&path).expect("the page is there"), page);
    // Links of the page lead to pages.
    let related = page
        .split("](../")
        .nth(1)
        .and_then(|rest| rest.split(')').next())
        .expect("a link");
    assert!(
        path.parent()
            .and_then(Path::parent)
            .expect("two folders")
            .join(related)
            .exists(),
        "{related}"
    );
}

#[test]
fn the_workspace_comes_before_the_user_before_the_settings_before_the_program() {
    let files = [
        ("work/.viva/guide/x/a.md", topic("The workspace's.")),
        ("work/notes/x/b.md", topic("The workspace's second.")),
        (".config/viva/guide/x/c.md", topic("The user's.")),
        ("named/x/d.md", topic("The settings'.")),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(file, text)| (*file, text.as_str()))
        .collect();
    let home = home(&files);
    write(
        home.path(),
        "work/viva.toml",
        "[guide]\npaths = [\"notes\"]\n",
    );
    let options = json!({ "guide": { "paths": [home.path().join("named")] } });
    let mut client = client(home, &modern(), &options);
    for (file, summary, from) in [
        (
            files[0].0,
            "The workspace's.",
            "From: team notes, .viva/guide/x/a.md",
        ),
        (
            files[1].0,
            "The workspace's second.",
            "From: team notes, notes/x/b.md",
        ),
        (
            files[2].0,
            "The user's.",
            "From: your notes, ~/.config/viva/guide/x/c.md",
        ),
        (files[3].0, "The settings'.", "From: notes, ~/named/x/d.md"),
    ] {
        let shown = wait_for_hover(&mut client, summary);
        assert!(shown.contains(from), "{shown}");
        fs::remove_file(client.home.path().join(file)).expect("it is there");
        client.notify(
            "workspace/didChangeWatchedFiles",
            &json!({ "changes": [{ "uri": uri(&client, file), "type": 3 }] }),
        );
    }
    wait_for_hover(&mut client, "Wait unlocks the mutex");
}

#[test]
fn edits_are_followed_whoever_watches_the_files() {
    let file = "work/.viva/guide/go-concurrency/sync-cond.md";
    // The client watches, and says so.
    let mut capabilities = modern();
    capabilities["workspace"] = json!({
        "didChangeWatchedFiles": { "dynamicRegistration": true, "relativePatternSupport": true }
    });
    let mut told = client(
        home(&[(file, &topic("First."))]),
        &capabilities,
        &Value::Null,
    );
    let asked = told.wait_for("client/registerCapability");
    let registration = &asked["params"]["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    let watchers = registration["registerOptions"]["watchers"]
        .as_array()
        .expect("a list");
    let base = json!(uri(&told, "work/.viva/guide"));
    assert!(
        watchers
            .iter()
            .any(|watcher| watcher["globPattern"]["baseUri"] == base),
        "{watchers:?}"
    );
    wait_for_hover(&mut told, "First.");
    write(told.home.path(), file, &topic("Second."));
    assert!(hover(&mut told).contains("First."), "nobody said anything");
    let change = json!({ "changes": [{ "uri": uri(&told, file), "type": 2 }] });
    told.notify("workspace/didChangeWatchedFiles", &change);
    wait_for_hover(&mut told, "Second.");
    // The client cannot: the system tells; also of a folder that was not there.
    let mut watching = client(home(&[]), &modern(), &Value::Null);
    wait_for_hover(&mut watching, "Wait unlocks the mutex");
    // Written once, while folder after folder begins to be watched.
    write(watching.home.path(), file, &topic("First."));
    wait_for_hover(&mut watching, "First.");
    write(watching.home.path(), file, &topic("Second."));
    wait_for_hover(&mut watching, "Second.");
    fs::remove_dir_all(watching.home.path().join("work/.viva")).expect("it is there");
    wait_for_hover(&mut watching, "Wait unlocks the mutex");
}

#[test]
fn a_bad_file_is_left_out_and_says_why_where_it_is_open() {
    let bad = "work/.viva/guide/x/bad.md";
    let text = "---\ntitle: Bad\nlevel: expert\nrelated: [go-concurrency/mutx]\n---\n\nA <b>bad</b> one.\n";
    let home = home(&[
        (bad, text),
        ("work/.viva/guide/x/good.md", &topic("A good one.")),
    ]);
    let mut client = client(home, &modern(), &Value::Null);
    wait_for_hover(&mut client, "A good one.");
    client.wait_for_log(".viva/guide/x/bad.md:3: `level` is one of junior, middle, senior");
    client.wait_for_log("guide: 2 files of your own; 1 left out");
    let bad = uri(&client, bad);
    client.open(&bad, "markdown", text);
    let shown = client.wait_for("textDocument/publishDiagnostics");
    let found: Vec<(u64, &str)> = shown["params"]["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|found| {
            let line = found["range"]["start"]["line"].as_u64().expect("a line");
            (line, found["message"].as_str().expect("a message"))
        })
        .collect();
    let html = "HTML does not show in every editor; use Markdown, or backticks around code";
    assert_eq!(found[0], (2, "`level` is one of junior, middle, senior"));
    assert_eq!(found[1], (6, html));
    // What is right by itself may name what there is not.
    let mut change = |version: u64, text: &str| {
        client.notify(
            "textDocument/didChange",
            &json!({ "textDocument": { "uri": bad, "version": version }, "contentChanges": [{ "text": text }] }),
        );
        let shown = client.wait_for("textDocument/publishDiagnostics");
        assert_eq!(shown["params"]["version"], version);
        shown["params"]["diagnostics"]
            .as_array()
            .expect("a list")
            .clone()
    };
    let text = text
        .replace("expert", "senior")
        .replace("<b>bad</b>", "bad");
    let found = change(2, &text);
    assert_eq!(
        found[0]["message"],
        "there is no topic `go-concurrency/mutx`; did you mean `go-concurrency/mutex`?"
    );
    assert_eq!(
        (found.len(), &found[0]["range"]["start"]["line"]),
        (1, &json!(3))
    );
    assert!(change(3, &text.replace("mutx", "mutex")).is_empty());
}

#[test]
fn topics_are_completed_and_gone_to_where_they_are_named() {
    let file = "work/.viva/guide/x/a.md";
    let text = topic("A good one.").replace("level:", "related: [x/b, redis/persis]\nlevel:");
    let home = home(&[
        (file, &text),
        ("work/.viva/guide/x/b.md", &topic("Another.")),
    ]);
    let mut capabilities = modern();
    capabilities["textDocument"]["completion"] = json!({ "dynamicRegistration": true });
    capabilities["textDocument"]["definition"] = json!({ "dynamicRegistration": true });
    let mut client = client(home, &capabilities, &Value::Null);
    let offered = client.wait_for("client/registerCapability");
    let offered = &offered["params"]["registrations"];
    assert_eq!(offered[1]["method"], "textDocument/definition");
    assert_eq!(
        offered[1]["registerOptions"]["documentSelector"],
        json!([{ "language": "markdown" }])
    );
    wait_for_hover(&mut client, "From: team notes");
    let a = uri(&client, file);
    client.open(&a, "markdown", &text);
    client.wait_for("textDocument/publishDiagnostics");
    let line = text
        .lines()
        .position(|line| line.starts_with("related"))
        .expect("it is there");
    let at = |column: usize| json!({ "textDocument": { "uri": a }, "position": { "line": line, "character": column } });
    let found = client.request("textDocument/completion", &at(27));
    let edit = json!({ "range": { "start": { "line": line, "character": 15 }, "end": { "line": line, "character": 27 } }, "newText": "redis/persistence" });
    assert_eq!(
        found,
        json!([{ "label": "redis/persistence", "textEdit": edit }])
    );
    let place = client.request("textDocument/definition", &at(11));
    assert_eq!(place["uri"], uri(&client, "work/.viva/guide/x/b.md"));
    assert!(
        client.request("textDocument/definition", &at(20)).is_null(),
        "there is no such topic"
    );
    let code =
        json!({ "textDocument": { "uri": "f.go" }, "position": { "line": 4, "character": 12 } });
    assert_eq!(client.request("textDocument/completion", &code), json!([]));
    let (built_in, page) = (text.replace("redis/persis]", "redis/persistence]"), "# ");
    client.notify(
        "textDocument/didChange",
        &json!({ "textDocument": { "uri": a, "version": 2 }, "contentChanges": [{ "text": built_in }] }),
    );
    client.wait_for("textDocument/publishDiagnostics");
    let place = client.request("textDocument/definition", &at(20));
    let path = crate::client::path_of(&place["uri"]);
    assert!(
        fs::read_to_string(path)
            .expect("the page is there")
            .starts_with(page)
    );
}

#[test]
fn what_a_stranger_wrote_shows_words_and_nothing_happens() {
    let file = "work/.viva/guide/x/a.md";
    let text = topic("Words. See [this](x/b).").replace(
        "title: Our Cond",
        "title: \"[x](command:a) <img src=b>\"\nsources:\n  - \"](command:c)\": https://d)[e](command:f)",
    );
    let home = home(&[(file, &text)]);
    let mut client = client(home, &modern(), &Value::Null);
    let shown = wait_for_hover(&mut client, "Words.");
    let open = json!({ "command": "viva.open", "arguments": ["x/a"] });
    let page = client.request("workspace/executeCommand", &open);
    client.wait_for("window/showDocument");
    for text in [shown.as_str(), page.as_str().expect("the page")] {
        for event in pulldown_cmark::Parser::new(text) {
            use pulldown_cmark::{Event, Tag};
            match event {
                Event::Start(Tag::Link { dest_url, .. }) => {
                    assert!(!dest_url.contains("command:"), "{text}");
                }
                Event::Start(Tag::Image { .. }) | Event::Html(_) | Event::InlineHtml(_) => {
                    panic!("{text}")
                }
                _ => {}
            }
        }
    }
}

/// Runs a command in the workspace of a home; its exit code, output and complaints.
fn viva(home: &TempDir, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_viva"))
        .args(arguments)
        .current_dir(home.path().join("work"))
        .env("HOME", home.path())
        .env_remove("XDG_CACHE_HOME")
        .env_remove("XDG_CONFIG_HOME")
        .output()
        .expect("viva runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn commands_write_check_and_read_topics_of_ones_own() {
    let home = home(&[("work/viva.toml", "")]);
    let run = |arguments: &[&str]| viva(&home, arguments);
    // What is written is right as it is.
    for arguments in [
        &["guide", "new", "redis/ours"][..],
        &[
            "guide",
            "new",
            "team/cond",
            "--extends",
            "go-concurrency/sync-cond",
        ],
        &["guide", "new", "tricks/mine", "--user"],
    ] {
        let (code, out, said) = run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {said}");
        assert!(Path::new(out.trim()).is_absolute(), "{out}");
        let (code, _, said) = run(arguments);
        assert_eq!(code, Some(2), "never over a file that is there: {said}");
    }
    for folder in ["work/.viva/guide", ".config/viva/guide"] {
        let (code, out, _) = run(&[
            "guide",
            "check",
            &home.path().join(folder).to_string_lossy(),
        ]);
        assert_eq!(code, Some(0), "{out}");
    }
    for (arguments, code, problem) in [
        (&["guide", "new", "../x"][..], 2, "is no id"),
        (&["guide", "new", "Redis/Ours"], 2, "is no id"),
        (
            &["guide", "new", "a/b", "--extends", "redis/persistance"],
            1,
            "did you mean `redis/persistence`?",
        ),
    ] {
        let (found, _, said) = run(arguments);
        assert!(
            found == Some(code) && said.contains(problem),
            "{arguments:?}: {said}"
        );
    }
    // They are read like the built-in ones.
    write(
        home.path(),
        "work/.viva/guide/x/a.md",
        &topic("Quokkas sleep on it."),
    );
    let (_, out, _) = run(&["explain", "--lang", "go", "sync.Cond"]);
    assert!(
        out.starts_with("Quokkas sleep on it.")
            && out.contains("From: team notes, .viva/guide/x/a.md"),
        "{out}"
    );
    let (_, out, said) = run(&["show", "go-concurrency/sync-cond"]);
    assert!(
        out.contains("What your team should know about it") && said.is_empty(),
        "{out}{said}"
    );
    // What is wrong is said, and the rest is read.
    write(
        home.path(),
        "work/.viva/guide/x/bad.md",
        "no front matter\n",
    );
    let (_, out, said) = run(&["explain", "--lang", "go", "sync.Cond"]);
    assert!(out.starts_with("Quokkas"), "{out}");
    assert!(said.contains("1 files of your own are left out"), "{said}");
    let (code, out, _) = run(&["guide", "check", ".viva/guide"]);
    assert_eq!(code, Some(1));
    assert!(
        out.contains(".viva/guide/x/bad.md:1: a topic begins with front matter"),
        "{out}"
    );
}

#[test]
fn filters_leave_out_topics_and_the_parts_of_a_score_are_the_score() {
    let home = home(&[("work/.viva/guide/x/a.md", &topic("Quokkas sleep on it."))]);
    let run = |arguments: &[&str]| viva(&home, arguments);
    let first = |arguments: &[&str]| -> String {
        let (_, out, _) = run(arguments);
        out.split_whitespace().next().unwrap_or_default().to_owned()
    };
    assert_eq!(first(&["search", "quokkas"]), "x/a");
    assert_eq!(
        first(&["search", "level:senior", "lang:go", "quokkas"]),
        "x/a"
    );
    assert_eq!(first(&["search", "level:junior", "quokkas"]), "");
    assert_eq!(first(&["search", "section:x"]), "x/a");
    let (_, out, _) = run(&[
        "search",
        "section:redis,mysql",
        "level:senior",
        "--json",
        "--limit",
        "100",
    ]);
    let found: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(found.len() > 5);
    for topic in &found {
        let id = topic["id"].as_str().expect("an id");
        assert!(id.starts_with("redis/") || id.starts_with("mysql/"), "{id}");
        assert_eq!(topic["level"], "senior");
    }
    // The parts of a score are the score.
    let (_, out, _) = run(&["search", "--explain", "--json", "leftmost", "prefix"]);
    for line in out.lines() {
        let hit: Value = serde_json::from_str(line).expect("JSON");
        let parts = hit["explained"].as_array().expect("parts");
        let sum: f64 = parts.iter().filter_map(|part| part["score"].as_f64()).sum();
        let score = hit["score"].as_f64().expect("a score");
        assert!((sum - score).abs() < 0.01, "{line}");
    }
}
