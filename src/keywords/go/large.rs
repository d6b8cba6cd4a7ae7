//! Go that is too large for a syntax tree: its keywords, predeclared names and the names of imported
//! packages, by their spelling and their neighbours. Which of them are shadowed cannot be told here, so
//! nothing is said about what only a name declared in the file could mean.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::Keyword;
use super::lexer::{Kind, Lexer, Token};
use super::library;
use super::names::{self, Predeclared};
use crate::keywords::resuming::{Stop, Window};

/// What is known at the end of a line, so that reading can go on there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Local package name → import path.
    imports: Arc<BTreeMap<String, String>>,
    within: Within,
    is_after_dot: bool,
}

/// Which declaration a line is in, as far as that matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Anything,
    /// Behind `import`.
    Import,
    /// Between the parentheses behind it.
    Imports,
}

impl State {
    /// Reads from a place where this is the state to the first end of a line at or after `target`. None:
    /// that takes more text.
    pub(in crate::keywords) fn read(
        &self,
        window: &Window<'_>,
        from: usize,
        target: usize,
        wanted: &Range<usize>,
    ) -> Option<Stop> {
        let mut reader = Reader {
            text: window.text,
            lexer: Lexer::resume(window.text, from),
            state: self.clone(),
            before: None,
            alias: None,
            keywords: (!wanted.is_empty()).then(Vec::new),
            looked_at: from,
        };
        let mut at = from;
        while at < target {
            let Some(token) = reader.lexer.next() else {
                break;
            };
            reader.looked_at = reader.looked_at.max(token.end);
            reader.token(token);
            at = if token.kind == Kind::Newline {
                token.end
            } else {
                at
            };
        }
        let is_cut_off = reader.looked_at >= window.text.len() || at < target;
        if is_cut_off && !window.is_last {
            return None;
        }
        Some(Stop {
            // At the end of the text there need not be the end of a line.
            at: if at < target { window.text.len() } else { at },
            looked_at: reader.looked_at,
            keywords: reader.keywords.unwrap_or_default(),
            state: crate::keywords::State::Go(reader.state),
        })
    }
}

struct Reader<'t> {
    text: &'t str,
    lexer: Lexer<'t>,
    state: State,
    /// The token before, in the same line.
    before: Option<Token>,
    /// The name that an import gives to its package.
    alias: Option<Token>,
    /// None where nobody wants them.
    keywords: Option<Vec<Keyword>>,
    looked_at: usize,
}

impl<'t> Reader<'t> {
    fn word(&self, token: Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    fn token(&mut self, token: Token) {
        let word = self.word(token);
        match token.kind {
            Kind::Newline => {
                if self.state.within == Within::Import {
                    self.state.within = Within::Anything;
                }
                self.alias = None;
                self.before = None;
                return;
            }
            _ if self.state.within != Within::Anything => self.in_import(token, word),
            Kind::Word if word == "import" && self.before.is_none() => {
                self.state.within = Within::Import;
                self.say(token, || vec![word.to_owned()]);
            }
            Kind::Word if self.keywords.is_some() && !self.state.is_after_dot => {
                self.name(token, word);
            }
            Kind::Mark if word == "<" && self.text[token.end..].starts_with('-') => {
                let arrow = Token {
                    end: token.end + 1,
                    ..token
                };
                self.say(arrow, || vec!["<-".to_owned()]);
            }
            _ => {}
        }
        self.state.is_after_dot = word == ".";
        self.before = Some(token);
    }

    fn say(&mut self, token: Token, names: impl FnOnce() -> Vec<String>) {
        if let Some(keywords) = &mut self.keywords {
            keywords.push(Keyword {
                names: names(),
                sense: None,
                range: token.start..token.end,
                language: None,
            });
        }
    }

    fn in_import(&mut self, token: Token, word: &str) {
        match (token.kind, word) {
            (Kind::Mark, "(") => self.state.within = Within::Imports,
            (Kind::Mark, ")") => self.state.within = Within::Anything,
            (Kind::Word, _) => self.alias = Some(token),
            (Kind::Text, literal) => {
                let path = literal.trim_matches(['"', '`']);
                let alias = self.alias.take();
                if path.is_empty() {
                    return;
                }
                let name = alias.map_or_else(
                    || names::assumed_package_name(path),
                    |alias| self.word(alias),
                );
                let imports = Arc::make_mut(&mut self.state.imports);
                imports
                    .entry(name.to_owned())
                    .or_insert_with(|| path.to_owned());
                if let Some(alias) = alias.filter(|alias| self.word(*alias) != "_") {
                    self.say(alias, || names::package_names(path));
                }
                self.say(token, || names::package_names(path));
            }
            _ => {}
        }
    }

    /// A word that stands behind no dot.
    fn name(&mut self, token: Token, word: &'t str) {
        if names::is_keyword(word) {
            return self.say(token, || vec![word.to_owned()]);
        }
        if let Some((name, kind)) = names::predeclared(word) {
            if self.is_predeclared(name, kind) {
                self.say(token, || vec![format!("builtin.{name}")]);
            }
            return;
        }
        let Some(path) = self.state.imports.get(word).cloned() else {
            return;
        };
        let [Some(dot), Some(member)] = self.ahead() else {
            return;
        };
        let name = self.word(member);
        let is_member = self.word(dot) == "."
            && member.kind == Kind::Word
            && names::is_exported(name)
            // Otherwise the name is that of a variable.
            && (!library::is_complete(&path) || library::member(&path, name).is_some());
        if is_member {
            self.say(token, || {
                let mut names = names::package_names(&path);
                names.push(format!("{path}.{name}"));
                names
            });
            self.say(member, || names::member_names(&path, name));
        }
    }

    /// Whether a predeclared name stands where it is used, and not where one like it is declared.
    fn is_predeclared(&mut self, name: &str, kind: Predeclared) -> bool {
        let before = self.before.map_or("", |token| self.word(token));
        let [next, after] = self
            .ahead()
            .map(|token| token.map(|token| self.word(token)));
        if before == "func" || next == Some(":") && after == Some("=") {
            return false;
        }
        match kind {
            // `func (t T) len()` and, in an interface, `len()` are methods.
            Predeclared::Function => {
                let takes_nothing = matches!(name, "print" | "println" | "recover");
                before != ")" && next == Some("(") && (after != Some(")") || takes_nothing)
            }
            Predeclared::Type | Predeclared::Value => true,
        }
    }

    /// The next two tokens.
    fn ahead(&mut self) -> [Option<Token>; 2] {
        let mut lexer = self.lexer.clone();
        let ahead = [lexer.next(), lexer.next()];
        let end = ahead.iter().flatten().map(|token| token.end).max();
        let end = if ahead[1].is_none() {
            self.text.len()
        } else {
            end.unwrap_or_default()
        };
        self.looked_at = self.looked_at.max(end);
        ahead
    }
}

#[cfg(test)]
mod tests;
