//! How `--json` says where something stands.

use std::ops::Range;

use serde::Serialize;

use crate::document::{Document, Encoding};

/// Lines and columns from 1, columns in characters; the end is exclusive.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct TextRange {
    pub(super) start: TextPosition,
    pub(super) end: TextPosition,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct TextPosition {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl TextRange {
    /// The place of a range of bytes.
    pub(super) fn of(document: &Document, range: &Range<usize>) -> TextRange {
        TextRange {
            start: TextPosition::of(document, range.start),
            end: TextPosition::of(document, range.end),
        }
    }
}

impl TextPosition {
    fn of(document: &Document, offset: usize) -> TextPosition {
        let position = document.position(offset, Encoding::Utf32);
        TextPosition {
            line: position.line + 1,
            column: position.column + 1,
        }
    }
}
