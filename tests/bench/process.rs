//! How long the whole program takes, as an editor sees it: starting, and hovers over stdin and
//! stdout. The floor (`floor.rs`) is measured in turn with it, so that what else the machine does
//! befalls both: read the ratios, and minima and processor time rather than percentiles.
//!
//! Prints a table. No figure makes it fail, but a wrong answer does.

mod floor;
mod frames;
mod samples;
mod server;

use std::env;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use viva::built_in;
use viva::document::Encoding;
use viva::features::hover::hover;

use server::{Answer, Server};

/// The hidden argument that makes this program the floor.
const FLOOR: &str = "--serve-as-floor";

/// How many hovers a server answers before it is the other's turn.
const TURN: usize = 40;

/// What the server's settings say unless the user does.
const HOVER_LINES: usize = 25;

/// How much is measured of each server.
struct Amount {
    starts: usize,
    turns: usize,
}

/// A server to be measured.
struct Candidate {
    program: PathBuf,
    arguments: &'static [&'static str],
    /// Asked in turn.
    questions: Vec<Question>,
}

/// A hover, and what must be answered.
struct Question {
    /// The parameters that open its document.
    document: Value,
    params: Value,
    answer: String,
}

/// A server that has answered its first hover.
struct Started {
    server: Server,
    /// From the start of the process.
    initialized: Duration,
    hovered: Duration,
}

/// What was measured of one server.
#[derive(Default)]
struct Measured {
    initialized: Vec<Duration>,
    first_hovers: Vec<Duration>,
    hovers: Vec<Duration>,
    /// Of all hovers.
    processor_time: Option<Duration>,
    memory_at_start: Option<f64>,
    memory_at_end: Option<f64>,
}

fn main() -> io::Result<()> {
    let is_given = |wanted: &str| env::args().any(|argument| argument == wanted);
    if is_given(FLOOR) {
        return floor::serve();
    }
    let (starts, turns) = if is_given("--bench") {
        (40, 50)
    } else {
        // `cargo test` only wants to know whether it runs.
        (2, 1)
    };
    let candidates = [
        Candidate {
            program: env!("CARGO_BIN_EXE_viva").into(),
            arguments: &["lsp", "--stdio"],
            questions: questions(),
        },
        Candidate {
            program: env::current_exe()?,
            arguments: &[FLOOR],
            questions: floor_questions(),
        },
    ];
    let [viva, floor] = measure(&candidates, &Amount { starts, turns })?;
    print(&viva, &floor)
}

/// A question in each sample, answered as the core does.
fn questions() -> Vec<Question> {
    let guide = built_in::guide();
    let mut questions = Vec::new();
    for sample in samples::all() {
        let document = sample.document();
        let place = document.position(sample.offset, Encoding::Utf16);
        let uri = format!("file:///bench/{}", sample.name);
        let found = hover(&guide, &document, sample.offset, HOVER_LINES, None);
        questions.push(Question {
            document: json!({ "textDocument": {
                "uri": uri, "languageId": "plaintext", "version": 1, "text": sample.text,
            } }),
            params: json!({
                "textDocument": { "uri": uri },
                "position": { "line": place.line, "character": place.column },
            }),
            answer: found.expect("the guide explains the samples").markdown,
        });
    }
    questions
}

/// The same questions, answered with the constant.
fn floor_questions() -> Vec<Question> {
    let mut questions = questions();
    for question in &mut questions {
        question.answer = floor::answer();
    }
    questions
}

