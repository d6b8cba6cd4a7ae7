//! Related: the interview questions that belong to the keyword at a place.

use std::ops::Range;

use viva_guide::topic::qualified;
use viva_guide::{Guide, Language, RelatedQuestion, Topic};

use crate::document::{Document, Encoding, Position};
use crate::features::explain;
use crate::keywords::Keyword;

/// How many lines before and after the cursor tell what the code is about.
const LINES_AROUND: usize = 20;

/// How much of them is looked at on each side of the cursor, in bytes: lines may be very long.
const BYTES_AROUND: usize = 16 << 10;

/// How many keywords of a selection are asked about until one has questions.
const SELECTED_MAX: usize = 50;

/// What is offered at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The keyword that the questions belong to.
    pub range: Range<usize>,
    pub topic: Topic,
    /// The topic's own questions first, then those of other topics.
    pub questions: Vec<RelatedQuestion>,
}

/// The questions for the keyword at a byte offset, at most `limit`.
pub fn related(guide: &Guide, document: &Document, offset: usize, limit: usize) -> Option<Related> {
    let language = document.language?;
    let keyword = document.keyword_at(offset)?;
    let explained = explain(guide, language, &keyword)?;
    let around = names_around(document, language, offset);
    let questions = guide.related(&explained, &around, limit);
    Some(Related {
        range: keyword.range.clone(),
        topic: explained.topic?,
        questions,
    })
}

/// The questions for what is selected: those of its first keyword that has any. Editors that know no
/// selection take the expression around the cursor (Eglot) or the line (Kate) for one.
pub fn related_in(
    guide: &Guide,
    document: &Document,
    selected: Range<usize>,
    limit: usize,
) -> Option<Related> {
    let at_start = || related(guide, document, selected.start, limit);
    if selected.is_empty() {
        return at_start();
    }
    let end = selected
        .end
        .min(selected.start.saturating_add(BYTES_AROUND));
    let mut inside = document.keywords_in(selected.start..end);
    inside.truncate(SELECTED_MAX);
    let is_qualifier = |number: usize| {
        let next: Option<&Keyword> = inside.get(number + 1);
        next.is_some_and(|next| {
            next.names
                .iter()
                .skip(1)
                .any(|name| Some(name) == inside[number].names.first())
        })
    };
    (0..inside.len())
        .filter(|number| !is_qualifier(*number))
        .find_map(|number| related(guide, document, inside[number].range.start, limit))
        .or_else(at_start)
}

/// The most specific names of the other keywords near a place.
fn names_around(document: &Document, language: Language, offset: usize) -> Vec<String> {
    let line = document.position(offset, Encoding::Utf8).line;
    let start_of = |line| document.offset(Position { line, column: 0 }, Encoding::Utf8);
    let start =
        start_of(line.saturating_sub(LINES_AROUND)).max(offset.saturating_sub(BYTES_AROUND));
    let end = start_of(line + LINES_AROUND + 1).min(offset.saturating_add(BYTES_AROUND));
    let keywords = document.keywords_in(start..end);
    let mut names: Vec<String> = keywords
        .iter()
        .filter(|keyword| keyword.range.start >= start && !keyword.range.contains(&offset))
        .filter_map(|keyword| {
            Some(qualified(
                keyword.language.unwrap_or(language),
                keyword.names.first()?,
            ))
        })
        .collect();
    names.sort();
    names.dedup();
    names
}
