//! Editors that cannot be installed here: what each announces (`tests/fixtures/initialize`) is replayed, and
//! the answers must have the shape that it can take. Those that can be are under `tests/editors`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, path_of};

/// The text of a keyword of each language, and where it stands.
const PLACES: [(&str, &str, &str); 4] = [
    ("go", "queue/queue.go", "Cond"),
    ("dockerfile", "image/Dockerfile", "ENTRYPOINT"),
    ("sql", "shop/schema.sql", "UNION ALL"),
    ("properties", "cache/redis.conf", "maxmemory-policy"),
];

fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))
}

/// What clients announced, with the names of the files.
fn announced() -> Vec<(String, Value)> {
    let mut files: Vec<_> = fs::read_dir(fixtures().join("initialize"))
        .expect("the folder of fixtures")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a text");
            let fixture = serde_json::from_str(&text).expect("JSON");
            (path.display().to_string(), fixture)
        })
        .collect()
}

#[test]
fn every_fixture_says_where_it_came_from() {
    let fixtures = announced();
    assert!(fixtures.len() >= 6, "{}", fixtures.len());
    for (file, fixture) in fixtures {
        for key in ["client", "source"] {
            let text = fixture[key].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{file} has no `{key}`");
        }
    }
}

#[test]
fn hovers_are_what_the_editor_shows() {
    for (file, fixture) in announced() {
        let mut client = Client::spawn();
        let result = client.initialize(&fixture["params"]);
        assert_eq!(
            result["capabilities"]["positionEncoding"], "utf-16",
            "{file}"
        );
        for (language, place, word) in PLACES {
            let text = fs::read_to_string(fixtures().join(place)).expect("a fixture");
            let uri = format!("file:///home/dev/proj/{place}");
            client.open(&uri, language, &text);
            let (line, column) = text
                .lines()
                .enumerate()
                .filter(|(_, line)| !line.trim_start().starts_with(['/', '#', '-']))
                .find_map(|(number, line)| Some((number, line.find(word)?)))
                .expect("the word stands there");
            let hover = client.hover(&uri, line, column);
            assert_eq!(
                hover["contents"]["kind"], fixture["expected"]["hover"],
                "{file}: {hover}"
            );
            assert_eq!(
                hover["range"]["start"],
                json!({ "line": line, "character": column }),
                "{file}: {hover}"
            );
        }
    }
}

#[test]
fn code_actions_lead_to_a_page_that_the_editor_can_show() {
    for (file, fixture) in announced() {
        let mut client = Client::spawn();
        let result = client.initialize(&fixture["params"]);
        client.open(
            "file:///home/dev/proj/a.sql",
            "sql",
            "SELECT 1 UNION ALL SELECT 2",
        );
        let actions = client.code_actions("file:///home/dev/proj/a.sql", 0, 10, &json!({}));
        let action = actions
            .first()
            .unwrap_or_else(|| panic!("{file}: no actions"));
        let is_literal = action["command"].is_object();
        assert_eq!(
            is_literal,
            fixture["expected"]["actions"] == "literals",
            "{file}: {action}"
        );
        let command = if is_literal {
            &action["command"]
        } else {
            action
        };
        // Zed leaves out actions whose command is not announced.
        let known = &result["capabilities"]["executeCommandProvider"]["commands"];
        assert!(
            known
                .as_array()
                .is_some_and(|known| known.contains(&command["command"])),
            "{file}: {known}"
        );
        client.request(
            "workspace/executeCommand",
            &json!({ "command": command["command"], "arguments": command["arguments"] }),
        );
        match fixture["expected"]["page"].as_str() {
            Some("virtual") => {
                let schemes =
                    &result["capabilities"]["workspace"]["textDocumentContent"]["schemes"];
                assert_eq!(schemes, &json!(["viva"]), "{file}");
                let shown = client.wait_for("window/showDocument")["params"].clone();
                let content = client.request(
                    "workspace/textDocumentContent",
                    &json!({ "uri": shown["uri"] }),
                );
                assert!(
                    content["text"]
                        .as_str()
                        .is_some_and(|text| text.contains("UNION"))
                );
            }
            Some("file") => {
                let shown = client.wait_for("window/showDocument")["params"].clone();
                assert!(path_of(&shown["uri"]).is_file(), "{file}: {shown}");
            }
            _ => {
                let told = client.wait_for("window/showMessage")["params"].clone();
                assert!(
                    told["message"]
                        .as_str()
                        .is_some_and(|text| text.contains("UNION")),
                    "{file}: {told}"
                );
            }
        }
    }
}

#[test]
fn symbols_lead_to_pages_that_the_editor_can_open() {
    for (file, fixture) in announced() {
        let mut client = Client::spawn();
        client.initialize(&fixture["params"]);
        let symbols = client.request("workspace/symbol", &json!({ "query": "?leftmost prefix" }));
        let uri = &symbols[0]["location"]["uri"];
        assert!(
            symbols[0]["location"]["range"].is_object(),
            "{file}: {symbols}"
        );
        if fixture["expected"]["page"] == "virtual" {
            assert_eq!(uri, "viva:/mysql/leftmost-prefix.md", "{file}");
        } else {
            assert!(path_of(uri).is_file(), "{file}: {uri}");
        }
    }
}
