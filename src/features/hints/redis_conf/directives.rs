//! What is known about the directives of Redis: read from the guide's cards, so that there is one list.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use viva_guide::{Card, Language};

use crate::built_in;
use crate::keywords::redis_conf;

/// What a directive takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// One of some words, in any case.
    Words(&'static [&'static str]),
    Integer,
    /// A number with or without a unit.
    Memory,
    /// A number of bytes, or a percentage.
    MemoryOrPercent,
    /// One argument of any kind.
    Text,
    /// Several arguments, or some that are not described.
    Other,
}

/// The card of a directive, in small letters; of Sentinel's, both words.
pub(super) fn card(directive: &str) -> Option<&'static Card> {
    CARDS.get(directive)
}

/// All names of directives.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    CARDS.keys().map(String::as_str)
}

/// What a directive takes. Of an old name, what its new name takes.
pub(super) fn takes(directive: &str) -> Takes {
    // What has gone without a new name is read and ignored.
    let is_ignored = |card: &&Card| card.deprecated.is_some() && card.alias.is_none();
    let kind = card(current(directive))
        .filter(|card| !is_ignored(card))
        .and_then(|card| card.value_type.as_deref());
    let words = redis_conf::values(directive);
    // Several of these words may stand behind the directive.
    let is_list =
        directive.starts_with("shutdown-on-") || directive == "cluster-slot-stats-enabled";
    match kind {
        Some("bool" | "enum") if !words.is_empty() && !is_list => Takes::Words(words),
        Some("integer") => Takes::Integer,
        Some("memory") => Takes::Memory,
        Some("memory or percent") => Takes::MemoryOrPercent,
        Some("string" | "octal" | "flags") => Takes::Text,
        _ => Takes::Other,
    }
}

/// The name that a directive has today.
pub(super) fn current(directive: &str) -> &str {
    card(directive)
        .and_then(|card| card.alias.as_deref())
        .unwrap_or(directive)
}

/// Whether lines with the same directive add up.
pub(super) fn adds_up(directive: &str) -> bool {
    const KINDS: [&str; 6] = [
        "command and name",
        "limits",
        "name and rules",
        "pairs",
        "path and arguments",
        "setting",
    ];
    let kind = card(directive).and_then(|card| card.value_type.as_deref());
    directive == "include"
        || directive.starts_with("sentinel")
        || kind.is_none_or(|kind| KINDS.contains(&kind))
}

static CARDS: LazyLock<BTreeMap<String, Card>> = LazyLock::new(|| {
    let cards = built_in::guide().cards(Language::Redis);
    cards
        .into_iter()
        // The others are about values of directives.
        .filter(|card| {
            let name = &card.keyword.name;
            !name.contains(' ') || name.starts_with("sentinel ")
        })
        .map(|card| (card.keyword.name.to_ascii_lowercase(), card))
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_say_what_directives_take() {
        assert_eq!(takes("appendonly"), Takes::Words(&["yes", "no"]));
        assert_eq!(takes("slave-read-only"), Takes::Words(&["yes", "no"]));
        assert_eq!(takes("maxmemory"), Takes::Memory);
        assert_eq!(takes("databases"), Takes::Integer);
        assert_eq!(takes("save"), Takes::Other);
        assert_eq!(takes("no-such-directive"), Takes::Other);
        assert_eq!(current("slaveof"), "replicaof");
        assert_eq!(current("port"), "port");
    }

    #[test]
    fn lines_of_some_directives_add_up() {
        for directive in ["save", "user", "include", "loadmodule", "rename-command"] {
            assert!(adds_up(directive), "{directive}");
        }
        for directive in ["client-output-buffer-limit", "sentinel monitor"] {
            assert!(adds_up(directive), "{directive}");
        }
        for directive in ["bind", "port", "maxmemory", "appendonly", "requirepass"] {
            assert!(!adds_up(directive), "{directive}");
        }
    }
}
