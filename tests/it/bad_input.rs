//! Inputs that no editor should send, each with its defined answer.

use serde_json::{Value, json};

use crate::client::Client;

#[test]
fn where_there_is_nothing_to_say_the_answer_is_null() {
    let mut client = Client::start();
    assert!(client.hover("file:///never/opened.go", 0, 0).is_null());
    client.open("closed.go", "go", "package p\n");
    client.notify(
        "textDocument/didClose",
        &json!({ "textDocument": { "uri": "closed.go" } }),
    );
    assert!(client.hover("closed.go", 0, 0).is_null());
    client.open("empty.go", "go", "");
    assert!(client.hover("empty.go", 0, 0).is_null());
    client.open("f.go", "go", "package p\n");
    assert!(client.hover("f.go", 99, 0).is_null(), "a line past the end");
    assert!(
        client.hover("f.go", 0, 4_000_000_000).is_null(),
        "a column past the end"
    );
    client.open("x.rs", "rust", "fn main() {}\n");
    assert!(
        client.hover("x.rs", 0, 0).is_null(),
        "a language that is not ours"
    );
    assert!(client.code_actions("x.rs", 0, 0, &Value::Null).is_empty());
}

#[test]
fn every_kind_of_uri_names_a_document() {
    let mut client = Client::start();
    let uris = [
        "untitled:Untitled-1",
        "git:/home/x/queue.go?%7B%22ref%22%3A%22%22%7D",
        "vscode-notebook-cell:/a/b.ipynb#X13sZmlsZQ%3D%3D",
        "file:///c%3A/Users/x%20y/queue.go",
        "file://wsl.localhost/Ubuntu/home/x/queue.go",
        "file:///home/ß/[a]/queue.go",
        "C:\\x\\queue.go",
        "file:///C:/x/queue.go",
        "file:///c:/x/queue.go",
        "file://server/share/a b/queue.go",
        "file:////server/share/queue.go",
        "file://wsl$/Ubuntu/home/x/queue.go",
        "vscode-remote://wsl%2Bubuntu/home/x/queue.go",
        "file:///home/x/a%2Fb%00%FF%zz%/queue.go",
        "file:///home/x/очередь/💣.go",
        "file:///home/x/queue.go?a=b#c",
        "file://",
        "file:///",
        "/home/x/queue.go",
        "%",
        "term://~//1:/bin/bash",
        "",
    ];
    // Each has a text of its own: no two are one document, and each can be edited and closed.
    let hint = "import \"sync\"\nfunc wait(c *sync.Cond) { c.Wait() }\n";
    for (lines, uri) in uris.iter().enumerate() {
        let text = format!("{}package p\n{hint}", "\n".repeat(lines));
        client.open(uri, "go", &text);
    }
    for (lines, uri) in uris.iter().enumerate() {
        assert!(client.hover(uri, lines, 1).is_object(), "{uri}");
        let asked = client.request(
            "textDocument/diagnostic",
            &json!({ "textDocument": { "uri": uri } }),
        );
        let place = &asked["items"][0]["range"]["start"]["line"];
        assert_eq!(place, lines + 2, "{uri}: {asked}");
        assert!(
            !client
                .code_actions(uri, lines, 1, &json!({ "triggerKind": 1 }))
                .is_empty(),
            "{uri}"
        );
        let at = json!({ "line": 0, "character": 0 });
        client.notify(
            "textDocument/didChange",
            &json!({
                "textDocument": { "uri": uri, "version": 2 },
                "contentChanges": [{ "range": { "start": at, "end": at }, "text": "\n" }],
            }),
        );
        assert!(client.hover(uri, lines + 1, 1).is_object(), "{uri}");
    }
    for (number, uri) in uris.iter().enumerate() {
        client.notify(
            "textDocument/didClose",
            &json!({ "textDocument": { "uri": uri } }),
        );
        assert!(client.hover(uri, number + 1, 1).is_null(), "{uri}");
        if let Some(next) = uris.get(number + 1) {
            assert!(client.hover(next, number + 2, 1).is_object(), "{next}");
        }
    }
}

#[test]
fn texts_that_are_no_texts_are_survived() {
    let nested = "(".repeat(100_000);
    let long = format!("SELECT '{}", "x".repeat(1 << 20));
    let texts = [
        "\0\0\0",
        "\u{feff}",
        "\u{2028}\u{85}",
        "\r\r\n\n",
        nested.as_str(),
        long.as_str(),
        "💣💣💣",
    ];
    let mut client = Client::start();
    for (language, uri) in [
        ("go", "a.go"),
        ("dockerfile", "Dockerfile"),
        ("sql", "a.sql"),
        ("conf", "redis.conf"),
    ] {
        for text in texts {
            client.open(uri, language, text);
            client.hover(uri, 0, 1);
            client.code_actions(uri, 0, 1, &json!({}));
        }
    }
}
