//! What stands at the top of a file: the package clause, imports and declarations, as syntax nodes.

use tree_sitter::Node;

use super::names;
use super::syntax::{children, field, kind_of, text_of};

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
        match kind_of(node) {
            "import_spec" => add(Found::Import(node)),
            "import_declaration" | "import_spec_list" | "var_declaration" | "var_spec_list"
            | "type_declaration" | "ERROR" => waiting.extend(children(node).rev()),
            "package_clause" => children(node)
                .take(1)
                .for_each(|name| add(Found::Package(name))),
            "const_declaration" => {
                let mut telling = None;
                for spec in children(node).filter(|node| kind_of(*node) == "const_spec") {
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
        Some(name) if kind_of(name) == "dot" => Import::Dot(path),
        Some(name) if kind_of(name) == "blank_identifier" => return None,
        Some(name) => Import::Named(text_of(name, text), path),
    })
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
        node = match kind_of(node) {
            "pointer_type" | "parenthesized_type" => children(node).next()?,
            "generic_type" => field(node, "type")?,
            _ => return Some(node),
        };
    }
    None
}
