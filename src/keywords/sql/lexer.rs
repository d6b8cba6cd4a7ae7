//! The tokens of MySQL's SQL: what is a string, a comment, a quoted name, a word
//! (`sql/sql_lex.cc` of the server; `DELIMITER` lines are the client's, `client/mysql.cc`).

use super::modes::{Mode, Setting};
use super::token::{Kind, Token};

/// What a lexer knows besides its place, so that another one can go on there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// What `DELIMITER` has set, if it has.
    delimiter: Option<String>,
    in_version_comment: bool,
    is_within_line: bool,
    may_be_hinted: bool,
    mode: Mode,
    setting: Setting,
}

/// Reads tokens; comments and the bounds of version comments (`/*!80000 … */`) are left out, as
/// what stands within the latter is code.
#[derive(Clone)]
pub(super) struct Lexer<'a> {
    source: &'a str,
    position: usize,
    /// What ends a statement.
    delimiter: &'a str,
    /// Whether a version comment is open.
    in_version_comment: bool,
    /// The end of the optimizer hints that are being read.
    hints_end: Option<usize>,
    /// Whether only blanks came since the line began.
    at_line_start: bool,
    /// Whether the last token may be followed by optimizer hints.
    may_be_hinted: bool,
    mode: Mode,
    setting: Setting,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self {
            source,
            position: if source.starts_with('\u{feff}') {
                '\u{feff}'.len_utf8()
            } else {
                0
            },
            delimiter: ";",
            in_version_comment: false,
            hints_end: None,
            at_line_start: true,
            may_be_hinted: false,
            mode: Mode::default(),
            setting: Setting::default(),
        }
    }

    /// Goes on where another lexer stopped.
    pub(super) fn resume(source: &'a str, position: usize, state: &'a State) -> Self {
        Self {
            source,
            position,
            delimiter: state.delimiter.as_deref().unwrap_or(";"),
            in_version_comment: state.in_version_comment,
            hints_end: None,
            at_line_start: !state.is_within_line,
            may_be_hinted: state.may_be_hinted,
            mode: state.mode,
            setting: state.setting,
        }
    }

    pub(super) fn state(&self) -> State {
        State {
            delimiter: Some(self.delimiter)
                .filter(|delimiter| *delimiter != ";")
                .map(str::to_owned),
            in_version_comment: self.in_version_comment,
            is_within_line: !self.at_line_start,
            may_be_hinted: self.may_be_hinted,
            mode: self.mode,
            setting: self.setting,
        }
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn is_in_hints(&self) -> bool {
        self.hints_end.is_some()
    }

    /// How far the text has been looked at: what follows cannot change a token so far.
    pub(super) fn looked_at(&self) -> usize {
        // Operators and the beginnings of comments are looked at some bytes ahead.
        let ahead = self.delimiter.len() + 8;
        self.hints_end
            .unwrap_or_default()
            .max(self.position + ahead)
    }

    fn rest(&self) -> &'a [u8] {
        self.source
            .as_bytes()
            .get(self.position..)
            .unwrap_or_default()
    }

    /// Skips bytes for as long as they satisfy the test.
    fn skip_while(&mut self, test: impl Fn(u8) -> bool) {
        self.position += self.rest().iter().take_while(|byte| test(**byte)).count();
    }

    fn skip(&mut self, bytes: usize) {
        self.position = self.source.len().min(self.position + bytes);
    }

    fn skip_line(&mut self) {
        self.skip_while(|byte| byte != b'\n');
    }

    /// Skips to after the end of a comment whose beginning has been passed.
    fn skip_comment(&mut self) {
        self.position = comment_end(self.source, self.position);
    }

    /// Skips a string or quoted name at whose opening quote the lexer stands. A doubled quote does
    /// not end it.
    fn skip_quoted(&mut self) {
        let Some(&quote) = self.rest().first() else {
            return;
        };
        let has_escapes = !self.mode.is_plain(quote);
        self.skip(1);
        loop {
            self.skip_while(|byte| byte != quote && byte != b'\\');
            match self.rest() {
                [] => return,
                [b'\\', ..] if has_escapes => self.skip(2),
                [byte, next, ..] if *byte == quote && *next == quote => self.skip(2),
                [byte, ..] if *byte == quote => return self.skip(1),
                _ => self.skip(1),
            }
        }
    }

    /// Goes to where the next token begins; within optimizer hints that is known later.
    pub(super) fn skip_to_token(&mut self) {
        if self.hints_end.is_none() {
            self.skip_silence();
        }
    }

    /// Skips blanks and comments.
    fn skip_silence(&mut self) {
        loop {
            match self.rest() {
                [b'\n', ..] => {
                    self.at_line_start = true;
                    self.position += 1;
                }
                [b' ' | b'\t' | b'\r' | 0x0b | 0x0c, ..] => self.position += 1,
                [b'#', ..] | [b'-', b'-'] => self.skip_line(),
                // Without the blank, `--1` is twice a minus.
                [b'-', b'-', after, ..] if *after <= b' ' => self.skip_line(),
                [b'/', b'*', b'+', ..] if self.may_be_hinted => {
                    self.hints_end = Some(comment_end(self.source, self.position + 3));
                    self.skip(3);
                    return;
                }
                // `/*M!` is MariaDB's.
                [b'/', b'*', b'!', ..] | [b'/', b'*', b'M', b'!', ..] => {
                    self.skip(2);
                    self.skip_while(|byte| matches!(byte, b'M' | b'!'));
                    self.skip_while(|byte| byte.is_ascii_digit());
                    self.in_version_comment = true;
                }
                [b'/', b'*', ..] => {
                    self.skip(2);
                    self.skip_comment();
                }
                [b'*', b'/', ..] if self.in_version_comment => {
                    self.skip(2);
                    self.in_version_comment = false;
                }
                _ => return,
            }
        }
    }

    /// The next word of the optimizer hints that is outside parentheses.
    fn hint(&mut self, end: usize) -> Option<Token> {
        let mut depth = 0_usize;
        while self.position < end {
            let start = self.position;
            match self.source.as_bytes()[start] {
                byte if is_word(byte) => {
                    self.skip_while(is_word);
                    if depth == 0 {
                        return Some(Token {
                            kind: Kind::Hint,
                            start,
                            end: self.position.min(end),
                        });
                    }
                }
                b'(' => {
                    depth += 1;
                    self.skip(1);
                }
                b')' => {
                    depth = depth.saturating_sub(1);
                    self.skip(1);
                }
                _ => self.skip(1),
            }
        }
        self.position = end;
        self.hints_end = None;
        None
    }

    fn at_delimiter(&self) -> bool {
        let rest = self.rest();
        rest.first() == self.delimiter.as_bytes().first()
            && rest.starts_with(self.delimiter.as_bytes())
    }

    /// Skips a word, a number or the name of a variable. A delimiter such as `$$` ends it.
    fn skip_word(&mut self, may_have_dots: bool) {
        let is_part = |byte: u8| is_word(byte) || may_have_dots && byte == b'.';
        if self.delimiter.bytes().next().is_some_and(is_part) {
            while self.rest().first().is_some_and(|byte| is_part(*byte)) && !self.at_delimiter() {
                self.position += 1;
            }
        } else {
            self.skip_while(is_part);
        }
    }

    fn word(&mut self) -> Kind {
        let start = self.position;
        self.skip_word(false);
        let word = &self.source.as_bytes()[start..self.position];
        // N'text', X'4D', B'01'.
        if matches!(word, [b'n' | b'N' | b'x' | b'X' | b'b' | b'B'])
            && self.rest().first() == Some(&b'\'')
        {
            self.skip_quoted();
            return Kind::Value;
        }
        if self.at_line_start && word.eq_ignore_ascii_case(b"delimiter") {
            return Kind::Delimiter;
        }
        self.may_be_hinted = matches!(word.len(), 6 | 7)
            && HINTED
                .iter()
                .any(|hinted| word.eq_ignore_ascii_case(hinted.as_bytes()));
        Kind::Word
    }

    /// Reads the argument of `DELIMITER`: the first word of the rest of the line.
    fn set_delimiter(&mut self) {
        let start = self.position;
        self.skip_line();
        let argument = self.source[start..self.position]
            .split_ascii_whitespace()
            .next();
        if let Some(delimiter) = argument {
            self.delimiter = delimiter;
        }
    }

    fn read(&mut self) -> Kind {
        if self.at_delimiter() {
            self.skip(self.delimiter.len());
            return Kind::End;
        }
        let (kind, length) = match self.rest() {
            [b'\'' | b'"' | b'`', ..] => {
                self.skip_quoted();
                return Kind::Value;
            }
            [b'@', b'@', ..] => {
                self.skip(2);
                self.skip_word(true);
                return Kind::SystemVariable;
            }
            [b'@', b'\'' | b'"' | b'`', ..] => {
                self.skip(1);
                self.skip_quoted();
                return Kind::Value;
            }
            [b'@', ..] => {
                self.skip(1);
                self.skip_word(true);
                return Kind::Value;
            }
            [b'0'..=b'9', ..] => {
                self.skip_word(true);
                return Kind::Value;
            }
            [byte, ..] if is_word(*byte) => return self.word(),
            // A placeholder, `:name`; a label's colon stands directly after a word.
            [b':', byte, ..] if is_word(*byte) && !self.follows_word() => {
                self.skip(1);
                self.skip_while(is_word);
                return Kind::Value;
            }
            [b'\\', b'g' | b'G', ..] => (Kind::End, 2),
            [b';', ..] => (Kind::End, 1),
            [b'(', ..] => (Kind::Open, 1),
            [b')', ..] => (Kind::Close, 1),
            [b',', ..] => (Kind::Comma, 1),
            [b'.', ..] => (Kind::Dot, 1),
            [b'?', ..] => (Kind::Value, 1),
            rest => {
                let operator = OPERATORS
                    .iter()
                    .find(|operator| rest.starts_with(operator.as_bytes()));
                (
                    Kind::Operator,
                    operator.map_or(1, |operator| operator.len()),
                )
            }
        };
        self.skip(length);
        kind
    }

    fn follows_word(&self) -> bool {
        self.position
            .checked_sub(1)
            .is_some_and(|before| is_word(self.source.as_bytes()[before]))
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            if let Some(end) = self.hints_end {
                if let Some(token) = self.hint(end) {
                    return Some(token);
                }
                continue;
            }
            self.skip_silence();
            if self.hints_end.is_some() {
                continue;
            }
            if self.rest().is_empty() {
                return None;
            }
            let start = self.position;
            self.may_be_hinted = false;
            let kind = self.read();
            self.at_line_start = false;
            let token = Token {
                kind,
                start,
                end: self.position,
            };
            if kind == Kind::Delimiter {
                self.set_delimiter();
            }
            let text = &self.source.as_bytes()[token.range()];
            self.setting = self.setting.after(kind, text, &mut self.mode);
            return Some(token);
        }
    }
}

/// After these an optimizer hint comment may stand; anywhere else it is a comment.
const HINTED: [&str; 5] = ["SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE"];

/// The operators of more than one character, longest first.
const OPERATORS: [&str; 13] = [
    "<=>", "->>", "->", ":=", "<=", ">=", "<>", "!=", "||", "&&", "<<", ">>", "==",
];

/// Letters beyond ASCII belong to words, so that a word never ends within a character.
fn is_word(byte: u8) -> bool {
    WORD[usize::from(byte)]
}

static WORD: [bool; 256] = {
    let mut word = [false; 256];
    let mut byte = 0;
    while byte < word.len() {
        #[expect(clippy::cast_possible_truncation, reason = "there are 256 bytes")]
        let character = byte as u8;
        word[byte] =
            character.is_ascii_alphanumeric() || matches!(character, b'_' | b'$') || byte >= 0x80;
        byte += 1;
    }
    word
};

/// The end of the comment in which `start` is.
fn comment_end(source: &str, start: usize) -> usize {
    source
        .get(start..)
        .and_then(|rest| rest.find("*/"))
        .map_or(source.len(), |at| start + at + 2)
}
