//! The names of a keyword, and what belongs to it: `ENGINE=InnoDB`, `CHARACTER SET utf8mb4`.

use super::{Expected, Paren, Reader};
use crate::keywords::sql::places::{self, Kind};
use crate::keywords::sql::token::{Kind as TokenKind, Token};
use crate::keywords::sql::vocabulary::{self, Entry, Phrase};

impl Reader<'_> {
    pub(super) fn add_phrase(&mut self, phrase: &'static Phrase) {
        let words = phrase.words.as_slice();
        let charset = self.charset(words);
        let plugin = self.plugin(words);
        let mut ahead = 0;
        for (length, names) in &phrase.parts {
            let tokens = self.tokens.get(self.position + ahead..);
            let Some([first, .., last]) = tokens.and_then(|tokens| tokens.get(..*length)) else {
                break;
            };
            ahead += length;
            let specific = match (charset, plugin) {
                (Some(charset), _) if names.iter().any(|name| name == "CHARACTER SET") => {
                    Some(format!("CHARACTER SET {}", self.capitals(charset)))
                }
                (_, Some(plugin)) => {
                    let plugin = self.capitals(plugin);
                    Some(format!(
                        "IDENTIFIED WITH {}",
                        plugin.trim_matches(['\'', '"'])
                    ))
                }
                _ => None,
            };
            self.add(first.start..last.end, || {
                specific.into_iter().chain(names.iter().cloned()).collect()
            });
        }
        self.pass(words);
        self.add_plugin(plugin);
        self.add_charset(charset);
    }

    fn capitals(&self, token: Token) -> String {
        token.text(self.text).to_ascii_uppercase()
    }

    pub(super) fn add_keyword(&mut self, token: Token, entry: &'static Entry) {
        let word = entry.word.as_str();
        if places::is_option(word)
            && let Some(ahead) = self.option_value()
        {
            return self.add_option(token, word, ahead);
        }
        if let Some(names) = self.sense(word) {
            self.add(token.range(), || names);
            return self.pass(&[word]);
        }
        let charset = self.charset(&[word]);
        let range = match self.token(1) {
            Some(star) if word == "SELECT" && star.text(self.text) == "*" => token.start..star.end,
            _ => token.range(),
        };
        let selects_all = range.end > token.end;
        let is_outside = self.outer.is_empty();
        let specific = match word {
            "COLLATE" => charset.map(|charset| format!("COLLATE {}", self.capitals(charset))),
            "CHARSET" => charset.map(|charset| format!("CHARACTER SET {}", self.capitals(charset))),
            "EXPLAIN" if self.is_text(1, "FORMAT") && self.is_text(2, "=") => self
                .token(3)
                .map(|format| format!("EXPLAIN FORMAT={}", self.capitals(format))),
            "SELECT" if is_outside && matches!(self.first, "INSERT" | "REPLACE") => {
                Some("INSERT SELECT".to_owned())
            }
            "SELECT" | "LIKE" if is_outside && self.first == "CREATE" && self.concerns_table => {
                Some(format!("CREATE TABLE {word}"))
            }
            _ => None,
        };
        self.add(range, || {
            let all = selects_all.then_some("SELECT *");
            let own = all
                .into_iter()
                .chain([word])
                .chain(vocabulary::synonym(word));
            specific.into_iter().chain(own.map(str::to_owned)).collect()
        });
        self.pass(&[word]);
        if selects_all {
            self.go_on(Expected::Keyword);
        }
        self.add_charset(charset);
    }

    pub(super) fn add_function(&mut self, token: Token, entry: &'static Entry) {
        let word = entry.word.as_str();
        let argument = match word {
            "COUNT" if self.is_text(2, "*") => Some("COUNT(*)"),
            "COUNT" if self.is_text(2, "DISTINCT") => Some("COUNT(DISTINCT)"),
            _ => None,
        };
        self.add(token.range(), || {
            let capitals = format!("{word}()");
            let spelled = entry
                .function
                .filter(|function| *function != word)
                .map(|function| format!("{function}()"));
            // What may also be written without parentheses, as CURRENT_DATE may.
            let bare = vocabulary::synonym(word)
                .filter(|name| *name == capitals)
                .and(Some(word));
            let other = vocabulary::synonym(&capitals).or(bare).map(str::to_owned);
            argument
                .map(str::to_owned)
                .into_iter()
                .chain([capitals])
                .chain(spelled)
                .chain(other)
                .collect()
        });
        self.last = Some((word, self.position));
        self.go_on(Expected::Keyword);
    }

    /// How many tokens ahead the value of the current option stands.
    fn option_value(&self) -> Option<usize> {
        let ahead = match () {
            () if self.is_text(1, "=") => 2,
            () if self.scope.kind == Kind::Definition && !self.is_text(0, "LOCK") => 1,
            () => return None,
        };
        self.is(ahead, TokenKind::Word).then_some(ahead)
    }

    /// `ENGINE=InnoDB`: the option and the value, under the same names.
    fn add_option(&mut self, token: Token, option: &'static str, ahead: usize) {
        let Some(value) = self.token(ahead) else {
            return self.pass(&[option]);
        };
        let explains = matches!(self.first, "EXPLAIN" | "DESCRIBE" | "DESC");
        let spelled = format!(
            "{option}={}",
            places::option_value(option, value.text(self.text))
        );
        let both = spelled.to_ascii_uppercase();
        let whole = (option == "FORMAT").then(|| format!("EXPLAIN {both}"));
        let spelled = Some(spelled).filter(|spelled| *spelled != both);
        let names = spelled
            .into_iter()
            .chain(whole)
            .chain([both, option.to_owned()]);
        let names: Vec<_> = names.collect();
        self.add(token.range(), || names.clone());
        self.add(value.range(), || names);
        self.pass(&[option]);
        self.position += ahead;
        self.expected = if explains {
            Expected::Explained
        } else {
            Expected::Keyword
        };
    }

    /// The authentication plugin after IDENTIFIED WITH, as a word or a string.
    fn plugin(&self, words: &[&str]) -> Option<Token> {
        let token = self
            .token(words.len())
            .filter(|_| words == ["IDENTIFIED", "WITH"])?;
        let is_quoted = token.text(self.text).starts_with(['\'', '"']);
        (token.kind == TokenKind::Word || is_quoted).then_some(token)
    }

    fn add_plugin(&mut self, plugin: Option<Token>) {
        let Some(token) = plugin else { return };
        if token.kind == TokenKind::Word {
            let name = self.capitals(token);
            self.add(token.range(), || vec![name, "IDENTIFIED WITH".to_owned()]);
        }
        self.go_on(Expected::Keyword);
    }

    /// The character set or collation that follows keywords, perhaps after an equals sign.
    fn charset(&self, words: &[&str]) -> Option<Token> {
        let is_set = match words {
            [.., "CHARACTER", "SET"] | ["SET", "NAMES"] | [.., "CHARSET" | "COLLATE"] => true,
            ["USING"] => self.scope.paren == Paren::Convert,
            _ => false,
        };
        let ahead = words.len() + usize::from(self.is_text(words.len(), "="));
        let token = self
            .token(ahead)
            .filter(|token| is_set && token.kind == TokenKind::Word)?;
        let name = token.text(self.text);
        let is_reserved = vocabulary::entry(name).is_some_and(|entry| entry.is_reserved);
        (!is_reserved || name.eq_ignore_ascii_case("binary")).then_some(token)
    }

    fn add_charset(&mut self, charset: Option<Token>) {
        let Some(token) = charset else { return };
        let name = token.text(self.text);
        self.add(token.range(), || charset_names(name));
        self.position += usize::from(self.is_text(0, "="));
        self.go_on(Expected::Keyword);
    }
}

/// The names of a character set or a collation; a collation begins with its character set.
pub(super) fn charset_names(name: &str) -> Vec<String> {
    let name = name.to_ascii_lowercase();
    let charset = name.split_once('_').map(|(charset, _)| charset);
    let names = [name.as_str()].into_iter().chain(charset);
    names
        .filter(|name| !name.is_empty())
        .flat_map(|name| [name.to_owned(), name.to_ascii_uppercase()])
        .collect()
}
