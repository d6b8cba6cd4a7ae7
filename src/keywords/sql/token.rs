//! What the lexer gives.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An unquoted word: a keyword or a name.
    Word,
    /// A string, a number, a quoted name, a user variable, a placeholder: a value without keywords.
    Value,
    /// `@@name`, `@@global.name`.
    SystemVariable,
    Operator,
    Open,
    Close,
    Comma,
    Dot,
    /// The end of a statement: a semicolon, what `DELIMITER` has set, or `\G`.
    End,
    /// A word outside parentheses in an optimizer hint comment.
    Hint,
    /// The word `DELIMITER` of the client's command.
    Delimiter,
}

/// A token and its place, in bytes of the script.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

impl Token {
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Its text in the script that it was read from.
    pub fn text(self, source: &str) -> &str {
        &source[self.range()]
    }
}
