//! What is wrong in a file of the guide, and where.

use std::fmt;

/// The line (from 1) on which a byte offset lies; an offset past the end is on the last line.
pub fn line_at(text: &[u8], offset: usize) -> usize {
    let before = &text[..offset.min(text.len())];
    before.split(|byte| *byte == b'\n').count()
}

/// Where the lines of a text begin, for many questions about it.
#[derive(Debug)]
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(text: &str) -> Lines {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines(std::iter::once(0).chain(ends).collect())
    }

    /// The line (from 1) on which a byte offset lies.
    pub(crate) fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }
}

/// One mistake in a file that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file as the user would name it.
    pub file: String,
    /// 1-based.
    pub line: usize,
    /// What is wrong and what would be right, on one line; no final full stop.
    pub what: String,
}

impl Mistake {
    pub(crate) fn new(file: &str, line: usize, what: impl Into<String>) -> Mistake {
        Mistake {
            file: file.to_owned(),
            line,
            // It may quote a heading of several lines.
            what: what.into().replace('\n', " "),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}
