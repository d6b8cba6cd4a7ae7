//! MySQL's SQL: keywords, phrases, functions, system variables, optimizer hints. Strings, comments
//! and names are silent, also where a name is a word that is not reserved.

mod evidence;
mod lexer;
mod modes;
mod places;
mod statement;
mod token;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::resuming::{self, Stop, Window};
use super::{Keyword, Source};
use lexer::Lexer;
pub use token::{Kind, Token};

/// Every keyword of a script in text order, without overlaps.
pub fn keywords(source: Source<'_>) -> Vec<Keyword> {
    resuming::all(&super::State::Sql(State::default()), source.text)
}

/// What is known in the middle of a script, so that reading can go on there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    lexer: lexer::State,
    /// None at the beginning of a statement.
    within: Option<Within>,
    is_inside: bool,
}

/// Within a statement: the kind of the token before, and what the statement's reader knows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Within {
    before: Kind,
    reader: statement::State,
}

/// How many tokens a reader looks ahead, at most: the longest phrase and what may follow it; and how many it reads
/// beyond a limit, as no phrase is longer.
const AHEAD: usize = 32;
const BEYOND: usize = 8;

impl State {
    /// Reads from a place where this is the state to the first place at or after `target` where
    /// reading can be interrupted. None: that takes more text.
    pub(super) fn read(
        &self,
        window: &Window<'_>,
        from: usize,
        target: usize,
        wanted: &Range<usize>,
    ) -> Option<Stop> {
        let text = window.text;
        let mut lexer = if self.is_inside {
            Lexer::resume(text, from, &self.lexer)
        } else {
            Lexer::new(text)
        };
        let mut tokens: Vec<Token> = Vec::new();
        // The text of the token before does not matter any more.
        tokens.extend(self.within.as_ref().map(|within| Token {
            kind: within.before,
            start: from,
            end: from,
        }));
        // Lexers before the tokens from the target on, with the number of the token.
        let mut marks: Vec<(usize, Lexer<'_>)> = Vec::new();
        loop {
            if marks.len() > AHEAD + BEYOND {
                break;
            }
            lexer.skip_to_token();
            let before = lexer.clone();
            let token = lexer.next();
            // How far hints reach is not kept.
            let may_stop = token.is_none_or(|token| token.start >= target && !before.is_in_hints());
            if may_stop {
                // At the end nothing is left of hints, whether their comment is closed or not.
                let at = if token.is_none() {
                    lexer.clone()
                } else {
                    before
                };
                marks.push((tokens.len(), at));
            }
            let Some(token) = token else { break };
            tokens.push(token);
        }
        let looked_at = lexer.looked_at();
        if !window.is_last && looked_at > text.len() {
            return None;
        }
        // A reader may stop behind a mark, within hints: then it is to go on to the next one.
        let mut limits = marks.iter().map(|(number, _)| *number);
        let (read, lexer) = loop {
            let read = self.read_tokens(text, &tokens, limits.next()?, wanted);
            let mark = marks.iter().find(|(number, _)| *number == read.at);
            if let Some((_, lexer)) = mark {
                break (read, lexer);
            }
        };
        let position = lexer.position();
        let within = read.reader.and_then(|reader| {
            let before = tokens.get(read.at.checked_sub(1)?)?.kind;
            Some(Within { before, reader })
        });
        Some(Stop {
            at: position,
            looked_at: looked_at.min(text.len()),
            keywords: read.keywords,
            state: super::State::Sql(Self {
                lexer: lexer.state(),
                within,
                is_inside: true,
            }),
        })
    }

    /// Reads tokens, of which the first is the one before if this is within a statement, up to about `limit`.
    fn read_tokens(
        &self,
        text: &str,
        tokens: &[Token],
        limit: usize,
        wanted: &Range<usize>,
    ) -> Read {
        let mut keywords = Vec::new();
        let mut resumed = self.within.as_ref().map(|within| &within.reader);
        let mut start = 0;
        let mut at = usize::from(resumed.is_some());
        let mut reader = resumed.cloned();
        while at < limit {
            let end = tokens[at..]
                .iter()
                .position(|token| ends_statement(*token))
                .map_or(tokens.len(), |length| at + length + 1);
            let statement = &tokens[start..end];
            let (found, stop, state) =
                statement::read(text, statement, resumed.take(), limit - start, wanted);
            keywords.extend(found);
            at = start + stop;
            let is_over = at == end
                && tokens
                    .get(end - 1)
                    .is_some_and(|last| ends_statement(*last));
            reader = (!is_over).then_some(state);
            start = end;
        }
        Read {
            keywords,
            at,
            reader,
        }
    }
}

/// What stands in some tokens.
struct Read {
    keywords: Vec<Keyword>,
    /// The number of the token before which reading stopped.
    at: usize,
    /// What is known there, within a statement.
    reader: Option<statement::State>,
}

/// The tokens of a script, statement by statement, without the comments. A statement ends with its
/// semicolon (within a routine, so does each statement of the body) or what `DELIMITER` has set; the
/// last one may lack it.
pub fn statements(text: &str) -> Vec<Vec<Token>> {
    let mut statements = Vec::new();
    let mut statement = Vec::new();
    for token in Lexer::new(text) {
        if token.kind == Kind::Delimiter {
            continue;
        }
        statement.push(token);
        if token.kind == Kind::End {
            statements.push(std::mem::take(&mut statement));
        }
    }
    if !statement.is_empty() {
        statements.push(statement);
    }
    statements
}

/// Whether a text in a program is SQL, as far as its first statement tells.
pub fn is_statement(text: &str) -> bool {
    evidence::is_statement(text)
}

fn ends_statement(token: Token) -> bool {
    matches!(token.kind, Kind::End | Kind::Delimiter)
}
