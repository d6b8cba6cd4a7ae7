//! Recognises Go: its keywords and predeclared identifiers, and the packages, functions, types, methods
//! and fields of other packages. It needs no compiler: names are resolved from the syntax tree.
//!
//! A name is told only if it is certain; where a type is unknown, nothing is said. What the file itself
//! declares is never a keyword.
//!
//! ```text
//! declarations   what the file imports and declares, as syntax nodes
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
//! outline        what another file of the package declares, found by a lexer
//! package        which files are a package
//! ```

mod calls;
mod declarations;
mod declared;
mod embedded;
mod expressions;
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
mod type_syntax;
mod types;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

use super::{Keyword, Sense, Source};
pub use outline::PackageFile;
pub use package::{GoVersion, Package};
use quotes::Quotes;
use resolver::{Resolver, Wanted};

/// Larger texts have no tree: a tree takes about thirty times the memory of its text.
const LONGEST_TEXT: usize = 16 << 20;

/// 100,000 lines take a second.
const LONGEST_PARSE: Duration = Duration::from_secs(5);

/// The syntax tree of a Go file. `old` is the tree of an earlier text, edited with
/// [`Tree::edit`] to fit this one. `None` where the parser gives up: the text is too large.
pub fn parse(text: &str, old: Option<&Tree>) -> Option<Tree> {
    if text.len() > LONGEST_TEXT {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_go::LANGUAGE.into()).ok()?;
    let deadline = Instant::now() + LONGEST_PARSE;
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

/// Every keyword, in the order of the text, without overlaps.
pub fn keywords(source: Source<'_>) -> Vec<Keyword> {
    with_tree(source, |text, tree| {
        let mut found: BTreeMap<usize, Keyword> = BTreeMap::new();
        for keyword in tokens::all(source, tree) {
            found.insert(keyword.range.start, keyword);
        }
        for keyword in Resolver::new(text, tree, source.package, Wanted::All).resolve() {
            found.insert(keyword.range.start, keyword);
        }
        let has_error = tree.root_node().has_error();
        let mut quotes = Quotes::before(text, 0);
        found
            .into_values()
            // Words of other languages do stand in strings.
            .filter(|keyword| {
                !has_error || keyword.language.is_some() || !quotes.cover(keyword.range.start)
            })
            .collect()
    })
    .unwrap_or_default()
}

/// The keyword whose range contains the byte offset.
pub fn keyword_at(source: Source<'_>, offset: usize) -> Option<Keyword> {
    with_tree(source, |text, tree| {
        let keyword = match tokens::at(source, tree, offset)? {
            tokens::Token::Keyword(keyword) if keyword.names == ["range"] => {
                resolved_at(source, tree, offset).unwrap_or(keyword)
            }
            tokens::Token::Keyword(keyword) => keyword,
            tokens::Token::Name => resolved_at(source, tree, offset)?,
        };
        let start = keyword.range.start;
        let is_quoted = keyword.language.is_none()
            && tree.root_node().has_error()
            && Quotes::before(text, start).cover(start);
        (!is_quoted).then_some(keyword)
    })?
}

fn resolved_at(source: Source<'_>, tree: &Tree, offset: usize) -> Option<Keyword> {
    Resolver::new(source.text, tree, source.package, Wanted::At(offset))
        .resolve()
        .pop()
}

fn with_tree<T>(source: Source<'_>, look: impl FnOnce(&str, &Tree) -> T) -> Option<T> {
    match source.tree {
        Some(tree) => Some(look(source.text, tree)),
        None => parse(source.text, None).map(|tree| look(source.text, &tree)),
    }
}
