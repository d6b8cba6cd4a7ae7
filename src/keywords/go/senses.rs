//! The meanings that a word has by the code around it, and by the version of the language.

use tree_sitter::Node;

use super::Sense;
use super::package::GoVersion;
use super::syntax::{children, field, has_token, kind_of, text_of, tokens};
use super::types::Type;

/// A longer capacity or length is not repeated in a note.
const LONGEST_QUOTE: usize = 40;

/// `select` with a default clause.
pub(super) fn of_select(select: Node<'_>) -> Option<Sense> {
    let has_default = children(select).any(|clause| kind_of(clause) == "default_case");
    if kind_of(select) != "select_statement" || !has_default {
        return None;
    }
    Some(sense(
        "select(default)",
        Some("has a default clause: does not block".to_owned()),
    ))
}

/// Since this version each iteration has variables of its own (<https://go.dev/blog/loopvar-preview>).
const OWN_LOOP_VARIABLES: GoVersion = GoVersion {
    major: 1,
    minor: 22,
};

/// `go func() { … }()` that uses a variable of the loop around it, where all iterations share it.
pub(super) fn of_go(
    ancestors: &[Node<'_>],
    text: &str,
    version: Option<GoVersion>,
) -> Option<Sense> {
    let version = version.filter(|version| *version < OWN_LOOP_VARIABLES)?;
    let (statement, around) = ancestors.split_last()?;
    let call = children(*statement).find(|child| kind_of(*child) == "call_expression")?;
    let literal = field(call, "function").filter(|node| kind_of(*node) == "func_literal")?;
    let mut own: Vec<&str> = Vec::new();
    add_declared(literal, text, &mut own);
    let mut before = *statement;
    for &node in around.iter().rev() {
        match kind_of(node) {
            "func_literal" | "function_declaration" | "method_declaration" => return None,
            "for_statement" => {
                let clause = children(node)
                    .find(|child| matches!(kind_of(*child), "range_clause" | "for_clause"))?;
                let mut variables = Vec::new();
                add_declared(clause, text, &mut variables);
                variables.retain(|name| !own.contains(name));
                if let Some(name) = used(literal, text, &variables) {
                    let GoVersion { major, minor } = version;
                    return Some(sense(
                        "go(loop variable)",
                        Some(format!(
                            "uses the loop variable `{name}`, which all iterations share before Go 1.22; go.mod says {major}.{minor}"
                        )),
                    ));
                }
                own.extend(variables);
            }
            // `x := x` makes a variable for each iteration.
            _ => children(node)
                .take_while(|child| *child != before)
                .filter(|child| kind_of(*child) == "short_var_declaration")
                .for_each(|child| add_declared(child, text, &mut own)),
        }
        before = node;
    }
    None
}

/// Adds the names that a function literal, a clause of a loop or a statement declares itself.
fn add_declared<'a>(node: Node<'_>, text: &'a str, names: &mut Vec<&'a str>) {
    let left = match kind_of(node) {
        "func_literal" => {
            let parameters = field(node, "parameters").into_iter().flat_map(children);
            let mut add = |parameter: Node<'_>| {
                names.extend(
                    children(parameter)
                        .filter(|name| kind_of(*name) == "identifier")
                        .map(|name| text_of(name, text)),
                );
            };
            return parameters.for_each(&mut add);
        }
        "for_clause" => {
            return field(node, "initializer")
                .into_iter()
                .for_each(|initializer| add_declared(initializer, text, names));
        }
        _ => field(node, "left").filter(|_| has_token(node, ":=")),
    };
    let left = left.into_iter().flat_map(children);
    names.extend(
        left.map(|name| text_of(name, text))
            .filter(|name| *name != "_"),
    );
}

/// The first of the names that stands in a node.
fn used<'a>(node: Node<'_>, text: &str, names: &[&'a str]) -> Option<&'a str> {
    let mut cursor = node.walk();
    loop {
        let here = cursor.node();
        if kind_of(here) == "identifier"
            && let Some(name) = names.iter().find(|name| **name == text_of(here, text))
        {
            return Some(name);
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() || cursor.node() == node {
                return None;
            }
        }
    }
}

/// `<-` as a statement, an operator or a part of a channel's type.
pub(super) fn of_arrow(parent: Node<'_>, arrow: Node<'_>) -> Option<Sense> {
    match kind_of(parent) {
        "send_statement" => Some(sense("<-(send)", None)),
        "unary_expression" => Some(sense("<-(receive)", None)),
        "channel_type" => {
            let is_first = tokens(parent).next() == Some(arrow);
            let (name, note) = if is_first {
                (
                    "<-(receive)",
                    "type of a channel that can only be received from",
                )
            } else {
                ("<-(send)", "type of a channel that can only be sent to")
            };
            Some(sense(name, Some(note.to_owned())))
        }
        _ => None,
    }
}

/// `range` over a value of this type, with names and named types replaced by what they stand for.
pub(super) fn of_range(over: &Type<'_>) -> Option<Sense> {
    let name = match over {
        Type::Channel(_) => "range(chan)",
        Type::Function(_) => "range(func)",
        Type::Map(..) => "range(map)",
        Type::Slice(_) => "range(slice)",
        Type::Array(_) => "range(array)",
        Type::Pointer(to) if matches!(**to, Type::Array(_)) => "range(array)",
        Type::Basic("string") => "range(string)",
        Type::Untyped => "range(int)",
        Type::Basic(name) if name.contains("int") || matches!(*name, "byte" | "rune") => {
            "range(int)"
        }
        _ => return None,
    };
    Some(sense(name, None))
}

/// `make` of this type, with the sizes as they are written.
pub(super) fn of_make(made: &Type<'_>, sizes: &[Node<'_>], text: &str) -> Option<Sense> {
    let quote = |size: &Node<'_>| {
        let quote = text_of(*size, text);
        let is_short = quote.len() <= LONGEST_QUOTE && !quote.contains(['\n', '`']);
        is_short.then(|| quote.to_owned())
    };
    let first = sizes.first().and_then(quote);
    match made {
        Type::Channel(_) => {
            let note = match (sizes.first(), first) {
                (None, _) => "unbuffered channel".to_owned(),
                (Some(_), Some(zero)) if zero == "0" => "unbuffered channel".to_owned(),
                (Some(_), Some(size)) => format!("buffered channel, capacity {size}"),
                (Some(_), None) => "buffered channel".to_owned(),
            };
            Some(sense("builtin.make(chan)", Some(note)))
        }
        Type::Slice(_) => {
            let note = match (first, sizes.get(1).and_then(quote)) {
                (Some(length), Some(capacity)) => {
                    Some(format!("slice, length {length}, capacity {capacity}"))
                }
                (Some(length), None) => Some(format!("slice, length {length}")),
                (None, _) => None,
            };
            Some(sense("builtin.make(slice)", note))
        }
        Type::Map(..) => {
            let note = first.map(|size| format!("map with room for {size}"));
            Some(sense("builtin.make(map)", note))
        }
        _ => None,
    }
}

fn sense(name: &str, note: Option<String>) -> Sense {
    Sense {
        name: name.to_owned(),
        note,
    }
}
