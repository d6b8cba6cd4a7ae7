//! Search: topics by words, as symbols of the workspace.

use viva_guide::{Guide, Hit};

/// When symbol queries are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Only queries that begin with `?`, so that other servers' symbols stay clean.
    #[default]
    Prefix,
    Always,
    Off,
}

/// The topics for a symbol query, the best first.
pub fn symbols(guide: &Guide, query: &str, when: When, limit: usize) -> Vec<Hit> {
    let words = match (when, query.strip_prefix('?')) {
        (When::Off, _) | (When::Prefix, None) => return Vec::new(),
        (_, Some(words)) => words,
        (When::Always, None) => query,
    };
    guide.search(words, limit)
}
