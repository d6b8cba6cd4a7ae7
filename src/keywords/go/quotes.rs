//! Strings and comments by the look of one line. Error recovery may skip a quote and take the words behind
//! it for code, so files with errors are checked once more.

/// Answers for offsets in rising order, and reads the text once.
#[derive(Debug)]
pub(super) struct Quotes<'a> {
    text: &'a str,
    read: usize,
    inside: Option<Quote>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quote {
    Mark(u8),
    BlockComment,
    LineComment,
}

impl<'a> Quotes<'a> {
    /// Reads from the line that `offset` is in.
    pub(super) fn before(text: &'a str, offset: usize) -> Quotes<'a> {
        let before = text.as_bytes().get(..offset).unwrap_or_default();
        let line = before.iter().rposition(|&byte| byte == b'\n');
        Quotes {
            text,
            read: line.map_or(0, |newline| newline + 1),
            inside: None,
        }
    }

    /// Whether a string or a comment that began earlier in the line covers the offset.
    pub(super) fn cover(&mut self, offset: usize) -> bool {
        let bytes = self.text.as_bytes();
        while self.read < offset {
            let Some(&byte) = bytes.get(self.read) else {
                break;
            };
            let next = bytes.get(self.read + 1).copied();
            self.read += 1;
            self.inside = match (self.inside, byte, next) {
                (_, b'\n', _) | (Some(Quote::BlockComment), b'*', Some(b'/')) => None,
                (Some(Quote::Mark(b'"' | b'\'')), b'\\', Some(escaped)) if escaped != b'\n' => {
                    self.read += 1;
                    self.inside
                }
                (Some(Quote::Mark(mark)), _, _) if mark == byte => None,
                (Some(inside), _, _) => Some(inside),
                (None, b'"' | b'\'' | b'`', _) => Some(Quote::Mark(byte)),
                (None, b'/', Some(b'/')) => Some(Quote::LineComment),
                (None, b'/', Some(b'*')) => {
                    self.read += 1;
                    Some(Quote::BlockComment)
                }
                (None, _, _) => None,
            };
        }
        self.inside.is_some()
    }
}
