//! `viva guide check`: every mistake in a folder of topics.

use std::io::Write as _;
use std::path::Path;

use viva_guide::folder;
use viva_guide::parse::Rules;

use super::{Failure, Outcome, Output};
use crate::built_in;

/// Prints the mistakes of a guide, one a line with file and line number.
pub(super) fn check(out: &mut Output, topics: &Path, cards: Option<&Path>) -> Outcome {
    for folder in [Some(topics), cards].into_iter().flatten() {
        if !folder.is_dir() {
            return Err(Failure::Unusable(format!(
                "{}: no such folder",
                folder.display()
            )));
        }
    }
    // Topics of one's own may name those of the built-in guide.
    let known: Vec<String> = built_in::guide()
        .topics()
        .into_iter()
        .map(|topic| topic.id)
        .collect();
    let beside = topics.join("cards");
    match folder::read_by(Rules::Own, topics, cards.unwrap_or(&beside), &known) {
        Ok(contents) => {
            let counts = (contents.topics.len(), contents.cards.len());
            Ok(writeln!(
                out,
                "{} topics and {} cards, no mistake",
                counts.0, counts.1
            )?)
        }
        Err(mistakes) => {
            for mistake in &mistakes {
                writeln!(out, "{mistake}")?;
            }
            Err(Failure::Nothing(format!(
                "{} mistakes in {}",
                mistakes.len(),
                topics.display()
            )))
        }
    }
}
