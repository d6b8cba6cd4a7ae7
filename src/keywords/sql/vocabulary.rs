//! The words that MySQL knows: keywords, functions, phrases, system variables.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What is known about a word.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// In capitals.
    pub(super) word: String,
    pub(super) is_keyword: bool,
    pub(super) is_reserved: bool,
    /// The name of the function of this name as the manual spells it.
    pub(super) function: Option<&'static str>,
    /// The phrases that begin with the word, longest first.
    pub(super) phrases: Vec<Phrase>,
}

/// Several words that stand for one thing.
#[derive(Debug)]
pub(super) struct Phrase {
    pub(super) words: Vec<&'static str>,
    /// The keywords that it makes: how many words each has, and its names.
    pub(super) parts: Vec<(usize, Vec<String>)>,
}

/// What is known about a word, in whatever case it is written.
pub(super) fn entry(word: &str) -> Option<&'static Entry> {
    // No keyword is longer, and most names are told apart without an allocation.
    let mut capitals = [0; 64];
    let capitals = capitals.get_mut(..word.len())?;
    capitals.copy_from_slice(word.as_bytes());
    capitals.make_ascii_uppercase();
    VOCABULARY.get(str::from_utf8(capitals).ok()?)
}

/// The system variable of this name: in small letters.
pub(super) fn system_variable(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    SYSTEM_VARIABLES.get(name.as_str()).copied()
}

/// Other names for the same thing, looked up after a keyword's own.
pub(super) fn synonym(word: &str) -> Option<&'static str> {
    SYNONYMS
        .binary_search_by_key(&word, |(name, _)| name)
        .ok()
        .map(|at| SYNONYMS[at].1)
}

/// Whether the optimizer knows a hint of this name (in capitals).
pub(super) fn is_hint(word: &str) -> bool {
    HINTS.binary_search(&word).is_ok()
}

/// The manual, "Optimizer Hints".
const HINTS: [&str; 37] = [
    "BKA",
    "BNL",
    "DERIVED_CONDITION_PUSHDOWN",
    "GROUP_INDEX",
    "HASH_JOIN",
    "INDEX",
    "INDEX_MERGE",
    "JOIN_FIXED_ORDER",
    "JOIN_INDEX",
    "JOIN_ORDER",
    "JOIN_PREFIX",
    "JOIN_SUFFIX",
    "MAX_EXECUTION_TIME",
    "MERGE",
    "MRR",
    "NO_BKA",
    "NO_BNL",
    "NO_DERIVED_CONDITION_PUSHDOWN",
    "NO_GROUP_INDEX",
    "NO_HASH_JOIN",
    "NO_ICP",
    "NO_INDEX",
    "NO_INDEX_MERGE",
    "NO_JOIN_INDEX",
    "NO_MERGE",
    "NO_MRR",
    "NO_ORDER_INDEX",
    "NO_RANGE_OPTIMIZATION",
    "NO_SEMIJOIN",
    "NO_SKIP_SCAN",
    "ORDER_INDEX",
    "QB_NAME",
    "RESOURCE_GROUP",
    "SEMIJOIN",
    "SET_VAR",
    "SKIP_SCAN",
    "SUBQUERY",
];

const SYNONYMS: [(&str, &str); 40] = [
    ("AGAINST", "MATCH AGAINST"),
    ("ANALYSE", "ANALYZE"),
    ("BOOL", "BOOLEAN"),
    ("CHARACTER", "CHAR"),
    ("CHARSET", "CHARACTER SET"),
    ("CURRENT_DATE", "CURRENT_DATE()"),
    ("CURRENT_TIME", "CURRENT_TIME()"),
    ("CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP()"),
    ("CURRENT_USER", "CURRENT_USER()"),
    ("DEC", "DECIMAL"),
    ("DESCRIBE", "EXPLAIN"),
    ("DISTINCTROW", "DISTINCT"),
    ("FIXED", "DECIMAL"),
    ("FLOAT4", "FLOAT"),
    ("FLOAT8", "DOUBLE"),
    ("INDEXES", "INDEX"),
    ("INT1", "TINYINT"),
    ("INT2", "SMALLINT"),
    ("INT3", "MEDIUMINT"),
    ("INT4", "INT"),
    ("INT8", "BIGINT"),
    ("INTEGER", "INT"),
    ("INTERVAL", "INTERVAL()"),
    ("LOCALTIME", "LOCALTIME()"),
    ("LOCALTIMESTAMP", "LOCALTIMESTAMP()"),
    ("MATCH()", "MATCH AGAINST"),
    ("MIDDLEINT", "MEDIUMINT"),
    ("NCHAR", "CHAR"),
    ("NUMERIC", "DECIMAL"),
    ("NVARCHAR", "VARCHAR"),
    ("OFFSET", "LIMIT OFFSET"),
    ("REAL", "DOUBLE"),
    ("RLIKE", "REGEXP"),
    ("SCHEMA", "DATABASE"),
    ("SCHEMAS", "DATABASES"),
    ("SOME", "ANY"),
    ("UTC_DATE", "UTC_DATE()"),
    ("UTC_TIME", "UTC_TIME()"),
    ("UTC_TIMESTAMP", "UTC_TIMESTAMP()"),
    ("VARCHARACTER", "VARCHAR"),
];

