//! How the server bears whatever a client sends: frames, ids, the order of life, clients that are
//! slow, mute or dead.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Client, framed, modern};

/// A hover in `f.go`, which each test opens with `package p`.
fn hover(id: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": {
        "textDocument": { "uri": "f.go" }, "position": { "line": 0, "character": 1 },
    } })
}

fn started() -> Client {
    let mut client = Client::start();
    client.open("f.go", "go", "package p\n");
    client
}

#[test]
fn frames_are_read_however_they_are_written() {
    let body = hover(&json!("x")).to_string();
    let length = body.len();
    let mut client = started();
    for header in [
        format!("content-length: {length}\r\n\r\n"),
        format!("CONTENT-LENGTH:{length}\r\n\r\n"),
        format!("Content-Length:   {length}  \r\n\r\n"),
        format!("Content-Length: {length}\n\n"),
        format!("Content-Length: 0{length}\r\n\r\n"),
        format!(
            "Content-Length: {length}\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n"
        ),
        format!(
            "Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: {length}\r\n\r\n"
        ),
        format!("X-Other: 1\r\nContent-Length: {length}\r\nX-Another: 2\r\n\r\n"),
        format!("\r\n\r\nContent-Length: {length}\r\n\r\n"),
    ] {
        let bytes = format!("{header}{body}").into_bytes();
        client.send_bytes(&bytes);
        assert!(
            client.answer(&json!("x"))["result"].is_object(),
            "{header:?}"
        );
        // And in pieces that are written one after the other.
        for byte in &bytes {
            client.send_bytes(&[*byte]);
        }
        assert!(
            client.answer(&json!("x"))["result"].is_object(),
            "{header:?}"
        );
    }
}

#[test]
fn broken_frames_lose_nothing_but_themselves() {
    let long = "x".repeat(200_000);
    // Deeper than any stack: JSON, but nothing that is looked into.
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":9,"method":"textDocument/hover","params":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let deep = format!("Content-Length: {}\r\n\r\n{deep}", deep.len());
    let cases: [(&str, &[i64]); 26] = [
        ("Content-Length: 5\r\n\r\n{oops", &[-32700]),
        ("Content-Length: 2\r\n\r\n{]", &[-32700]),
        ("Content-Length: 0\r\n\r\n", &[-32700]),
        ("Content-Length: -5\r\n\r\n", &[-32700]),
        ("Content-Length: +\r\n\r\n", &[-32700]),
        ("Content-Length: 1.5\r\n\r\n", &[-32700]),
        ("Content-Length: 99999999999999999999999\r\n\r\n", &[-32700]),
        ("Content-Length: 999999999999\r\n\r\n", &[-32700]),
        ("Content-Length:\r\n\r\n", &[-32700]),
        ("Content-Type: text/plain\r\n\r\n", &[-32700]),
        ("GET / HTTP/1.1\r\n\r\n", &[-32700]),
        (&long, &[]),
        (&deep, &[-32600]),
        (
            "Content-Type: application/vscode-jsonrpc; charset=utf-16le\r\nContent-Length: 4\r\n\r\n{\0}\0",
            &[-32700],
        ),
        (
            "Content-Length: 2\r\nContent-Type: a/b; charset=\"latin1\"\r\n\r\n{}",
            &[-32700],
        ),
        ("Content-Length: 3\r\n\r\n\"\0\"", &[-32700]),
        ("Content-Length: 500\r\n\r\n{\"jsonrpc\":\"2.0\"", &[-32700]),
        ("Content-Length: 4\r\n\r\nnull", &[-32600]),
        ("Content-Length: 1\r\n\r\n3", &[-32600]),
        ("Content-Length: 2\r\n\r\n{}", &[-32600]),
        ("Content-Length: 2\r\n\r\n[]", &[-32600]),
        ("Content-Length: 3\r\n\r\n[1]", &[-32600]),
        (
            "Content-Length: 31\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":1234}",
            &[-32600],
        ),
        (
            "Content-Length: 40\r\n\r\n{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"exit\"}",
            &[-32600],
        ),
        (
            "Content-Length: 24\r\n\r\n{\"id\":1,\"method\":\"exit\"}",
            &[-32600],
        ),
        (
            "Content-Length: 46\r\n\r\n[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"shutdown\"}]",
            &[-32600],
        ),
    ];
    for (bytes, codes) in cases {
        let mut client = started();
        client.send_bytes(bytes.as_bytes());
        // Whatever was announced: it ends where the next header begins.
        for number in 0..4 {
            client.send(&hover(&json!(number)));
        }
        let shown = &bytes[..bytes.len().min(80)];
        for code in codes {
            assert_eq!(
                client.answer(&Value::Null)["error"]["code"],
                *code,
                "{shown:?}"
            );
        }
        assert!(client.answer(&json!(3))["result"].is_object(), "{shown:?}");
        client.received.clear();
    }
}

