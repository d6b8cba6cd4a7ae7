//! A keyword is something in a file that the guide may explain.
//!
//! One recogniser per language, all with one signature: [`Source`] in, [`Keyword`]s out.
//! A recogniser knows syntax only. Whether a name means something to the guide is the guide's
//! business, so a keyword carries every name it could be looked up by.

pub mod checkpoints;
pub mod compose;
pub mod dockerfile;
#[cfg(test)]
mod fixtures;
pub mod go;
#[cfg(test)]
mod mutations;
pub mod redis_conf;
mod resuming;
pub mod sql;

use std::ops::Range;

use viva_guide::Language;

use resuming::{Stop, Window};

/// What a recogniser sees: the text, and for languages that have one the syntax tree of exactly
/// that text.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub text: &'a str,
    pub tree: Option<&'a tree_sitter::Tree>,
    /// For Go, what is kept with the tree.
    pub contents: Option<&'a go::Contents>,
    /// For Go, the other files of the package where they are known.
    pub package: Option<&'a go::Package>,
}

impl<'a> Source<'a> {
    /// A text of which nothing else is known.
    pub fn new(text: &'a str) -> Source<'a> {
        Source {
            text,
            tree: None,
            contents: None,
            package: None,
        }
    }
}

/// A recognised name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Keyword {
    /// Qualified names from most to least specific (`sync.Cond.Wait`, `sync.Cond`, `sync`), in the
    /// spelling of the guide (`index/guide/README.md`); never empty.
    pub names: Vec<String>,
    /// What the code around it says about its meaning, where that matters.
    pub sense: Option<Sense>,
    /// Byte range of exactly the token (of the whole phrase for a phrase).
    pub range: Range<usize>,
    /// The language that it is a word of, where that is not the file's: SQL in a string of a program.
    pub language: Option<Language>,
}

/// The meaning that a keyword has at one place: `make` makes a channel, a slice or a map.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sense {
    /// The name to look up before all others: `builtin.make(chan)`.
    pub name: String,
    /// What to say about this very place: `buffered channel, capacity 10`.
    pub note: Option<String>,
}

/// What a recogniser knows in the middle of a text, so that reading can go on there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Sql(sql::State),
    Dockerfile(dockerfile::State),
    /// Without a tree.
    Go(go::State),
    /// Nothing: each line is for itself.
    Line,
}

impl State {
    /// How many bytes before its place reading looks at.
    fn behind(&self) -> usize {
        match self {
            // Whether a word is directly before a colon.
            State::Sql(_) => 1,
            State::Dockerfile(_) | State::Go(_) | State::Line => 0,
        }
    }

    /// Reads from a place where this is the state to the first place at or after `target` where
    /// reading can be interrupted. Keywords that have no byte in a range that is `wanted` may be left
    /// out. None: that takes more text.
    fn read(
        &self,
        window: &Window<'_>,
        from: usize,
        target: usize,
        wanted: &Range<usize>,
    ) -> Option<Stop> {
        match self {
            State::Sql(state) => state.read(window, from, target, wanted),
            State::Dockerfile(state) => state.read(window, from, target, wanted),
            State::Go(state) => state.read(window, from, target, wanted),
            State::Line => None,
        }
    }
}

/// Every keyword of a file, in the order of the text.
pub fn all(language: Language, source: Source<'_>) -> Vec<Keyword> {
    match language {
        Language::Go => go::keywords(source),
        Language::Dockerfile => dockerfile::keywords(source),
        Language::Sql => sql::keywords(source),
        Language::Redis => redis_conf::keywords(source),
        Language::Compose => compose::keywords(source),
    }
}

/// The keywords that have a byte in a range, in the order of the text.
pub fn within(language: Language, source: Source<'_>, range: Range<usize>) -> Vec<Keyword> {
    if range.is_empty() {
        return Vec::new();
    }
    match language {
        // What a name means is worked out for each one, which takes most of the time.
        Language::Go => go::keywords_in(source, range),
        Language::Dockerfile | Language::Sql | Language::Redis | Language::Compose => {
            touching(&all(language, source), range)
        }
    }
}

/// Those of a text's keywords, in their order, that have a byte in a range.
pub fn touching(keywords: &[Keyword], range: Range<usize>) -> Vec<Keyword> {
    if range.is_empty() {
        return Vec::new();
    }
    let start = keywords.partition_point(|keyword| keyword.range.end <= range.start);
    let end = keywords.partition_point(|keyword| keyword.range.start < range.end);
    keywords.get(start..end).unwrap_or_default().to_vec()
}

/// The keyword at a byte offset, of those of a text in their order: the one that covers it, else the one that
/// ends there (a cursor between two characters belongs to both).
pub fn among(keywords: &[Keyword], offset: usize) -> Option<&Keyword> {
    let before = keywords.partition_point(|keyword| keyword.range.end < offset);
    let mut near = keywords.get(before..)?.iter().take(2);
    near.clone()
        .find(|keyword| keyword.range.contains(&offset))
        .or_else(|| near.find(|keyword| keyword.range.end == offset))
}

/// Whether a range and another that is not empty have a byte in common.
fn touches(range: &Range<usize>, wanted: &Range<usize>) -> bool {
    range.start < wanted.end && wanted.start < range.end
}
