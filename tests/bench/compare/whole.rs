//! `viva keywords` as a whole process, from its start to its end, in a large file of Go's standard
//! library, beside a process that ends at once.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use viva::document::Document;
use viva_guide::Language;

use crate::contenders::{FLOOR, find};

/// The times of both, one round after another.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    pub(crate) viva: Vec<Duration>,
    pub(crate) floor: Vec<Duration>,
}

/// None: there is no Go here.
pub(crate) fn measure(viva: &Path, rounds: usize) -> Option<Whole> {
    let file = server_go()?;
    let text = fs::read_to_string(&file).ok()?;
    let keywords = Document::new(1, Some(Language::Go), &text).keywords().len();
    let mut command = Command::new(viva);
    command.arg("keywords").arg(&file);
    let output = command.output().expect("viva runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    let lines = printed.lines().count();
    assert!(lines >= keywords, "{lines} lines for {keywords} keywords");
    let mut floor = Command::new(env::current_exe().expect("this program has a path"));
    floor.arg(FLOOR);
    let mut whole = Whole::default();
    for _ in 0..rounds {
        whole.viva.push(run(&mut command));
        whole.floor.push(run(&mut floor));
    }
    whole.viva.sort_unstable();
    whole.floor.sort_unstable();
    Some(whole)
}

fn run(command: &mut Command) -> Duration {
    let command = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("it runs");
    let took = start.elapsed();
    assert!(status.success(), "{command:?}");
    took
}

fn server_go() -> Option<PathBuf> {
    let output = Command::new(find("go")?)
        .args(["env", "GOROOT"])
        .output()
        .ok()?;
    let root = String::from_utf8(output.stdout).ok()?;
    let file = PathBuf::from(root.trim()).join("src/net/http/server.go");
    file.exists().then_some(file)
}
