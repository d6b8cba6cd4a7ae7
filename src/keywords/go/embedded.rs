//! SQL and Redis commands in string literals, with the bytes of the file that they stand in.

use std::ops::Range;

use tree_sitter::Node;
use viva_guide::Language;

use super::Keyword;
use super::quotes::Quotes;
use super::resolver::Resolver;
use super::syntax::{field, kind_of};
use super::touches;
use crate::keywords::{Source, sql};

/// Longer texts are taken for data.
const LONGEST_QUERY: usize = 1 << 20;

/// How far behind the start of its line a literal is looked at once more, in bytes: a file that is one
/// line must not be read again for each of its literals.
const LONGEST_LINE: usize = 4096;

/// Stands for an expression between literals. A letter, because most are names or parts of names.
const UNKNOWN_PART: char = 'x';

/// Functions and methods that take SQL: package, names, and which argument it is.
#[rustfmt::skip]
const QUERIES: [(&str, &[&str], usize); 14] = [
    ("database/sql", &["Query", "QueryRow", "Exec", "Prepare"], 0),
    ("database/sql", &["QueryContext", "QueryRowContext", "ExecContext", "PrepareContext"], 1),
    ("github.com/jmoiron/sqlx", &["Queryx", "QueryRowx", "NamedExec", "NamedQuery", "MustExec", "Preparex", "PrepareNamed", "Rebind", "In", "Named"], 0),
    ("github.com/jmoiron/sqlx", &["Get", "Select", "QueryxContext", "QueryRowxContext", "NamedExecContext", "NamedQueryContext", "MustExecContext", "PreparexContext", "PrepareNamedContext"], 1),
    ("github.com/jmoiron/sqlx", &["GetContext", "SelectContext"], 2),
    ("github.com/jackc/pgx/v5", &["Query", "QueryRow", "Exec"], 1),
    ("github.com/jackc/pgx/v5", &["Prepare"], 2),
    ("github.com/jackc/pgx/v5", &["Queue"], 0),
    ("github.com/jackc/pgx/v5/pgxpool", &["Query", "QueryRow", "Exec"], 1),
    ("github.com/jackc/pgx/v4", &["Query", "QueryRow", "Exec"], 1),
    ("github.com/jackc/pgx/v4", &["Queue"], 0),
    ("github.com/jackc/pgx/v4/pgxpool", &["Query", "QueryRow", "Exec"], 1),
    ("gorm.io/gorm", &["Raw", "Exec"], 0),
    ("github.com/jinzhu/gorm", &["Raw", "Exec"], 0),
];

/// Functions and methods that take a Redis command and its arguments: package, names, and where the
/// command may stand; the first string there is one.
const COMMANDS: [(&str, &[&str], &[usize]); 7] = [
    ("github.com/gomodule/redigo/redis", &["Do", "Send"], &[0]),
    (
        "github.com/gomodule/redigo/redis",
        &["DoContext", "DoWithTimeout"],
        // As methods, and as functions that are given a connection.
        &[1, 2],
    ),
    ("github.com/garyburd/redigo/redis", &["Do", "Send"], &[0]),
    ("github.com/redis/go-redis/v9", &["Do"], &[1]),
    ("github.com/go-redis/redis/v8", &["Do"], &[1]),
    ("github.com/go-redis/redis/v7", &["Do"], &[0]),
    ("github.com/go-redis/redis", &["Do"], &[0]),
];

/// Commands whose next argument is a part of their name.
const WITH_SUBCOMMANDS: [&str; 17] = [
    "ACL", "BACKUP", "CLIENT", "CLUSTER", "COMMAND", "CONFIG", "DEBUG", "FUNCTION", "LATENCY",
    "MEMORY", "MODULE", "OBJECT", "PUBSUB", "SCRIPT", "SLOWLOG", "XGROUP", "XINFO",
];

