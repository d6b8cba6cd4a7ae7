//! Recognises Go: its keywords and predeclared identifiers, and the packages, functions, types, methods
//! and fields of other packages. It needs no compiler: names are resolved from the syntax tree.
//!
//! A name is told only if it is certain; where a type is unknown, nothing is said. What the file itself
//! declares is never a keyword. Only in files that are too large for a tree words are told by their
//! spelling.
//!
//! ```text
//! top_level      the package clause, imports and declarations, as syntax nodes
//! contents       which declaration of the file declares a name, kept with a version of its text
//! declarations   what the package declares, as far as it was asked for
//! resolver       scopes, and what a name means; walks one region of the file
//!   declared     the types of declarations, worked out when they are used
//!   statements   what statements declare
//!   expressions, calls, literals
//!                the types of expressions
//!   embedded     SQL and Redis commands in strings
//!   type_syntax  the types that the file spells out
//!   selection    whose field or method `x.name` is
//! types          types
//! library        names and types of imported packages
//! names, tokens  keywords, operators and import paths; how names are spelled
//! quotes         strings and comments in files with errors
//! large          names by their spelling, in a file that has no tree
//! outline        what another file of the package declares, found by a lexer
//! package        which files are a package
//! ```

mod calls;
mod contents;
mod declarations;
mod declared;
mod embedded;
mod expressions;
mod large;
mod lexer;
mod library;
mod literals;
mod names;
mod outline;
mod package;
mod quotes;
mod resolver;
mod selection;
mod senses;
mod statements;
mod syntax;
mod tokens;
mod top_level;
mod type_syntax;
mod types;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::panic::resume_unwind;
use std::thread;
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

use super::{Keyword, Sense, Source, resuming, touches};
pub use contents::Contents;
pub use large::State;
pub use outline::PackageFile;
pub use package::{GoVersion, Package};
use quotes::Quotes;
use resolver::Resolver;

/// Larger texts have no tree: a tree takes about thirty times the memory of its text.
pub const LONGEST_TEXT: usize = 16 << 20;

/// How long a text may take: 100,000 lines (2.5 MB) take a quarter of a second where nothing else runs. What takes
/// far longer is no Go, and fills a kilobyte of memory for each of its bytes.
const LONGEST_PARSE: Duration = Duration::from_secs(5);
const PARSE: Duration = Duration::from_millis(500);
const PARSE_OF_BYTE: Duration = Duration::from_micros(2);

/// How much stack the parser takes for each byte of a text such as `{+{+{+`, measured and rounded up, for as much of
/// it as it reads in [`LONGEST_PARSE`]; and for itself and what is below it.
const STACK_OF_BYTE: usize = 64;
const STACK_TEXT: usize = 2 << 20;
const STACK: usize = 128 << 10;

/// The syntax tree of a Go file. `old` is the tree of an earlier text, edited with
/// [`Tree::edit`] to fit this one. `None` where the parser gives up: the text is too large.
pub fn parse(text: &str, old: Option<&Tree>) -> Option<Tree> {
    if text.len() > LONGEST_TEXT {
        return None;
    }
    let stack = STACK + STACK_OF_BYTE * text.len().min(STACK_TEXT);
    stacker::maybe_grow(stack, stack, || parse_here(text, old))
}

/// The same on the stack as it is.
fn parse_here(text: &str, old: Option<&Tree>) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_go::LANGUAGE.into()).ok()?;
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let deadline = Instant::now() + LONGEST_PARSE.min(PARSE + PARSE_OF_BYTE * length);
    let mut watch = |_: &ParseState| {
        if Instant::now() > deadline {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let mut read = |offset: usize, _| text.as_bytes().get(offset..).unwrap_or_default();
    let options = ParseOptions::new().progress_callback(&mut watch);
    parser.parse_with_options(&mut read, old, Some(options))
}

/// Longer texts are looked at in two halves at the same time, in bytes.
const LONG: usize = if cfg!(test) { 64 } else { 32 << 10 };

/// Every keyword, in the order of the text, without overlaps.
pub fn keywords(source: Source<'_>) -> Vec<Keyword> {
    let end = source.text.len();
    if source.tree.is_none() || end <= LONG {
        return keywords_in(source, 0..end);
    }
    let middle = end / 2;
    thread::scope(|scope| {
        let rest = scope.spawn(|| keywords_in(source, middle..end));
        let mut found = keywords_in(source, 0..middle);
        // What lies over the middle is in both halves.
        let reached = found.last().map_or(0, |keyword| keyword.range.end);
        let rest = rest.join().unwrap_or_else(|panic| resume_unwind(panic));
        found.extend(
            rest.into_iter()
                .filter(|keyword| keyword.range.start >= reached),
        );
        found
    })
}

/// The keywords that have a byte in the range, in the order of the text.
pub fn keywords_in(source: Source<'_>, range: Range<usize>) -> Vec<Keyword> {
    with_tree(source, |text, tree, contents| {
        let mut found: BTreeMap<usize, Keyword> = BTreeMap::new();
        for keyword in tokens::within(source, tree, &range) {
            found.insert(keyword.range.start, keyword);
        }
        for keyword in resolved(source, tree, contents, range.clone()) {
            found.insert(keyword.range.start, keyword);
        }
        let has_error = tree.root_node().has_error();
        let first = found.first_key_value().map_or(0, |(start, _)| *start);
        let mut quotes = Quotes::before(text, first);
        found
            .into_values()
            // Words of other languages do stand in strings.
            .filter(|keyword| {
                !has_error || keyword.language.is_some() || !quotes.cover(keyword.range.start)
            })
            .collect()
    })
    .unwrap_or_else(|| super::touching(&resuming::all(&large(), source.text), range))
}

/// The state in which a text begins that has no tree.
fn large() -> super::State {
    super::State::Go(State::default())
}

/// The keywords in a range whose meaning depends on what is declared.
fn resolved(
    source: Source<'_>,
    tree: &Tree,
    contents: &Contents,
    range: Range<usize>,
) -> Vec<Keyword> {
    let table = contents.of(source.text, tree);
    Resolver::new(source.text, tree, table, source.package, range).resolve()
}

fn with_tree<T>(source: Source<'_>, look: impl FnOnce(&str, &Tree, &Contents) -> T) -> Option<T> {
    let of_its_own = Contents::default();
    let contents = source.contents.unwrap_or(&of_its_own);
    match source.tree {
        Some(tree) => Some(look(source.text, tree, contents)),
        None => parse(source.text, None).map(|tree| look(source.text, &tree, contents)),
    }
}
