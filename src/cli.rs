//! The commands. Each gives text for people, or with `--json` for programs (the shapes are in
//! `docs/json.md`).
//!
//! Exit codes: 0 something was found, 1 nothing was, 2 the question could not be understood or its
//! input not read. `check` answers 1 only if it is asked to (`--fail-on`).

mod browse;
mod check;
mod doctor;
mod explain;
mod guide;
mod import;
mod input;
mod install;
mod own;
mod questions;
mod render;
mod schema;
mod text_range;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use viva_guide::Language;

use crate::lsp;

/// Explains the keyword under the cursor as an interviewer would want it explained.
#[derive(Debug, Parser)]
#[command(name = "viva", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve an editor over stdin and stdout
    Lsp {
        /// Accepted because many editors append it; there is no other way
        #[arg(long)]
        stdio: bool,
    },
    /// Explain what stands at a place in a file, or a name
    #[command(
        after_help = "Examples:\n  viva explain queue.go:14:7\n  viva explain --lang go sync.Cond\n  viva explain --lang sql 'UNION ALL'"
    )]
    Explain {
        #[arg(
            value_name = "PLACE",
            help = "FILE:LINE:COLUMN as compilers print it (from 1, columns in characters), or a name"
        )]
        what: String,
        /// The language of the name or the file
        #[arg(long, value_parser = language)]
        lang: Option<Language>,
        #[arg(long)]
        json: bool,
    },
    /// Find topics by words
    #[command(
        after_help = "Examples:\n  viva search leftmost prefix\n  viva search lang:go level:senior cond\n  viva search section:redis,mysql\n  viva search --explain isolation levels"
    )]
    Search {
        /// Words, and filters: lang:go, level:senior, section:redis
        #[arg(required = true)]
        words: Vec<String>,
        /// Say what gave each topic its score
        #[arg(long)]
        explain: bool,
        /// How many to show
        #[arg(long, default_value_t = 10)]
        limit: usize,
        #[arg(long)]
        json: bool,
    },
    /// List the topics
    Topics {
        /// Only those of one section, such as redis
        #[arg(long)]
        section: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Show a topic with all its questions
    Show {
        /// The topic's id, such as redis/persistence
        id: String,
        #[arg(long)]
        json: bool,
    },
    /// List every keyword of a file with its topic
    Keywords {
        file: PathBuf,
        /// The language of the file, where its name does not tell
        #[arg(long, value_parser = language)]
        lang: Option<Language>,
        #[arg(long)]
        json: bool,
    },
    /// List the interview questions that a file leads to, those of its most frequent keywords first
    Questions {
        file: PathBuf,
        /// The language of the file, where its name does not tell
        #[arg(long, value_parser = language)]
        lang: Option<Language>,
        /// Of how many topics
        #[arg(long)]
        limit: Option<usize>,
        #[arg(long)]
        json: bool,
    },
    /// Show the hints of files: places that an interviewer would ask about
    #[command(
        after_help = "Examples:\n  viva check .\n  viva check --fail-on information Dockerfile compose.yaml\n  viva check --rule docker/add-where-copy,sql --json src"
    )]
    Check(check::Arguments),
    /// Work on a guide of your own
    Guide {
        #[command(subcommand)]
        command: GuideCommand,
    },
    /// Tell what Viva knows and uses, and how to set up an editor
    Doctor {
        #[arg(long)]
        json: bool,
    },
    /// Print the completions of a shell
    Completions { shell: install::Shell },
    /// Print the manual page
    Man {
        /// Write the pages of all commands into a folder instead
        #[arg(long)]
        folder: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum GuideCommand {
    /// Report every mistake in a folder of topics, with file and line
    Check {
        folder: PathBuf,
        /// Check by the rules of the built-in guide, which asks for sources, months and questions
        #[arg(long)]
        built_in: bool,
        /// The folder of the cards of the built-in guide
        #[arg(long, requires = "built_in")]
        cards: Option<PathBuf>,
    },
    /// Write a new topic to fill in
    #[command(
        after_help = "Examples:\n  viva guide new redis/our-clusters\n  viva guide new team/mutex --extends go-concurrency/mutex\n  viva guide new --user tricks/tmux"
    )]
    New {
        /// section/name, which becomes the path of the file
        id: String,
        /// Add to this topic instead of writing one of its own
        #[arg(long, value_name = "TOPIC")]
        extends: Option<String>,
        /// In your own configuration instead of the workspace
        #[arg(long)]
        user: bool,
    },
    /// Print the JSON Schema of the front matter of topics
    Schema,
    /// Make topics of notes: articles, Markdown, CSV, Anki, Org
    Import(import::Import),
}

