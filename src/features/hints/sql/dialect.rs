//! Whether a script is MySQL's (or MariaDB's): what holds for one server may be wrong for another.

use super::statement::Statement;
use crate::keywords::sql::Kind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    MySql,
    /// Of `PostgreSQL`, `SQLite`, Oracle or SQL Server.
    Other,
    Unknown,
}

/// Words that only MySQL and MariaDB have.
const OURS: [&str; 7] = [
    "AUTO_INCREMENT",
    "ENGINE",
    "CHARSET",
    "UNSIGNED",
    "MEDIUMTEXT",
    "LONGTEXT",
    "MEDIUMINT",
];

/// Words that they do not have.
const OTHERS: [&str; 32] = [
    "AUTOINCREMENT",
    "BIGSERIAL",
    "BYTEA",
    "CITEXT",
    "DATETIME2",
    "EXTENSION",
    "GO",
    "ILIKE",
    "IDENTITY",
    "INET",
    "JSONB",
    "NEXTVAL",
    "NOCOUNT",
    "NONCLUSTERED",
    "NUMBER",
    "NVARCHAR2",
    "OWNER",
    "PLPGSQL",
    "PRAGMA",
    "ROWID",
    "SERIAL",
    "SERIAL4",
    "SERIAL8",
    "SYSDATETIME",
    "TIMESTAMPTZ",
    "TSVECTOR",
    "UNIQUEIDENTIFIER",
    "VARCHAR2",
    "STRFTIME",
    "TO_CHAR",
    "GETDATE",
    "GEN_RANDOM_UUID",
];

/// Sequences of words that they do not have.
const OTHER_PHRASES: [&[&str]; 12] = [
    &["ON", "CONFLICT"],
    &["INSERT", "OR"],
    &["WITH", "TIME"],
    &["WITHOUT", "TIME"],
    &["MATERIALIZED", "VIEW"],
    &["DISTINCT", "ON"],
    &["TEXT", "PRIMARY"],
    &["TEXT", "UNIQUE"],
    &["IDENTITY", "INSERT"],
    &["COMMENT", "ON"],
    &["CREATE", "DOMAIN"],
    &["CREATE", "TYPE"],
];

impl Dialect {
    pub(super) fn of(statements: &[Statement<'_>]) -> Dialect {
        let mut is_ours = false;
        for statement in statements {
            for at in 0..statement.len() {
                match statement.kind(at) {
                    Some(Kind::Word) if is_foreign(statement, at) => return Dialect::Other,
                    Some(Kind::Word) => is_ours = is_ours || statement.is_any(at, &OURS),
                    Some(Kind::Value) => is_ours = is_ours || statement.text(at).starts_with('`'),
                    // `x::date` and `[name]`
                    Some(Kind::Operator)
                        if matches!(statement.text(at), "[" | "::")
                            || statement.text(at) == ":" && statement.text(at + 1) == ":" =>
                    {
                        return Dialect::Other;
                    }
                    _ => {}
                }
            }
        }
        if is_ours {
            Dialect::MySql
        } else {
            Dialect::Unknown
        }
    }
}

fn is_foreign(statement: &Statement<'_>, at: usize) -> bool {
    let text = statement.text(at);
    // `$1`, `$$`
    if text.starts_with('$') {
        return true;
    }
    // A word of these may be the name of a column, so it counts where no name stands: behind another
    // word or a value, not at the beginning of a definition.
    let follows_word = at > 0 && matches!(statement.kind(at - 1), Some(Kind::Word | Kind::Value));
    let is_call = statement.is_kind(at + 1, Kind::Open);
    (follows_word || is_call) && statement.is_any(at, &OTHERS)
        || at == 0 && statement.is_any(at, &["PRAGMA", "GO"])
        || OTHER_PHRASES.iter().any(|phrase| statement.are(at, phrase))
}
