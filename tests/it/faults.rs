//! What goes wrong in the server and around it: panics, signals, closed pipes, a cache that is gone,
//! no file descriptors left, texts made to break a parser; and the log that tells of it.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::{fs, thread};

use serde_json::{Value, json};

use crate::client::{Client, viva};

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A server whose stderr is kept, and what it writes there until its end.
fn logged(mut command: Command) -> (Client, thread::JoinHandle<String>) {
    command.stderr(Stdio::piped());
    let mut client = Client::run(command, home());
    let mut stderr = client.process.stderr.take().expect("it is piped");
    let written = thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).expect("UTF-8");
        text
    });
    (client, written)
}

fn finish(mut client: Client, written: thread::JoinHandle<String>) -> String {
    client.request("shutdown", &Value::Null);
    client.notify("exit", &Value::Null);
    assert!(client.wait_for_exit().success());
    written.join().expect("stderr was read")
}

#[cfg(debug_assertions)]
#[test]
fn a_handler_that_fails_takes_nobody_with_it() {
    let mut command = viva();
    command.env("VIVA_FAULT", "bad.go");
    let (mut client, written) = logged(command);
    client.initialize(&json!({ "capabilities": {} }));
    client.open("bad.go", "go", "package p // do not tell\n");
    client.open("good.go", "go", "package p\n");
    let at = json!({ "line": 0, "character": 1 });
    let bad = json!({ "uri": "bad.go" });
    for (method, params) in [
        (
            "textDocument/hover",
            json!({ "textDocument": bad, "position": at }),
        ),
        (
            "textDocument/codeAction",
            json!({ "textDocument": bad, "range": { "start": at, "end": at } }),
        ),
        (
            "textDocument/inlayHint",
            json!({ "textDocument": bad, "range": { "start": at, "end": at } }),
        ),
        ("textDocument/diagnostic", json!({ "textDocument": bad })),
    ] {
        assert_eq!(
            client.ask(method, &params)["error"]["code"],
            -32603,
            "{method}"
        );
        assert!(client.hover("good.go", 0, 1).is_object(), "after {method}");
    }
    // Nobody knows what a change did that failed: the document is silent until it is opened again.
    client.notify(
        "textDocument/didChange",
        &json!({ "textDocument": bad, "contentChanges": [{ "text": "x" }] }),
    );
    client.wait_for_log("bad.go: it made the server fail; silent until it is opened again");
    assert!(client.hover("good.go", 0, 1).is_object());
    let log = finish(client, written);
    assert!(log.contains("ERROR failed at src/lsp/fault.rs:"), "{log}");
    assert!(!log.contains("do not tell"), "{log}");
}

#[test]
fn the_log_is_quiet_and_says_more_when_asked() {
    let text = "package secret\n";
    for (level, expected) in [
        (None, vec![]),
        (Some("off"), vec![]),
        (
            Some("loud"),
            vec!["ERROR VIVA_LOG=loud: off, error, warn, info, debug or trace is expected"],
        ),
        (Some("warn"), vec!["WARN f.go: a change could not be read"]),
        (
            Some("INFO"),
            vec![
                "INFO opened uri=\"f.go\" bytes=15",
                "WARN f.go: a change could not be read",
            ],
        ),
        (
            Some("debug"),
            vec!["DEBUG received method=\"textDocument/hover\" id="],
        ),
    ] {
        let mut command = viva();
        command.env_remove("VIVA_LOG");
        if let Some(level) = level {
            command.env("VIVA_LOG", level);
        }
        let (mut client, written) = logged(command);
        client.initialize(&json!({ "capabilities": {} }));
        client.open("f.go", "go", text);
        client.hover("f.go", 0, 1);
        // An error about it would quote the text.
        client.notify(
            "textDocument/didChange",
            &json!({ "textDocument": { "uri": "f.go" }, "contentChanges": text }),
        );
        client.wait_for_log("f.go: a change could not be read");
        let log = finish(client, written);
        for line in &expected {
            assert!(log.contains(line), "{level:?}: {log}");
        }
        assert_eq!(log.is_empty(), expected.is_empty(), "{level:?}: {log}");
        assert!(
            level == Some("debug") || !log.contains("secret"),
            "{level:?}: {log}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn signals_end_the_server() {
    for signal in ["TERM", "INT", "HUP"] {
        // Whoever runs the tests may ignore some, as `nohup` and `&` do, and children inherit that.
        let mut command = Command::new("env");
        command.arg(format!("--default-signal={signal}"));
        command.args([env!("CARGO_BIN_EXE_viva"), "lsp", "--stdio"]);
        let mut client = Client::run(command, home());
        client.initialize(&json!({ "capabilities": {} }));
        client.open("f.go", "go", "package p\n");
        let id = client.process.id().to_string();
        let mut kill = Command::new("sh");
        kill.args(["-c", &format!("kill -{signal} {id}")]);
        assert!(kill.status().expect("a shell runs").success());
        assert!(!client.wait_for_exit().success(), "{signal}");
    }
}

#[test]
fn a_closed_output_ends_the_server() {
    let mut process = viva()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    drop(process.stdout.take());
    let mut input = process.stdin.take().expect("it is piped");
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } });
    std::io::Write::write_all(&mut input, &crate::client::framed(&body)).expect("the server reads");
    // Its input is open still.
    let status = process.wait().expect("it ends");
    assert_eq!(status.code(), Some(1));
    drop(input);
}

