//! What takes longer than a moment shows how far it is, in editors and on terminals; answers come from what was
//! known before.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Client, modern};

/// Files that take longer to read than what is shown begins.
const FILES: usize = 15_000;

/// A home with a guide that takes long, whose topic for `sync.Cond` is in the last file.
fn home() -> TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    let guide = home.path().join("work/.viva/guide");
    for number in 0..FILES {
        let section = guide.join(format!("s{}", number / 1_000));
        if number % 1_000 == 0 {
            fs::create_dir_all(&section).expect("a folder");
        }
        let name = if number == FILES - 1 {
            "sync.Cond".to_owned()
        } else {
            format!("filler.N{number}")
        };
        let text = format!(
            "---\ntitle: Topic {number}\nkeywords:\n  go: [{name}]\n---\n\nOurs. It has words.\n\n## Questions\n\n### Why {number}?\n\nBecause.\n"
        );
        fs::write(section.join(format!("n{number}.md")), text).expect("a file");
    }
    home
}

#[test]
fn an_editor_sees_how_far_it_is_and_gets_answers_meanwhile() {
    let mut capabilities = modern();
    capabilities["window"]["workDoneProgress"] = json!(true);
    let mut client = Client::spawn_in(home());
    let work = client.home.path().join("work");
    let root = format!("file://{}", work.to_string_lossy().replace('\\', "/"));
    client.initialize(&json!({ "rootUri": root, "capabilities": capabilities }));
    let code = "package p\n\nimport \"sync\"\n\nvar c sync.Cond\n";
    client.open("f.go", "go", code);
    let created = client.wait_for("window/workDoneProgress/create");
    let token = &created["params"]["token"];
    let shown = client.hover("f.go", 4, 12)["contents"]["value"].to_string();
    assert!(
        shown.contains("Wait unlocks the mutex") || shown.contains("Ours."),
        "{shown}"
    );
    let mut steps: Vec<Value> = Vec::new();
    while steps.last().is_none_or(|step| step["kind"] != "end") {
        let step = client.wait_for("$/progress");
        assert_eq!(&step["params"]["token"], token);
        steps.push(step["params"]["value"].clone());
    }
    assert_eq!(steps[0]["kind"], "begin");
    assert_eq!(steps[0]["title"], "Viva reads your guide");
    let far: Vec<u64> = steps
        .iter()
        .filter(|step| step["kind"] == "report")
        .map(|step| step["percentage"].as_u64().expect("a percentage"))
        .collect();
    assert!(!far.is_empty() && far.is_sorted(), "{far:?}");
    client.wait_for_log("guide: 15000 files of your own");
    let shown = client.hover("f.go", 4, 12)["contents"]["value"].to_string();
    assert!(shown.contains("From: team notes"), "{shown}");
}

/// `script` (of util-linux) is the terminal.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_a_bar_and_a_file_does_not() {
    let home = home();
    let viva = env!("CARGO_BIN_EXE_viva");
    let search = |mut command: std::process::Command| {
        let output = command
            .current_dir(home.path().join("work"))
            .env("HOME", home.path())
            .env("TERM", "xterm")
            .env_remove("XDG_CACHE_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .output()
            .expect("it runs");
        // So that the next one begins anew.
        fs::remove_dir_all(home.path().join(".cache")).expect("an index was made");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(output.status.success(), "{said}");
        said
    };
    let mut terminal = std::process::Command::new("script");
    terminal.args(["-qec", &format!("'{viva}' search Ours"), "/dev/null"]);
    let said = search(terminal);
    assert!(
        said.contains("Viva reads your guide [") && said.contains("/15000"),
        "{said}"
    );
    let mut plain = std::process::Command::new(viva);
    plain.args(["search", "Ours"]);
    let said = search(plain);
    assert!(!said.contains("Viva reads"), "{said}");
}
