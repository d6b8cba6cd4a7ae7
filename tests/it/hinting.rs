//! Hints over the wire: shown to clients that ask and to those that do not, mended, explained,
//! silenced.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::client::{Client, modern};

/// `c.Wait()` stands in line 4, columns 26 to 34.
const TEXT: &str = "package p\n\nimport \"sync\"\n\nfunc wait(c *sync.Cond) { c.Wait() }\n";
const URI: &str = "untitled:wait.go";

fn asking() -> Value {
    let mut capabilities = modern();
    capabilities["workspace"] = json!({ "workspaceEdit": { "documentChanges": true } });
    capabilities
}

fn ask(client: &mut Client, uri: &str, previous: Option<&Value>) -> Value {
    let mut params = json!({ "textDocument": { "uri": uri } });
    if let Some(previous) = previous {
        params["previousResultId"] = previous.clone();
    }
    client.request("textDocument/diagnostic", &params)
}

/// The rules that a client is told when it asks.
fn rules(client: &mut Client, uri: &str) -> Vec<String> {
    let report = ask(client, uri, None);
    codes(&report["items"])
}

fn codes(diagnostics: &Value) -> Vec<String> {
    let diagnostics = diagnostics.as_array().expect("a list of diagnostics");
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic["code"].as_str().expect("a rule").to_owned())
        .collect()
}

fn fixes(client: &mut Client, uri: &str, line: usize, character: usize, trigger: u8) -> Vec<Value> {
    let context = json!({ "diagnostics": [], "triggerKind": trigger });
    let mut actions = client.code_actions(uri, line, character, &context);
    actions.retain(|action| action["kind"] == "quickfix");
    actions
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions
        .iter()
        .map(|action| action["title"].as_str().expect("a title"))
        .collect()
}

#[test]
fn a_client_that_asks_is_told_and_never_sent_anything() {
    let mut client = Client::with(&asking(), &Value::Null);
    client.open(URI, "go", TEXT);
    let report = ask(&mut client, URI, None);
    assert_eq!(report["kind"], "full");
    let hint = &report["items"][0];
    assert_eq!(codes(&report["items"]), ["go/cond-wait-without-loop"]);
    assert_eq!(hint["severity"], 4);
    assert_eq!(hint["source"], "viva");
    let range = json!({
        "start": { "line": 4, "character": 26 }, "end": { "line": 4, "character": 34 },
    });
    assert_eq!(hint["range"], range);
    let page = hint["codeDescription"]["href"].as_str().expect("a link");
    assert!(page.ends_with("/go-concurrency/sync-cond.md"), "{page}");
    let again = ask(&mut client, URI, Some(&report["resultId"]));
    assert_eq!(
        again,
        json!({ "kind": "unchanged", "resultId": report["resultId"] })
    );
    let insert = |client: &mut Client, character: usize, text: &str| {
        let at = json!({ "line": 4, "character": character });
        let change = json!([{ "range": { "start": at, "end": at }, "text": text }]);
        let document = json!({ "uri": URI, "version": 2 });
        let params = json!({ "textDocument": document, "contentChanges": change });
        client.notify("textDocument/didChange", &params);
    };
    insert(&mut client, 34, " }");
    insert(&mut client, 26, "for { ");
    let mended = ask(&mut client, URI, Some(&report["resultId"]));
    assert_eq!(
        (&mended["kind"], &mended["items"]),
        (&json!("full"), &json!([]))
    );
    assert_eq!(rules(&mut client, "untitled:other.go"), [""; 0]);
    client.notify(
        "textDocument/didClose",
        &json!({ "textDocument": { "uri": URI } }),
    );
    assert_eq!(rules(&mut client, URI), [""; 0]);
    let is_sent = |message: &Value| message["method"] == "textDocument/publishDiagnostics";
    assert!(!client.received.iter().any(is_sent));
}