static SYSTEM_VARIABLES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| lines(include_str!("variables.txt")).collect());

static VOCABULARY: LazyLock<HashMap<String, Entry>> = LazyLock::new(|| {
    let mut vocabulary = HashMap::new();
    for line in lines(include_str!("words.txt")) {
        let word = line.strip_suffix(" R");
        let entry = enter(&mut vocabulary, word.unwrap_or(line));
        (entry.is_keyword, entry.is_reserved) = (true, word.is_some());
    }
    for function in lines(include_str!("functions.txt")) {
        enter(&mut vocabulary, function).function = Some(function);
    }
    for phrase in phrases(&vocabulary) {
        enter(&mut vocabulary, phrase.words[0]).phrases.push(phrase);
    }
    for entry in vocabulary.values_mut() {
        entry
            .phrases
            .sort_by_key(|phrase| Reverse(phrase.words.len()));
    }
    vocabulary
});

fn enter<'a>(vocabulary: &'a mut HashMap<String, Entry>, word: &str) -> &'a mut Entry {
    let word = word.to_ascii_uppercase();
    vocabulary.entry(word.clone()).or_insert_with(|| Entry {
        word,
        ..Entry::default()
    })
}

fn phrases(words: &HashMap<String, Entry>) -> Vec<Phrase> {
    // A line is `PHRASE`, `PHRASE = OTHER NAME` or `PHRASE / PHRASE`.
    let lines = lines(include_str!("phrases.txt"));
    let read: Vec<_> = lines
        .map(|line| {
            line.split_once(" = ")
                .map_or((line, None), |(line, other)| (line, Some(other)))
        })
        .collect();
    let known: HashSet<&str> = read.iter().map(|(phrase, _)| *phrase).collect();
    read.into_iter()
        .map(|(phrase, other)| {
            let whole = phrase.replace(" / ", " ");
            let is_split = whole != phrase;
            let parts = phrase.split(" / ").map(|part| {
                let mut names = Vec::new();
                if is_split {
                    names.push(whole.clone());
                }
                names.push(part.to_owned());
                names.extend(other.map(str::to_owned));
                names.extend(names_within(part, &known, words));
                (part.split(' ').count(), without_repetition(names))
            });
            Phrase {
                parts: parts.collect(),
                words: phrase.split(' ').filter(|word| *word != "/").collect(),
            }
        })
        .collect()
}

/// The shorter phrases that a phrase begins with, longest first, then its words.
fn names_within(
    phrase: &str,
    known: &HashSet<&str>,
    words: &HashMap<String, Entry>,
) -> Vec<String> {
    let ends = phrase.match_indices(' ').map(|(at, _)| at).rev();
    let beginnings = ends
        .map(|end| &phrase[..end])
        .filter(|beginning| known.contains(beginning));
    let words = phrase.split(' ').filter(|word| words.contains_key(*word));
    beginnings.chain(words).map(str::to_owned).collect()
}

fn without_repetition(mut names: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// The lines of a data file that are not comments.
fn lines(data: &'static str) -> impl Iterator<Item = &'static str> {
    data.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(SYNONYMS.is_sorted_by_key(|(word, _)| word));
        assert!(HINTS.is_sorted());
    }

    #[test]
    fn phrases_begin_with_a_keyword() {
        for entry in VOCABULARY.values() {
            assert!(
                entry.phrases.is_empty() || entry.is_keyword,
                "{}",
                entry.word
            );
        }
    }

    #[test]
    fn no_word_is_too_long_to_be_found() {
        for entry in VOCABULARY.values() {
            assert!(
                super::entry(&entry.word.to_ascii_lowercase()).is_some(),
                "{}",
                entry.word
            );
        }
    }
}
