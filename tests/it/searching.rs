//! Search over topics as workspace symbols and as a command.

use std::fs;

use serde_json::{Value, json};

use crate::client::{Client, modern, path_of};

fn symbols(client: &mut Client, query: &str) -> Vec<Value> {
    client
        .request("workspace/symbol", &json!({ "query": query }))
        .as_array()
        .cloned()
        .expect("a list")
}

#[test]
fn a_question_mark_searches_the_guide_and_other_queries_stay_clean() {
    let mut client = Client::start();
    assert!(symbols(&mut client, "").is_empty());
    assert!(symbols(&mut client, "Cond").is_empty());
    assert!(symbols(&mut client, "?").is_empty());
    assert!(symbols(&mut client, "?qqqqzzzz").is_empty());
    let found = symbols(&mut client, "?leftmost prefix");
    assert_eq!(found[0]["containerName"], "mysql");
    let path = path_of(&found[0]["location"]["uri"]);
    let text = fs::read_to_string(&path).expect("the page is there");
    assert!(
        text.starts_with(&format!(
            "# {}\n",
            found[0]["name"].as_str().expect("a name")
        )),
        "{text}"
    );
}

#[test]
fn settings_decide_when_symbols_are_topics() {
    let mut client = Client::with(&modern(), &json!({ "workspaceSymbols": "always" }));
    assert!(!symbols(&mut client, "persistence").is_empty());
    assert!(!symbols(&mut client, "?persistence").is_empty());
    let mut client = Client::with(&modern(), &json!({ "workspaceSymbols": "off" }));
    assert!(symbols(&mut client, "?persistence").is_empty());
}

#[test]
fn virtual_documents_are_the_places_of_symbols_where_the_client_has_them() {
    let mut client = Client::with(
        &json!({ "workspace": { "textDocumentContent": {} } }),
        &Value::Null,
    );
    let found = symbols(&mut client, "?sync.Cond");
    assert_eq!(
        found[0]["location"]["uri"],
        "viva:/go-concurrency/sync-cond.md"
    );
}

#[test]
fn the_search_command_returns_topics() {
    let mut client = Client::start();
    let params = json!({ "command": "viva.search", "arguments": ["copy vs add"] });
    let found = client.request("workspace/executeCommand", &params);
    assert_eq!(found[0]["id"], "containers/copy-vs-add");
    assert!(found[0]["title"].is_string() && found[0]["snippet"].is_string());
}
