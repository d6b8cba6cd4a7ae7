//! `viva check`: the hints of many files on the command line, for people, programs and code review.

mod files;
mod human;
mod json;
mod rules;
mod sarif;
mod wanted;

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Failure, Outcome, Output};
use crate::document::Document;
use crate::features::hints::{Hint, Level};
use files::Checked;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Files, and folders with all that is in them except what .gitignore leaves out
    #[arg(required_unless_present = "list")]
    paths: Vec<PathBuf>,
    /// Only these rules or families, even if they are off by default (docker/sudo,sql)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    rule: Vec<String>,
    /// Rules or families that are off by default
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    on: Vec<String>,
    /// Rules or families that are not wanted
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    off: Vec<String>,
    /// Exit with code 1 if there is a hint of this level or above
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// List the rules instead
    #[arg(long)]
    list: bool,
    /// One object a line for each hint
    #[arg(long)]
    json: bool,
    /// One SARIF 2.1.0 log, for code review
    #[arg(long, conflicts_with = "json")]
    sarif: bool,
}

/// The level from which on hints are a failure.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// Any hint
    Hint,
    /// Those where data or security is at stake
    Information,
}

impl FailOn {
    fn matches(self, hint: &Hint) -> bool {
        match self {
            FailOn::Hint => true,
            FailOn::Information => hint.rule.level == Level::Information,
        }
    }
}

/// A file's path as it is shown, the file, and its hints.
struct Found {
    file: String,
    document: Document,
    hints: Vec<Hint>,
}

/// Checks the files, or lists the rules.
pub(super) fn check(out: &mut Output, arguments: &Arguments) -> Outcome {
    let choice = wanted::choice(&arguments.rule, &arguments.on, &arguments.off)?;
    if arguments.list {
        return rules::list(out, &choice, arguments);
    }
    let Checked {
        found,
        count,
        notes,
        unreadable,
    } = files::check(&arguments.paths, &choice)?;
    if arguments.sarif {
        sarif::write(out, &found)?;
    } else if arguments.json {
        json::write(out, &found)?;
    } else {
        human::write(out, &found, count)?;
    }
    out.flush()?;
    for note in &notes {
        // If stderr is closed, nobody wants to know.
        let _ = writeln!(anstream::stderr(), "viva: {note}");
    }
    if let Some(problem) = unreadable {
        return Err(Failure::Unusable(problem));
    }
    let hints = || found.iter().flat_map(|found| &found.hints);
    match arguments.fail_on {
        Some(level) => match hints().filter(|hint| level.matches(hint)).count() {
            0 => Ok(()),
            1 => Err(Failure::Nothing(
                "1 hint that counts as a failure".to_owned(),
            )),
            count => Err(Failure::Nothing(format!(
                "{count} hints that count as failures"
            ))),
        },
        None => Ok(()),
    }
}

/// The name of a level in `--json` and `--list`.
fn level(level: Level) -> &'static str {
    match level {
        Level::Hint => "hint",
        Level::Information => "information",
    }
}