#[test]
fn a_client_that_does_not_ask_is_sent_hints_after_the_last_change() {
    let mut client = Client::with(&json!({}), &Value::Null);
    client.open(URI, "go", TEXT);
    let sent = client.wait_for("textDocument/publishDiagnostics")["params"].clone();
    assert_eq!((&sent["uri"], &sent["version"]), (&json!(URI), &json!(1)));
    assert_eq!(codes(&sent["diagnostics"]), ["go/cond-wait-without-loop"]);
    for version in 2..30 {
        let text = format!(
            "{TEXT}// {version}\n{}",
            if version == 29 { "func" } else { "" }
        );
        let params = json!({
            "textDocument": { "uri": URI, "version": version }, "contentChanges": [{ "text": text }],
        });
        client.notify("textDocument/didChange", &params);
    }
    // The last text has a syntax error: somebody is typing, and nothing is said. On a machine that stood
    // still for a moment an earlier one was the last.
    let sent = loop {
        let sent = client.wait_for("textDocument/publishDiagnostics")["params"].clone();
        if sent["version"] == 29 {
            break sent;
        }
        assert_eq!(codes(&sent["diagnostics"]), ["go/cond-wait-without-loop"]);
    };
    assert_eq!(
        sent,
        json!({ "uri": URI, "version": 29, "diagnostics": [] })
    );
    client.notify(
        "textDocument/didChange",
        &json!({ "textDocument": { "uri": URI, "version": 30 }, "contentChanges": [{ "text": TEXT }] }),
    );
    client.wait_for("textDocument/publishDiagnostics");
    client.notify(
        "textDocument/didClose",
        &json!({ "textDocument": { "uri": URI } }),
    );
    let sent = client.wait_for("textDocument/publishDiagnostics")["params"].clone();
    assert_eq!(sent["diagnostics"], json!([]));
}

