//! What is wrong in a file of the guide, and where.

use std::fmt;

/// One mistake in a file that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file as the user would name it.
    pub file: String,
    /// 1-based.
    pub line: usize,
    /// What is wrong and what would be right; no final full stop.
    pub what: String,
}

impl Mistake {
    pub(crate) fn new(file: &str, line: usize, what: impl Into<String>) -> Mistake {
        Mistake {
            file: file.to_owned(),
            line,
            what: what.into(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}