impl<'a> Resolver<'a> {
    /// Notes what the arguments of a call are, by the function or method that was selected.
    pub(super) fn look_at_call(&mut self, arguments: &[Node<'a>]) {
        let Some((package, name)) = self.selected.take() else {
            return;
        };
        if self.quiet > 0 {
            return;
        }
        let is_named = |names: &[&str]| names.contains(&name);
        for (_, _, place) in QUERIES
            .iter()
            .filter(|(of, names, _)| *of == package && is_named(names))
        {
            self.queries.extend(arguments.get(*place).map(Node::id));
        }
        for (_, _, places) in COMMANDS
            .iter()
            .filter(|(of, names, _)| *of == package && is_named(names))
        {
            let is_text =
                |place: &&usize| arguments.get(**place).is_some_and(|node| is_text(*node));
            if let Some(place) = places.iter().find(is_text) {
                self.command(&arguments[*place..]);
            }
        }
    }

    /// A string literal, or several that are joined by `+` with other expressions between them: SQL if
    /// it is passed to something that takes SQL, or reads like it.
    pub(super) fn text(&mut self, whole: Node<'a>, parts: &[Node<'a>]) {
        let is_wanted = parts
            .iter()
            .any(|part| is_text(*part) && touches(&part.byte_range(), &self.wanted));
        if self.quiet > 0 || !is_wanted {
            return;
        }
        let is_query = self.queries.contains(&whole.id());
        let mut text = Unquoted::default();
        for part in parts {
            text.push(*part, self.part.text);
        }
        let is_sql = text.text.len() <= LONGEST_QUERY
            && (is_query || sql::is_statement(&text.text))
            && self.is_code(whole);
        if !is_sql {
            return;
        }
        for keyword in sql::keywords(Source::new(&text.text)) {
            for range in text.ranges(keyword.range.clone()) {
                self.say_embedded(Keyword {
                    range,
                    language: Some(Language::Sql),
                    ..keyword.clone()
                });
            }
        }
    }

    /// A Redis command, and the arguments behind it.
    fn command(&mut self, arguments: &[Node<'a>]) {
        let word = |argument: Option<&Node<'a>>| {
            let argument = argument.filter(|argument| is_text(**argument))?;
            let mut text = Unquoted::default();
            text.push(*argument, self.part.text);
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            let is_plain = !text.text.is_empty() && text.text.bytes().all(is_word);
            let range = text.places.first()?.0..text.places.last()?.1;
            is_plain.then(|| (text.text.to_uppercase(), range))
        };
        let Some((command, range)) = word(arguments.first()) else {
            return;
        };
        if !arguments.first().is_some_and(|node| self.is_code(*node)) {
            return;
        }
        let mut names = vec![command.clone()];
        let mut places = vec![range];
        if WITH_SUBCOMMANDS.contains(&command.as_str())
            && let Some((subcommand, range)) = word(arguments.get(1))
        {
            names.insert(0, format!("{command} {subcommand}"));
            places.push(range);
        }
        for range in places {
            self.say_embedded(Keyword {
                names: names.clone(),
                sense: None,
                range,
                language: Some(Language::Redis),
            });
        }
    }

    /// Whether a literal begins where it seems to: error recovery may take the code between two
    /// strings for a string.
    fn is_code(&self, literal: Node<'a>) -> bool {
        let start = literal.start_byte();
        let near = start.saturating_sub(LONGEST_LINE)..start;
        let bytes = self.part.text.as_bytes().get(near).unwrap_or_default();
        let is_near_line_start = start <= LONGEST_LINE || bytes.contains(&b'\n');
        !is_near_line_start || !Quotes::before(self.part.text, start).cover(start)
    }
}

pub(super) fn is_text(node: Node<'_>) -> bool {
    matches!(
        kind_of(node),
        "interpreted_string_literal" | "raw_string_literal"
    )
}

