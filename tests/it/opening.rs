//! The ladder by which a topic's page is opened: virtual document, file, message.

use std::fs;

use serde_json::{Value, json};

use crate::client::{Client, modern, path_of};

const OPEN: &str = "workspace/executeCommand";

fn open_question(number: usize) -> Value {
    json!({ "command": "viva.open", "arguments": ["go-concurrency/sync-cond", number] })
}

#[test]
fn a_client_with_virtual_documents_gets_one() {
    let mut capabilities = modern();
    capabilities["workspace"] = json!({ "textDocumentContent": {} });
    let mut client = Client::with(&capabilities, &Value::Null);
    let page = client.request(OPEN, &open_question(1));
    let shown = client.wait_for("window/showDocument")["params"].clone();
    assert_eq!(shown["uri"], "viva:/go-concurrency/sync-cond.md");
    assert_eq!(shown["takeFocus"], true);
    let content = client.request(
        "workspace/textDocumentContent",
        &json!({ "uri": shown["uri"] }),
    );
    assert_eq!(
        content["text"], page,
        "the command's result is the same text"
    );
    check_selection(page.as_str().expect("a text"), &shown["selection"]);
    assert!(
        client
            .request(
                "workspace/textDocumentContent",
                &json!({ "uri": "viva:/no/such.md" })
            )
            .is_null()
    );
    assert!(!client.cache().exists(), "nothing is written");
}

#[test]
fn a_client_that_shows_documents_gets_a_read_only_file() {
    let mut client = Client::start();
    let page = client.request(OPEN, &open_question(2));
    let shown = client.wait_for("window/showDocument")["params"].clone();
    let path = path_of(&shown["uri"]);
    let text = fs::read_to_string(&path).expect("the file is there");
    assert_eq!(page, text.as_str());
    assert!(
        fs::metadata(&path)
            .expect("the file is there")
            .permissions()
            .readonly()
    );
    check_selection(&text, &shown["selection"]);
    let related = text
        .split("](../")
        .nth(1)
        .and_then(|rest| rest.split(')').next())
        .expect("a link to a topic");
    let section = path.parent().expect("a folder");
    assert!(
        section.join("..").join(related).is_file(),
        "links lead to files: {related}"
    );
}

#[test]
fn helix_shows_documents_without_announcing_it_and_older_ones_get_a_message() {
    for unknown in ["", "window/showDocument"] {
        let mut client = Client::spawn();
        client.unknown = unknown;
        client.initialize(&json!({ "clientInfo": { "name": "helix" }, "capabilities": {} }));
        client.request(OPEN, &open_question(1));
        let shown = client.wait_for("window/showDocument")["params"].clone();
        assert!(path_of(&shown["uri"]).is_file());
        if unknown.is_empty() {
            client.request("workspace/symbol", &json!({ "query": "" }));
            let told = |message: &Value| message["method"] == "window/showMessage";
            assert!(!client.received.iter().any(told), "{:?}", client.received);
        } else {
            client.wait_for("window/showMessage");
        }
    }
}

#[test]
fn many_pages_may_be_wanted_before_there_is_one() {
    let mut client = Client::start();
    let ids: Vec<i64> = (0..40)
        .map(|_| client.send_request(OPEN, &open_question(1)))
        .collect();
    for id in ids {
        assert!(client.answer(&json!(id))["result"].is_string());
        let shown = client.wait_for("window/showDocument")["params"].clone();
        assert!(path_of(&shown["uri"]).is_file());
    }
    assert_eq!(client.log.len(), 1, "only its start: {:?}", client.log);
    // Nothing is left of what was written aside.
    let left: Vec<_> = fs::read_dir(client.cache())
        .expect("the cache")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[track_caller]
fn check_selection(text: &str, selection: &Value) {
    let line = selection["start"]["line"]
        .as_u64()
        .and_then(|line| usize::try_from(line).ok())
        .expect("a line");
    let heading = text.lines().nth(line).unwrap_or_default();
    assert!(
        heading.starts_with("### ") && heading.ends_with('?'),
        "{heading}"
    );
}

#[test]
fn a_client_that_can_do_neither_gets_a_message() {
    let mut client = Client::with(&json!({}), &Value::Null);
    let page = client.request(OPEN, &open_question(0));
    assert!(
        page.as_str()
            .is_some_and(|page| page.starts_with("# sync.Cond\n"))
    );
    let message = client.wait_for("window/showMessage")["params"]["message"].clone();
    let guide = viva::built_in::guide();
    let question = &guide
        .topic("go-concurrency/sync-cond")
        .expect("the topic exists")
        .questions[0];
    assert_eq!(message, format!("{}\n\n{}", question.ask, question.answer));
}

#[test]
fn a_home_that_cannot_be_written_leaves_the_message() {
    let mut client = Client::start();
    // A file where the cache folder would be.
    fs::write(client.home.path().join(".cache"), "").expect("the home can be written by us");
    client.request(OPEN, &open_question(0));
    client.wait_for("window/showMessage");
    client.wait_for_log("cannot be written to the cache folder");
}

#[test]
fn odd_arguments_are_refused_with_a_reason() {
    let mut client = Client::start();
    for (params, code) in [
        (json!({ "command": "viva.open" }), -32602),
        (json!({ "command": "viva.open", "arguments": [7] }), -32602),
        (json!({ "command": "viva.fly", "arguments": ["x"] }), -32602),
    ] {
        assert_eq!(client.ask(OPEN, &params)["error"]["code"], code, "{params}");
    }
    let unknown = json!({ "command": "viva.open", "arguments": ["no/such"] });
    assert!(client.request(OPEN, &unknown).is_null());
}
