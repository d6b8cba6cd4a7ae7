//! Being written.

use super::{Keyword, Source};

pub fn keywords(_source: Source<'_>) -> Vec<Keyword> {
    Vec::new()
}

pub fn keyword_at(_source: Source<'_>, _offset: usize) -> Option<Keyword> {
    None
}