#[test]
fn no_hint_outlives_its_document() {
    let mut client = Client::with(&json!({}), &Value::Null);
    let uri = |number: usize| format!("untitled:{number}.go");
    for number in 0..200 {
        client.open(&uri(number), "go", TEXT);
    }
    // While hints are on their way.
    client.wait_for("textDocument/publishDiagnostics");
    for number in 0..200 {
        client.notify(
            "textDocument/didClose",
            &json!({ "textDocument": { "uri": uri(number) } }),
        );
    }
    client.open("untitled:last.go", "go", TEXT);
    // What comes before the hints of the last is all there is for the others.
    let mut shown = std::collections::HashMap::new();
    while !shown.contains_key("untitled:last.go") {
        let sent = client.wait_for("textDocument/publishDiagnostics")["params"].clone();
        let uri = sent["uri"].as_str().expect("a URI").to_owned();
        shown.insert(uri, codes(&sent["diagnostics"]).len());
    }
    shown.remove("untitled:last.go");
    let left: Vec<_> = shown.iter().filter(|(_, hints)| **hints > 0).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_hint_can_be_explained_and_silenced_where_it_stands() {
    let mut client = Client::with(&asking(), &Value::Null);
    client.open(URI, "go", TEXT);
    let actions = fixes(&mut client, URI, 4, 30, 2);
    assert_eq!(
        titles(&actions),
        [
            "Why? Open “sync.Cond”",
            "Silence go/cond-wait-without-loop here"
        ]
    );
    assert_eq!(
        actions[0]["diagnostics"][0]["code"],
        "go/cond-wait-without-loop"
    );
    assert_eq!(
        actions[0]["command"],
        json!({ "title": titles(&actions)[0], "command": "viva.open", "arguments": ["go-concurrency/sync-cond"] })
    );
    let edit = &actions[1]["edit"]["documentChanges"][0];
    assert_eq!(edit["textDocument"], json!({ "uri": URI, "version": 1 }));
    let start = json!({ "line": 4, "character": 0 });
    assert_eq!(
        edit["edits"],
        json!([{ "range": { "start": start, "end": start }, "newText": "// viva:ignore go/cond-wait-without-loop\n" }])
    );
    let [before, after] = [
        &TEXT[..TEXT.find("func").expect("it is there")],
        "func wait(c *sync.Cond) { c.Wait() }\n",
    ];
    let silenced = format!("{before}// viva:ignore go/cond-wait-without-loop\n{after}");
    client.open(URI, "go", &silenced);
    assert_eq!(rules(&mut client, URI), [""; 0]);
    // Where there is no hint the light bulb stays dark.
    client.open(URI, "go", TEXT);
    let context = json!({ "diagnostics": [], "triggerKind": 2 });
    assert_eq!(client.code_actions(URI, 2, 3, &context), [] as [Value; 0]);
    let only = json!({ "diagnostics": [], "triggerKind": 1, "only": ["interview"] });
    let asked = client.code_actions(URI, 4, 30, &only);
    assert!(
        asked
            .iter()
            .all(|action| action["kind"] == "interview.question"),
        "{asked:?}"
    );
}

/// Line 1 has a password, line 2 what `COPY` does, line 3 what is old.
const DOCKERFILE: &str = "FROM alpine:3.22\nENV DB_PASSWORD=x\nADD app.conf /etc/\nMAINTAINER me\n";

#[test]
fn severity_says_what_is_at_stake_and_a_tag_what_is_old() {
    let uri = "untitled:Dockerfile";
    let mut tagging = asking();
    tagging["textDocument"]["diagnostic"]["tagSupport"] = json!({ "valueSet": [1, 2] });
    for (capabilities, tags) in [(tagging, json!([2])), (asking(), Value::Null)] {
        let mut client = Client::with(&capabilities, &Value::Null);
        client.open(uri, "dockerfile", DOCKERFILE);
        let report = ask(&mut client, uri, None);
        let of = |rule: &str| {
            let items = report["items"].as_array().expect("a list");
            items
                .iter()
                .find(|item| item["code"] == rule)
                .unwrap_or_else(|| panic!("{rule} in {report}"))
                .clone()
        };
        let secret = of("docker/secret-in-arg-or-env");
        assert_eq!(
            (&secret["severity"], secret.get("tags")),
            (&json!(3), None),
            "information"
        );
        let maintainer = of("docker/maintainer");
        assert_eq!(maintainer["severity"], 4, "a hint");
        assert_eq!(maintainer["tags"], tags);
    }
}

#[test]
fn a_fix_is_an_edit_of_the_kind_that_the_client_can_make() {
    let uri = "untitled:Dockerfile";
    let range =
        json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 2, "character": 3 } });
    let edits = json!([{ "range": range, "newText": "COPY" }]);
    let versioned = json!({ "documentChanges": [{
        "textDocument": { "uri": uri, "version": 1 }, "edits": edits,
    }] });
    let plain = json!({ "changes": { uri: edits } });
    for (capabilities, edit) in [(asking(), versioned), (modern(), plain)] {
        let mut client = Client::with(&capabilities, &Value::Null);
        client.open(uri, "dockerfile", DOCKERFILE);
        let actions = fixes(&mut client, uri, 2, 1, 1);
        let fix = &actions[0];
        assert_eq!(fix["title"], "Use COPY");
        assert_eq!(fix["isPreferred"], true);
        assert_eq!(fix["diagnostics"][0]["code"], "docker/add-where-copy");
        assert_eq!(fix["diagnostics"][0]["range"], range);
        assert_eq!(fix["edit"], edit);
        assert!(
            actions[1..]
                .iter()
                .all(|action| action.get("isPreferred").is_none()),
            "{actions:?}"
        );
    }
}

