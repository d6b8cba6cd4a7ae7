//! `viva guide import`: notes in other formats → files of topics, and what is in none of them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anstyle::Style;
use clap::Args;
use serde::Serialize;
use viva_guide::import::{self, Format, Imported, Known, Placed};
use viva_guide::write::write;
use viva_guide::{KeywordName, Mistake};

use super::{Failure, Outcome, Output, write_json};
use crate::built_in;

/// How many files that are in the way are named.
const NAMED_MAX: usize = 10;

/// What is imported, and where to.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// A file, or a folder of them
    #[arg(value_name = "FILE|DIR")]
    path: PathBuf,
    /// Where the topics are written
    #[arg(long, value_name = "DIR", default_value = ".viva/guide")]
    out: PathBuf,
    /// The format, where the file's name and text do not tell: article, markdown, csv, tsv, anki or org
    #[arg(long = "as", value_name = "FORMAT", value_parser = format)]
    format: Option<Format>,
    /// Show everything, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
    #[arg(long)]
    json: bool,
}

fn format(name: &str) -> Result<Format, String> {
    let known = Format::ALL.map(Format::name).join(", ");
    Format::from_name(name).ok_or_else(|| format!("the formats are {known}"))
}

/// The shape of `guide import --json`.
#[derive(Debug, Serialize)]
struct Report<'a> {
    files: Vec<Read<'a>>,
    topics: Vec<Made<'a>>,
    unplaced: Vec<Reported<'a>>,
    structure: Vec<Reported<'a>>,
    /// Whether the topics' files were written.
    written: bool,
}

#[derive(Debug, Serialize)]
struct Read<'a> {
    file: &'a str,
    format: &'static str,
}

#[derive(Debug, Serialize)]
struct Made<'a> {
    id: &'a str,
    title: &'a str,
    section: &'a str,
    file: &'a str,
    line: usize,
    path: String,
    keywords: Vec<String>,
    mentions: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Reported<'a> {
    file: &'a str,
    line: usize,
    what: &'a str,
}

/// Imports a file or a folder.
pub(super) fn import(out: &mut Output, wanted: &Import) -> Outcome {
    if !wanted.path.exists() {
        let what = format!("{}: no such file or folder", wanted.path.display());
        return Err(Failure::Unusable(what));
    }
    let known = Known::new(built_in::guide().vocabulary());
    let imported = import::path(&wanted.path, wanted.format, &known);
    let paths: Vec<PathBuf> = imported
        .topics
        .iter()
        .map(|placed| wanted.out.join(format!("{}.md", placed.topic.id)))
        .collect();
    if !wanted.dry_run {
        if !wanted.force {
            refuse_existing(&paths)?;
        }
        for (path, placed) in paths.iter().zip(&imported.topics) {
            store(path, &write(&placed.topic))?;
        }
    }
    if wanted.json {
        write_json(out, &report(&imported, &paths, wanted.dry_run))?;
    } else {
        tell(out, &imported, wanted)?;
    }
    if imported.topics.is_empty() {
        let what = format!("no topic in {}", wanted.path.display());
        return Err(Failure::Nothing(what));
    }
    Ok(())
}

/// Fails before anything is written where a file is in the way.
fn refuse_existing(paths: &[PathBuf]) -> Outcome {
    let existing: Vec<String> = paths
        .iter()
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| path.display().to_string())
        .collect();
    if existing.is_empty() {
        return Ok(());
    }
    let named = existing
        .iter()
        .take(NAMED_MAX)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    let more = if existing.len() > NAMED_MAX {
        ", …"
    } else {
        ""
    };
    Err(Failure::Unusable(format!(
        "{} of {} files exist already: {named}{more}; --force replaces them, --out DIR writes elsewhere; nothing is written",
        existing.len(),
        paths.len()
    )))
}

/// Writes a file by way of another one beside it: nobody reads half a topic, and a link is replaced,
/// not followed.
fn store(path: &Path, text: &str) -> Outcome {
    let failed = |error: std::io::Error| {
        Failure::Unusable(format!("{}: cannot be written: {error}", path.display()))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let beside = path.with_extension("md.new");
    fs::write(&beside, text).map_err(failed)?;
    fs::rename(&beside, path).map_err(failed)
}

fn report<'a>(imported: &'a Imported, paths: &[PathBuf], dry_run: bool) -> Report<'a> {
    let names = |names: &[KeywordName]| names.iter().map(KeywordName::qualified).collect();
    let made = |(placed, path): (&'a Placed, &PathBuf)| Made {
        id: &placed.topic.id,
        title: &placed.topic.title,
        section: &placed.section,
        file: &placed.file,
        line: placed.line,
        path: path.display().to_string(),
        keywords: names(&placed.topic.keywords),
        mentions: names(&placed.topic.mentions),
    };
    let files = imported.files.iter();
    Report {
        files: files
            .map(|(file, format)| Read {
                file,
                format: format.name(),
            })
            .collect(),
        topics: imported.topics.iter().zip(paths).map(made).collect(),
        unplaced: imported.unplaced.iter().map(reported).collect(),
        structure: imported.structure.iter().map(reported).collect(),
        written: !dry_run,
    }
}

fn reported(mistake: &Mistake) -> Reported<'_> {
    Reported {
        file: &mistake.file,
        line: mistake.line,
        what: &mistake.what,
    }
}

/// For people: each topic and each line that says how to read others in a dry run, then what is in no
/// topic, then the counts.
fn tell(out: &mut Output, imported: &Imported, wanted: &Import) -> Outcome {
    if wanted.dry_run {
        for placed in &imported.topics {
            let (id, topic) = (Style::new().bold(), &placed.topic);
            let names: Vec<String> = topic
                .keywords
                .iter()
                .chain(&topic.mentions)
                .map(KeywordName::qualified)
                .collect();
            let names = if names.is_empty() {
                String::new()
            } else {
                format!("  [{}]", names.join(", "))
            };
            writeln!(out, "{id}{}{id:#}  {}{names}", topic.id, topic.title)?;
            writeln!(
                out,
                "    {}:{}: {}",
                placed.file,
                placed.line,
                topic.headline()
            )?;
        }
        for mistake in &imported.structure {
            writeln!(out, "{mistake}")?;
        }
    }
    for mistake in &imported.unplaced {
        writeln!(out, "{mistake}")?;
    }
    for (file, format) in &imported.files {
        let topics = imported
            .topics
            .iter()
            .filter(|placed| placed.file == *file)
            .count();
        let unplaced = imported
            .unplaced
            .iter()
            .filter(|mistake| mistake.file == *file)
            .count();
        writeln!(
            out,
            "{file}: read as {}, {}, {} not placed",
            format.name(),
            counted(topics, "topic"),
            counted(unplaced, "line")
        )?;
    }
    let mut sections: BTreeMap<&str, usize> = BTreeMap::new();
    for placed in &imported.topics {
        *sections.entry(placed.topic.section()).or_default() += 1;
    }
    let named: Vec<String> = sections
        .iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    if !named.is_empty() {
        writeln!(out, "sections: {}", named.join(", "))?;
    }
    let count = counted(imported.topics.len(), "topic");
    if wanted.dry_run {
        writeln!(out, "{count} for {}, nothing written", wanted.out.display())?;
    } else if !imported.topics.is_empty() {
        writeln!(
            out,
            "{count} written to {}; `viva guide check {}` checks them",
            wanted.out.display(),
            wanted.out.display()
        )?;
    }
    Ok(())
}

/// `1 topic`, `2 topics`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
