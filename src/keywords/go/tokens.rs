//! What needs no name resolution: keywords, the operator `<-`, and import paths.

use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::embedded::is_text;
use super::syntax::{contains, field, kind_of, text_of, touches};
use super::top_level::import_path;
use super::{Keyword, Sense, Source, names, senses};

/// What stands at a place.
#[derive(Debug)]
pub(super) enum Token {
    Keyword(Keyword),
    /// An identifier, whose meaning depends on what is declared, or a text that may be SQL.
    Name,
}

/// The keywords, operators and import paths that touch a range of a file.
pub(super) fn within(source: Source<'_>, tree: &Tree, range: &Range<usize>) -> Vec<Keyword> {
    let mut found = Vec::new();
    let mut cursor = tree.walk();
    // The way from the root, because asking a node for its parent searches from the root each time.
    let mut ancestors: Vec<Node<'_>> = Vec::new();
    loop {
        let node = cursor.node();
        if touches(&node.byte_range(), range) {
            if let Some(Token::Keyword(keyword)) = token(source, &ancestors, node) {
                found.push(keyword);
            }
            // What ends before the range is skipped at once: a file may have very many declarations.
            // It finds nothing where a part without a name is what reaches into the range.
            let is_entered = !is_opaque(kind_of(node))
                && (node.start_byte() < range.start
                    && cursor.goto_first_child_for_byte(range.start).is_some()
                    || cursor.goto_first_child());
            if is_entered {
                ancestors.push(node);
                continue;
            }
        }
        while cursor.node().start_byte() >= range.end || !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
            ancestors.pop();
        }
    }
}

/// What stands at a byte offset.
pub(super) fn at(source: Source<'_>, tree: &Tree, offset: usize) -> Option<Token> {
    let mut cursor = tree.walk();
    let mut ancestors: Vec<Node<'_>> = Vec::new();
    loop {
        let node = cursor.node();
        if !contains(node, offset) {
            return None;
        }
        if is_opaque(kind_of(node)) || node.child_count() == 0 {
            return token(source, &ancestors, node);
        }
        ancestors.push(node);
        cursor.goto_first_child_for_byte(offset)?;
        // A node of no width, which error recovery adds, may stand before the one that is meant.
        while !contains(cursor.node(), offset) {
            if !cursor.goto_next_sibling() {
                return None;
            }
        }
    }
}

/// Nothing within it is a token.
fn is_opaque(kind: &str) -> bool {
    matches!(
        kind,
        "interpreted_string_literal" | "raw_string_literal" | "comment" | "rune_literal"
    )
}

fn token(source: Source<'_>, ancestors: &[Node<'_>], node: Node<'_>) -> Option<Token> {
    let kind = kind_of(node);
    if node.child_count() > 0 && !is_opaque(kind) {
        return None;
    }
    let text = source.text;
    let parent = ancestors.last().copied();
    if let Some(spec) = parent.filter(|parent| kind_of(*parent) == "import_spec") {
        return import_token(text, spec, node);
    }
    if is_opaque(kind) {
        return is_text(node).then_some(Token::Name);
    }
    let word = text_of(node, text);
    let keyword = |names: Vec<String>, sense: Option<Sense>| {
        Some(Token::Keyword(Keyword {
            language: None,
            names,
            sense,
            range: node.byte_range(),
        }))
    };
    if names::is_keyword(word) {
        let sense = match word {
            "select" => parent.and_then(senses::of_select),
            "go" => {
                let version = source.package.and_then(|package| package.version);
                senses::of_go(ancestors, text, version)
            }
            _ => None,
        };
        return keyword(vec![word.to_owned()], sense);
    }
    if word == "<-" {
        return keyword(
            vec!["<-".to_owned()],
            parent.and_then(|parent| senses::of_arrow(parent, node)),
        );
    }
    is_name(kind).then_some(Token::Name)
}

/// The path, or the name that the file gives to the package.
fn import_token(text: &str, spec: Node<'_>, node: Node<'_>) -> Option<Token> {
    if !matches!(
        kind_of(node),
        "interpreted_string_literal" | "raw_string_literal" | "package_identifier"
    ) {
        return None;
    }
    let path = import_path(field(spec, "path")?, text)?;
    Some(Token::Keyword(Keyword {
        language: None,
        names: names::package_names(path),
        sense: None,
        range: node.byte_range(),
    }))
}

fn is_name(kind: &str) -> bool {
    matches!(
        kind,
        "identifier"
            | "type_identifier"
            | "field_identifier"
            | "package_identifier"
            | "nil"
            | "true"
            | "false"
            | "iota"
    )
}
