//! Processes that share one index are killed while they make it: nothing is lost, and nothing is to be
//! repaired by hand. `VIVA_KILLS=200` kills more often than a usual run does.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::PATIENCE;

/// More than an index in memory is made for.
const TOPICS: usize = 700;

/// How often somebody is killed, unless `VIVA_KILLS` says so.
const KILLS: usize = 20;

/// Processes on one cache.
const PROCESSES: usize = 4;

/// The longest life of one that is killed: longer than it takes to make the index.
const LIFE_MAX: u64 = 2_000;

#[test]
fn whoever_is_killed_while_the_index_is_made_harms_nobody() {
    let kills = std::env::var("VIVA_KILLS")
        .ok()
        .and_then(|text| text.parse().ok());
    let kills: usize = kills.unwrap_or(KILLS);
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut expected = BTreeMap::new();
    for number in 0..TOPICS {
        write(home.path(), number, 0, &mut expected);
    }
    let mut random = Random(41);
    let mut running: Vec<Child> = (0..PROCESSES)
        .map(|_| start(home.path(), Stdio::null()))
        .collect();
    for round in 1..=kills {
        thread::sleep(Duration::from_millis(
            random.below(LIFE_MAX / PROCESSES as u64),
        ));
        // Something to reload, and something that goes or comes back.
        let number = usize::try_from(random.below(TOPICS as u64)).expect("small");
        write(home.path(), number, round, &mut expected);
        let number = usize::try_from(random.below(TOPICS as u64)).expect("small");
        if random.below(2) == 0 {
            let _ = fs::remove_file(file(home.path(), number));
            expected.remove(&format!("crash/n{number}"));
        }
        let slot = usize::try_from(random.below(PROCESSES as u64)).expect("small");
        // It may have ended by itself.
        let _ = running[slot].kill();
        let _ = running[slot].wait();
        running[slot] = start(home.path(), Stdio::null());
    }
    for child in &mut running {
        let end = Instant::now() + PATIENCE;
        while child.try_wait().expect("it can be asked").is_none() {
            assert!(Instant::now() < end, "somebody waits for the dead");
            thread::sleep(Duration::from_millis(20));
        }
    }
    // All at once, as at the start of a day.
    let last: Vec<Child> = (0..PROCESSES)
        .map(|_| start(home.path(), Stdio::piped()))
        .collect();
    for child in last {
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(titles(&output), expected);
    }
    let shelves = fs::read_dir(home.path().join(".cache/viva/guides")).expect("shelves");
    let shelf = shelves.flatten().next().expect("a shelf").path();
    let left: Vec<String> = fs::read_dir(shelf)
        .expect("a shelf")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("new-") || name.starts_with("current-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A process that brings the index up to date and lists every topic with its keywords.
fn start(home: &Path, output: Stdio) -> Child {
    Command::new(env!("CARGO_BIN_EXE_viva"))
        .args(["topics", "--section", "crash", "--json"])
        .current_dir(home)
        .env("HOME", home)
        .env_remove("XDG_CACHE_HOME")
        .env_remove("XDG_CONFIG_HOME")
        .stdout(output)
        .stderr(Stdio::piped())
        .spawn()
        .expect("viva starts")
}

/// The ids and titles that a process listed, each with its own keyword.
fn titles(output: &Output) -> BTreeMap<String, String> {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    let text = String::from_utf8_lossy(&output.stdout);
    let topics = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    topics
        .map(|topic: Value| {
            let text = |key: &str| topic[key].as_str().expect("a text").to_owned();
            let number = text("id").replace("crash/n", "");
            assert_eq!(topic["keywords"][0], format!("crash.N{number}"));
            (text("id"), text("title"))
        })
        .collect()
}

fn file(home: &Path, number: usize) -> std::path::PathBuf {
    home.join(format!(".config/viva/guide/crash/n{number}.md"))
}

fn write(home: &Path, number: usize, round: usize, expected: &mut BTreeMap<String, String>) {
    let title = format!("Topic {number} of round {round}");
    let text = format!("---\ntitle: {title}\nkeywords:\n  go: [crash.N{number}]\n---\n\nIt is.\n");
    let path = file(home, number);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
    expected.insert(format!("crash/n{number}"), title);
}

/// Numbers that are the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
