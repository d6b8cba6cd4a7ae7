//! Prints the tokens of SQL statements, for the comparison with another lexer (`sql.py`). Reads one
//! JSON string a line, prints one list of `[kind, start, end]` a line, in characters.

use std::io::{self, BufRead, Write};

#[path = "../../../src/keywords/sql/lexer.rs"]
#[expect(
    dead_code,
    reason = "only tokens are compared, not how reading is interrupted"
)]
mod lexer;
#[path = "../../../src/keywords/sql/modes.rs"]
mod modes;
#[path = "../../../src/keywords/sql/token.rs"]
#[expect(unreachable_pub, reason = "nothing is offered to others")]
mod token;

use lexer::Lexer;
use token::{Kind, Token};

type Found = (&'static str, usize, usize);

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line?)?;
        let found: Vec<Found> = tokens(&text)
            .into_iter()
            .map(|(kind, start, end)| (kind, characters(&text, start), characters(&text, end)))
            .collect();
        writeln!(out, "{}", serde_json::to_string(&found)?)?;
    }
    out.flush()
}

fn characters(text: &str, offset: usize) -> usize {
    if text.is_ascii() {
        offset
    } else {
        text[..offset].chars().count()
    }
}

fn tokens(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut end = 0;
    for token in Lexer::new(text) {
        comments(text, end, token.start, &mut found);
        found.push((kind(text, token), token.start, token.end));
        end = token.end;
    }
    comments(text, end, text.len(), &mut found);
    found
}

fn kind(text: &str, token: Token) -> &'static str {
    let spelled = token.text(text);
    match token.kind {
        Kind::Word | Kind::Delimiter => "word",
        Kind::Hint => "hint",
        Kind::SystemVariable => "variable",
        Kind::Value => match spelled.as_bytes().first() {
            // A national string begins with its `N`.
            Some(b'\'' | b'"' | b'n' | b'N') => "string",
            Some(b'`') => "quoted",
            Some(b'@') => "variable",
            _ => "other",
        },
        _ => "other",
    }
}

/// The comments between two tokens, where there is nothing else but blanks and the bounds of version
/// comments.
fn comments(text: &str, start: usize, end: usize, found: &mut Vec<Found>) {
    let mut at = start;
    while at < end {
        let rest = &text[at..end];
        let length = match rest.as_bytes() {
            [b'#', ..] | [b'-', b'-', ..] => rest.find('\n').unwrap_or(rest.len()),
            // The bounds of version comments and of optimizer hints.
            [b'/', b'*', b'!' | b'+', ..] | [b'/', b'*', b'M', b'!', ..] | [b'*', b'/', ..] => {
                at += 2;
                continue;
            }
            [b'/', b'*', ..] => rest[2..].find("*/").map_or(rest.len(), |length| length + 4),
            _ => {
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            }
        };
        found.push(("comment", at, at + length));
        at += length;
    }
}