/// Why a command ends with another code than 0.
#[derive(Debug)]
enum Failure {
    /// Exit code 1. The text says what was looked for.
    Nothing(String),
    /// Exit code 2. The text says what to do.
    Unusable(String),
    /// Nobody reads the output any more; not worth a word.
    Closed,
}

type Outcome = Result<(), Failure>;

impl From<io::Error> for Failure {
    fn from(_: io::Error) -> Failure {
        Failure::Closed
    }
}

/// Where commands write: colours only where they are wanted (`NO_COLOR`, not a terminal).
type Output = anstream::AutoStream<io::Stdout>;

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Command::Lsp { .. } = arguments.command {
        return lsp::serve();
    }
    let mut out = anstream::stdout();
    let outcome = run(arguments.command, &mut out).and_then(|()| Ok(out.flush()?));
    let (text, code) = match outcome {
        Ok(()) | Err(Failure::Closed) => return ExitCode::SUCCESS,
        Err(Failure::Nothing(text)) => (text, 1),
        Err(Failure::Unusable(text)) => (text, 2),
    };
    // If stderr is closed too, the exit code still tells.
    let _ = writeln!(anstream::stderr(), "viva: {text}");
    ExitCode::from(code)
}

fn run(command: Command, out: &mut Output) -> Outcome {
    match command {
        Command::Lsp { .. } => Ok(()),
        Command::Explain { what, lang, json } => explain::explain(out, &what, lang, json),
        Command::Keywords { file, lang, json } => explain::keywords(out, &file, lang, json),
        Command::Questions {
            file,
            lang,
            limit,
            json,
        } => questions::questions(out, &file, lang, limit, json),
        Command::Search {
            words,
            explain,
            limit,
            json,
        } => {
            let words = words.join(" ");
            if explain {
                browse::search_explained(out, &words, limit, json)
            } else {
                browse::search(out, &words, limit, json)
            }
        }
        Command::Topics { section, json } => browse::topics(out, section.as_deref(), json),
        Command::Show { id, json } => browse::show(out, &id, json),
        Command::Check(arguments) => check::check(out, &arguments),
        Command::Guide { command } => match command {
            GuideCommand::Check {
                folder,
                built_in: true,
                cards,
            } => guide::check_built_in(out, &folder, cards.as_deref()),
            GuideCommand::Check { folder, .. } => guide::check(out, &folder),
            GuideCommand::New { id, extends, user } => {
                guide::new(out, &id, extends.as_deref(), user)
            }
            GuideCommand::Import(wanted) => import::import(out, &wanted),
            GuideCommand::Schema => Ok(writeln!(out, "{}", schema::text())?),
        },
        Command::Doctor { json } => doctor::doctor(out, json),
        Command::Completions { shell } => install::completions(out, shell),
        Command::Man { folder: None } => install::manual(out),
        Command::Man {
            folder: Some(folder),
        } => install::manual_pages(&folder),
    }
}

fn language(name: &str) -> Result<Language, String> {
    let known = Language::ALL.map(Language::name).join(", ");
    Language::from_name(name).ok_or_else(|| format!("the languages are {known}"))
}

/// Writes one JSON value on one line.
fn write_json(out: &mut Output, value: &impl serde::Serialize) -> Outcome {
    let text = to_json(value)?;
    Ok(writeln!(out, "{text}")?)
}

fn to_json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::Unusable(error.to_string()))
}
