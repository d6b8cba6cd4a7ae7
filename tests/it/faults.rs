//! What goes wrong in the server and around it: panics, signals, closed pipes, a cache that is gone, a disk
//! that is full or does not answer, clocks that jump, no file descriptors left, texts made to break a
//! parser; and the log that tells of it.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, thread};

use serde_json::{Value, json};

use crate::client::{Client, PATIENCE, viva};

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A server whose stderr is kept, and what it writes there until its end.
fn logged(command: Command) -> (Client, thread::JoinHandle<String>) {
    logged_in(command, home())
}

fn logged_in(
    mut command: Command,
    home: tempfile::TempDir,
) -> (Client, thread::JoinHandle<String>) {
    command.stderr(Stdio::piped());
    let mut client = Client::run(command, home);
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

/// What is done beside the handlers may fail too: reading a folder, and following the files of guides.
#[test]
fn what_fails_in_the_background_takes_nobody_with_it() {
    let home = home();
    let folder = home.path().join("bad");
    fs::create_dir(&folder).expect("a folder");
    let hint = "package p\n\nimport \"sync\"\n\nfunc wait(c *sync.Cond) { c.Wait() }\n";
    let uri = format!("file://{}/a.go", folder.display());
    let mut command = viva();
    command.env("VIVA_FAULT", "bad");
    let mut client = Client::run(command, home);
    client.initialize(&json!({ "capabilities": { "textDocument": { "diagnostic": {} } } }));
    client.open(&uri, "go", hint);
    for _ in 0..3 {
        let found = client.request(
            "textDocument/diagnostic",
            &json!({ "textDocument": { "uri": uri } }),
        );
        assert_eq!(found["items"][0]["code"], "go/cond-wait-without-loop");
    }

    let home = crate::faults::home();
    let guide = home.path().join(".config/viva/guide/x");
    fs::create_dir_all(&guide).expect("a folder");
    let write = |name: &str, text: &str| {
        let path = guide.join(name);
        let text = format!("---\ntitle: Ours\nkeywords:\n  go: [sync.Cond]\n---\n\n{text}\n");
        fs::write(&path, text).expect("a file");
        json!({ "changes": [{ "uri": format!("file://{}", path.display()), "type": 2 }] })
    };
    write("a.md", "The first.");
    let mut command = viva();
    command.env("VIVA_FAULT", "bad.md");
    let (mut client, written) = logged_in(command, home);
    let watches = json!({ "dynamicRegistration": true, "relativePatternSupport": true });
    client.initialize(
        &json!({ "capabilities": { "workspace": { "didChangeWatchedFiles": watches } } }),
    );
    client.open("f.go", "go", hint);
    wait_for_hover(&mut client, "The first.");
    client.notify(
        "workspace/didChangeWatchedFiles",
        &write("bad.md", "Never mind."),
    );
    fs::remove_file(guide.join("bad.md")).expect("it is there");
    let changed = write("a.md", "The second.");
    // A change that comes together with the bad one is lost with it, the next is not.
    let end = Instant::now() + PATIENCE;
    while !hover(&mut client).contains("The second.") {
        assert!(Instant::now() < end, "the guide is followed no more");
        client.notify("workspace/didChangeWatchedFiles", &changed);
    }
    let log = finish(client, written);
    assert!(log.contains("ERROR failed at src/lsp/fault.rs:"), "{log}");
}

/// What a hover at `sync.Cond` in `f.go` says.
fn hover(client: &mut Client) -> String {
    let answer = client.hover("f.go", 4, 20);
    let text = answer["contents"]["value"].as_str();
    text.unwrap_or_default().to_owned()
}

#[track_caller]
fn wait_for_hover(client: &mut Client, text: &str) {
    let end = Instant::now() + PATIENCE;
    while !hover(client).contains(text) {
        assert!(Instant::now() < end, "no {text:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// As with a network folder whose server is gone.
#[test]
fn a_disk_that_does_not_answer_keeps_nobody_waiting() {
    let mut command = viva();
    command.env("VIVA_STUCK", "viva.toml");
    let home = home();
    let root = format!("file://{}", home.path().display());
    let mut client = Client::run(command, home);
    client.initialize(&json!({ "rootUri": root, "capabilities": {} }));
    let uri = format!("{root}/f.go");
    client.open(&uri, "go", "package p\n");
    let folders = json!({ "event": { "added": [{ "uri": "file:///x", "name": "x" }] } });
    for _ in 0..20 {
        client.notify("workspace/didChangeWorkspaceFolders", &folders);
    }
    assert!(client.hover(&uri, 0, 1).is_object());
    // More than there are threads for what may take long.
    let ids: Vec<i64> = (0..40)
        .map(|_| {
            client.send_request(
                "textDocument/diagnostic",
                &json!({ "textDocument": { "uri": uri } }),
            )
        })
        .collect();
    assert!(client.hover(&uri, 0, 1).is_object());
    for id in ids {
        assert_eq!(client.answer(&json!(id))["result"]["items"], json!([]));
    }
    // Nor is the end of the server; its input stays open.
    client.request("shutdown", &Value::Null);
    client.notify("exit", &Value::Null);
    assert_eq!(client.wait_for_exit().code(), Some(0));
}

/// A server that may write this many blocks into a file: as with a full disk, the rest is refused.
#[cfg(unix)]
fn on_a_full_disk(blocks: usize, home: tempfile::TempDir) -> Client {
    let mut command = Command::new("sh");
    // Without the trap the signal that the limit sends would end it.
    let run = format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec {} lsp --stdio",
        env!("CARGO_BIN_EXE_viva")
    );
    command.args(["-c", &run]);
    Client::run(command, home)
}

/// Guides of one's own with so many topics that their index is not made in memory.
fn home_with_topics() -> tempfile::TempDir {
    let home = home();
    let guide = home.path().join(".config/viva/guide/x");
    fs::create_dir_all(&guide).expect("a folder");
    for number in 0..700 {
        let text = format!(
            "---\ntitle: Topic {number}\nkeywords:\n  go: [crash.N{number}]\n---\n\nIt is.\n"
        );
        fs::write(guide.join(format!("n{number}.md")), text).expect("a file");
    }
    write_topic(home.path(), "The first.");
    home
}

/// Writes the topic of one's own about `sync.Cond`; what a client says then.
fn write_topic(home: &Path, text: &str) -> Value {
    let path = home.join(".config/viva/guide/x/cond.md");
    let text = format!("---\ntitle: Ours\nkeywords:\n  go: [sync.Cond]\n---\n\n{text}\n");
    fs::write(&path, text).expect("a file");
    json!({ "changes": [{ "uri": format!("file://{}", path.display()), "type": 2 }] })
}

const COND: &str = "package p\n\nimport \"sync\"\n\nfunc wait(c *sync.Cond) { c.Wait() }\n";

/// An editor that watches files itself.
fn watching() -> Value {
    let mut capabilities = crate::client::modern();
    capabilities["workspace"] = json!({
        "didChangeWatchedFiles": { "dynamicRegistration": true, "relativePatternSupport": true },
    });
    capabilities
}

/// Every file below a folder, with slashes.
fn files(folder: &Path) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => open.push(path),
                path => found.push(path.to_string_lossy().into_owned()),
            }
        }
    }
    found
}

