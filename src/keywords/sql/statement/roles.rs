//! Whether a word is a keyword, a function or a name where it stands.

use super::{Expected, Paren, Reader};
use crate::keywords::sql::places::{self, Kind};
use crate::keywords::sql::token::Kind as TokenKind;
use crate::keywords::sql::vocabulary::Entry;

/// What a word turned out to be.
pub(super) enum Role {
    Keyword,
    Function,
    Name,
}

impl Reader<'_> {
    pub(super) fn role(&self, entry: &Entry) -> Role {
        let word = entry.word.as_str();
        let calls = entry.function.is_some() && self.is(1, TokenKind::Open);
        let is_keyword = match self.expected {
            // SET GLOBAL read_only = ON
            Expected::Name
                if word == "ON"
                    && self
                        .before()
                        .is_some_and(|before| before.kind == TokenKind::Operator) =>
            {
                false
            }
            _ if entry.is_reserved => !(calls && self.is_function(word)),
            Expected::Statement => true,
            Expected::Explained => word == "FORMAT" && self.is_text(1, "="),
            Expected::Name => self.is_keyword_for_name(word),
            Expected::Keyword => self.scope.kind != Kind::Query || self.follows_value(word),
        };
        match () {
            () if is_keyword && entry.is_keyword => Role::Keyword,
            () if calls && self.may_call() => Role::Function,
            () => Role::Name,
        }
    }

    /// Whether a reserved word before a parenthesis is the function of that name.
    fn is_function(&self, word: &str) -> bool {
        let is_query = self.scope.kind == Kind::Query;
        match word {
            "IF" | "INSERT" | "REPEAT" | "REPLACE" => is_query && !self.begins_statement(),
            "CHAR" | "DEFAULT" => is_query && self.expected == Expected::Name,
            "DATABASE" | "SCHEMA" => is_query,
            "MOD" => self.expected == Expected::Name,
            "VALUES" => self.updates_duplicates,
            "INTERVAL" => false,
            _ => true,
        }
    }

    /// Whether a call may stand here, and not a name with a list of columns.
    fn may_call(&self) -> bool {
        let is_defined = self.scope.kind == Kind::Definition && self.expected == Expected::Name;
        let is_table_of_with = self.first == "WITH" && self.outer.is_empty();
        !is_defined && !is_table_of_with && !places::precedes_list(self.directly_after())
    }

    /// Whether a word that is not reserved is a keyword where a name may stand.
    fn is_keyword_for_name(&self, word: &str) -> bool {
        let next_is_string = self
            .token(1)
            .is_some_and(|next| next.text(self.text).starts_with(['\'', '"']));
        let is_query = self.scope.kind == Kind::Query;
        match word {
            // DATE '2026-11-01'
            "DATE" | "TIME" | "TIMESTAMP" if is_query && next_is_string => true,
            "ANY" | "SOME" => self.is(1, TokenKind::Open),
            "SQL_NO_CACHE" | "SQL_CACHE" | "SQL_BUFFER_RESULT" => !self.directly_after().is_empty(),
            "GLOBAL" | "SESSION" | "LOCAL" | "PERSIST" | "PERSIST_ONLY" => {
                self.first == "SET" && self.is(1, TokenKind::Word)
            }
            _ if self.scope.paren == Paren::Unit
                && self
                    .before()
                    .is_some_and(|before| before.kind == TokenKind::Open) =>
            {
                places::is_unit(word) || matches!(word, "DATE" | "TIME" | "DATETIME")
            }
            // An option in a list: COMMENT = 'x', AUTO_INCREMENT = 5
            _ => !is_query && !self.scope.is_columns && self.is_text(1, "="),
        }
    }

    /// Whether a word that is not reserved is a keyword after a value in a query.
    fn follows_value(&self, word: &str) -> bool {
        match word {
            "END" => self.scope.open_cases > 0,
            "DO" => self.first == "WHILE",
            "COLUMNS" | "VALUE" => self.is(1, TokenKind::Open),
            _ => self.pending.unit && places::is_unit(word) || places::follows_value(word),
        }
    }
}
