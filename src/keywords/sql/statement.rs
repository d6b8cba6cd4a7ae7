//! Tells the keywords of one statement from its names.
//!
//! There is no grammar here. The reader goes through the tokens once and remembers what may come
//! next: a name or a keyword. A reserved word is a keyword wherever it stands, a word that is not
//! reserved only where no name is expected. Phrases are matched before single words.

mod following;
mod naming;
mod punctuation;
mod roles;
mod senses;

use std::ops::Range;

use super::places::{self, Kind};
use super::token::{Kind as TokenKind, Token};
use super::vocabulary::{self, Entry, Phrase};
use crate::keywords::{Keyword, touches};
use roles::Role;

/// What a reader knows in the middle of a statement, so that another one can go on there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    expected: Expected,
    scope: Scope,
    outer: Vec<Scope>,
    too_deep: usize,
    first: &'static str,
    last: Option<&'static str>,
    /// Whether `last` is the token before.
    is_directly_after: bool,
    pending: Pending,
    concerns_table: bool,
    updates_duplicates: bool,
}

/// Reads the tokens of a statement up to the one at `limit`, or a few more where one keyword has
/// several. With a state, the first token has been read by another reader. Keywords that have no byte in
/// `wanted` are left out. Also says where reading stopped.
pub(super) fn read(
    text: &str,
    tokens: &[Token],
    state: Option<&State>,
    limit: usize,
    wanted: &Range<usize>,
) -> (Vec<Keyword>, usize, State) {
    let mut reader = Reader {
        text,
        tokens,
        wanted,
        position: 0,
        expected: Expected::Statement,
        scope: Scope {
            kind: Kind::Query,
            is_columns: false,
            paren: Paren::Plain,
            open_cases: 0,
            assigning: Assigning::Nothing,
        },
        outer: Vec::new(),
        too_deep: 0,
        first: "",
        last: None,
        pending: Pending::default(),
        concerns_table: false,
        updates_duplicates: false,
        found: Vec::new(),
    };
    if let Some(state) = state {
        reader.resume(state);
    }
    reader.read(limit);
    let state = reader.state();
    (reader.found, reader.position, state)
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// The first word of a statement.
    Statement,
    /// The same after EXPLAIN, or else the name of a table.
    Explained,
    /// A name or a value.
    Name,
    /// What follows a name or a value.
    Keyword,
}

/// Parentheses that are deeper are read like the one around them. Nobody writes them, and every place
/// where reading can go on keeps the scopes around it.
const DEPTH_MAX: usize = 250;

/// What a parenthesis belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paren {
    Plain,
    /// `CAST(… AS type)`
    Cast,
    /// `CONVERT(…, type)`
    Convert,
    /// `EXTRACT(unit FROM …)`
    Unit,
}

/// A statement, or the inside of a parenthesis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scope {
    kind: Kind,
    /// A list of definitions, each beginning with a name: columns or parameters.
    is_columns: bool,
    paren: Paren,
    /// CASE expressions that have not ended; THEN and ELSE belong to them.
    open_cases: usize,
    assigning: Assigning,
}

/// What is assigned where `SET` or `ON DUPLICATE KEY UPDATE` has begun a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Assigning {
    Nothing,
    /// The next equals sign is that of an assignment.
    Target,
    /// Behind it; what follows is an expression, up to a comma.
    Value,
}

/// What an earlier keyword has announced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pending {
    /// The next parenthesis holds definitions of columns or parameters.
    columns: bool,
    /// The next name is followed by another one: CHANGE old new.
    second_name: bool,
    /// A unit of time: INTERVAL 1 DAY.
    unit: bool,
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// The bytes whose keywords are wanted.
    wanted: &'a Range<usize>,
    position: usize,
    expected: Expected,
    scope: Scope,
    /// The scopes around it, at most [`DEPTH_MAX`].
    outer: Vec<Scope>,
    /// How many parentheses are open in `scope` that are too deep to have one of their own.
    too_deep: usize,
    /// The first word of the statement.
    first: &'static str,
    /// The last keyword or function, and the position of its token.
    last: Option<(&'static str, usize)>,
    pending: Pending,
    /// The statement creates a table or changes one.
    concerns_table: bool,
    /// After ON DUPLICATE KEY UPDATE, where `VALUES()` is a function.
    updates_duplicates: bool,
    found: Vec<Keyword>,
}

