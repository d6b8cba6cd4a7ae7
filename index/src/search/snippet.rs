//! The part of a text that shows why it was found.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::tokens;

/// The longest snippet, in bytes.
const MAX: usize = 160;

/// Stems share this many first letters with their words; where even these differ, nothing is stemmed.
const SHARED: usize = 2;

/// A part of a text, and the byte ranges of the words in it that were looked for.
#[derive(Debug, PartialEq)]
pub(super) struct Snippet {
    pub(super) text: String,
    pub(super) highlights: Vec<Range<usize>>,
}

/// The part with the most telling words, from the start of a sentence where that is near; `None` where
/// no word of `shown` (stems, and how much each tells) stands in the text.
pub(super) fn snippet(text: &str, shown: &BTreeMap<String, f32>) -> Option<Snippet> {
    let found = found(text, shown);
    let mut best: Option<(f32, &[Found])> = None;
    for (first, start) in found.iter().enumerate() {
        let fits = |word: &&Found| word.range.end <= start.range.start + MAX;
        let count = found[first..].iter().take_while(fits).count();
        let window = &found[first..first + count];
        let stems: BTreeSet<&str> = window.iter().map(|word| word.stem).collect();
        let tells: f32 = stems.iter().filter_map(|stem| shown.get(*stem)).sum();
        if count > 0 && best.is_none_or(|(most, _)| tells > most) {
            best = Some((tells, window));
        }
    }
    let (_, window) = best?;
    let first = window.first()?.range.start;
    let last = window.last()?.range.end;
    let sentence = sentence_start(text, first);
    let start = if last - sentence <= MAX {
        sentence
    } else {
        first
    };
    let end = end(text, start, last);
    let highlights = window.iter().map(|word| &word.range);
    Some(Snippet {
        text: text[start..end].to_owned(),
        highlights: highlights
            .map(|range| range.start - start..range.end - start)
            .collect(),
    })
}

struct Found<'a> {
    range: Range<usize>,
    stem: &'a str,
}

/// The words of a text that are looked for.
fn found<'a>(text: &str, shown: &'a BTreeMap<String, f32>) -> Vec<Found<'a>> {
    let starts: Vec<[char; SHARED]> = shown.keys().map(|stem| beginning(stem)).collect();
    let mut analyzer = tokens::english();
    let mut found = Vec::new();
    for range in tokens::runs(text) {
        let word = &text[range.clone()];
        // An identifier may have the word inside.
        let is_identifier = || word.chars().skip(1).any(char::is_uppercase);
        if !starts.contains(&beginning(word)) && !is_identifier() {
            continue;
        }
        let mut stream = analyzer.token_stream(word);
        let mut stem = None;
        while stem.is_none() && stream.advance() {
            stem = shown.get_key_value(&stream.token().text);
        }
        if let Some((stem, _)) = stem {
            found.push(Found { range, stem });
        }
    }
    found
}

/// The first letters of a word in lower case.
fn beginning(word: &str) -> [char; SHARED] {
    let mut letters = word.chars().flat_map(char::to_lowercase);
    std::array::from_fn(|_| letters.next().unwrap_or(' '))
}

/// Where the sentence begins in which a place is.
fn sentence_start(text: &str, at: usize) -> usize {
    let ends = [". ", "? ", "! "];
    let ends = ends.iter().filter_map(|end| text[..at].rfind(end));
    ends.max().map_or(0, |end| end + 2)
}

/// The end of the last whole word that fits.
fn end(text: &str, start: usize, at_least: usize) -> usize {
    let most = text.floor_char_boundary(start + MAX);
    if most == text.len() {
        return most;
    }
    let rest = &text[at_least..most];
    rest.rfind(' ').map_or(at_least, |blank| at_least + blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(stems: &[&str]) -> BTreeMap<String, f32> {
        stems.iter().map(|stem| ((*stem).to_owned(), 1.0)).collect()
    }

    #[test]
    fn a_snippet_has_the_most_words_and_begins_with_their_sentence() {
        let filler = "Nothing of interest is said here at all. ".repeat(10);
        let text = format!("A lock is free. {filler}Two policies: keys are evicted. {filler}");
        let found = snippet(&text, &shown(&["polici", "evict", "lock"])).expect("words");
        assert!(
            found
                .text
                .starts_with("Two policies: keys are evicted. Nothing")
        );
        assert!(found.text.len() <= MAX);
        let marked: Vec<&str> = found
            .highlights
            .iter()
            .map(|range| &found.text[range.clone()])
            .collect();
        assert_eq!(marked, ["policies", "evicted"]);
    }

    #[test]
    fn identifiers_are_marked_whole_and_other_texts_have_no_snippet() {
        let found = snippet("ä sync.WaitGroup €", &shown(&["group"])).expect("a word");
        assert_eq!(found.text, "ä sync.WaitGroup €");
        assert_eq!(&found.text[found.highlights[0].clone()], "WaitGroup");
        assert_eq!(snippet("some words", &shown(&["group"])), None);
        assert_eq!(snippet("", &shown(&[])), None);
    }

    #[test]
    fn long_words_of_other_scripts_are_cut_between_letters() {
        let text = format!("lock {}", "€".repeat(200));
        let found = snippet(&text, &shown(&["lock"])).expect("a word");
        assert_eq!(found.text, "lock");
    }
}
