//! `viva guide`: work on topics of one's own.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use viva_guide::Contents;
use viva_guide::folder::{self, nearest};
use viva_guide::own::{self, id_of};

use super::import::counted;
use super::{Failure, Outcome, Output};
use crate::{built_in, own_guide};

/// Prints the mistakes of a guide of one's own, one a line with file and line number, and the lines of notes
/// that are in no topic.
pub(super) fn check(out: &mut Output, topics: &Path) -> Outcome {
    must_be_folder(topics)?;
    let checked = own::check_folder(&built_in::guide(), topics);
    for line in checked.mistakes.iter().chain(&checked.unplaced) {
        writeln!(out, "{line}")?;
    }
    let unplaced = match checked.unplaced.len() {
        0 => String::new(),
        1 => "; 1 line is in no topic".to_owned(),
        lines => format!("; {lines} lines are in no topic"),
    };
    outcome(
        out,
        topics,
        checked.mistakes.len(),
        &format!(
            "{} topics and {} cards, no mistake{unplaced}",
            checked.topics, checked.cards
        ),
    )
}

/// The same by the rules of the built-in guide.
pub(super) fn check_built_in(out: &mut Output, topics: &Path, cards: Option<&Path>) -> Outcome {
    for folder in [Some(topics), cards].into_iter().flatten() {
        must_be_folder(folder)?;
    }
    let beside = topics.join("cards");
    match folder::read(topics, cards.unwrap_or(&beside), &[]) {
        Ok(Contents {
            topics: found,
            cards,
        }) => outcome(
            out,
            topics,
            0,
            &format!(
                "{} topics and {} cards, no mistake",
                found.len(),
                cards.len()
            ),
        ),
        Err(mistakes) => {
            for mistake in &mistakes {
                writeln!(out, "{mistake}")?;
            }
            outcome(out, topics, mistakes.len(), "")
        }
    }
}

fn must_be_folder(folder: &Path) -> Outcome {
    if folder.is_dir() {
        return Ok(());
    }
    let problem = format!("{}: no such folder", folder.display());
    Err(Failure::Unusable(problem))
}

/// Says that all is `well`, or how many mistakes were printed.
fn outcome(out: &mut Output, folder: &Path, mistakes: usize, well: &str) -> Outcome {
    if mistakes > 0 {
        let problem = format!("{} in {}", counted(mistakes, "mistake"), folder.display());
        return Err(Failure::Nothing(problem));
    }
    Ok(writeln!(out, "{well}")?)
}

/// Writes a topic to fill in and prints its path.
pub(super) fn new(out: &mut Output, id: &str, extends: Option<&str>, user: bool) -> Outcome {
    let usable = id_of(id);
    let is_id =
        usable == id && id.split('/').count() == 2 && id.split('/').all(|part| !part.is_empty());
    if !is_id {
        return Err(Failure::Unusable(format!(
            "`{id}` is no id; write a section and a name in small letters, such as `redis/our-clusters`"
        )));
    }
    let guide = built_in::guide();
    if let Some(topic) = extends
        && !guide.has(topic)
    {
        let ids = guide.ids(usize::MAX);
        let near = nearest(topic, ids.iter().map(String::as_str))
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(Failure::Nothing(format!(
            "there is no topic `{topic}`{near}"
        )));
    }
    let folder = if user {
        own_guide::user_folder()
    } else {
        workspace_folder()
    };
    let folder = folder.ok_or_else(|| Failure::Unusable("there is no home folder".to_owned()))?;
    let file = folder.join(format!("{id}.md"));
    let shown = file.display();
    let unusable = |error: std::io::Error| Failure::Unusable(format!("{shown}: {error}"));
    if let Some(section) = file.parent() {
        fs::create_dir_all(section).map_err(unusable)?;
    }
    let text = match extends {
        Some(topic) => format!("---\nextends: {topic}\n---\n\n{NOTE}"),
        None => TOPIC.to_owned(),
    };
    // Never over something that is there.
    let mut new = fs::File::create_new(&file).map_err(unusable)?;
    new.write_all(text.as_bytes()).map_err(unusable)?;
    Ok(writeln!(out, "{shown}")?)
}

fn workspace_folder() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let workspace = own_guide::workspace(&here).unwrap_or(here);
    Some(workspace.join(own_guide::IN_WORKSPACE))
}

const NOTE: &str = "What your team should know about it: this paragraph is shown in every hover.

## Questions

### What would you ask about it?

The answer that you would like to hear.

Follow-up: What would you ask next?
";

const TOPIC: &str = "---
title: Name of the topic
level: middle
# The names in code that lead here; languages: go, dockerfile, sql, redis, compose.
keywords:
  go: []
# Ids of other topics, such as redis/persistence.
related: []
---

One sentence of at most 100 characters that answers alone. A second one, if it needs one.

What else there is to say, in paragraphs and lists.

## Pitfalls

- A mistake that people make with it.

## Questions

### What would you ask about it?

The answer that you would like to hear.

Follow-up: What would you ask next?
";
