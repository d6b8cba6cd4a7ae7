//! Short words for questions to tree-sitter.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use tree_sitter::{Language, Node};

/// The text of a node. Nodes begin and end between characters, so this is empty only if the tree
/// belongs to another text.
pub(super) fn text_of<'a>(node: Node<'_>, text: &'a str) -> &'a str {
    text.get(node.byte_range()).unwrap_or("")
}

pub(super) fn field<'a>(node: Node<'a>, name: &str) -> Option<Node<'a>> {
    node.child_by_field_id(*fields().get(name)?)
}

/// The numbers of the grammar's fields: tree-sitter would compare a name with all of them each time.
fn fields() -> &'static HashMap<&'static str, u16> {
    static GRAMMAR: OnceLock<Language> = OnceLock::new();
    static FIELDS: OnceLock<HashMap<&'static str, u16>> = OnceLock::new();
    FIELDS.get_or_init(|| {
        let grammar = GRAMMAR.get_or_init(|| tree_sitter_go::LANGUAGE.into());
        let ids = (1..=grammar.field_count()).filter_map(|id| u16::try_from(id).ok());
        ids.filter_map(|id| Some((grammar.field_name_for_id(id)?, id)))
            .collect()
    })
}

/// The named children without comments.
pub(super) fn children(
    node: Node<'_>,
) -> impl DoubleEndedIterator<Item = Node<'_>> + ExactSizeIterator {
    all_children(node, |child| child.is_named() && child.kind() != "comment")
}

/// The named children of one field: the names in `var a, b int`.
pub(super) fn children_by_field<'a>(node: Node<'a>, name: &str) -> std::vec::IntoIter<Node<'a>> {
    let mut cursor = node.walk();
    let found: Vec<Node<'a>> = node
        .children_by_field_name(name, &mut cursor)
        .filter(Node::is_named)
        .collect();
    found.into_iter()
}

/// The children with operators, keywords and brackets.
pub(super) fn tokens(node: Node<'_>) -> std::vec::IntoIter<Node<'_>> {
    all_children(node, |_| true)
}

/// Whether one of the children is this keyword or operator.
pub(super) fn has_token(node: Node<'_>, token: &str) -> bool {
    tokens(node).any(|child| child.kind() == token)
}

pub(super) fn contains(node: Node<'_>, offset: usize) -> bool {
    node.byte_range().contains(&offset)
}

/// Whether a range and another that is not empty have a byte in common.
pub(super) fn touches(range: &Range<usize>, wanted: &Range<usize>) -> bool {
    range.start < wanted.end && wanted.start < range.end
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
