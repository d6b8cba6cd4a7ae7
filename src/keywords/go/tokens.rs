//! What needs no name resolution: keywords, the operator `<-`, and import paths.

use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::syntax::{field, kind_of, text_of};
use super::top_level::import_path;
use super::{Keyword, Sense, Source, names, senses, touches};

/// The keywords, operators and import paths that touch a range of a file.
pub(super) fn within(source: Source<'_>, tree: &Tree, range: &Range<usize>) -> Vec<Keyword> {
    let mut found = Vec::new();
    let mut cursor = tree.walk();
    // The way from the root, because asking a node for its parent searches from the root each time.
    let mut ancestors: Vec<Node<'_>> = Vec::new();
    loop {
        let node = cursor.node();
        if touches(&node.byte_range(), range) {
            if let Some(keyword) = token(source, &ancestors, node) {
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

/// Nothing within it is a token.
fn is_opaque(kind: &str) -> bool {
    matches!(
        kind,
        "interpreted_string_literal" | "raw_string_literal" | "comment" | "rune_literal"
    )
}

fn token(source: Source<'_>, ancestors: &[Node<'_>], node: Node<'_>) -> Option<Keyword> {
    let kind = kind_of(node);
    if node.child_count() > 0 && !is_opaque(kind) {
        return None;
    }
    let text = source.text;
    let parent = ancestors.last().copied();
    if let Some(spec) = parent.filter(|parent| kind_of(*parent) == "import_spec") {
        return import_token(text, spec, node);
    }
    let word = text_of(node, text);
    let keyword = |names: Vec<String>, sense: Option<Sense>| {
        Some(Keyword {
            language: None,
            names,
            sense,
            range: node.byte_range(),
        })
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
    None
}

/// The path, or the name that the file gives to the package.
fn import_token(text: &str, spec: Node<'_>, node: Node<'_>) -> Option<Keyword> {
    if !matches!(
        kind_of(node),
        "interpreted_string_literal" | "raw_string_literal" | "package_identifier"
    ) {
        return None;
    }
    let path = import_path(field(spec, "path")?, text)?;
    Some(Keyword {
        language: None,
        names: names::package_names(path),
        sense: None,
        range: node.byte_range(),
    })
}