#[test]
fn a_batch_may_hold_what_looks_like_a_header() {
    let mut client = started();
    client.send(&json!([{ "text": "Content-Length: 9\r\n\r\n{" }]));
    assert_eq!(client.answer(&Value::Null)["error"]["code"], -32600);
    client.send(&hover(&json!(1)));
    assert!(client.answer(&json!(1))["result"].is_object());
}

#[test]
fn ids_come_back_as_they_were_sent() {
    let mut client = started();
    for id in [
        json!(0),
        json!(-7),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("a \"b\" 💣"),
        json!("1"),
        Value::Null,
    ] {
        client.send(&hover(&id));
        let answer = client.answer(&id);
        assert!(answer["result"].is_object(), "{id}: {answer}");
        client.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "no/such" }));
        assert_eq!(client.answer(&id)["error"]["code"], -32601, "{id}");
    }
    // No ids by JSON-RPC 2.0, section 4; what cannot be echoed is answered with null.
    for id in [json!({}), json!([1]), json!(true), json!(1.5)] {
        client.send(&hover(&id));
        assert_eq!(client.answer(&Value::Null)["error"]["code"], -32600, "{id}");
    }
}

#[test]
fn a_second_initialize_changes_nothing() {
    let mut client = Client::with(
        &json!({ "general": { "positionEncodings": ["utf-8"] } }),
        &Value::Null,
    );
    let again = client.ask("initialize", &json!({ "capabilities": {} }));
    assert_eq!(again["error"]["code"], -32600);
    client.notify("initialize", &json!({ "capabilities": {} }));
    client.open("f.go", "go", "package p // é\nvar ß chan int\n");
    // Columns are bytes still.
    assert_eq!(client.hover("f.go", 1, 7)["range"]["start"]["character"], 7);
}

#[test]
fn parameters_of_the_wrong_shape_are_refused() {
    let mut client = started();
    for (method, params) in [
        ("textDocument/hover", json!(null)),
        ("textDocument/hover", json!([])),
        ("textDocument/hover", json!("x")),
        (
            "textDocument/hover",
            json!({ "textDocument": { "uri": 3 }, "position": { "line": 0, "character": 0 } }),
        ),
        (
            "textDocument/hover",
            json!({ "textDocument": { "uri": "f.go" }, "position": { "line": -1, "character": 0 } }),
        ),
        (
            "textDocument/hover",
            json!({ "textDocument": { "uri": "f.go" }, "position": { "line": 0.5, "character": 0 } }),
        ),
        (
            "textDocument/codeAction",
            json!({ "textDocument": { "uri": "f.go" } }),
        ),
        (
            "textDocument/inlayHint",
            json!({ "textDocument": { "uri": "f.go" }, "range": 1 }),
        ),
        ("textDocument/diagnostic", json!({})),
        ("workspace/symbol", json!({ "query": 1 })),
        ("workspace/executeCommand", json!({ "command": "no.such" })),
        (
            "workspace/executeCommand",
            json!({ "command": "viva.open", "arguments": [1] }),
        ),
        ("workspace/textDocumentContent", json!({})),
    ] {
        let answer = client.ask(method, &params);
        assert_eq!(
            answer["error"]["code"], -32602,
            "{method} {params}: {answer}"
        );
    }
    // Notifications with odd parameters have no answer, and do no harm.
    for method in [
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didClose",
        "workspace/didChangeConfiguration",
        "workspace/didChangeWatchedFiles",
        "workspace/didChangeWorkspaceFolders",
        "$/cancelRequest",
        "$/setTrace",
        "$/unknown",
        "no/such",
    ] {
        for params in [
            json!(null),
            json!([]),
            json!({}),
            json!("x"),
            json!({ "id": {} }),
        ] {
            client.notify(method, &params);
        }
    }
    assert!(client.hover("f.go", 0, 1).is_object());
}

