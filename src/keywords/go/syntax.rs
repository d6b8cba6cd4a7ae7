//! Short words for questions to tree-sitter.

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::LazyLock;

use tree_sitter::{Language, Node};

/// The text of a node. Nodes begin and end between characters, so this is empty only if the tree
/// belongs to another text.
pub(super) fn text_of<'a>(node: Node<'_>, text: &'a str) -> &'a str {
    text.get(node.byte_range()).unwrap_or("")
}

/// What [`Node::kind`] says, which reads the name anew each time.
pub(super) fn kind_of(node: Node<'_>) -> &'static str {
    let grammar = grammar();
    let name = grammar.kinds.get(usize::from(node.kind_id()));
    name.copied().unwrap_or("ERROR")
}

pub(super) fn field<'a>(node: Node<'a>, name: &str) -> Option<Node<'a>> {
    node.child_by_field_id(*grammar().fields.get(name)?)
}

/// The numbers of the grammar's names: tree-sitter would compare a name with all of them each time.
struct Grammar {
    /// By number.
    kinds: Vec<&'static str>,
    fields: HashMap<&'static str, u16>,
}

fn grammar() -> &'static Grammar {
    static LANGUAGE: LazyLock<Language> = LazyLock::new(|| tree_sitter_go::LANGUAGE.into());
    static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
        let numbers = |count: usize| (0..=count).filter_map(|id| u16::try_from(id).ok());
        Grammar {
            kinds: numbers(LANGUAGE.node_kind_count())
                .map(|id| LANGUAGE.node_kind_for_id(id).unwrap_or("ERROR"))
                .collect(),
            fields: numbers(LANGUAGE.field_count())
                .filter_map(|id| Some((LANGUAGE.field_name_for_id(id)?, id)))
                .collect(),
        }
    });
    &GRAMMAR
}

/// The named children without comments.
pub(super) fn children(
    node: Node<'_>,
) -> impl DoubleEndedIterator<Item = Node<'_>> + ExactSizeIterator {
    all_children(node, |child| {
        child.is_named() && kind_of(*child) != "comment"
    })
}

/// The named children of one field: the names in `var a, b int`.
pub(super) fn children_by_field<'a>(node: Node<'a>, name: &str) -> std::vec::IntoIter<Node<'a>> {
    let mut found = Vec::new();
    if let Some(id) = grammar().fields.get(name).copied().and_then(NonZero::new) {
        let mut cursor = node.walk();
        found.extend(
            node.children_by_field_id(id, &mut cursor)
                .filter(Node::is_named),
        );
    }
    found.into_iter()
}

/// The children with operators, keywords and brackets.
pub(super) fn tokens(node: Node<'_>) -> std::vec::IntoIter<Node<'_>> {
    all_children(node, |_| true)
}

/// Whether one of the children is this keyword or operator.
pub(super) fn has_token(node: Node<'_>, token: &str) -> bool {
    tokens(node).any(|child| kind_of(child) == token)
}

fn all_children<'a>(
    node: Node<'a>,
    wanted: impl Fn(&Node<'a>) -> bool,
) -> std::vec::IntoIter<Node<'a>> {
    let mut found = Vec::new();
    each_child(node, |child| {
        if wanted(&child) {
            found.push(child);
        }
    });
    found.into_iter()
}

/// Looks at each child, also at operators, keywords and brackets.
pub(super) fn each_child<'a>(node: Node<'a>, mut look: impl FnMut(Node<'a>)) {
    let mut cursor = node.walk();
    if cursor.goto_first_child() {
        loop {
            look(cursor.node());
            if !cursor.goto_next_sibling() {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_those_of_the_tree() {
        let text = "package p\nfunc f[T any](a ...T) { x := `a` + '\n'; L: for range <-a { nil.b( }\n}} type 5 € \"";
        let tree = crate::keywords::go::parse(text, None).expect("a tree");
        let mut waiting = vec![tree.root_node()];
        let mut count = 0;
        while let Some(node) = waiting.pop() {
            assert_eq!(kind_of(node), node.kind());
            each_child(node, |child| waiting.push(child));
            count += 1;
        }
        assert!(count > 40, "{count}");
        assert!(tree.root_node().has_error());
    }
}
