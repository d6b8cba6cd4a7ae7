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

#[test]
fn a_selection_is_about_its_first_keyword_that_has_questions() {
    let text = "package p\n\nimport \"sync\"\n\nvar c = []*sync.Cond{} // chan\n";
    // What is selected in the line of `c`, from column to column, and the topic of the first action.
    let cases = [
        ([11, 20], Some("go-concurrency/sync-cond")), // the expression, as Eglot sends it
        ([0, 30], Some("go-basics/variables")),       // the line, as Kate sends it
        ([4, 18], Some("go-concurrency/sync-cond")),  // up to the middle of `Cond`
        ([16, 16], Some("go-concurrency/sync-cond")),
        ([22, 30], None),
        ([20, 4], Some("go-concurrency/sync-cond")),
    ];
    let mut client = Client::start();
    client.open("q.go", "go", text);
    for ([start, end], topic) in cases {
        let at = |character: usize| json!({ "line": 4, "character": character });
        let actions = client.request(
            "textDocument/codeAction",
            &json!({
                "textDocument": { "uri": "q.go" }, "context": {},
                "range": { "start": at(start), "end": at(end) },
            }),
        );
        let first = actions[0]["command"]["arguments"][0].as_str();
        assert_eq!(first, topic, "{start}..{end}: {actions}");
    }
}

#[test]
fn the_questions_command_returns_those_of_an_open_file() {
    let mut client = Client::start();
    client.open(
        "q.go",
        "go",
        "package p\n\nimport \"sync\"\n\nvar a, b, c sync.Mutex\nvar d sync.Cond\n",
    );
    let mut ask = |uri: &str| {
        let params = json!({ "command": "viva.questions", "arguments": [uri] });
        client.request("workspace/executeCommand", &params)
    };
    let found = ask("q.go");
    let topics = found.as_array().expect("a list");
    let cond = topics
        .iter()
        .find(|topic| topic["id"] == "go-concurrency/sync-cond")
        .expect("the topic of sync.Cond");
    assert_eq!(cond["keywords"], 1);
    assert!(cond["title"].is_string(), "{cond}");
    let questions = cond["questions"].as_array().expect("a list");
    assert!(questions.len() >= 2, "{cond}");
    for (number, question) in questions.iter().enumerate() {
        assert_eq!(question["number"], number);
        assert!(
            question["ask"]
                .as_str()
                .is_some_and(|ask| ask.ends_with('?')),
            "{question}"
        );
    }
    assert_eq!(ask("never-opened.go"), Value::Null);

    client.open("plain.txt", "plaintext", "sync.Cond");
    let params = json!({ "command": "viva.questions", "arguments": ["plain.txt"] });
    assert_eq!(
        client.request("workspace/executeCommand", &params),
        json!([])
    );
    let params = json!({ "command": "viva.questions" });
    let refused = client.ask("workspace/executeCommand", &params);
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
}
