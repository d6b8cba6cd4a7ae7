//! Tokens of a Go file where no syntax tree is needed: enough to find declarations and to skip the
//! bodies of functions.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a name.
    Word,
    /// A string literal, finished or not.
    Text,
    /// A number or a rune.
    Other,
    /// One byte of an operator or a bracket.
    Mark,
    /// The end of a line, also within a comment.
    Newline,
}

/// A token and the bytes that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Lexer<'t> {
    bytes: &'t [u8],
    at: usize,
    peeked: Option<Token>,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Lexer<'t> {
        Lexer {
            bytes: text.as_bytes(),
            at: 0,
            peeked: None,
        }
    }

    /// Goes on at a place between two tokens.
    pub(super) fn resume(text: &'t str, at: usize) -> Lexer<'t> {
        Lexer {
            at,
            ..Lexer::new(text)
        }
    }

    pub(super) fn peek(&mut self) -> Option<Token> {
        if self.peeked.is_none() {
            self.peeked = self.read();
        }
        self.peeked
    }

    /// Where the next byte is read.
    pub(super) fn place(&self) -> usize {
        self.peeked.map_or(self.at, |token| token.start)
    }

    pub(super) fn is_line_start(&self, at: usize) -> bool {
        at == 0 || self.bytes.get(at - 1) == Some(&b'\n')
    }

    /// Goes behind the brace that closes one that was read. Stops before a line that begins with a
    /// function, which only happens where a brace is missing.
    pub(super) fn skip_braces(&mut self) {
        self.at = self.place();
        self.peeked = None;
        let mut depth = 1_usize;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                b'"' | b'`' | b'\'' => {
                    self.at = self.end_of_text(self.at);
                    continue;
                }
                b'/' => {
                    self.at = self.end_of_comment(self.at).unwrap_or(self.at + 1);
                    continue;
                }
                b'\n' if self.bytes[self.at..].starts_with(b"\nfunc ") => return,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    fn read(&mut self) -> Option<Token> {
        loop {
            let start = self.at;
            let byte = *self.bytes.get(start)?;
            let (kind, end) = match byte {
                b'\n' => (Kind::Newline, start + 1),
                b' ' | b'\t' | b'\r' => {
                    self.at += 1;
                    continue;
                }
                b'"' | b'`' => (Kind::Text, self.end_of_text(start)),
                b'\'' => (Kind::Other, self.end_of_text(start)),
                b'/' => match self.end_of_comment(start) {
                    None => (Kind::Mark, start + 1),
                    Some(end) if self.bytes[start..end].contains(&b'\n') => (Kind::Newline, end),
                    Some(end) => {
                        self.at = end;
                        continue;
                    }
                },
                _ if is_word(byte) => {
                    let length = self.bytes[start..]
                        .iter()
                        .position(|&byte| !is_word(byte))
                        .unwrap_or(self.bytes.len() - start);
                    let kind = if byte.is_ascii_digit() {
                        Kind::Other
                    } else {
                        Kind::Word
                    };
                    (kind, start + length)
                }
                _ => (Kind::Mark, start + 1),
            };
            self.at = end;
            return Some(Token { kind, start, end });
        }
    }

    /// Behind a string or rune that begins here. Only a raw string goes over the end of its line.
    fn end_of_text(&self, start: usize) -> usize {
        let quote = self.bytes[start];
        let mut at = start + 1;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                _ if byte == quote => return at + 1,
                b'\\' if quote != b'`' && self.bytes.get(at + 1) != Some(&b'\n') => at += 1,
                b'\n' if quote != b'`' => return at,
                _ => {}
            }
            at += 1;
        }
        self.bytes.len()
    }

    /// Behind a comment that begins here, before the end of its line if it ends with that.
    fn end_of_comment(&self, start: usize) -> Option<usize> {
        let rest = &self.bytes[start..];
        if rest.starts_with(b"//") {
            let length = rest.iter().position(|&byte| byte == b'\n');
            return Some(start + length.unwrap_or(rest.len()));
        }
        if !rest.starts_with(b"/*") {
            return None;
        }
        let inside = &rest[2..];
        let length = inside.windows(2).position(|two| two == b"*/");
        Some(length.map_or(self.bytes.len(), |length| start + length + 4))
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        match self.peeked.take() {
            Some(token) => Some(token),
            None => self.read(),
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
