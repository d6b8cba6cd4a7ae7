//! A day of four editors in half an hour: each types, hovers, asks for questions and hints, searches,
//! changes settings and its own guide, all at random, and compares every answer with what a fresh
//! look at its own copy of the text says. A wrong answer, or memory that grows, makes it fail.
//!
//! ```text
//! cargo bench --bench soak                        # 20 seconds, for CI
//! cargo bench --bench soak -- --minutes 30        # memory is judged from fifteen minutes on
//! ```
//!
//! `--pause MS` is how long an editor waits between two steps (20), `--seed N` makes another day.

mod editor;
mod expected;
mod file;
mod random;

#[path = "../it/client.rs"]
#[expect(dead_code, reason = "the tests of the protocol use all of it")]
mod client;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use editor::{Editor, Step};

/// After this the memory of a server is taken for what it needs.
const SETTLED: Duration = Duration::from_mins(5);

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// For so long from [`SETTLED`] on and before the end memory is looked at. An index that is being made takes ten
/// megabytes for a moment; the least of all looks has what a server keeps, and whatever it never gives back.
const LOOKED: Duration = Duration::from_mins(5);

/// How much more the least may be at the end, in percent.
const GROWTH_MAX: f64 = 10.0;

/// What is wanted of a run.
#[derive(Clone, Copy, Debug)]
struct Run {
    length: Duration,
    pause: Duration,
    seed: u64,
}

impl Run {
    /// Whether it is long enough for its memory to be judged.
    fn is_judged(&self) -> bool {
        self.length >= SETTLED + 2 * LOOKED
    }
}

/// What a run showed of one server.
struct Seen {
    name: &'static str,
    steps: BTreeMap<Step, usize>,
    checked: usize,
    /// From [`SETTLED`] on and until the end.
    settled: Option<Memory>,
    end: Option<Memory>,
}

/// Resident memory in MB, in the time that was looked at.
#[derive(Clone, Copy, Debug)]
struct Memory {
    least: f64,
    median: f64,
    most: f64,
}

fn main() -> io::Result<()> {
    let run = Run {
        length: Duration::from_secs_f64(60.0 * number("--minutes").unwrap_or(1.0 / 3.0)),
        pause: Duration::from_secs_f64(number("--pause").unwrap_or(20.0) / 1e3),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "any number will do"
        )]
        seed: number("--seed").unwrap_or(1.0) as u64,
    };
    let editors = editor::KINDS.map(|kind| thread::spawn(move || live(kind, run)));
    let mut seen = Vec::new();
    for editor in editors {
        // A panic has said what was wrong; the others go on to their end.
        seen.push(editor.join());
    }
    let seen: Vec<Seen> = seen.into_iter().flatten().collect();
    let grown = report(run, &seen)?;
    if seen.len() < editor::KINDS.len() || grown {
        return Err(io::Error::other("see above"));
    }
    Ok(())
}

/// The number after an argument.
fn number(name: &str) -> Option<f64> {
    let mut arguments = env::args().skip_while(|argument| argument != name);
    arguments.nth(1)?.parse().ok()
}

/// One editor and its server, from start to end.
fn live(kind: &'static editor::Kind, run: Run) -> Seen {
    let mut editor = Editor::start(kind, run.seed);
    let start = Instant::now();
    let mut looks: Vec<(Duration, f64)> = Vec::new();
    while start.elapsed() < run.length {
        editor.step();
        let now = start.elapsed();
        let is_time = looks.last().is_none_or(|(last, _)| now > *last + LOOK);
        if is_time && let Some(resident) = resident(editor.process()) {
            looks.push((now, resident));
        }
        thread::sleep(run.pause);
    }
    let settled = run
        .is_judged()
        .then(|| memory(&looks, SETTLED + LOOKED))
        .flatten();
    let end = memory(&looks, run.length);
    let (steps, checked) = editor.end();
    Seen {
        name: kind.name,
        steps,
        checked,
        settled,
        end,
    }
}

/// What was seen in the time before a moment.
fn memory(looks: &[(Duration, f64)], end: Duration) -> Option<Memory> {
    let near = looks
        .iter()
        .filter(|(at, _)| (end.saturating_sub(LOOKED)..=end).contains(at));
    let mut near: Vec<f64> = near.map(|(_, resident)| *resident).collect();
    near.sort_by(f64::total_cmp);
    Some(Memory {
        least: *near.first()?,
        median: *near.get(near.len() / 2)?,
        most: *near.last()?,
    })
}

/// The resident memory of a process in MB; None where the system does not tell it as Linux does.
fn resident(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

/// Something of one server that a row of the table shows.
type Figure = fn(&Seen) -> Option<f64>;

/// Prints what was done and seen; whether the memory of a server has grown.
fn report(run: Run, seen: &[Seen]) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    let seconds = run.length.as_secs();
    writeln!(
        out,
        "\n{} editors for {}:{:02} minutes, seed {}\n",
        seen.len(),
        seconds / 60,
        seconds % 60,
        run.seed
    )?;
    write!(out, "{:24}", "")?;
    for server in seen {
        write!(out, "{:>12}", server.name)?;
    }
    writeln!(out)?;
    for step in Step::ALL {
        write!(out, "{:24}", step.name())?;
        for server in seen {
            write!(out, "{:>12}", server.steps.get(&step).unwrap_or(&0))?;
        }
        writeln!(out)?;
    }
    write!(out, "{:24}", "answers compared")?;
    for server in seen {
        write!(out, "{:>12}", server.checked)?;
    }
    writeln!(out)?;
    let rows: [(&str, Figure); 6] = [
        ("MB from minute 5, least", |server| {
            Some(server.settled?.least)
        }),
        ("half of the time", |server| Some(server.settled?.median)),
        ("most", |server| Some(server.settled?.most)),
        ("MB at the end, least", |server| Some(server.end?.least)),
        ("half of the time", |server| Some(server.end?.median)),
        ("most", |server| Some(server.end?.most)),
    ];
    for (label, figure) in rows {
        write!(out, "{label:24}")?;
        for server in seen {
            let shown = figure(server).map_or_else(|| "–".to_owned(), |mb| format!("{mb:.1}"));
            write!(out, "{shown:>12}")?;
        }
        writeln!(out)?;
    }
    if !run.is_judged() {
        writeln!(out, "\nToo short a run to judge memory.")?;
        return Ok(false);
    }
    let growth = |server: &Seen| Some(100.0 * (server.end?.least / server.settled?.least - 1.0));
    let most = seen.iter().filter_map(growth).fold(f64::MIN, f64::max);
    writeln!(
        out,
        "\nThe least grew by {most:.1} % at most; {GROWTH_MAX} % may be."
    )?;
    Ok(most > GROWTH_MAX)
}