#[test]
fn before_initialize_requests_are_refused_and_notifications_dropped() {
    let mut client = Client::spawn();
    client.open("f.go", "go", "package p\n");
    client.notify("initialized", &json!({}));
    client.notify(
        "workspace/didChangeConfiguration",
        &json!({ "settings": { "hover": { "enable": false } } }),
    );
    for method in [
        "textDocument/hover",
        "textDocument/diagnostic",
        "workspace/executeCommand",
        "shutdown",
    ] {
        let answer = client.ask(method, &json!({}));
        assert_eq!(answer["error"]["code"], -32002, "{method}: {answer}");
    }
    client.initialize(&json!({ "capabilities": {} }));
    assert!(client.hover("f.go", 0, 1).is_null(), "it was not opened");
    client.open("f.go", "go", "package p\n");
    assert!(client.hover("f.go", 0, 1).is_object(), "it is switched on");

    let mut client = Client::spawn();
    client.notify("exit", &Value::Null);
    assert_eq!(client.wait_for_exit().code(), Some(1));
}

#[test]
fn after_shutdown_nothing_is_done_any_more() {
    let mut client = started();
    client.request("shutdown", &Value::Null);
    for method in ["textDocument/hover", "initialize", "shutdown"] {
        let answer = client.ask(method, &json!({ "capabilities": {} }));
        assert_eq!(answer["error"]["code"], -32600, "{method}: {answer}");
    }
    client.open("g.go", "go", "package p\n");
    client.notify("no/such", &Value::Null);
    client.send(&hover(&json!("last")));
    assert_eq!(client.answer(&json!("last"))["error"]["code"], -32600);
    // The input stays open.
    client.notify("exit", &Value::Null);
    assert_eq!(client.wait_for_exit().code(), Some(0));
}

#[test]
fn a_cancelled_request_is_answered_so() {
    let mut client = started();
    let cancel = |id: Value| {
        framed(&json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": id } }))
    };
    // What is not there to be cancelled.
    for id in [json!(4711), json!("x"), json!(null), json!({})] {
        client.send_bytes(&cancel(id));
    }
    for id in [json!("a string"), json!(-5)] {
        // The request waits for the end of typing, so that there is time to cancel it; not on a machine
        // that stands still for so long, where it is tried again.
        let code = (0..50).find_map(|version| {
            let change = json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": {
                "textDocument": { "uri": "f.go", "version": version },
                "contentChanges": [{ "text": "package q\n" }],
            } });
            let ask = json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/diagnostic",
                "params": { "textDocument": { "uri": "f.go" } } });
            let bytes = [framed(&change), framed(&ask), cancel(id.clone())];
            client.send_bytes(&bytes.concat());
            client.answer(&id)["error"]["code"].as_i64()
        });
        assert_eq!(code, Some(-32800), "{id}");
        client.send_bytes(&cancel(id));
        assert!(client.hover("f.go", 0, 1).is_object());
    }
}

#[test]
fn documents_bear_odd_notifications() {
    let mut client = Client::start();
    let change = |version: Value, changes: Value| json!({ "textDocument": { "uri": "f.go", "version": version }, "contentChanges": changes });
    let whole = |text: &str| json!([{ "text": text }]);
    for version in [json!(1), json!(null), json!("x"), json!(1.5), json!(1e12)] {
        // Opened again and again: the last text counts.
        let item = |text: &str| json!({ "textDocument": { "uri": "f.go", "languageId": "go", "version": version, "text": text } });
        client.notify("textDocument/didOpen", &item("x"));
        client.notify("textDocument/didOpen", &item("package p\n"));
        assert!(client.hover("f.go", 0, 1).is_object(), "{version}");
        // Versions go where they want.
        client.notify("textDocument/didChange", &change(json!(9), whole("x")));
        client.notify(
            "textDocument/didChange",
            &change(version.clone(), whole("\npackage p\n")),
        );
        assert!(client.hover("f.go", 1, 1).is_object(), "{version}");
        client.notify("textDocument/didChange", &change(json!(-3), json!([])));
        assert!(client.hover("f.go", 1, 1).is_object(), "{version}");
        let closed = json!({ "textDocument": { "uri": "f.go" } });
        client.notify("textDocument/didClose", &closed);
        client.notify("textDocument/didClose", &closed);
        client.notify(
            "textDocument/didChange",
            &change(json!(10), whole("package p\n")),
        );
        assert!(client.hover("f.go", 0, 1).is_null(), "{version}");
    }
}