#[test]
fn what_another_tool_shows_is_left_to_it() {
    let go = "package p\n\nimport \"sync\"\n\nfunc f(m sync.Mutex) {}\n";
    let docker = "untitled:Dockerfile";
    let cases = [
        (URI, "go", go, "go/mutex-by-value", "copylocks", 0),
        (URI, "go", go, "go/mutex-by-value", "compiler", 0),
        (URI, "go", go, "go/mutex-by-value", "spelling", 1),
        (
            docker,
            "dockerfile",
            DOCKERFILE,
            "docker/maintainer",
            "hadolint",
            0,
        ),
        (
            docker,
            "dockerfile",
            DOCKERFILE,
            "docker/maintainer",
            "docker-language-server",
            0,
        ),
        // A compiler for something else says nothing about gopls.
        (
            docker,
            "dockerfile",
            DOCKERFILE,
            "docker/maintainer",
            "compiler",
            1,
        ),
    ];
    for (uri, language, text, rule, source, count) in cases {
        let mut client = Client::with(&asking(), &Value::Null);
        client.open(uri, language, text);
        let shown = |client: &mut Client| {
            let rules = rules(client, uri);
            rules.iter().filter(|other| *other == rule).count()
        };
        assert_eq!(shown(&mut client), 1, "{rule}");
        let at = json!({ "line": 0, "character": 0 });
        let diagnostic =
            json!({ "range": { "start": at, "end": at }, "message": "m", "source": source });
        let context = json!({ "diagnostics": [diagnostic], "triggerKind": 2 });
        client.code_actions(uri, 0, 0, &context);
        assert_eq!(shown(&mut client), count, "{rule} beside {source}");
    }
}

#[test]
fn a_rule_can_be_silenced_in_the_workspace() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("wait.go");
    fs::write(&file, TEXT).expect("the folder can be written");
    fs::write(folder.path().join("go.mod"), "module m\n\ngo 1.27\n")
        .expect("the folder can be written");
    let root = format!("file://{}", folder.path().display());
    let uri = format!("{root}/wait.go");
    let mut client = Client::spawn();
    client.initialize(&json!({ "capabilities": asking(), "rootUri": root }));
    client.open(&uri, "go", TEXT);
    assert_eq!(rules(&mut client, &uri), ["go/cond-wait-without-loop"]);
    let actions = fixes(&mut client, &uri, 4, 30, 1);
    let silence = actions.last().expect("actions");
    assert_eq!(
        silence["title"],
        "Silence go/cond-wait-without-loop in this workspace"
    );
    client.request("workspace/executeCommand", &silence["command"]);
    let told = client.wait_for("window/showMessage");
    let text = told["params"]["message"].as_str().expect("a text");
    assert!(
        text.starts_with("go/cond-wait-without-loop is off in "),
        "{text}"
    );
    let settings = fs::read_to_string(folder.path().join("viva.toml")).expect("it was written");
    assert_eq!(settings, "[hints]\noff = [\"go/cond-wait-without-loop\"]\n");
    assert_eq!(rules(&mut client, &uri), [""; 0]);
    fs::write(
        folder.path().join("viva.toml"),
        "[hints]\noff = [\"go/no-such-rule\"]\n",
    )
    .expect("it can be written");
    assert_eq!(rules(&mut client, &uri), ["go/cond-wait-without-loop"]);
    client.wait_for_log(
        "viva.toml: `viva.hints.off` is [\"go/no-such-rule\"]; it takes a list of rules",
    );
}

#[test]
fn rules_that_are_silenced_at_once_are_all_silenced() {
    let mut client = Client::spawn();
    let root = format!("file://{}", client.home.path().display());
    client.initialize(&json!({ "capabilities": asking(), "rootUri": root }));
    let rules: Vec<&str> = viva::features::hints::rules()
        .map(|rule| rule.id)
        .take(20)
        .collect();
    let ids: Vec<i64> = rules
        .iter()
        .map(|rule| {
            let arguments = json!([rule, format!("{root}/f.go")]);
            let params = json!({ "command": "viva.silence", "arguments": arguments });
            client.send_request("workspace/executeCommand", &params)
        })
        .collect();
    for id in ids {
        assert!(client.answer(&json!(id)).get("error").is_none());
        client.wait_for("window/showMessage");
    }
    let text = fs::read_to_string(client.home.path().join("viva.toml")).expect("it was written");
    for rule in rules {
        assert!(text.contains(&format!("\"{rule}\"")), "{rule}: {text}");
    }
}

