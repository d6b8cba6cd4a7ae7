//! The table of contents of a file: which of its declarations outside of functions declares a name. It is
//! made once for a version of a text and kept with it, so that a question about one place looks at no
//! other declarations than those that it needs.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use tree_sitter::{Node, Tree, TreeCursor};

use super::syntax::{children_by_field, each_child, field, kind_of, text_of};
use super::top_level::{Found, Import, each_declared, import, method_names};

/// A table that is made when it is first asked for.
#[derive(Debug, Default)]
pub struct Contents(OnceLock<Table>);

impl Contents {
    /// The table of a text and its tree, which must be the same ones each time.
    pub(super) fn of(&self, text: &str, tree: &Tree) -> &Table {
        self.0.get_or_init(|| Table::new(text, tree))
    }
}

#[derive(Debug, Default)]
pub(super) struct Table {
    /// The children of the root, without comments.
    top_level: Vec<TopLevel>,
    /// The name in the package clause; empty if there is none.
    pub(super) package: String,
    /// Local package name → import path.
    pub(super) imports: HashMap<String, String>,
    /// Paths imported with a dot.
    pub(super) dot_imports: Vec<String>,
    /// Name → the number of the first node in `top_level` that declares it.
    names: HashMap<Box<str>, usize>,
    /// `Type.Method` → the same.
    methods: HashMap<Box<str>, usize>,
}

/// A declaration, or what is left of unfinished code.
#[derive(Debug)]
struct TopLevel {
    range: Range<usize>,
    /// Whether it sees no local names of the one before.
    starts_region: bool,
}

impl Table {
    fn new(text: &str, tree: &Tree) -> Table {
        let mut table = Table::default();
        let mut is_loose = None;
        each_child(tree.root_node(), |node| {
            if !node.is_named() || kind_of(node) == "comment" || node.byte_range().is_empty() {
                return;
            }
            table.top_level.push(TopLevel {
                range: node.byte_range(),
                starts_region: starts_region(node, &mut is_loose),
            });
            table.add(text, node);
        });
        table
    }

    fn add(&mut self, text: &str, node: Node<'_>) {
        let number = self.top_level.len() - 1;
        let mut name = |name: Node<'_>| {
            let name = text_of(name, text);
            if !self.names.contains_key(name) {
                self.names.insert(name.into(), number);
            }
        };
        each_declared(node, |found| match found {
            Found::Package(package) => text_of(package, text).clone_into(&mut self.package),
            Found::Import(spec) => match import(spec, text) {
                Some(Import::Named(name, path)) if !self.imports.contains_key(name) => {
                    self.imports.insert(name.to_owned(), path.to_owned());
                }
                Some(Import::Dot(path)) => self.dot_imports.push(path.to_owned()),
                _ => {}
            },
            Found::Values { spec, .. } => children_by_field(spec, "name").for_each(&mut name),
            Found::Type(declared) | Found::Function(declared) => {
                field(declared, "name").into_iter().for_each(&mut name);
            }
            Found::Method(method) => {
                if let Some((receiver, name)) = method_names(method, text) {
                    self.methods
                        .entry(method_key(receiver, name).into())
                        .or_insert(number);
                }
            }
        });
    }

    /// The number of the node that declares a name outside of functions.
    pub(super) fn declaration(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// The number of the node that is or contains a method.
    pub(super) fn method(&self, type_name: &str, name: &str) -> Option<usize> {
        self.methods.get(&*method_key(type_name, name)).copied()
    }

    /// The node of this number below the root of the table's tree.
    pub(super) fn node<'a>(&self, root: Node<'a>, number: usize) -> Option<Node<'a>> {
        root.first_child_for_byte(self.top_level.get(number)?.range.start)
    }

    /// A walk over the nodes below the root, for ascending numbers from this one on.
    pub(super) fn nodes<'a, 't>(&'t self, root: Node<'a>, first: usize) -> Nodes<'a, 't> {
        let start = self.top_level.get(first).map_or(0, |node| node.range.start);
        let mut cursor = root.walk();
        Nodes {
            has_more: cursor.goto_first_child_for_byte(start).is_some(),
            cursor,
            table: self,
        }
    }

    /// The numbers of the nodes of each region that touches a range of the text. Regions share no local
    /// names: a declaration is one by itself; the loose statements and errors that an unfinished function
    /// falls apart into are one together.
    pub(super) fn regions(&self, wanted: &Range<usize>) -> Vec<Range<usize>> {
        let starts = |number: usize| {
            let node = self.top_level.get(number);
            node.is_none_or(|node| node.starts_region)
        };
        let mut start = self
            .top_level
            .partition_point(|node| node.range.end <= wanted.start);
        let is_wanted = |number: usize| {
            let node = self.top_level.get(number);
            node.is_some_and(|node| node.range.start < wanted.end)
        };
        if !is_wanted(start) {
            return Vec::new();
        }
        while start > 0 && !starts(start) {
            start -= 1;
        }
        let mut regions = Vec::new();
        while is_wanted(start) {
            let mut end = start + 1;
            while !starts(end) {
                end += 1;
            }
            regions.push(start..end);
            start = end;
        }
        regions
    }
}

/// A walk over nodes below a root.
pub(super) struct Nodes<'a, 't> {
    cursor: TreeCursor<'a>,
    has_more: bool,
    table: &'t Table,
}

impl<'a> Nodes<'a, '_> {
    /// The node of a number that is not smaller than the one before, as [`Table::node`] finds it.
    pub(super) fn node(&mut self, number: usize) -> Option<Node<'a>> {
        let start = self.table.top_level.get(number)?.range.start;
        while self.has_more && self.cursor.node().end_byte() <= start {
            self.has_more = self.cursor.goto_next_sibling();
        }
        self.has_more.then(|| self.cursor.node())
    }
}

fn method_key(receiver: &str, name: &str) -> String {
    [receiver, ".", name].concat()
}

/// Whether a node begins a region; `is_loose` is what the one before was.
fn starts_region(node: Node<'_>, is_loose: &mut Option<bool>) -> bool {
    let is_declaration = is_declaration(node);
    *is_loose = Some(match (*is_loose, kind_of(node)) {
        (Some(before), "type_declaration" | "var_declaration" | "const_declaration") => before,
        _ => !is_declaration,
    });
    *is_loose == Some(false)
}

fn is_declaration(node: Node<'_>) -> bool {
    matches!(
        kind_of(node),
        "function_declaration"
            | "method_declaration"
            | "import_declaration"
            | "package_clause"
            | "type_declaration"
            | "var_declaration"
            | "const_declaration"
    )
}