#[cfg(unix)]
#[test]
fn a_server_without_free_file_descriptors_answers() {
    let mut command = Command::new("sh");
    let run = format!(
        "ulimit -n 6; exec {} lsp --stdio",
        env!("CARGO_BIN_EXE_viva")
    );
    command.args(["-c", &run]);
    let home = home();
    fs::write(home.path().join("a.go"), "package p\n").expect("a file");
    let folder = home.path().display().to_string();
    let mut client = Client::run(command, home);
    client.initialize(&json!({
        "processId": std::process::id(),
        "rootUri": format!("file://{folder}"),
        "capabilities": { "window": { "showDocument": { "support": true } } },
    }));
    let uri = format!("file://{folder}/b.go");
    client.open(&uri, "go", "package p\n\nfunc f() { defer f() }\n");
    assert!(client.hover(&uri, 2, 12).is_object());
    client.request(
        "workspace/executeCommand",
        &json!({ "command": "viva.open", "arguments": ["go-concurrency/channel"] }),
    );
    client.request(
        "textDocument/diagnostic",
        &json!({ "textDocument": { "uri": uri } }),
    );
    assert!(client.hover(&uri, 0, 1).is_object());
    // What it still has to say is not looked at.
    client.close_input();
}

#[test]
fn pages_are_written_again_when_the_cache_is_gone_and_missed_when_it_cannot_be() {
    let mut client = Client::start();
    let open = json!({ "command": "viva.open", "arguments": ["go-concurrency/channel"] });
    for _ in 0..2 {
        let text = client.request("workspace/executeCommand", &open);
        assert!(text.as_str().is_some_and(|text| text.len() > 100), "{text}");
        let shown = client.wait_for("window/showDocument");
        let path = crate::client::path_of(&shown["params"]["uri"]);
        assert!(
            path.starts_with(client.cache()) && path.is_file(),
            "{}",
            path.display()
        );
        fs::remove_dir_all(client.cache()).expect("the cache folder");
    }
    // Read-only means nothing to some users; a file where the folder should be stops everybody.
    fs::write(client.cache(), "").expect("a file");
    let text = client.request("workspace/executeCommand", &open);
    assert!(text.as_str().is_some_and(|text| text.len() > 100), "{text}");
    client.wait_for_log("cannot be written to the cache folder");
    // Without a page the text itself is shown.
    client.wait_for("window/showMessage");
}

