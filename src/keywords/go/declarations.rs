//! What a package declares outside of functions, and what the file at hand imports. Only names and syntax nodes are collected;
//! types are worked out when a name is used.

use std::collections::HashMap;

use tree_sitter::Node;

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

#[derive(Debug, Default)]
pub(super) struct Declarations<'a> {
    /// Local package name → import path.
    pub(super) imports: HashMap<&'a str, &'a str>,
    /// The name in the package clause; empty if there is none.
    pub(super) package: &'a str,
    /// Paths imported with a dot.
    pub(super) dot_imports: Vec<&'a str>,
    pub(super) names: HashMap<&'a str, Declaration<'a>>,
    pub(super) types: Vec<OwnType<'a>>,
    pub(super) values: Vec<ValueSpec<'a>>,
    /// Receiver's type and method → the method's node.
    pub(super) methods: HashMap<(&'a str, &'a str), Declared<'a>>,
}

impl<'a> Declarations<'a> {
    /// Adds what stands among the children of a root. What stands in an unfinished declaration
    /// counts, too; of two with one name, the first.
    pub(super) fn collect(&mut self, part: Part<'a>, top_level: &[Node<'a>]) {
        let text = part.text;
        let mut waiting: Vec<Node<'a>> = top_level.iter().rev().copied().collect();
        while let Some(node) = waiting.pop() {
            match node.kind() {
                "import_spec" => self.add_import(text, node),
                "import_declaration" | "import_spec_list" | "var_declaration" | "var_spec_list"
                | "type_declaration" | "ERROR" => waiting.extend(children(node).rev()),
                "package_clause" => {
                    if let Some(name) = children(node).next() {
                        self.package = text_of(name, text);
                    }
                }
                "const_declaration" => self.add_constants(part, node),
                "var_spec" => self.add_values(part, node, node),
                "type_spec" | "type_alias" => self.add_type(part, node),
                "function_declaration" => {
                    if let Some(name) = field(node, "name") {
                        let name = text_of(name, text);
                        self.names
                            .entry(name)
                            .or_insert(Declaration::Function(Declared { node, part }));
                    }
                }
                "method_declaration" => {
                    if let Some(name) = field(node, "name")
                        && let Some(receiver) = receiver_type(node)
                    {
                        let key = (text_of(receiver, text), text_of(name, text));
                        self.methods.entry(key).or_insert(Declared { node, part });
                    }
                }
                _ => {}
            }
        }
    }
}

/// The import path in a string literal.
pub(super) fn import_path<'a>(literal: Node<'a>, text: &'a str) -> Option<&'a str> {
    let literal = text_of(literal, text);
    let path = literal.trim_matches(['"', '`']);
    (!path.is_empty()).then_some(path)
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

impl<'a> Declarations<'a> {
    fn add_import(&mut self, text: &'a str, spec: Node<'a>) {
        let Some(path) = field(spec, "path").and_then(|path| import_path(path, text)) else {
            return;
        };
        let name = match field(spec, "name") {
            None => names::assumed_package_name(path),
            Some(name) if name.kind() == "dot" => return self.dot_imports.push(path),
            Some(name) if name.kind() == "blank_identifier" => return,
            Some(name) => text_of(name, text),
        };
        self.imports.entry(name).or_insert(path);
    }

    fn add_constants(&mut self, part: Part<'a>, declaration: Node<'a>) {
        let mut telling = None;
        for spec in children(declaration).filter(|node| node.kind() == "const_spec") {
            if field(spec, "type").or(field(spec, "value")).is_some() {
                telling = Some(spec);
            }
            self.add_values(part, spec, telling.unwrap_or(spec));
        }
    }

    fn add_values(&mut self, part: Part<'a>, spec: Node<'a>, telling: Node<'a>) {
        for (position, name) in children_by_field(spec, "name").enumerate() {
            let declaration = Declaration::Value(self.values.len());
            self.values.push(ValueSpec {
                declared: Declared {
                    node: telling,
                    part,
                },
                position,
            });
            self.names
                .entry(text_of(name, part.text))
                .or_insert(declaration);
        }
    }

    fn add_type(&mut self, part: Part<'a>, spec: Node<'a>) {
        let Some(name) = field(spec, "name") else {
            return;
        };
        let name = text_of(name, part.text);
        self.names
            .entry(name)
            .or_insert(Declaration::Type(self.types.len()));
        let spec = TypeSpec {
            name,
            declared: Declared { node: spec, part },
        };
        self.types.push(OwnType::new(spec, false));
    }
}
