//! Words with several meanings that have little to do with each other: the name of the one that is meant,
//! by where they stand.

use super::Reader;
use crate::keywords::sql::places::Kind;
use crate::keywords::sql::token::Kind as TokenKind;

impl Reader<'_> {
    /// The names of a keyword where it does not mean what it usually does.
    pub(super) fn sense(&self, word: &'static str) -> Option<Vec<String>> {
        let before = self.before().map(|token| token.kind);
        let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        let is_privilege = matches!(self.first, "GRANT" | "REVOKE")
            && (self.directly_after() == self.first || before == Some(TokenKind::Comma));
        match word {
            _ if is_privilege => names(&[&format!("{word}(privilege)"), self.first]),
            // A transaction begins with the word alone.
            "BEGIN" if self.first != "XA" && !(self.begins_statement() && self.is_alone()) => {
                names(&["BEGIN(block)"])
            }
            "DESC" if self.begins_statement() => names(&["DESCRIBE", "EXPLAIN"]),
            "IN" if self.scope.is_columns
                && matches!(before, Some(TokenKind::Open | TokenKind::Comma)) =>
            {
                names(&["IN(parameter)"])
            }
            "ON" if self.scope.kind != Kind::Query => names(&["ON(object)"]),
            "SET" if self.scope.kind == Kind::Definition && self.is(1, TokenKind::Open) => {
                names(&["SET(type)"])
            }
            _ => None,
        }
    }

    /// Whether the statement ends behind the current word.
    fn is_alone(&self) -> bool {
        self.token(1).is_none_or(|next| next.kind == TokenKind::End)
    }
}
