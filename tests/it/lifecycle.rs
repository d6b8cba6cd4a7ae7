//! The life of a connection, and messages that are none.

use serde_json::{Value, json};

use crate::client::{Client, framed};

#[test]
fn initialize_announces_what_is_served() {
    let mut client = Client::spawn();
    let result = client.initialize(&json!({ "capabilities": {} }));
    assert_eq!(result["serverInfo"]["name"], "viva");
    assert_eq!(
        result["capabilities"],
        json!({
            "positionEncoding": "utf-16",
            "textDocumentSync": { "openClose": true, "change": 2 },
            "hoverProvider": true,
            "codeActionProvider": { "codeActionKinds": ["interview.question", "source.interview", "quickfix"] },
            "workspace": { "workspaceFolders": { "supported": true, "changeNotifications": true } },
            "workspaceSymbolProvider": true,
            "inlayHintProvider": true,
            "executeCommandProvider": {
                "commands": ["viva.open", "viva.search", "viva.questions", "viva.silence"],
            },
        })
    );
}

#[test]
fn clients_with_odd_announcements_are_served() {
    for params in [
        json!({ "processId": -1, "clientInfo": {}, "trace": "compact", "capabilities": { "window": { "showDocument": true } } }),
        json!({ "rootUri": "C:\\x [a]", "workspaceFolders": [{ "uri": "C:\\x [a]", "name": "x" }], "capabilities": {} }),
        json!({ "capabilities": { "textDocument": { "semanticTokens": {}, "hover": { "contentFormat": ["html"] } } } }),
        json!({}),
    ] {
        let mut client = Client::spawn();
        client.initialize(&params);
        client.open("untitled:1", "go", "package p\n");
        assert!(client.hover("untitled:1", 0, 1).is_object(), "{params}");
    }
}

#[test]
fn requests_before_initialize_and_after_shutdown_are_refused() {
    let mut client = Client::spawn();
    assert_eq!(
        client.ask("textDocument/hover", &json!({}))["error"]["code"],
        -32002
    );
    client.initialize(&json!({ "capabilities": {} }));
    assert_eq!(
        client.ask("initialize", &json!({ "capabilities": {} }))["error"]["code"],
        -32600
    );
    client.request("shutdown", &Value::Null);
    assert_eq!(
        client.ask("textDocument/hover", &json!({}))["error"]["code"],
        -32600
    );
    client.notify("exit", &Value::Null);
    assert_eq!(client.wait_for_exit().code(), Some(0));
}

#[test]
fn the_process_ends_with_exit_and_with_its_input() {
    let mut client = Client::start();
    client.notify("exit", &Value::Null);
    assert_eq!(
        client.wait_for_exit().code(),
        Some(1),
        "exit without shutdown"
    );

    let mut client = Client::start();
    client.request("shutdown", &Value::Null);
    client.close_input();
    assert_eq!(
        client.wait_for_exit().code(),
        Some(0),
        "end of input after shutdown"
    );

    let mut client = Client::spawn();
    client.close_input();
    assert_eq!(client.wait_for_exit().code(), Some(1), "end of input");
}

#[test]
fn what_is_no_message_is_answered_and_survived() {
    let mut client = Client::start();
    let not_json = b"Content-Length: 5\r\n\r\n{oops".to_vec();
    let not_utf8 = b"Content-Length: 3\r\n\r\n{\xff}".to_vec();
    let batch = framed(&json!([{ "jsonrpc": "2.0", "id": 1, "method": "shutdown" }]));
    let no_length = b"Content-Length: x\r\n\r\n".to_vec();
    for (bytes, code) in [
        (not_json, -32700),
        (not_utf8, -32700),
        (batch, -32600),
        (no_length, -32700),
    ] {
        client.send_bytes(&bytes);
        let answer = client.answer(&Value::Null);
        assert_eq!(
            answer["error"]["code"],
            code,
            "{}",
            String::from_utf8_lossy(&bytes)
        );
    }
    client.open("f.go", "go", "package p\n");
    assert!(client.hover("f.go", 0, 1).is_object());
}

#[test]
fn unknown_methods_are_refused_and_unknown_notifications_ignored() {
    let mut client = Client::start();
    assert_eq!(
        client.ask("textDocument/references", &json!({}))["error"]["code"],
        -32601
    );
    assert_eq!(client.ask("$/unknown", &json!({}))["error"]["code"], -32601);
    assert_eq!(
        client.ask("textDocument/hover", &json!({ "position": 1 }))["error"]["code"],
        -32602
    );
    client.notify("$/setTrace", &json!({ "value": "off" }));
    client.notify(
        "textDocument/didSave",
        &json!({ "textDocument": { "uri": "f.go" } }),
    );
    client.open("f.go", "go", "package p\n");
    assert!(client.hover("f.go", 0, 1).is_object());
}