impl Reader<'_> {
    fn resume(&mut self, state: &State) {
        self.position = 1;
        self.expected = state.expected;
        self.scope = state.scope;
        self.outer.clone_from(&state.outer);
        self.too_deep = state.too_deep;
        self.first = state.first;
        // A position that no token is directly after.
        let at = if state.is_directly_after {
            0
        } else {
            usize::MAX - 1
        };
        self.last = state.last.map(|last| (last, at));
        self.pending = state.pending;
        self.concerns_table = state.concerns_table;
        self.updates_duplicates = state.updates_duplicates;
    }

    fn state(&self) -> State {
        State {
            expected: self.expected,
            scope: self.scope,
            outer: self.outer.clone(),
            too_deep: self.too_deep,
            first: self.first,
            last: self.last.map(|(last, _)| last),
            is_directly_after: self.last.is_some_and(|(_, at)| at + 1 == self.position),
            pending: self.pending,
            concerns_table: self.concerns_table,
            updates_duplicates: self.updates_duplicates,
        }
    }

    fn read(&mut self, limit: usize) {
        while self.position < limit
            && let Some(token) = self.token(0)
        {
            match token.kind {
                TokenKind::Word => self.word(token),
                TokenKind::Value => self.name(),
                TokenKind::SystemVariable => self.system_variable(token),
                TokenKind::Open => self.open(),
                TokenKind::Close => self.close(),
                TokenKind::Comma => self.comma(),
                TokenKind::Dot => self.go_on(Expected::Name),
                TokenKind::Operator => self.operator(token),
                TokenKind::Hint | TokenKind::Delimiter => self.apart(token),
                TokenKind::End => self.position += 1,
            }
        }
    }

    /// The token so many places after the current one.
    fn token(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.position + ahead).copied()
    }

    fn before(&self) -> Option<Token> {
        self.tokens.get(self.position.checked_sub(1)?).copied()
    }

    fn is(&self, ahead: usize, kind: TokenKind) -> bool {
        self.token(ahead).is_some_and(|token| token.kind == kind)
    }

    fn is_text(&self, ahead: usize, text: &str) -> bool {
        self.token(ahead)
            .is_some_and(|token| token.text(self.text).eq_ignore_ascii_case(text))
    }

    fn go_on(&mut self, expected: Expected) {
        self.position += 1;
        self.expected = expected;
    }

    fn add(&mut self, range: Range<usize>, names: impl FnOnce() -> Vec<String>) {
        if touches(&range, self.wanted) {
            self.found.push(Keyword {
                language: None,
                names: names(),
                sense: None,
                range,
            });
        }
    }

    /// Passes what is no part of the statement: an optimizer hint, the client's DELIMITER.
    fn apart(&mut self, token: Token) {
        let word = token.text(self.text).to_ascii_uppercase();
        if token.kind == TokenKind::Delimiter || vocabulary::is_hint(&word) {
            self.add(token.range(), || vec![word]);
        }
        if let Some((_, at)) = self.last.as_mut().filter(|(_, at)| at + 1 == self.position) {
            *at = self.position;
        }
        self.position += 1;
    }

    /// Passes a name or a value.
    fn name(&mut self) {
        let next = if self.pending.second_name && self.expected == Expected::Name {
            Expected::Name
        } else {
            Expected::Keyword
        };
        self.pending.second_name = false;
        self.go_on(next);
    }

    fn begins_statement(&self) -> bool {
        matches!(self.expected, Expected::Statement | Expected::Explained)
    }

    /// The keyword or function directly before the current token.
    fn directly_after(&self) -> &'static str {
        self.last
            .filter(|(_, at)| at + 1 == self.position)
            .map_or("", |(word, _)| word)
    }

    fn system_variable(&mut self, token: Token) {
        let name = token
            .text(self.text)
            .trim_start_matches('@')
            .rsplit('.')
            .next()
            .unwrap_or_default();
        if let Some(variable) = vocabulary::system_variable(name) {
            self.add(token.range(), || vec![format!("@@{variable}")]);
        }
        self.name();
    }

    fn word(&mut self, token: Token) {
        let follows_dot = self
            .before()
            .is_some_and(|before| before.kind == TokenKind::Dot);
        if follows_dot || self.is(1, TokenKind::Dot) {
            return self.name();
        }
        let word = token.text(self.text);
        if self.assigns()
            && let Some(variable) = vocabulary::system_variable(word)
        {
            self.add(token.range(), || {
                vec![
                    format!("@@{variable}"),
                    format!("SET {}", variable.to_ascii_uppercase()),
                ]
            });
            return self.name();
        }
        let Some(entry) = vocabulary::entry(word) else {
            return self.unknown(token);
        };
        let is_label =
            self.begins_statement() && self.is(1, TokenKind::Operator) && self.is_text(1, ":");
        if is_label {
            return self.name();
        }
        self.restart_if_unfinished(entry);
        if let Some(phrase) = self.phrase(entry) {
            return self.add_phrase(phrase);
        }
        match self.role(entry) {
            Role::Keyword => self.add_keyword(token, entry),
            Role::Function => self.add_function(token, entry),
            Role::Name => self.name(),
        }
    }

    /// A word that is no keyword: a name, or the introducer of a string's character set.
    fn unknown(&mut self, token: Token) {
        let is_before_string = self.token(1).is_some_and(|next| {
            next.kind == TokenKind::Value
                && next
                    .text(self.text)
                    .starts_with(['\'', '"', '0', 'x', 'X', 'b', 'B'])
        });
        if is_before_string && let Some(charset) = token.text(self.text).strip_prefix('_') {
            self.add(token.range(), || naming::charset_names(charset));
            self.position += 1;
            return;
        }
        self.name();
    }

    /// Whether the current word is the name of a variable that a SET statement sets.
    fn assigns(&self) -> bool {
        self.first == "SET"
            && self.outer.is_empty()
            && self.expected == Expected::Name
            && self.is(1, TokenKind::Operator)
            && (self.is_text(1, "=") || self.is_text(1, ":="))
            && self
                .before()
                .is_some_and(|before| matches!(before.kind, TokenKind::Word | TokenKind::Comma))
    }

    /// A statement that lacks its semicolon ends where another one must begin; a routine's body is a
    /// statement.
    fn restart_if_unfinished(&mut self, entry: &Entry) {
        let restarts = match entry.word.as_str() {
            "CREATE" | "ALTER" | "DROP" | "GRANT" | "REVOKE" | "SHOW" => {
                self.scope.kind == Kind::Query
            }
            // The body of a routine, or of a handler.
            "INSERT" | "UPDATE" | "DELETE" | "CALL" | "SET" => {
                matches!(self.first, "CREATE" | "DECLARE") && self.scope.kind == Kind::Definition
            }
            _ => false,
        };
        if restarts && self.outer.is_empty() && self.expected == Expected::Keyword {
            self.expected = Expected::Statement;
            self.scope.open_cases = 0;
        }
    }

    /// The longest phrase that begins here.
    fn phrase(&self, entry: &'static Entry) -> Option<&'static Phrase> {
        let is_name = self.scope.is_columns && self.expected == Expected::Name
            || self.directly_after() == "AS";
        if is_name && !entry.is_reserved {
            return None;
        }
        entry
            .phrases
            .iter()
            .find(|phrase| self.is_phrase(&phrase.words))
    }

    fn is_phrase(&self, words: &[&str]) -> bool {
        let all = words
            .iter()
            .enumerate()
            .skip(1)
            .all(|(ahead, word)| self.is(ahead, TokenKind::Word) && self.is_text(ahead, word));
        if !all || self.is(words.len(), TokenKind::Dot) {
            return false;
        }
        let second_is_reserved = words
            .get(1)
            .and_then(|word| vocabulary::entry(word))
            .is_some_and(|entry| entry.is_reserved);
        if places::begins_statement_only(words, second_is_reserved) && !self.begins_statement() {
            return false;
        }
        // A window may be partitioned by a column called `list`.
        let is_partitioning = matches!(words, ["PARTITION", "BY", _, ..]);
        !is_partitioning || self.scope.kind == Kind::Definition
    }
}