fn measure(candidates: &[Candidate; 2], amount: &Amount) -> io::Result<[Measured; 2]> {
    let mut measured = <[Measured; 2]>::default();
    for _ in 0..amount.starts {
        for (candidate, measured) in candidates.iter().zip(&mut measured) {
            let started = start(candidate)?;
            measured.initialized.push(started.initialized);
            measured.first_hovers.push(started.hovered);
            started.server.end()?;
        }
    }
    let mut servers = Vec::new();
    let mut processor_times = Vec::new();
    for (candidate, measured) in candidates.iter().zip(&mut measured) {
        let server = start(candidate)?.server;
        measured.memory_at_start = server.memory();
        processor_times.push(server.processor_time());
        servers.push(server);
    }
    for _ in 0..amount.turns {
        for ((candidate, measured), server) in
            candidates.iter().zip(&mut measured).zip(&mut servers)
        {
            for question in candidate.questions.iter().cycle().take(TURN) {
                let answer = ask(server, question)?;
                measured.hovers.push(answer.arrived - answer.sent);
            }
        }
    }
    let ended = servers.into_iter().zip(processor_times);
    for (measured, (server, before)) in measured.iter_mut().zip(ended) {
        let used = server.processor_time().zip(before);
        measured.processor_time = used.map(|(after, before)| after.saturating_sub(before));
        measured.memory_at_end = server.memory();
        server.end()?;
    }
    Ok(measured)
}

fn start(candidate: &Candidate) -> io::Result<Started> {
    let spawned = Instant::now();
    let mut command = Command::new(&candidate.program);
    let mut server = Server::spawn(command.args(candidate.arguments))?;
    let capabilities = json!({ "textDocument": { "hover": { "contentFormat": ["markdown"] } } });
    let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
    let initialized = server.request("initialize", &params)?.arrived - spawned;
    server.notify("initialized", &json!({}))?;
    for question in &candidate.questions {
        server.notify("textDocument/didOpen", &question.document)?;
    }
    let first = candidate.questions.first().expect("there are samples");
    let hovered = ask(&mut server, first)?.arrived - spawned;
    Ok(Started {
        server,
        initialized,
        hovered,
    })
}

/// Asks for a hover and looks whether the answer is right.
fn ask(server: &mut Server, question: &Question) -> io::Result<Answer> {
    let answer = server.request("textDocument/hover", &question.params)?;
    assert_eq!(
        answer.result["contents"]["value"], *question.answer,
        "the answer to {}",
        question.params
    );
    Ok(answer)
}

fn print(viva: &Measured, floor: &Measured) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "\n{} starts, {} hovers in {} files one after another\n",
        viva.initialized.len(),
        viva.hovers.len(),
        samples::all().len()
    )?;
    writeln!(out, "{:34}{:>12}{:>12}{:>8}", "", "viva", "floor", "ratio")?;
    let mut row = |label: &str, unit: &str, figure: &dyn Fn(&Measured) -> Option<f64>| {
        let figures = (figure(viva), figure(floor));
        let show = |figure: Option<f64>| {
            figure.map_or_else(
                || "unknown".to_owned(),
                |figure| format!("{figure:.1} {unit}"),
            )
        };
        let ratio = match figures {
            (Some(viva), Some(floor)) => format!("{:.1}", viva / floor),
            _ => String::new(),
        };
        let (viva, floor) = (show(figures.0), show(figures.1));
        writeln!(out, "{label:34}{viva:>12}{floor:>12}{ratio:>8}")
    };
    let ms = |times: &[Duration], percent| Some(percentile(times, percent).as_secs_f64() * 1e3);
    let us = |times: &[Duration], percent| Some(percentile(times, percent).as_secs_f64() * 1e6);
    row("start to initialize, median", "ms", &|m| {
        ms(&m.initialized, 50)
    })?;
    row("start to initialize, min", "ms", &|m| ms(&m.initialized, 0))?;
    row("start to first hover, median", "ms", &|m| {
        ms(&m.first_hovers, 50)
    })?;
    row("start to first hover, min", "ms", &|m| {
        ms(&m.first_hovers, 0)
    })?;
    row("hover, p50", "µs", &|m| us(&m.hovers, 50))?;
    row("hover, p99", "µs", &|m| us(&m.hovers, 99))?;
    row("hover, min", "µs", &|m| us(&m.hovers, 0))?;
    row("hover, processor time", "µs", &|m| {
        let hovers = u32::try_from(m.hovers.len()).ok()?;
        Some(m.processor_time?.as_secs_f64() * 1e6 / f64::from(hovers))
    })?;
    row("memory after the first hover", "MB", &|m| m.memory_at_start)?;
    row("memory after all hovers", "MB", &|m| m.memory_at_end)
}

/// The time that this many percent of the times are not above; 0 is the least.
fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() - 1) * percent / 100]
}