#[cfg(unix)]
#[test]
fn on_a_full_disk_answers_are_the_same_and_nothing_is_left_half_written() {
    let open = json!({ "command": "viva.open", "arguments": ["x/cond"] });
    let silence = "hover.maxLines = 9\n";
    let mut home = home_with_topics();
    fs::write(home.path().join("viva.toml"), silence).expect("a file");
    // Nothing can be written; then short files can, and the beginnings of long ones.
    for blocks in [0, 8] {
        let root = format!("file://{}", home.path().display());
        let mut client = on_a_full_disk(blocks, home);
        client.initialize(&json!({ "rootUri": root, "capabilities": watching() }));
        client.open("f.go", "go", COND);
        wait_for_hover(&mut client, "The first.");
        let changed = write_topic(client.home.path(), "The second.");
        client.notify("workspace/didChangeWatchedFiles", &changed);
        wait_for_hover(&mut client, "The second.");
        write_topic(client.home.path(), "The first.");
        client.notify("workspace/didChangeWatchedFiles", &changed);
        wait_for_hover(&mut client, "The first.");
        let page = client.request("workspace/executeCommand", &open);
        assert!(
            page.as_str()
                .is_some_and(|page| page.contains("The first.")),
            "{page}"
        );
        if blocks == 0 {
            client.wait_for_log("cannot be written to the cache folder");
            client.wait_for("window/showMessage");
            let uri = format!("{root}/f.go");
            let params = json!({ "command": "viva.silence", "arguments": ["go/cond-wait-without-loop", uri] });
            client.request("workspace/executeCommand", &params);
            let told = client.wait_for("window/showMessage")["params"]["message"].clone();
            let told = told.as_str().expect("a text");
            assert!(
                told.starts_with("viva.toml could not be changed: "),
                "{told}"
            );
            let text = fs::read_to_string(client.home.path().join("viva.toml"));
            assert_eq!(text.expect("it is there"), silence);
        } else {
            let shown = client.wait_for("window/showDocument");
            let path = crate::client::path_of(&shown["params"]["uri"]);
            assert_eq!(json!(fs::read_to_string(path).expect("a page")), page);
        }
        home = ended(client);
        let all = files(home.path());
        let aside = [".new", "/new-", "/.viva.toml-", "/current-"];
        let left: Vec<_> = all
            .iter()
            .filter(|file| aside.iter().any(|mark| file.contains(mark)))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
    // When there is room again, nothing of that is taken for whole.
    let mut client = Client::spawn_in(home);
    client.initialize(&json!({ "capabilities": watching() }));
    client.open("f.go", "go", COND);
    wait_for_hover(&mut client, "The first.");
    let page = client.request("workspace/executeCommand", &open);
    let shown = client.wait_for("window/showDocument");
    let path = crate::client::path_of(&shown["params"]["uri"]);
    assert_eq!(json!(fs::read_to_string(path).expect("a page")), page);
    client.close_input();
}

/// Ends a server; its home stays.
fn ended(mut client: Client) -> tempfile::TempDir {
    client.request("shutdown", &Value::Null);
    client.notify("exit", &Value::Null);
    assert!(client.wait_for_exit().success());
    std::mem::replace(&mut client.home, home())
}

/// An index in the cache is open while its folder goes, and comes back as a file.
#[test]
fn topics_of_ones_own_are_followed_when_the_cache_is_gone_or_cannot_be_written() {
    let mut client = Client::spawn_in(home_with_topics());
    client.initialize(&json!({ "capabilities": watching() }));
    client.open("f.go", "go", COND);
    wait_for_hover(&mut client, "The first.");
    let cache = client.cache();
    let index = cache.join("guides");
    assert!(!files(&index).is_empty(), "it is not made in memory");
    let follow = |client: &mut Client, text: &str| {
        let changed = write_topic(client.home.path(), text);
        client.notify("workspace/didChangeWatchedFiles", &changed);
        wait_for_hover(client, text);
    };
    fs::remove_dir_all(&cache).expect("it is there");
    assert!(hover(&mut client).contains("The first."));
    follow(&mut client, "The second.");
    follow(&mut client, "The third.");
    assert!(!files(&index).is_empty(), "it is made again");
    // Read-only means nothing to some users; a file where the folder should be stops everybody.
    fs::remove_dir_all(&cache).expect("it is there");
    fs::write(&cache, "").expect("a file");
    follow(&mut client, "The fourth.");
    follow(&mut client, "The fifth.");
    fs::remove_file(&cache).expect("it is there");
    follow(&mut client, "The sixth.");
    client.close_input();
}

/// Only the times of files are read from a clock that can jump; intervals are measured by one that
/// cannot. So files of any time stand for any jump.
#[cfg(unix)]
#[test]
fn clocks_that_jump_change_no_answer() {
    let day = Duration::from_hours(24);
    let mut home = home_with_topics();
    let mut text = "The first.".to_owned();
    let mut number = 0;
    let now = SystemTime::now();
    for start in [
        SystemTime::UNIX_EPOCH + day,
        now - 365 * day,
        now + 365 * day,
    ] {
        // With each edit it is a second earlier.
        let age = |home: &Path, number: u64| {
            for file in files(home) {
                let file = fs::File::open(file).expect("it is there");
                let time = start - Duration::from_secs(number);
                file.set_modified(time).expect("it is ours");
            }
        };
        let folder = format!("file://{}", home.path().display());
        fs::write(home.path().join("viva.toml"), "").expect("a file");
        age(home.path(), number);
        let mut client = Client::spawn_in(home);
        client.initialize(&json!({ "rootUri": folder, "capabilities": watching() }));
        client.open("f.go", "go", COND);
        wait_for_hover(&mut client, &text);
        for _ in 0..3 {
            number += 1;
            text = format!("Text {number}.");
            let changed = write_topic(client.home.path(), &text);
            age(client.home.path(), number);
            client.notify("workspace/didChangeWatchedFiles", &changed);
            wait_for_hover(&mut client, &text);
        }
        home = ended(client);
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
        let kill = |signal: &str| {
            let mut kill = Command::new("sh");
            kill.args(["-c", &format!("kill -{signal} {id}")]);
            assert!(kill.status().expect("a shell runs").success());
        };
        // It says that somebody reads no more; who that is, writing tells.
        kill("PIPE");
        assert!(client.hover("f.go", 0, 1).is_object());
        kill(signal);
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

#[test]
fn a_closed_log_harms_nobody() {
    let mut command = viva();
    command.env("VIVA_LOG", "trace").stderr(Stdio::piped());
    let mut client = Client::run(command, home());
    drop(client.process.stderr.take());
    client.initialize(&json!({ "capabilities": {} }));
    client.open("f.go", "go", "package p\n");
    assert!(client.hover("f.go", 0, 1).is_object());
}

/// It would stop the server as soon as the pipe is full, after some 64 KiB.
#[cfg(unix)]
#[test]
fn a_log_that_nobody_reads_stops_nobody() {
    let mut command = viva();
    command.env("VIVA_LOG", "trace").stderr(Stdio::piped());
    let mut client = Client::run(command, home());
    client.initialize(&json!({ "capabilities": {} }));
    client.open("f.go", "go", "package p\n");
    for _ in 0..2_000 {
        assert!(client.hover("f.go", 0, 1).is_object());
    }
    let mut log = client.process.stderr.take().expect("it is piped");
    let mut read = vec![0; 1 << 20];
    let count = log.read(&mut read).expect("it was written");
    assert!(count > 10_000, "{count}");
    client.hover("f.go", 0, 1);
    client.request("shutdown", &Value::Null);
    client.notify("exit", &Value::Null);
    assert!(client.wait_for_exit().success());
    let mut rest = String::new();
    log.read_to_string(&mut rest).expect("UTF-8");
    assert!(rest.contains("lines are missing here"), "{rest}");
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
        ("a.go", "go", deep("", "{+")),
        ("a.go", "go", deep("", "{+}")),
        ("a.go", "go", deep("package p\n\nfunc f() {\n", "[{")),
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

/// Files that a guide or settings are read from, nested as deep as no person does.
#[test]
fn files_that_nest_too_deep_are_borne() {
    let deep = |before: &str, piece: &str| format!("{before}{}", piece.repeat(100_000));
    let pieces = [
        "> ", "- ", "1. ", "[", "![", "(", "[a](", "*", "**a ", "_", "`", "``a ", "<", "<b>",
        "<!--", "|", "#", "```\n", "~~~\n", "&", "\\",
    ];
    let home = home();
    // Runs a command beside these files.
    let run = |arguments: &[&str], files: &[(String, String)]| {
        let work = home.path().join("work");
        for (name, text) in files {
            let path = work.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(&path, text).expect("a file");
        }
        let output = Command::new(env!("CARGO_BIN_EXE_viva"))
            .args(arguments)
            .current_dir(&work)
            .env("HOME", home.path())
            .output()
            .expect("viva runs");
        let said = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        let text = &files[0].1;
        let shown = &text[..40.min(text.len())];
        assert!(
            matches!(code, Some(0..=2)),
            "{arguments:?} {shown:?}: {code:?} {said}"
        );
        fs::remove_dir_all(&work).expect("it is there");
    };
    for text in [deep("a = ", "["), deep("a = ", "{a="), deep("[a", ".a")] {
        let settings = ("viva.toml".to_owned(), text.clone());
        run(&["topics", "--section", "x"], &[settings]);
        let cards = ("guide/cards/go.toml".to_owned(), text);
        run(&["guide", "check", "guide"], &[cards]);
    }
    let front_matter = [
        ("related", "["),
        ("keywords", "{go: "),
        ("keywords", "&a *a "),
        ("keywords", "? "),
        ("keywords", "- "),
    ];
    let front_matter = front_matter
        .iter()
        .map(|(key, piece)| deep(&format!("---\ntitle: T\n{key}: "), piece));
    let bodies = pieces
        .iter()
        .map(|piece| deep("---\ntitle: T\n---\n\n", piece));
    let topics: Vec<_> = (front_matter.chain(bodies).enumerate())
        .map(|(number, text)| (format!("guide/x/a{number}.md"), text))
        .collect();
    run(&["guide", "check", "guide"], &topics);
    for ending in ["md", "txt", "org", "csv", "tsv"] {
        let notes: Vec<_> = (pieces.iter().enumerate())
            .map(|(number, piece)| {
                let text = deep("# T\nA – b\n", piece);
                (format!("notes/n{number}.{ending}"), text)
            })
            .collect();
        run(&["guide", "import", "notes", "--out", "imported"], &notes);
    }
}