/// The operands of a chain of `+` with a string literal among them, in the order of the text.
pub(super) fn joined(node: Node<'_>) -> Option<Vec<Node<'_>>> {
    let mut parts = Vec::new();
    let mut next = node;
    while kind_of(next) == "binary_expression" {
        if kind_of(field(next, "operator")?) != "+" {
            return None;
        }
        parts.push(field(next, "right")?);
        next = field(next, "left")?;
    }
    parts.push(next);
    parts.reverse();
    parts.iter().any(|part| is_text(*part)).then_some(parts)
}

/// A text without its quotes and escapes, and where each of its bytes comes from.
#[derive(Debug, Default)]
struct Unquoted {
    text: String,
    /// Start and end in the file; the same for a byte that is not from a literal.
    places: Vec<(usize, usize)>,
}

impl Unquoted {
    /// Where a range of the text stands in the file: in each literal without blanks at its ends. Nowhere
    /// if a part of it is from no literal.
    fn ranges(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let places = self.places.get(range.clone()).unwrap_or_default();
        if places.iter().any(|(start, end)| start == end) {
            return Vec::new();
        }
        let bytes = &self.text.as_bytes()[range];
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let mut last: Option<(usize, usize)> = None;
        for ((start, end), byte) in places.iter().zip(bytes) {
            let goes_on = last.is_some_and(|place| place == (*start, *end) || place.1 == *start);
            if !goes_on {
                ranges.push(*start..*start);
            }
            if let Some(range) = ranges.last_mut() {
                if !byte.is_ascii_whitespace() {
                    range.end = *end;
                } else if range.end == range.start {
                    range.start = *end;
                    range.end = *end;
                }
            }
            last = Some((*start, *end));
        }
        ranges.retain(|range| !range.is_empty());
        ranges
    }

    fn push(&mut self, node: Node<'_>, source: &str) {
        let range = node.byte_range();
        let literal = source.get(range.clone()).unwrap_or_default();
        match kind_of(node) {
            "raw_string_literal" => self.push_raw(literal, range.start),
            "interpreted_string_literal" => self.push_interpreted(literal, range.start),
            _ => self.add(UNKNOWN_PART, range.start, range.start),
        }
    }

    fn add(&mut self, letter: char, start: usize, end: usize) {
        self.text.push(letter);
        self.places.resize(self.text.len(), (start, end));
    }

    fn push_raw(&mut self, literal: &str, start: usize) {
        for (at, letter) in literal.char_indices() {
            // Go takes carriage returns out of raw strings; blanks are the same to SQL.
            if letter != '`' {
                self.add(letter, start + at, start + at + letter.len_utf8());
            }
        }
    }

    fn push_interpreted(&mut self, literal: &str, start: usize) {
        let mut letters = literal.char_indices().skip(1).peekable();
        while let Some((at, letter)) = letters.next() {
            let (letter, length) = match letter {
                '"' | '\n' => return,
                '\\' => {
                    let (letter, length) = escape(&literal[at..]);
                    while letters.next_if(|(next, _)| *next < at + length).is_some() {}
                    (letter, length)
                }
                other => (other, other.len_utf8()),
            };
            self.add(letter, start + at, start + at + length);
        }
    }
}

/// The character of an escape sequence and its length in bytes
/// (<https://go.dev/ref/spec#Rune_literals>). Bytes that are no characters become replacement characters.
fn escape(text: &str) -> (char, usize) {
    let number = |start: usize, digits: usize, radix: u32| {
        let code = text
            .get(start..start + digits)
            .and_then(|digits| u32::from_str_radix(digits, radix).ok());
        match code {
            Some(code) if digits > 3 || code < 0x80 => (
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
                start + digits,
            ),
            Some(_) => (char::REPLACEMENT_CHARACTER, start + digits),
            None => ('\\', 1),
        }
    };
    match text.as_bytes().get(1) {
        Some(b'a') => ('\u{7}', 2),
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'n') => ('\n', 2),
        Some(b'r') => ('\r', 2),
        Some(b't') => ('\t', 2),
        Some(b'v') => ('\u{b}', 2),
        Some(byte @ (b'\\' | b'"' | b'\'')) => (char::from(*byte), 2),
        Some(b'x') => number(2, 2, 16),
        Some(b'u') => number(2, 4, 16),
        Some(b'U') => number(2, 8, 16),
        Some(b'0'..=b'7') => number(1, 3, 8),
        _ => ('\\', 1),
    }
}
