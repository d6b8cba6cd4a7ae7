//! What may follow a keyword.

use super::{Assigning, Expected, Paren, Reader};
use crate::keywords::sql::places::{self, Kind};
use crate::keywords::sql::token::Kind as TokenKind;

/// What follows a list of assignments.
const ENDS_ASSIGNMENTS: [&str; 4] = ["WHERE", "ORDER", "LIMIT", "DO"];

impl Reader<'_> {
    /// Goes past keywords and works out what may follow them.
    pub(super) fn pass(&mut self, words: &[&'static str]) {
        let (Some(&first), Some(&last)) = (words.first(), words.last()) else {
            return;
        };
        let begins = self.begins_statement();
        let begins_item = self.outer.is_empty() && self.directly_after() == "ADD"
            || self
                .before()
                .is_none_or(|before| matches!(before.kind, TokenKind::Open | TokenKind::Comma));
        if begins {
            (self.first, self.scope.kind) = (first, places::kind_of(first));
            self.concerns_table = words.contains(&"TABLE");
            (self.updates_duplicates, self.pending.unit) = (false, false);
        }
        self.change_kind(words);
        for word in words {
            match *word {
                "CASE" if !begins => self.scope.open_cases += 1,
                "END" => self.scope.open_cases = self.scope.open_cases.saturating_sub(1),
                "INTERVAL" => self.pending.unit = true,
                unit if places::is_unit(unit) => self.pending.unit = false,
                _ => {}
            }
        }
        let updates_duplicates = words.starts_with(&["ON", "DUPLICATE", "KEY", "UPDATE"]);
        self.updates_duplicates |= updates_duplicates;
        self.scope.assigning = match first {
            _ if first == "SET" || updates_duplicates => Assigning::Target,
            _ if begins || ENDS_ASSIGNMENTS.contains(&first) => Assigning::Nothing,
            _ => self.scope.assigning,
        };
        self.pending.columns = match last {
            "TABLE" | "PROCEDURE" | "FUNCTION" | "ADD" => true,
            "COLUMN" => first == "ADD" || self.pending.columns,
            "EXISTS" => words.contains(&"TABLE") || self.pending.columns,
            _ => false,
        };
        self.pending.second_name = first == "CHANGE" && self.scope.kind == Kind::Definition;
        self.position += words.len();
        self.last = Some((last, self.position - 1));
        self.expected = match last {
            "BEGIN" if words.len() == 1 => Expected::Statement,
            "THEN" | "ELSE" if self.scope.open_cases == 0 => Expected::Statement,
            "DO" if !begins => Expected::Statement,
            "LOOP" | "REPEAT" if first != "END" => Expected::Statement,
            "ROW" if first == "FOR" => Expected::Statement,
            "DESCRIBE" | "DESC" if begins => Expected::Explained,
            _ if first == "EXPLAIN" => Expected::Explained,
            _ if self.expects_name(words, begins, begins_item) => Expected::Name,
            _ => Expected::Keyword,
        };
    }

    /// Changes to other rules in the middle of a statement.
    fn change_kind(&mut self, words: &[&'static str]) {
        let (Some(&first), Some(&last)) = (words.first(), words.last()) else {
            return;
        };
        let kind = self.scope.kind;
        let is_outside = self.outer.is_empty();
        let takes_type =
            self.scope.paren == Paren::Cast && first == "AS" || !is_outside && last == "RETURNING";
        let queries = match first {
            "SELECT" | "WHERE" | "RETURN" => !matches!(self.first, "GRANT" | "REVOKE"),
            "SET" => self.first == "LOAD",
            _ => false,
        };
        if kind != Kind::Query && queries {
            self.scope.kind = Kind::Query;
        } else if kind == Kind::Query && takes_type {
            self.scope.kind = Kind::Definition;
        } else if first == "SET" && words.contains(&"TRANSACTION") {
            self.scope.kind = Kind::Administration;
        }
        // What follows the common table expressions.
        if self.first == "WITH"
            && is_outside
            && first != "WITH"
            && places::kind_of(first) == Kind::Query
        {
            self.first = first;
        }
    }

    fn expects_name(&self, words: &[&str], begins: bool, begins_item: bool) -> bool {
        let last = words.last().copied().unwrap_or_default();
        match self.scope.kind {
            Kind::Query => !places::is_value(last),
            Kind::Administration => places::addresses_name(last),
            Kind::Definition => match words {
                ["CREATE" | "ALTER" | "DROP" | "RENAME"] if begins => false,
                [.., "PRIMARY", "KEY"] => false,
                [.., "UNIQUE" | "FULLTEXT" | "SPATIAL"] => begins_item,
                _ => places::defines_name(last),
            },
        }
    }
}
