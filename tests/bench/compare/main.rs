//! Measures Viva as an editor sees it, beside a server that answers a constant (the floor) and beside the
//! servers that people use for the same files: `tests/bench/compare/run.sh` installs those and runs this.
//!
//! Prints tables; no figure makes it fail, but a wrong answer of Viva or the floor does.
//!
//! - [`contenders`]: who is measured. [`floor`]: the constant answers.
//! - [`texts`]: the files. [`questions`]: what is asked in them, and which answers are right.
//! - [`server`], [`frames`]: the client's side of the protocol.
//! - [`seat`], [`measure`]: turns and rounds. [`whole`]: a command as a whole process.
//! - [`figures`], [`page`], [`aims`]: what was measured, and how it is shown.

mod aims;
mod contenders;
mod figures;
mod floor;
mod frames;
mod measure;
mod page;
mod questions;
mod seat;
mod server;
mod texts;
mod whole;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use viva::built_in;
use viva_guide::Language;

use contenders::{Contender, FLOOR, Role};
use measure::{Amount, Lane};
use page::Measured;
use server::Failure;
use texts::Size;

/// The page that has the tables.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/performance.md");

/// What the tables stand between.
const MARKS: [&str; 2] = ["<!-- measured -->\n", "<!-- /measured -->"];

/// Measures language servers.
#[derive(Debug, Parser)]
struct Options {
    /// Only these servers, besides the floor and Viva.
    #[arg(long, value_delimiter = ',')]
    servers: Option<Vec<String>>,
    /// Another build of Viva.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_viva"))]
    viva: PathBuf,
    /// Only these languages: go, dockerfile, sql, redis, compose.
    #[arg(long, value_delimiter = ',', value_parser = language)]
    languages: Option<Vec<Language>>,
    /// How often each server is started.
    #[arg(long, default_value_t = 10)]
    starts: usize,
    /// How many turns of at most 40 questions each server gets.
    #[arg(long, default_value_t = 50)]
    turns: usize,
    /// Not the files of 1 MB and more.
    #[arg(long)]
    no_large_files: bool,
    /// How long an answer may take, in seconds.
    #[arg(long, default_value_t = 10)]
    limit: u64,
    /// Writes the tables into docs/performance.md.
    #[arg(long)]
    write: bool,
    /// Given by `cargo bench`; without it this only looks whether answers are right, in debug builds too.
    #[arg(long, hide = true)]
    bench: bool,
}

fn language(name: &str) -> Result<Language, String> {
    Language::from_name(name).ok_or_else(|| format!("unknown language `{name}`"))
}

