//! Settings at the start, asked for, and changed.

use std::time::Instant;

use serde_json::{Value, json};

use crate::client::{Client, PATIENCE, modern};

const TEXT: &str = "package p\n\nimport \"sync\"\n\nvar c sync.Cond\n";

fn lines_of_a_hover(client: &mut Client) -> usize {
    let hover = client.hover("f.go", 4, 12);
    hover["contents"]["value"]
        .as_str()
        .map_or(0, |text| text.lines().count())
}

#[test]
fn initialization_options_are_settings() {
    let mut client = Client::with(&modern(), &json!({ "hover": { "enable": false } }));
    client.open("f.go", "go", TEXT);
    assert_eq!(lines_of_a_hover(&mut client), 0);
}

#[test]
fn initialization_options_are_in_force_without_initialized() {
    let mut client = Client::spawn();
    let options = json!({ "viva": { "hover": { "enable": false } } });
    client.request(
        "initialize",
        &json!({ "capabilities": {}, "initializationOptions": options }),
    );
    client.open("f.go", "go", TEXT);
    assert_eq!(lines_of_a_hover(&mut client), 0);
}

#[test]
fn a_client_that_can_be_asked_is_asked_now_and_after_a_change() {
    let mut capabilities = modern();
    capabilities["workspace"] = json!({ "configuration": true });
    let mut client = Client::spawn();
    client.configuration = json!({ "hover": { "maxLines": 5 } });
    client.initialize(&json!({ "capabilities": capabilities }));
    client.open("f.go", "go", TEXT);
    wait_until(&mut client, |lines| (1..=5).contains(&lines));
    client.configuration = json!({ "hover": { "maxLines": 25 } });
    client.notify(
        "workspace/didChangeConfiguration",
        &json!({ "settings": null }),
    );
    wait_until(&mut client, |lines| lines > 5);
}

#[test]
fn settings_that_are_taken_back_are_those_of_the_start() {
    let mut capabilities = modern();
    capabilities["workspace"] = json!({ "configuration": true });
    let mut client = Client::spawn();
    client.configuration = json!({ "hover": { "maxLines": 5 } });
    client.initialize(&json!({
        "capabilities": capabilities, "initializationOptions": { "hover": { "maxLines": 9 } },
    }));
    client.open("f.go", "go", TEXT);
    wait_until(&mut client, |lines| lines <= 5);
    client.configuration = Value::Null;
    client.notify(
        "workspace/didChangeConfiguration",
        &json!({ "settings": null }),
    );
    wait_until(&mut client, |lines| (6..=9).contains(&lines));
}

#[test]
fn an_answer_that_comes_late_does_not_undo_a_later_one() {
    let mut capabilities = modern();
    capabilities["workspace"] = json!({ "configuration": true });
    let mut client = Client::spawn();
    client.is_mute = true;
    client.initialize(&json!({ "capabilities": capabilities }));
    client.open("f.go", "go", TEXT);
    // The server asks beside everything else: one question after the other, so that their order is known.
    let mut ids = vec![client.wait_for("workspace/configuration")["id"].clone()];
    for _ in 0..2 {
        client.notify(
            "workspace/didChangeConfiguration",
            &json!({ "settings": null }),
        );
        ids.push(client.wait_for("workspace/configuration")["id"].clone());
    }
    // What is wrong in it shows that it was taken over.
    let settings = |lines: u8, wrong: &str| json!({ "hover": { "maxLines": lines }, wrong: 1 });
    let answer = |client: &mut Client, id: &Value, settings: Value| {
        client.send(&json!({ "jsonrpc": "2.0", "id": id, "result": [settings] }));
    };
    answer(&mut client, &ids[1], settings(9, "second"));
    client.wait_for_log("unknown setting `viva.second`");
    answer(&mut client, &ids[0], settings(5, "first"));
    answer(&mut client, &ids[2], settings(9, "third"));
    client.wait_for_log("unknown setting `viva.third`");
    assert!(lines_of_a_hover(&mut client) > 5);
    let first = |line: &String| line.contains("viva.first");
    assert!(!client.log.iter().any(first), "{:?}", client.log);
}

/// The server asks beside everything else, so that the answer takes effect a moment later.
#[track_caller]
fn wait_until(client: &mut Client, is_right: impl Fn(usize) -> bool) {
    let end = Instant::now() + PATIENCE;
    loop {
        let lines = lines_of_a_hover(client);
        if is_right(lines) {
            return;
        }
        assert!(Instant::now() < end, "{lines} lines");
    }
}

#[test]
fn a_client_that_cannot_be_asked_sends_its_settings() {
    let mut client = Client::start();
    client.open("f.go", "go", TEXT);
    assert!(lines_of_a_hover(&mut client) > 5);
    client.notify(
        "workspace/didChangeConfiguration",
        &json!({ "settings": { "viva": { "hover": { "maxLines": 5 } } } }),
    );
    assert!((1..=5).contains(&lines_of_a_hover(&mut client)));
}

#[test]
fn wrong_settings_are_named_in_the_log_and_the_rest_is_taken() {
    let mut client = Client::with(
        &modern(),
        &json!({ "hover": { "maxLines": "many" }, "codeActions": "off", "color": 1 }),
    );
    client.wait_for_log("`viva.hover.maxLines` is \"many\"; it takes a number from 3 to 200");
    client.wait_for_log("unknown setting `viva.color`");
    client.open("f.go", "go", TEXT);
    assert!(
        client
            .code_actions("f.go", 4, 12, &json!({ "triggerKind": 1 }))
            .is_empty()
    );
    assert!(lines_of_a_hover(&mut client) > 0);
}

#[test]
fn settings_sent_as_nothing_are_the_defaults() {
    for nothing in [
        Value::Null,
        json!({}),
        json!([]),
        json!("x"),
        json!({ "viva": null }),
    ] {
        let mut client = Client::with(&modern(), &nothing);
        client.open("f.go", "go", TEXT);
        assert!(lines_of_a_hover(&mut client) > 5, "{nothing}");
    }
}
