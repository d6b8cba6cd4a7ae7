//! The meanings that a word has by the code around it.

use tree_sitter::Node;

use super::Sense;
use super::syntax::{children, text_of, tokens};
use super::types::Type;

/// A longer capacity or length is not repeated in a note.
const LONGEST_QUOTE: usize = 40;

/// `select` with a default clause.
pub(super) fn of_select(select: Node<'_>) -> Option<Sense> {
    let has_default = children(select).any(|clause| clause.kind() == "default_case");
    if select.kind() != "select_statement" || !has_default {
        return None;
    }
    Some(sense(
        "select(default)",
        Some("has a default clause: does not block".to_owned()),
    ))
}

/// `<-` as a statement, an operator or a part of a channel's type.
pub(super) fn of_arrow(parent: Node<'_>, arrow: Node<'_>) -> Option<Sense> {
    match parent.kind() {
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