#[test]
fn settings_choose_the_rules() {
    let cases = [
        (json!({}), 1),
        (json!({ "hints": { "enable": false } }), 0),
        (
            json!({ "hints": { "off": ["go/cond-wait-without-loop"] } }),
            0,
        ),
        (json!({ "hints": { "off": ["go"] } }), 0),
        (
            json!({ "hints": { "off": ["go"], "on": ["go/cond-wait-without-loop"] } }),
            1,
        ),
        (
            json!({ "hints": { "off": ["docker"], "coexist": "minimal", "companions": ["gopls"] } }),
            1,
        ),
    ];
    for (settings, count) in cases {
        let mut client = Client::with(&asking(), &settings);
        client.open(URI, "go", TEXT);
        assert_eq!(rules(&mut client, URI).len(), count, "{settings}");
    }
}

#[test]
fn a_file_that_is_too_long_gets_no_hints_and_the_log_says_so_once() {
    let mut client = Client::with(&asking(), &Value::Null);
    let long = format!("{TEXT}{}", "// a long comment\n".repeat(100_000));
    client.open(URI, "go", &long);
    for _ in 0..3 {
        assert_eq!(rules(&mut client, URI), [""; 0]);
    }
    client.wait_for_log("longer than 1048576 bytes");
    client.request("workspace/symbol", &json!({ "query": "" }));
    let told = client
        .log
        .iter()
        .filter(|line| line.contains("no hints"))
        .count();
    assert_eq!(told, 1);
}

#[test]
fn inlay_hints_name_topics_where_they_are_wanted() {
    let range =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let params = json!({ "textDocument": { "uri": URI }, "range": range });
    for (settings, expected) in [
        (json!({}), vec![]),
        (json!({ "inlayHints": { "enable": true } }), vec![4]),
    ] {
        let mut client = Client::with(&modern(), &settings);
        client.open(URI, "go", TEXT);
        let hints = client.request("textDocument/inlayHint", &params);
        let hints = hints.as_array().cloned().expect("a list");
        let lines: Vec<i64> = hints
            .iter()
            .filter(|hint| hint["label"] == "sync.Cond")
            .map(|hint| hint["position"]["line"].as_i64().expect("a line"))
            .collect();
        assert_eq!(lines, expected, "{hints:?}");
    }
}

#[test]
fn check_takes_the_choice_of_the_folder_and_then_that_of_the_command() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("wait.go"), TEXT).expect("the folder can be written");
    let check = |file: &str, arguments: &[&str]| {
        fs::write(folder.path().join("viva.toml"), file).expect("the folder can be written");
        let output = Command::new(env!("CARGO_BIN_EXE_viva"))
            .args(["check", "--json", "wait.go"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("viva runs");
        let problem = String::from_utf8_lossy(&output.stderr).into_owned();
        (
            String::from_utf8_lossy(&output.stdout).lines().count(),
            problem,
        )
    };
    let off = "[hints]\noff = [\"go/cond-wait-without-loop\"]\n";
    assert_eq!(check("", &[]).0, 1);
    assert_eq!(check(off, &[]).0, 0);
    assert_eq!(check(off, &["--on", "go/cond-wait-without-loop"]).0, 1);
    assert_eq!(check(off, &["--rule", "go"]).0, 1);
    assert_eq!(check("", &["--off", "go"]).0, 0);
    let (count, problem) = check("\n[hints\n", &[]);
    assert_eq!(count, 0);
    assert!(
        problem.starts_with("viva: viva.toml: line 2: "),
        "{problem}"
    );
}
