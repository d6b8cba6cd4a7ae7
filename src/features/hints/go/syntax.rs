//! A file's syntax tree with an index, made once for all rules: tree-sitter finds a parent by going
//! down from the root, and each rule would walk the whole tree.

use std::collections::HashMap;

use tree_sitter::{Node, Tree};

/// The named nodes of a tree.
#[derive(Debug)]
pub(super) struct Syntax<'a> {
    /// In the order of the text, a node before what is in it; without comments.
    places: Vec<Place<'a>>,
    /// Where the nodes of a kind are in `places`.
    kinds: HashMap<&'a str, Vec<usize>>,
    pub(super) comments: Vec<Node<'a>>,
}

#[derive(Clone, Copy, Debug)]
struct Place<'a> {
    node: Node<'a>,
    parent: usize,
    /// The sibling before it.
    previous: Option<usize>,
    /// The place after the last one in the node.
    end: usize,
}

impl<'a> Syntax<'a> {
    pub(super) fn new(tree: &'a Tree) -> Syntax<'a> {
        let mut syntax = Syntax {
            // More than are named; what is not filled takes no memory, and a list that grows leaves pieces behind.
            places: Vec::with_capacity(tree.root_node().descendant_count()),
            kinds: HashMap::new(),
            comments: Vec::new(),
        };
        let mut open: Vec<usize> = Vec::new();
        let mut previous: Option<usize> = None;
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let here = syntax.places.len();
            let mut is_entered = false;
            if node.is_named() {
                if node.kind() == "comment" {
                    syntax.comments.push(node);
                } else {
                    syntax.places.push(Place {
                        node,
                        parent: open.last().copied().unwrap_or(here),
                        previous,
                        end: here + 1,
                    });
                    syntax.kinds.entry(node.kind()).or_default().push(here);
                    previous = Some(here);
                    is_entered = cursor.goto_first_child();
                }
            }
            if is_entered {
                open.push(here);
                previous = None;
                continue;
            }
            while !cursor.goto_next_sibling() {
                let end = syntax.places.len();
                match open.pop() {
                    Some(above) if cursor.goto_parent() => {
                        syntax.places[above].end = end;
                        previous = Some(above);
                    }
                    _ => return syntax,
                }
            }
        }
    }

    fn place(&self, node: Node<'_>) -> Option<usize> {
        let start = node.start_byte();
        let first = self
            .places
            .partition_point(|place| place.node.start_byte() < start);
        (first..self.places.len())
            .take_while(|at| self.places[*at].node.start_byte() == start)
            .find(|at| self.places[*at].node.id() == node.id())
    }

    /// Every node of one of these kinds, in the order of the text.
    pub(super) fn nodes(&self, kinds: &[&str]) -> Vec<Node<'a>> {
        let mut places: Vec<usize> = kinds
            .iter()
            .filter_map(|kind| self.kinds.get(kind))
            .flatten()
            .copied()
            .collect();
        if kinds.len() > 1 {
            places.sort_unstable();
        }
        places.into_iter().map(|at| self.places[at].node).collect()
    }

    pub(super) fn parent(&self, node: Node<'_>) -> Option<Node<'a>> {
        let at = self.place(node)?;
        let parent = self.places[at].parent;
        (parent != at).then(|| self.places[parent].node)
    }

    /// The parent, its parent, …
    pub(super) fn ancestors(&self, node: Node<'_>) -> impl Iterator<Item = Node<'a>> {
        let mut at = self.place(node);
        std::iter::from_fn(move || {
            let here = at?;
            let parent = self.places[here].parent;
            at = (parent != here).then_some(parent);
            at.map(|at| self.places[at].node)
        })
    }

    /// The siblings behind a node.
    pub(super) fn after(&self, node: Node<'_>) -> impl Iterator<Item = Node<'a>> {
        let (mut next, end) = match self.place(node) {
            Some(at) => (self.places[at].end, self.places[self.places[at].parent].end),
            None => (0, 0),
        };
        std::iter::from_fn(move || {
            let place = self.places[..end].get(next)?;
            next = place.end;
            Some(place.node)
        })
    }

    /// The siblings before a node, the nearest first.
    pub(super) fn before(&self, node: Node<'_>) -> impl Iterator<Item = Node<'a>> {
        let mut at = self.place(node);
        std::iter::from_fn(move || {
            at = self.places[at?].previous;
            at.map(|at| self.places[at].node)
        })
    }

    /// The named children.
    pub(super) fn children(&self, node: Node<'_>) -> impl Iterator<Item = Node<'a>> {
        self.below(node, |_| false)
    }

    /// Everything in a node, in the order of the text.
    pub(super) fn inside(&self, node: Node<'_>) -> impl Iterator<Item = Node<'a>> {
        self.below(node, |_| true)
    }

    /// Everything in a node except what is in function literals; those themselves are there.
    pub(super) fn inside_own(&self, node: Node<'_>) -> impl Iterator<Item = Node<'a>> {
        self.inside_except(node, &["func_literal"])
    }

    /// Everything in a node except what is in nodes of some kinds; those themselves are there.
    pub(super) fn inside_except(
        &self,
        node: Node<'_>,
        kinds: &'static [&'static str],
    ) -> impl Iterator<Item = Node<'a>> {
        self.below(node, |node| !kinds.contains(&node.kind()))
    }

    fn below(
        &self,
        node: Node<'_>,
        is_entered: impl Fn(Node<'a>) -> bool,
    ) -> impl Iterator<Item = Node<'a>> {
        let (mut next, end) = match self.place(node) {
            Some(at) => (at + 1, self.places[at].end),
            None => (0, 0),
        };
        std::iter::from_fn(move || {
            let place = self.places[..end].get(next)?;
            next = if is_entered(place.node) {
                next + 1
            } else {
                place.end
            };
            Some(place.node)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::go::parse;

    #[test]
    fn the_index_agrees_with_the_tree() {
        let text = "package p // c\nimport \"fmt\"\nfunc f(a, b int) {\n// d\n\tfor i := range a { fmt.Println(i, func() int { return b }) }\n}\nvar x = 1\n";
        let tree = parse(text, None).expect("it is short");
        let syntax = Syntax::new(&tree);
        assert_eq!(syntax.comments.len(), 2);
        assert_eq!(
            syntax.inside(tree.root_node()).count() + 1,
            syntax.places.len()
        );
        for place in &syntax.places {
            let node = place.node;
            assert_eq!(syntax.parent(node), node.parent());
            let mut cursor = node.walk();
            let children: Vec<_> = node
                .named_children(&mut cursor)
                .filter(|child| child.kind() != "comment")
                .collect();
            assert_eq!(syntax.children(node).collect::<Vec<_>>(), children);
            for (at, child) in children.iter().enumerate() {
                let after: Vec<_> = syntax.after(*child).collect();
                assert_eq!(after, children[at + 1..]);
                let mut before: Vec<_> = syntax.before(*child).collect();
                before.reverse();
                assert_eq!(before, children[..at]);
            }
            let all: Vec<_> = syntax
                .places
                .iter()
                .map(|place| place.node)
                .filter(|other| syntax.ancestors(*other).any(|above| above == node))
                .collect();
            assert_eq!(syntax.inside(node).collect::<Vec<_>>(), all);
        }
        let returns = |node| {
            syntax
                .inside_own(node)
                .any(|node| node.kind() == "return_statement")
        };
        assert!(!returns(syntax.nodes(&["function_declaration"])[0]));
        assert!(returns(syntax.nodes(&["func_literal"])[0]));
    }
}
