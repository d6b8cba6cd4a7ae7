//! Related interview questions as code actions.

use serde_json::{Value, json};

use crate::client::{Client, marked};

const SAMPLES: [(&str, &str, &str, &str); 5] = [
    (
        "go",
        "q.go",
        "package p\n\nimport \"sync\"\n\nvar c sync.Co$0nd\n",
        "go-concurrency/sync-cond",
    ),
    (
        "dockerfile",
        "Dockerfile",
        "FROM a\nONBU$0ILD RUN x\n",
        "containers/onbuild",
    ),
    (
        "sql",
        "s.sql",
        "SELECT 1 UNION$0 ALL SELECT 2",
        "mysql/union-vs-union-all",
    ),
    (
        "yaml",
        "compose.yaml",
        "services:\n  web:\n    restart: alw$0ays\n",
        "containers/restart-policies",
    ),
    (
        "conf",
        "redis.conf",
        "maxmemory-policy allkeys-l$0ru\n",
        "redis/eviction-policies",
    ),
];

#[test]
fn questions_are_offered_in_every_language() {
    for (language, uri, fixture, topic) in SAMPLES {
        let (text, line, column) = marked(fixture);
        let mut client = Client::start();
        client.open(uri, language, &text);
        let actions = client.code_actions(
            uri,
            line,
            column,
            &json!({ "diagnostics": [], "triggerKind": 1 }),
        );
        assert!((4..=6).contains(&actions.len()), "{uri}: {actions:?}");
        for action in &actions {
            assert_eq!(action["kind"], "interview.question");
            assert!(
                action["title"]
                    .as_str()
                    .is_some_and(|title| title.starts_with("Interview: ")),
                "{action}"
            );
            assert!(
                action.get("isPreferred").is_none() && action.get("diagnostics").is_none(),
                "{action}"
            );
            assert_eq!(action["command"]["command"], "viva.open");
        }
        assert_eq!(
            actions[0]["command"]["arguments"],
            json!([topic, 0]),
            "the topic's own question comes first"
        );
        let others = actions
            .iter()
            .filter(|action| action["command"]["arguments"][0] != topic)
            .count();
        assert!(others > 0, "{uri}: questions of other topics too");
    }
}

#[test]
fn no_light_bulb_glows_and_other_kinds_are_left_alone() {
    let (text, line, column) = marked(SAMPLES[0].2);
    let mut client = Client::start();
    client.open("q.go", "go", &text);
    let mut count = |context: &Value| client.code_actions("q.go", line, column, context).len();
    assert_eq!(count(&json!({ "triggerKind": 2 })), 0, "the cursor moved");
    assert_eq!(
        count(&json!({ "triggerKind": 1, "only": ["source.organizeImports"] })),
        0
    );
    assert_eq!(count(&json!({ "triggerKind": 1, "only": ["quickfix"] })), 0);
    assert!(count(&json!({ "triggerKind": 1, "only": ["interview"] })) > 0);
    assert!(
        count(&json!({})) > 0,
        "a client that does not say why it asks"
    );
}

#[test]
fn a_client_without_literals_gets_commands() {
    let (text, line, column) = marked(SAMPLES[0].2);
    let mut client = Client::with(&json!({}), &Value::Null);
    client.open("q.go", "go", &text);
    let actions = client.code_actions("q.go", line, column, &json!({}));
    assert_eq!(actions[0]["command"], "viva.open");
    assert!(actions[0].get("kind").is_none());
}
