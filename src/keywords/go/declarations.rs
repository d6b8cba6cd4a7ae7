//! What a package declares outside of functions, and what the file at hand imports. Only names and
//! syntax nodes are collected; types are worked out when a name is used.

use std::collections::HashMap;

use tree_sitter::Node;

use super::contents::Table;
use super::names;
use super::outline::PackageFile;
use super::resolver::OwnType;
use super::syntax::{children, children_by_field, field, text_of};

/// A text of the package that nodes come from: what their names mean depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    /// The other file of the package that the text is a piece of; `None` for the file at hand.
    pub(super) file: Option<&'a PackageFile>,
}

/// A node of the file at hand, or of another file of its package.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declared<'a> {
    pub(super) node: Node<'a>,
    pub(super) part: Part<'a>,
}

/// A name that a package declares outside of functions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Declaration<'a> {
    /// Its place in [`Declarations::types`].
    Type(usize),
    Function(Declared<'a>),
    /// Its place in [`Declarations::values`].
    Value(usize),
}

/// A declared type.
#[derive(Clone, Copy, Debug)]
pub(super) struct TypeSpec<'a> {
    pub(super) name: &'a str,
    pub(super) declared: Declared<'a>,
}

/// One variable or constant of a declaration.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValueSpec<'a> {
    /// The specification that tells the type: for a constant without a value, the one before.
    pub(super) declared: Declared<'a>,
    /// Which of the names it is.
    pub(super) position: usize,
}

/// What is declared at the top of a file, as it is found.
pub(super) enum Found<'t> {
    /// The name in the package clause.
    Package(Node<'t>),
    Import(Node<'t>),
    /// Variables or constants.
    Values {
        spec: Node<'t>,
        /// The specification that tells the type: for a constant without a value, the one before.
        telling: Node<'t>,
    },
    Type(Node<'t>),
    Function(Node<'t>),
    Method(Node<'t>),
}

/// Finds what a child of a root declares. What stands in an unfinished declaration counts, too.
pub(super) fn each_declared<'t>(node: Node<'t>, mut add: impl FnMut(Found<'t>)) {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        match node.kind() {
            "import_spec" => add(Found::Import(node)),
            "import_declaration" | "import_spec_list" | "var_declaration" | "var_spec_list"
            | "type_declaration" | "ERROR" => waiting.extend(children(node).rev()),
            "package_clause" => children(node)
                .take(1)
                .for_each(|name| add(Found::Package(name))),
            "const_declaration" => {
                let mut telling = None;
                for spec in children(node).filter(|node| node.kind() == "const_spec") {
                    if field(spec, "type").or(field(spec, "value")).is_some() {
                        telling = Some(spec);
                    }
                    add(Found::Values {
                        spec,
                        telling: telling.unwrap_or(spec),
                    });
                }
            }
            "var_spec" => add(Found::Values {
                spec: node,
                telling: node,
            }),
            "type_spec" | "type_alias" => add(Found::Type(node)),
            "function_declaration" => add(Found::Function(node)),
            "method_declaration" => add(Found::Method(node)),
            _ => {}
        }
    }
}

/// What an import gives a name to.
pub(super) enum Import<'t> {
    /// A package, and its path.
    Named(&'t str, &'t str),
    /// All that the package of this path exports.
    Dot(&'t str),
}

/// Reads the specification of an import; None if it gives no names.
pub(super) fn import<'t>(spec: Node<'_>, text: &'t str) -> Option<Import<'t>> {
    let path = field(spec, "path").and_then(|path| import_path(path, text))?;
    Some(match field(spec, "name") {
        None => Import::Named(names::assumed_package_name(path), path),
        Some(name) if name.kind() == "dot" => Import::Dot(path),
        Some(name) if name.kind() == "blank_identifier" => return None,
        Some(name) => Import::Named(text_of(name, text), path),
    })
}

/// What a package declares, as far as somebody asked for it.
#[derive(Debug, Default)]
pub(super) struct Declarations<'a> {
    pub(super) names: HashMap<&'a str, Declaration<'a>>,
    pub(super) types: Vec<OwnType<'a>>,
    pub(super) values: Vec<ValueSpec<'a>>,
    /// Receiver's type and method → the method's node.
    pub(super) methods: HashMap<(&'a str, &'a str), Declared<'a>>,
}

impl<'a> Declarations<'a> {
    /// Adds what a child of a root declares; of two with one name, the first. `number` is that of the
    /// child in the table of contents of the file at hand; none for a child of another file's root. What
    /// the file at hand declares elsewhere is left out, whatever is asked for first.
    pub(super) fn collect(
        &mut self,
        part: Part<'a>,
        node: Node<'a>,
        table: &Table,
        number: Option<usize>,
    ) {
        let text = part.text;
        each_declared(node, |found| match found {
            Found::Package(_) | Found::Import(_) => {}
            Found::Values { spec, telling } => {
                for (position, name) in children_by_field(spec, "name").enumerate() {
                    let declaration = Declaration::Value(self.values.len());
                    self.values.push(ValueSpec {
                        declared: Declared {
                            node: telling,
                            part,
                        },
                        position,
                    });
                    let name = text_of(name, text);
                    if table.declaration(name) == number {
                        self.names.entry(name).or_insert(declaration);
                    }
                }
            }
            Found::Type(spec) => {
                let Some(name) = field(spec, "name") else {
                    return;
                };
                let name = text_of(name, text);
                if table.declaration(name) == number {
                    self.names
                        .entry(name)
                        .or_insert(Declaration::Type(self.types.len()));
                }
                let spec = TypeSpec {
                    name,
                    declared: Declared { node: spec, part },
                };
                self.types.push(OwnType::new(spec, false));
            }
            Found::Function(node) => {
                if let Some(name) = field(node, "name") {
                    let name = text_of(name, text);
                    if table.declaration(name) == number {
                        self.names
                            .entry(name)
                            .or_insert(Declaration::Function(Declared { node, part }));
                    }
                }
            }
            Found::Method(node) => {
                if let Some((receiver, name)) = method_names(node, text)
                    && table.method(receiver, name) == number
                {
                    self.methods
                        .entry((receiver, name))
                        .or_insert(Declared { node, part });
                }
            }
        });
    }
}

/// The import path in a string literal.
pub(super) fn import_path<'a>(literal: Node<'_>, text: &'a str) -> Option<&'a str> {
    let literal = text_of(literal, text);
    let path = literal.trim_matches(['"', '`']);
    (!path.is_empty()).then_some(path)
}

/// The names of the type that a method belongs to, and of the method.
pub(super) fn method_names<'t>(method: Node<'_>, text: &'t str) -> Option<(&'t str, &'t str)> {
    let name = field(method, "name")?;
    Some((text_of(receiver_type(method)?, text), text_of(name, text)))
}

/// The name of the type that a method belongs to, without pointer and type parameters.
fn receiver_type(method: Node<'_>) -> Option<Node<'_>> {
    let receiver = children(field(method, "receiver")?).next()?;
    let mut node = field(receiver, "type")?;
    // A receiver is at most `(*(T[A]))`; more layers are not Go.
    for _ in 0..8 {
        node = match node.kind() {
            "pointer_type" | "parenthesized_type" => children(node).next()?,
            "generic_type" => field(node, "type")?,
            _ => return Some(node),
        };
    }
    None
}
