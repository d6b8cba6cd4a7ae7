//! What other files of a Go file's package declare is known: on the disk, in the editor, and on the
//! command line.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, PATIENCE, marked};

const QUEUE: &str = "package q\n\nimport \"sync\"\n\ntype Queue struct {\n\tready *sync.Cond\n}\n";
const USER: &str = "package q\n\nfunc f(q *Queue) {\n\tq.ready.W$0ait()\n}\n";

fn uri(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    format!("file:///{}", path.trim_start_matches('/'))
}

/// Asks until the answer fits: a folder is read in the background.
#[track_caller]
fn wait_for(mut ask: impl FnMut() -> Value, fits: impl Fn(&Value) -> bool) {
    let start = Instant::now();
    loop {
        let answer = ask();
        if fits(&answer) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "still {answer}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn tells_of_cond(answer: &Value) -> bool {
    answer.to_string().contains("sync#Cond")
}

#[test]
fn a_hover_knows_the_types_of_other_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (text, line, column) = marked(USER);
    fs::write(folder.path().join("queue.go"), QUEUE).expect("it is written");
    let mut client = Client::start();
    let user = uri(&folder.path().join("user.go"));
    client.open(&user, "go", &text);
    wait_for(|| client.hover(&user, line, column), tells_of_cond);

    // The editor's text counts, and when it is closed the disk's.
    let queue = uri(&folder.path().join("queue.go"));
    client.open(&queue, "go", &QUEUE.replace("*sync.Cond", "Own"));
    assert!(client.hover(&user, line, column).is_null());
    // What is known of the package follows what is typed in its other files, and only there.
    let typed = |version: i32, text: &str| json!({ "textDocument": { "uri": queue, "version": version }, "contentChanges": [{ "text": text }] });
    client.notify("textDocument/didChange", &typed(2, QUEUE));
    assert!(tells_of_cond(&client.hover(&user, line, column)));
    client.notify("textDocument/didChange", &typed(3, "package q\n"));
    assert!(client.hover(&user, line, column).is_null());
    let closed = json!({ "textDocument": { "uri": queue } });
    client.notify("textDocument/didClose", &closed);
    wait_for(|| client.hover(&user, line, column), tells_of_cond);
}

#[test]
fn a_document_that_is_no_file_has_no_package() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (text, line, column) = marked(USER);
    fs::write(folder.path().join("queue.go"), QUEUE).expect("it is written");
    let mut client = Client::start();
    let path = uri(&folder.path().join("user.go"));
    let other = path.replacen("file:", "git:", 1);
    client.open(&path, "go", &text);
    client.open(&other, "go", &text);
    wait_for(|| client.hover(&path, line, column), tells_of_cond);
    assert!(client.hover(&other, line, column).is_null());
}

#[test]
fn the_command_line_reads_the_folder_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("queue.go"), QUEUE).expect("it is written");
    fs::write(folder.path().join("user.go"), USER.replace("$0", "")).expect("it is written");
    let done = Command::new(env!("CARGO_BIN_EXE_viva"))
        .args(["keywords", "user.go"])
        .current_dir(folder.path())
        .output()
        .expect("it starts");
    let listed = String::from_utf8(done.stdout).expect("text");
    assert!(
        listed.contains("user.go:4:10\tsync.Cond.Wait\t"),
        "{listed}"
    );
}
