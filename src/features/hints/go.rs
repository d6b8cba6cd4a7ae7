//! The rules for Go: what gopls and `go vet` leave alone or explain poorly.

mod conditions;

use std::collections::HashMap;

use tree_sitter::{Node, Tree};

use super::rule::{Check, Findings, Rule};
use crate::document::Document;
use crate::keywords::go::GoVersion;

/// A file as the rules see it: the syntax tree, and what names mean.
#[derive(Debug)]
pub(super) struct File<'a> {
    pub(super) text: &'a str,
    pub(super) tree: &'a Tree,
    /// The most specific name of each keyword, by the byte where it starts: `sync.Cond.Wait` at the
    /// `Wait` of a call.
    names: HashMap<usize, String>,
    /// The version of the language that the module asks for, where it is known.
    pub(super) version: Option<GoVersion>,
}

impl<'a> File<'a> {
    /// The text of a node.
    pub(super) fn text_of(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// What an identifier (of a selector, its last part) means: `sync.Cond.Wait`. None where nothing
    /// is known of it, or it is the file's own.
    pub(super) fn name_of(&self, node: Node<'_>) -> Option<&str> {
        let node = match node.kind() {
            "selector_expression" => node.child_by_field_name("field")?,
            "qualified_type" => node.child_by_field_name("name")?,
            _ => node,
        };
        self.names.get(&node.start_byte()).map(String::as_str)
    }

    /// What a call calls.
    pub(super) fn called(&self, call: Node<'_>) -> Option<&str> {
        self.name_of(call.child_by_field_name("function")?)
    }

    /// Every node of one of these kinds, in the order of the text.
    pub(super) fn nodes(&self, kinds: &[&str]) -> Vec<Node<'a>>
    where
        Self: 'a,
    {
        let mut found = Vec::new();
        let mut cursor = self.tree.root_node().walk();
        loop {
            if kinds.contains(&cursor.node().kind()) {
                found.push(cursor.node());
            }
            if cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return found;
                }
            }
        }
    }
}

pub(super) const RULES: &[Rule] = &[conditions::COND_WAIT_WITHOUT_LOOP];

/// Runs the wanted rules. A file with syntax errors is left alone: somebody is typing.
pub(super) fn check(document: &Document, wanted: &[&'static Rule], findings: &mut Findings) {
    let source = document.source();
    let Some(tree) = source.tree.filter(|tree| !tree.root_node().has_error()) else {
        return;
    };
    let names = document
        .keywords()
        .into_iter()
        .filter(|keyword| keyword.language.is_none())
        .filter_map(|keyword| Some((keyword.range.start, keyword.names.into_iter().next()?)))
        .collect();
    let file = File {
        text: source.text,
        tree,
        names,
        version: source.package.and_then(|package| package.version),
    };
    for rule in wanted {
        if let Check::Go(check) = rule.check {
            findings.begin(rule);
            check(&file, findings);
        }
    }
}
