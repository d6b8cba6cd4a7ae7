//! What searches know about words besides the guide's texts: `index/synonyms.toml`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::tokens::{self, Word};

/// The words of `index/synonyms.toml`, stemmed; read when the first search needs it.
pub(crate) static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("../../synonyms.toml")));

#[derive(Debug)]
pub(crate) struct Lexicon {
    /// Words that say nothing about the subject of a question, as they are written: the stem of
    /// `having` is that of `have`.
    stop: HashSet<String>,
    /// Words that name a section, and the sections.
    sections: HashMap<String, Vec<String>>,
    /// Lines of phrases that mean the same.
    groups: Vec<Vec<Vec<String>>>,
    /// A phrase, and the groups that it is in.
    phrases: HashMap<Vec<String>, Vec<usize>>,
    /// The longest phrase of a group, in words.
    phrase_max: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    stop: Vec<String>,
    same: Vec<Vec<String>>,
    sections: BTreeMap<String, Vec<String>>,
}

impl Lexicon {
    fn read(text: &str) -> Lexicon {
        let file: File = toml::from_str(text).expect("a test reads synonyms.toml");
        let stems = |text: &String| -> Vec<String> {
            let words = tokens::words(text, |_| true).into_iter();
            words.map(|word| word.stem).collect()
        };
        let mut sections: HashMap<String, Vec<String>> = HashMap::new();
        for (section, words) in &file.sections {
            for stem in words.iter().flat_map(stems) {
                sections.entry(stem).or_default().push(section.clone());
            }
        }
        let groups: Vec<Vec<Vec<String>>> = file
            .same
            .iter()
            .map(|group| group.iter().map(stems).collect())
            .collect();
        let mut phrases: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
        for (number, group) in groups.iter().enumerate() {
            for phrase in group {
                phrases.entry(phrase.clone()).or_default().push(number);
            }
        }
        Lexicon {
            stop: file.stop.into_iter().collect(),
            sections,
            groups,
            phrase_max: phrases.keys().map(Vec::len).max().unwrap_or(1),
            phrases,
        }
    }

    pub(crate) fn is_stop(&self, word: &Word) -> bool {
        self.stop.contains(&word.written)
    }

    /// The sections that a word names; most words name none.
    pub(crate) fn sections(&self, stem: &str) -> &[String] {
        self.sections.get(stem).map_or(&[], Vec::as_slice)
    }

    /// Cuts words into phrases: the longest that have others of the same meaning, else single words.
    pub(crate) fn phrases<'a>(&self, mut words: &'a [Word]) -> Vec<&'a [Word]> {
        let mut phrases = Vec::new();
        while !words.is_empty() {
            let longest = self.phrase_max.min(words.len());
            let length = (2..=longest)
                .rev()
                .find(|length| self.phrases.contains_key(&stems(&words[..*length])))
                .unwrap_or(1);
            let (phrase, rest) = words.split_at(length);
            phrases.push(phrase);
            words = rest;
        }
        phrases
    }

    /// The other phrases that mean the same as this one.
    pub(crate) fn same(&self, phrase: &[Word]) -> Vec<&[String]> {
        let phrase = stems(phrase);
        let groups = self.phrases.get(&phrase).map_or(&[][..], Vec::as_slice);
        let others = groups.iter().flat_map(|number| &self.groups[*number]);
        let others = others.filter(|other| **other != phrase);
        others.map(Vec::as_slice).collect()
    }

    /// The phrases of some words, each as the first of its meaning, without stop words.
    pub(crate) fn meanings(&self, words: &[Word]) -> Vec<String> {
        let phrases = self.phrases(words).into_iter();
        phrases
            .filter(|phrase| phrase.len() > 1 || !self.is_stop(&phrase[0]))
            .map(|phrase| {
                let phrase = stems(phrase);
                let groups = self.phrases.get(&phrase);
                let first = groups.and_then(|groups| self.groups.get(*groups.first()?)?.first());
                first.unwrap_or(&phrase).join("_")
            })
            .collect()
    }
}

fn stems(words: &[Word]) -> Vec<String> {
    words.iter().map(|word| word.stem.clone()).collect()
}

/// A name as exact searches compare it: its meanings in one order, as one text; `None` of none.
pub(crate) fn bag(mut meanings: Vec<String>) -> Option<String> {
    meanings.sort();
    Some(meanings.join(" ")).filter(|bag| !bag.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{LEXICON, bag, stems};
    use crate::tokens::{Word, words};

    fn cut(text: &str) -> Vec<Word> {
        words(text, |_| true)
    }

    #[test]
    fn phrases_of_one_meaning_lead_to_each_other() {
        let phrase = cut("garbage collection");
        assert_eq!(LEXICON.phrases(&phrase), [&phrase[..]]);
        assert!(LEXICON.same(&phrase).contains(&&stems(&cut("gc"))[..]));
        let gc = cut("gc");
        assert!(!LEXICON.same(&gc).contains(&&stems(&gc)[..]));
        assert!(LEXICON.same(&cut("banana")).is_empty());
    }

    #[test]
    fn names_are_compared_without_order_and_words_of_questions() {
        let name = |text| bag(LEXICON.meanings(&cut(text)));
        assert_eq!(name("CMD vs. ENTRYPOINT"), name("ENTRYPOINT and CMD"));
        assert_eq!(name("What is GC?"), name("Garbage collection"));
        assert_eq!(name("what is the"), None);
        assert_ne!(
            name("having"),
            None,
            "a clause of SQL is no word of questions"
        );
    }

    #[test]
    fn sections_have_names() {
        assert_eq!(LEXICON.sections("golang").len(), 3);
        assert!(LEXICON.sections("banana").is_empty());
    }
}
