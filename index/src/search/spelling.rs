//! Words that the guide does not have: unfinished, mistyped, or written as one.

use strsim::osa_distance;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

/// Shortest word, in characters, for which a wrong letter is forgiven.
const ONE_MISTAKE: usize = 4;

/// Shortest word, in characters, for which two are forgiven.
const TWO_MISTAKES: usize = 8;

/// Shortest beginning of a word that is completed, in characters.
const PREFIX_MIN: usize = 3;

/// How many spellings are tried for a word.
const SPELLINGS: usize = 6;

/// How much a word counts that completes the one written, by what is written of it, and one with a
/// mistake, by the number of mistakes.
const COMPLETED: f32 = 0.8;
const MISTAKEN: [f32; 3] = [1.0, 0.7, 0.45];

/// A word of the guide that may be meant, and how much it counts.
#[derive(Debug, PartialEq)]
pub(super) struct Spelling {
    pub(super) word: String,
    pub(super) weight: f32,
}

/// Words that begin with `start`, the shortest first.
pub(super) fn completed(searcher: &Searcher, field: Field, start: &str) -> Vec<Spelling> {
    let length = start.chars().count();
    if length < PREFIX_MIN {
        return Vec::new();
    }
    let mut found = Vec::new();
    for segment in searcher.segment_readers() {
        let Ok(index) = segment.inverted_index(field) else {
            continue;
        };
        let Ok(mut words) = index.terms().range().ge(start).into_stream() else {
            continue;
        };
        while words.advance() {
            let Ok(word) = std::str::from_utf8(words.key()) else {
                continue;
            };
            if !word.starts_with(start) {
                break;
            }
            if word != start {
                found.push(word.to_owned());
            }
        }
    }
    found.sort_by_key(|word| (word.chars().count(), word.clone()));
    found.dedup();
    found.truncate(SPELLINGS);
    let found = found.into_iter();
    found
        .map(|word| Spelling {
            weight: COMPLETED,
            word,
        })
        .collect()
}

/// Words that differ from `written` by few letters, the nearest first.
pub(super) fn corrected(searcher: &Searcher, field: Field, written: &str) -> Vec<Spelling> {
    let length = written.chars().count();
    let allowed = match length {
        ..ONE_MISTAKE => return Vec::new(),
        ONE_MISTAKE..TWO_MISTAKES => 1_u8,
        TWO_MISTAKES.. => 2,
    };
    let mut found: Vec<(usize, String)> = Vec::new();
    // Words with more mistakes are of no use once there is one with few.
    for mistakes in 1..=allowed {
        let query = FuzzyTermQuery::new(Term::from_field_text(field, written), mistakes, true);
        for segment in searcher.segment_readers() {
            let (Ok(index), Ok(automaton)) = (segment.inverted_index(field), query.automaton())
            else {
                continue;
            };
            let Ok(mut words) = index.terms().search(automaton).into_stream() else {
                continue;
            };
            while words.advance() {
                if let Ok(word) = std::str::from_utf8(words.key()) {
                    found.push((osa_distance(word, written), word.to_owned()));
                }
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    found.sort();
    found.dedup();
    // A word one letter away is meant rather than one two letters away.
    let nearest = found.first().map_or(0, |(mistakes, _)| *mistakes);
    found.retain(|(mistakes, _)| *mistakes == nearest);
    found.truncate(SPELLINGS);
    let found = found.into_iter();
    found
        .map(|(mistakes, word)| Spelling {
            weight: MISTAKEN[mistakes.min(MISTAKEN.len() - 1)],
            word,
        })
        .collect()
}

/// The ways to cut a word in two, each part long enough to be one.
pub(super) fn cuts(word: &str) -> impl Iterator<Item = (&str, &str)> {
    let cut = |(at, _)| word.split_at_checked(at);
    word.char_indices()
        .filter_map(cut)
        .filter(|(first, second)| {
            first.chars().count() >= PREFIX_MIN && second.chars().count() >= PREFIX_MIN
        })
}