#[test]
fn an_edit_with_half_a_character_is_not_lost() {
    let mut client = started();
    let change = |text: &[u8]| {
        let body = br#"{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"f.go","version":2},"contentChanges":[{"text":""#;
        let body = [&body[..], text, br#""}]}}"#].concat();
        [
            format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(),
            &body,
        ]
        .concat()
    };
    for text in [
        &br"// \ud83d\npackage p\n"[..],
        br"// \udca3\ud83d\npackage p\n",
        b"// \xff\xfe\\npackage p\\n",
    ] {
        client.send_bytes(&change(br"x\n"));
        client.send_bytes(&change(text));
        let shown = String::from_utf8_lossy(text);
        assert!(client.hover("f.go", 1, 1).is_object(), "{shown}");
    }
}

#[test]
fn a_client_that_answers_nothing_is_served() {
    let mut capabilities = modern();
    capabilities["workspace"] = json!({
        "configuration": true,
        "didChangeWatchedFiles": { "dynamicRegistration": true, "relativePatternSupport": true },
        "inlayHint": { "refreshSupport": true },
    });
    capabilities["window"]["workDoneProgress"] = json!(true);
    let mut client = Client::spawn();
    client.is_mute = true;
    client.initialize(&json!({ "capabilities": capabilities }));
    client.open("f.go", "go", "package p\n");
    for _ in 0..300 {
        client.notify(
            "workspace/didChangeConfiguration",
            &json!({ "settings": null }),
        );
        client.request(
            "workspace/executeCommand",
            &json!({ "command": "viva.open", "arguments": ["go-concurrency/channel"] }),
        );
    }
    assert!(client.hover("f.go", 0, 1).is_object());
    client.request("shutdown", &Value::Null);
    client.notify("exit", &Value::Null);
    assert!(client.wait_for_exit().success());
}

#[test]
fn a_client_that_does_not_read_gets_everything_later() {
    let mut client = started();
    let reading = client.reading.clone();
    let stopped = reading.lock().expect("nobody panicked");
    for id in 0..2_000 {
        client.send(&hover(&json!(format!("h{id}"))));
    }
    thread::sleep(Duration::from_secs(2));
    drop(stopped);
    for id in 0..2_000 {
        assert!(client.answer(&json!(format!("h{id}")))["result"].is_object());
    }
}

/// In a thousand folders, for a client that is sent hints: whatever is done for each document must not
/// look at all of the others.
#[test]
fn thousands_of_documents_may_be_open() {
    let mut client = Client::with(&json!({}), &Value::Null);
    let home = client.home.path().to_owned();
    let uri = |number: usize| format!("file://{}/d{}/f{number}.go", home.display(), number / 2);
    for number in 0..2_000 {
        if number % 2 == 0 {
            std::fs::create_dir(home.join(format!("d{}", number / 2))).expect("a folder");
        }
        client.open(
            &uri(number),
            "go",
            &format!("package p\n\nvar v{number} chan int\n"),
        );
    }
    for number in (0..2_000).step_by(97) {
        let start = format!("var v{number} ").len();
        let range = client.hover(&uri(number), 2, start + 1)["range"].clone();
        assert_eq!(range["start"]["character"], start, "{number}");
    }
    for number in 0..2_000 {
        client.notify(
            "textDocument/didClose",
            &json!({ "textDocument": { "uri": uri(number) } }),
        );
    }
    assert!(client.hover(&uri(7), 0, 1).is_null());
}

#[test]
fn the_end_of_the_input_ends_the_server_whatever_it_does() {
    // In the middle of a header, of a body, and with answers that nobody reads.
    let request = framed(&hover(&json!(1)));
    for bytes in [&request[..9], &request[..60], &request.repeat(300)] {
        let mut client = started();
        let reading = client.reading.clone();
        let _stopped = reading.lock().expect("nobody panicked");
        client.send_bytes(bytes);
        client.close_input();
        assert_eq!(client.wait_for_exit().code(), Some(1));
    }
}

#[cfg(unix)]
#[test]
fn the_server_ends_with_the_process_that_started_it() {
    let sleeper = || {
        let mut command = Command::new("sleep");
        command.arg("600").stdin(Stdio::null());
        command.spawn().expect("sleep starts")
    };
    let mut parent = sleeper();
    let mut client = Client::spawn();
    client.initialize(&json!({ "processId": parent.id(), "capabilities": {} }));
    client.open("f.go", "go", "package p\n");
    assert!(client.hover("f.go", 0, 1).is_object());
    parent.kill().expect("it runs");
    // Not waited for, as by a busy parent of its own.
    assert_eq!(client.wait_for_exit().code(), Some(1));
    parent.wait().expect("it has ended");

    let mut client = Client::spawn();
    client.send_request(
        "initialize",
        &json!({ "processId": parent.id(), "capabilities": {} }),
    );
    assert_eq!(
        client.wait_for_exit().code(),
        Some(1),
        "it had ended before"
    );
}