/// Texts that nest as deep as no person does, for each language.
fn nested() -> Vec<(&'static str, &'static str, String)> {
    // As deep as hints look into a text.
    let deep = |before: &str, piece: &str| {
        let count = (1_000_000 / piece.len()).min(100_000);
        format!("{before}{}", piece.repeat(count))
    };
    let mut texts = vec![
        (
            "a.go",
            "go",
            deep("package p\n\nfunc f() {\n", "if true {\n"),
        ),
        (
            "a.go",
            "go",
            deep("package p\n\nvar x = ", "func() any { return "),
        ),
        ("a.go", "go", deep("package p\n\nvar x = ", "[]any{")),
        ("a.go", "go", deep("package p\n\nvar x ", "[]")),
        ("a.go", "go", deep("package p\n\nvar x ", "struct{ a ")),
        ("a.go", "go", deep("package p\n\nvar x = ", "-")),
        ("a.go", "go", deep("package p\n\nvar x = 1", "+1")),
        ("a.go", "go", deep("package p\n\nvar x = a", ".b()")),
        (
            "a.go",
            "go",
            deep("package p\n\nfunc f() {\n", "else if x {} "),
        ),
        (
            "a.go",
            "go",
            deep("package p\n\nvar x = f", "(sync.Mutex{}, "),
        ),
        ("a.sql", "sql", deep("", "SELECT * FROM (")),
        ("a.sql", "sql", deep("SELECT ", "CASE WHEN ")),
        ("a.sql", "sql", deep("SELECT ", "COUNT(")),
        ("a.sql", "sql", deep("", "BEGIN ")),
        ("Dockerfile", "dockerfile", deep("FROM x\nRUN echo ", "$(")),
        ("Dockerfile", "dockerfile", deep("FROM x\nRUN ", "(")),
        ("Dockerfile", "dockerfile", deep("FROM ", "${a:-")),
        ("Dockerfile", "dockerfile", deep("", "ONBUILD ")),
        ("Dockerfile", "dockerfile", deep("FROM x\nCMD ", "[")),
        ("compose.yaml", "dockercompose", deep("services: ", "[")),
        ("compose.yaml", "dockercompose", deep("services: ", "{a: ")),
        ("compose.yaml", "dockercompose", deep("services:\n", "- ")),
        (
            "compose.yaml",
            "dockercompose",
            deep("services: ", "&a *a "),
        ),
        ("compose.yaml", "dockercompose", deep("", "? ")),
        ("redis.conf", "redis", deep("save ", "\"")),
    ];
    for (name, language) in [
        ("a.go", "go"),
        ("a.sql", "sql"),
        ("Dockerfile", "dockerfile"),
        ("compose.yaml", "dockercompose"),
        ("redis.conf", "redis"),
    ] {
        for bracket in ["(", "[", "{"] {
            texts.push((name, language, deep("", bracket)));
        }
    }
    texts
}

#[test]
fn texts_that_nest_too_deep_are_borne_by_the_server() {
    let mut client = Client::start();
    for (uri, language, text) in nested() {
        client.open(uri, language, &text);
        let shown = &text[..40];
        let end = json!({ "line": text.matches('\n').count(), "character": 3 });
        for at in [json!({ "line": 0, "character": 1 }), end] {
            for method in [
                "textDocument/hover",
                "textDocument/codeAction",
                "textDocument/inlayHint",
            ] {
                let params = json!({ "textDocument": { "uri": uri }, "position": at, "range": { "start": at, "end": at } });
                let answer = client.ask(method, &params);
                assert!(
                    answer.get("error").is_none(),
                    "{method} {uri} {shown}: {answer}"
                );
            }
        }
        client.request(
            "textDocument/diagnostic",
            &json!({ "textDocument": { "uri": uri } }),
        );
        client.request(
            "workspace/executeCommand",
            &json!({ "command": "viva.questions", "arguments": [uri] }),
        );
    }
    // What it still has to say is not looked at.
    client.close_input();
}

#[test]
fn texts_that_nest_too_deep_are_borne_by_the_commands() {
    let home = home();
    // The others take the same ways in the server.
    let bare = |text: &str| text.starts_with(['(', '[', '{']) || text.starts_with("ONBUILD");
    let texts = nested().into_iter().filter(|(_, _, text)| bare(text));
    for (number, (name, _, text)) in texts.enumerate() {
        let folder = home.path().join(number.to_string());
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join(name), &text).expect("a file");
        for command in ["check", "keywords"] {
            let output = Command::new(env!("CARGO_BIN_EXE_viva"))
                .args([command, name])
                .current_dir(&folder)
                .env("HOME", home.path())
                .output()
                .expect("viva runs");
            let said = String::from_utf8_lossy(&output.stderr);
            let shown = &text[..40];
            assert!(
                matches!(output.status.code(), Some(0 | 1)),
                "{command} {name} {shown}: {said}"
            );
        }
    }
}
