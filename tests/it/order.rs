//! Messages take effect in the order in which they were sent.

use serde_json::{Value, json};

use crate::client::{Client, framed};

#[test]
fn a_hover_sees_every_edit_before_it_and_none_after() {
    let mut client = Client::start();
    client.open("f.go", "go", "package p\n");
    // Grows the file line by line in front, so that `defer` moves down with each edit.
    let mut bytes = Vec::new();
    let mut edit = |version: usize, line: usize, text: &str| {
        let at = json!({ "line": line, "character": 0 });
        bytes.extend(framed(
            &json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": {
            "textDocument": { "uri": "f.go", "version": version },
            "contentChanges": [{ "range": { "start": at, "end": at }, "text": text }],
        } }),
        ));
        version
    };
    edit(2, 1, "func f() {\n\tdefer f()\n}\n");
    for version in 3..103 {
        edit(version, 1, "\n");
    }
    let hover = |id: &str, line: usize| {
        framed(
            &json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": {
            "textDocument": { "uri": "f.go" }, "position": { "line": line, "character": 2 },
        } }),
        )
    };
    bytes.extend(hover("before", 102));
    bytes.extend(framed(&json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": {
        "textDocument": { "uri": "f.go", "version": 103 }, "contentChanges": [{ "text": "package p\n" }],
    } })));
    bytes.extend(hover("after", 102));
    client.send_bytes(&bytes);
    let before = client.answer(&json!("before"))["result"].clone();
    assert_eq!(
        before["range"]["start"],
        json!({ "line": 102, "character": 1 })
    );
    assert_eq!(client.answer(&json!("after"))["result"], Value::Null);
}

#[test]
fn messages_may_come_byte_by_byte_and_many_at_once() {
    let mut client = Client::start();
    let open = framed(
        &json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {
        "textDocument": { "uri": "f.go", "languageId": "go", "version": 1, "text": "package p\n" } } }),
    );
    for byte in open {
        client.send_bytes(&[byte]);
    }
    let params =
        json!({ "textDocument": { "uri": "f.go" }, "position": { "line": 0, "character": 0 } });
    let ids: Vec<i64> = (0..200)
        .map(|_| client.send_request("textDocument/hover", &params))
        .collect();
    for id in ids {
        assert!(client.answer(&json!(id))["result"].is_object());
    }
}

#[test]
fn a_change_that_cannot_be_read_silences_the_document_until_it_is_opened_again() {
    for range in [
        json!({ "start": { "line": -1, "character": 0 }, "end": { "line": 0, "character": 0 } }),
        json!({ "start": { "line": 0, "character": 0 } }),
        json!("x"),
    ] {
        let mut client = Client::start();
        client.open("f.go", "go", "package p\n");
        client.notify("textDocument/didChange", &json!({
            "textDocument": { "uri": "f.go", "version": 2 }, "contentChanges": [{ "range": range, "text": "x" }],
        }));
        assert!(client.hover("f.go", 0, 1).is_null(), "{range}");
        client.wait_for_log("f.go: a change could not be read");
        client.open("f.go", "go", "package p\n");
        assert!(client.hover("f.go", 0, 1).is_object());
    }
}

#[test]
fn odd_but_readable_changes_are_taken() {
    let mut client = Client::start();
    client.open("f.go", "go", "package p\n");
    let change = |range: Value, text: &str| json!({ "textDocument": { "uri": "f.go", "version": null }, "contentChanges": [{ "range": range, "text": text }] });
    // Past the end, then reversed.
    let past =
        json!({ "start": { "line": 99, "character": 99 }, "end": { "line": 99, "character": 99 } });
    client.notify("textDocument/didChange", &change(past, "func f() {}\n"));
    assert_eq!(client.hover("f.go", 1, 1)["range"]["start"]["line"], 1);
    let reversed =
        json!({ "start": { "line": 1, "character": 4 }, "end": { "line": 1, "character": 0 } });
    client.notify("textDocument/didChange", &change(reversed, "type"));
    assert_eq!(client.hover("f.go", 1, 1)["range"]["end"]["character"], 4);
    // Unknown documents are nobody's business.
    client.notify("textDocument/didChange", &json!({ "textDocument": { "uri": "g.go", "version": 1 }, "contentChanges": [{ "text": "" }] }));
    assert!(client.hover("g.go", 0, 0).is_null());
}