fn main() -> io::Result<ExitCode> {
    if env::args().any(|argument| argument == FLOOR) {
        floor::serve()?;
        return Ok(ExitCode::SUCCESS);
    }
    let options = Options::parse();
    let start = Instant::now();
    let amount = amount(&options);
    let mut found = contenders::peers();
    if !options.bench {
        found.contenders.clear();
    }
    if let Some(wanted) = &options.servers {
        found.contenders.retain(|peer| wanted.contains(&peer.name));
        found.absent.retain(|(name, _)| wanted.contains(name));
    }
    let mut contenders = contenders::own(&options.viva);
    contenders.append(&mut found.contenders);
    let languages = options.languages.clone();
    let languages = languages.unwrap_or_else(|| Language::ALL.to_vec());
    let mut all = Vec::new();
    for language in languages {
        let contenders: Vec<&Contender> = contenders
            .iter()
            .filter(|contender| contender.serves(language))
            .collect();
        all.push(lane(language, &contenders, &amount, start)?);
    }
    let whole = whole::measure(&options.viva, if options.bench { 30 } else { 1 });
    let mut tables = about(&options, &contenders, &found.absent, start.elapsed());
    let _ = write!(tables, "\n{}", aims::table(&all, whole.as_ref()));
    for measured in &all {
        let table = page::table(measured, &amount);
        let _ = write!(tables, "\n### {}\n\n{table}", aims::name(measured.language));
    }
    say(&format!("\n{tables}"));
    if report_wrong_answers(&all) {
        return Ok(ExitCode::FAILURE);
    }
    if options.write {
        write(&tables)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn amount(options: &Options) -> Amount {
    let sizes = [
        Size::Megabytes(1),
        Size::Lines(100_000),
        Size::Megabytes(20),
    ];
    if options.bench {
        return Amount {
            starts: options.starts,
            turns: options.turns,
            edits: 10_000,
            sizes: if options.no_large_files {
                vec![]
            } else {
                sizes.to_vec()
            },
            large_turns: 4,
            rest: Duration::from_secs(4),
            limit: Duration::from_secs(options.limit),
        };
    }
    Amount {
        starts: 1,
        turns: 1,
        edits: 100,
        sizes: vec![],
        large_turns: 1,
        rest: Duration::from_millis(10),
        limit: Duration::from_mins(1),
    }
}

fn lane(
    language: Language,
    contenders: &[&Contender],
    amount: &Amount,
    start: Instant,
) -> io::Result<Measured> {
    // Some look at nothing in a folder whose name begins with a dot, as it does by default.
    let home = tempfile::Builder::new().prefix("bench-").tempdir()?;
    let guide = built_in::guide();
    let lane = Lane {
        language,
        contenders,
        guide: &guide,
        amount,
        home: home.path(),
    };
    let figures = lane.measure(&|what| {
        let seconds = start.elapsed().as_secs();
        say(&format!("{seconds:4} s  {}: {what}", language.name()));
    });
    let servers = contenders.iter().map(|&contender| contender.clone());
    Ok(Measured {
        language,
        servers: servers.zip(figures).collect(),
    })
}

/// Says which answers were wrong; whether one was of Viva or of the floor.
fn report_wrong_answers(all: &[Measured]) -> bool {
    let mut is_ours = false;
    for measured in all {
        for (server, figures) in &measured.servers {
            for (case, outcome) in &figures.times {
                let Err(failure) = outcome else { continue };
                say(&format!(
                    "{} in {}: {case:?}: {failure:?}",
                    server.name,
                    measured.language.name()
                ));
                let is_wrong = !matches!(failure, Failure::Late(_));
                is_ours |= is_wrong && !matches!(server.role, Role::Peer(_));
            }
        }
    }
    is_ours
}

/// The machine, the date, the versions and the command.
fn about(
    options: &Options,
    contenders: &[Contender],
    absent: &[(String, String)],
    took: Duration,
) -> String {
    let print = |command: &[&str]| -> Option<String> {
        let (program, arguments) = command.split_first()?;
        let output = Command::new(program).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("a processor without a name", |line| {
        line.trim_start_matches([' ', '\t', ':'])
    });
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let date = print(&["date", "-u", "+%F"]).unwrap_or_default();
    let commit = print(&["git", "rev-parse", "--short=10", "HEAD"]).unwrap_or_default();
    let mut about = format!(
        "Measured on {date} at commit {commit} in {} s by `{}`, on {cores} cores of {model}, {}.\n",
        took.as_secs(),
        command(options),
        env::consts::OS,
    );
    let servers = contenders
        .iter()
        .filter(|contender| contender.role != Role::Floor);
    let versions: Vec<String> = servers
        .map(|server| format!("{} {}", server.name, server.version))
        .collect();
    let _ = writeln!(about, "\nVersions: {}.", versions.join(", "));
    if let Some(node) = print(&["node", "--version"]) {
        let _ = writeln!(
            about,
            "Those from npm run on Node {}.",
            node.trim_start_matches('v')
        );
    }
    for (name, why) in absent {
        let _ = writeln!(about, "\n**Not measured: {name}**: {why}.");
    }
    about
}

fn command(options: &Options) -> String {
    let arguments: Vec<String> = env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let command = if options.bench {
        "tests/bench/compare/run.sh"
    } else {
        "cargo test"
    };
    format!("{command} {}", arguments.join(" "))
        .trim()
        .to_owned()
}

fn write(tables: &str) -> io::Result<()> {
    let page = fs::read_to_string(PAGE)?;
    let parts = page
        .split_once(MARKS[0])
        .and_then(|(before, rest)| Some((before, rest.split_once(MARKS[1])?.1)));
    let (before, after) = parts.ok_or_else(|| io::Error::other("the page has no marks"))?;
    let [open, close] = MARKS;
    fs::write(PAGE, format!("{before}{open}{tables}{close}{after}"))
}

#[expect(clippy::print_stdout, reason = "a report is what this is run for")]
fn say(line: &str) {
    println!("{line}");
}
