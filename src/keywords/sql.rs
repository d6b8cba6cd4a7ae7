//! MySQL's SQL: keywords, phrases, functions, system variables, optimizer hints. Strings, comments
//! and names are silent, also where a name is a word that is not reserved.

mod evidence;
mod lexer;
mod places;
mod statement;
mod vocabulary;

#[cfg(test)]
pub(super) mod mutations;
#[cfg(test)]
mod tests;

use super::{Keyword, Source};
use lexer::{Kind, Lexer, Token};

/// Every keyword of a script in text order, without overlaps.
pub fn keywords(source: Source<'_>) -> Vec<Keyword> {
    let mut found = Vec::new();
    let mut tokens = Vec::new();
    for token in Lexer::new(source.text) {
        tokens.push(token);
        if ends_statement(token) {
            found.extend(statement::keywords(source.text, &tokens, None));
            tokens.clear();
        }
    }
    found.extend(statement::keywords(source.text, &tokens, None));
    found
}

/// The keyword whose range contains a byte offset. What is before its statement is only lexed.
pub fn keyword_at(source: Source<'_>, offset: usize) -> Option<Keyword> {
    let mut lexer = Lexer::new(source.text);
    let mut statement = lexer.clone();
    while let Some(token) = lexer.next() {
        if ends_statement(token) && token.end <= offset {
            statement = lexer.clone();
        } else if token.end > offset {
            break;
        }
    }
    let mut tokens = Vec::new();
    for token in statement {
        tokens.push(token);
        if ends_statement(token) {
            break;
        }
    }
    statement::keywords(source.text, &tokens, Some(offset))
        .into_iter()
        .next()
}

/// Whether a text in a program is SQL, as far as its first statement tells.
pub fn is_statement(text: &str) -> bool {
    evidence::is_statement(text)
}

fn ends_statement(token: Token) -> bool {
    matches!(token.kind, Kind::End | Kind::Delimiter)
}
