//! What a file imports and declares outside of functions. Only names and syntax nodes are collected;
//! types are worked out when a name is used.

use std::collections::HashMap;

use tree_sitter::Node;

use super::names;
use super::syntax::{children, children_by_field, field, text_of};

/// A name that a file declares outside of functions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Declaration<'a> {
    /// Its place in [`Declarations::types`].
    Type(usize),
    Function(Node<'a>),
    /// Its place in [`Declarations::values`].
    Value(usize),
}

/// A declared type.
#[derive(Clone, Copy, Debug)]
pub(super) struct TypeSpec<'a> {
    pub(super) name: &'a str,
    pub(super) node: Node<'a>,
}

/// One variable or constant of a declaration.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValueSpec<'a> {
    /// The specification that tells the type: for a constant without a value, the one before.
    pub(super) node: Node<'a>,
    /// Which of the names it is.
    pub(super) position: usize,
}

#[derive(Debug, Default)]
pub(super) struct Declarations<'a> {
    /// Local package name → import path.
    pub(super) imports: HashMap<&'a str, &'a str>,
    /// Paths imported with a dot.
    pub(super) dot_imports: Vec<&'a str>,
    pub(super) names: HashMap<&'a str, Declaration<'a>>,
    pub(super) types: Vec<TypeSpec<'a>>,
    pub(super) values: Vec<ValueSpec<'a>>,
    /// Receiver's type and method → the method's node.
    pub(super) methods: HashMap<(&'a str, &'a str), Node<'a>>,
}

/// Collects from the children of the root. What stands in an unfinished declaration counts, too.
pub(super) fn collect<'a>(text: &'a str, top_level: &[Node<'a>]) -> Declarations<'a> {
    let mut declarations = Declarations::default();
    let mut waiting: Vec<Node<'a>> = top_level.iter().rev().copied().collect();
    while let Some(node) = waiting.pop() {
        match node.kind() {
            "import_spec" => declarations.add_import(text, node),
            "import_declaration" | "import_spec_list" | "var_declaration" | "var_spec_list"
            | "type_declaration" | "ERROR" => waiting.extend(children(node).rev()),
            "const_declaration" => declarations.add_constants(text, node),
            "var_spec" => declarations.add_values(text, node, node),
            "type_spec" | "type_alias" => declarations.add_type(text, node),
            "function_declaration" => {
                if let Some(name) = field(node, "name") {
                    let name = text_of(name, text);
                    declarations
                        .names
                        .entry(name)
                        .or_insert(Declaration::Function(node));
                }
            }
            "method_declaration" => {
                if let Some(name) = field(node, "name")
                    && let Some(receiver) = receiver_type(node)
                {
                    let key = (text_of(receiver, text), text_of(name, text));
                    declarations.methods.entry(key).or_insert(node);
                }
            }
            _ => {}
        }
    }
    declarations
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

    fn add_constants(&mut self, text: &'a str, declaration: Node<'a>) {
        let mut telling = None;
        for spec in children(declaration).filter(|node| node.kind() == "const_spec") {
            if field(spec, "type").or(field(spec, "value")).is_some() {
                telling = Some(spec);
            }
            self.add_values(text, spec, telling.unwrap_or(spec));
        }
    }

    fn add_values(&mut self, text: &'a str, spec: Node<'a>, telling: Node<'a>) {
        for (position, name) in children_by_field(spec, "name").enumerate() {
            let declaration = Declaration::Value(self.values.len());
            self.values.push(ValueSpec {
                node: telling,
                position,
            });
            self.names.entry(text_of(name, text)).or_insert(declaration);
        }
    }

    fn add_type(&mut self, text: &'a str, spec: Node<'a>) {
        let Some(name) = field(spec, "name") else {
            return;
        };
        let name = text_of(name, text);
        self.names
            .entry(name)
            .or_insert(Declaration::Type(self.types.len()));
        self.types.push(TypeSpec { name, node: spec });
    }
}
