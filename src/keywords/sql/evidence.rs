//! Whether a text that might be anything is a statement of SQL: a verb at its beginning is not enough,
//! because "select a file" and "create table" are English, too.

use super::lexer::Lexer;
use super::token::{Kind, Token};

/// How much of a text is looked at, in tokens.
const MOST_TOKENS: usize = 400;

/// What may follow the name of a table in a query that is written in small letters.
const AFTER_TABLE: [&str; 14] = [
    "WHERE", "JOIN", "LEFT", "RIGHT", "INNER", "CROSS", "NATURAL", "ORDER", "GROUP", "HAVING",
    "LIMIT", "UNION", "FOR", "USE",
];

/// What is created, altered or dropped.
const OBJECTS: [&str; 18] = [
    "DATABASE",
    "DEFINER",
    "EVENT",
    "FULLTEXT",
    "FUNCTION",
    "INDEX",
    "OR",
    "PROCEDURE",
    "ROLE",
    "SCHEMA",
    "SPATIAL",
    "TABLE",
    "TABLESPACE",
    "TEMPORARY",
    "TRIGGER",
    "UNIQUE",
    "USER",
    "VIEW",
];

/// Verbs that are SQL together with one of these words behind them, if both are in capitals.
const PHRASES: [(&str, &[&str]); 17] = [
    ("ANALYZE", &["TABLE"]),
    ("CHECK", &["TABLE"]),
    (
        "DESCRIBE",
        &["SELECT", "UPDATE", "DELETE", "INSERT", "ANALYZE", "FORMAT"],
    ),
    (
        "EXPLAIN",
        &[
            "SELECT", "UPDATE", "DELETE", "INSERT", "ANALYZE", "FORMAT", "WITH",
        ],
    ),
    ("GRANT", &["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("LOAD", &["DATA"]),
    ("LOCK", &["TABLES", "TABLE", "INSTANCE"]),
    ("OPTIMIZE", &["TABLE"]),
    ("RENAME", &["TABLE", "USER"]),
    ("REPAIR", &["TABLE"]),
    ("REVOKE", &["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("ROLLBACK", &["TO"]),
    (
        "SET",
        &[
            "NAMES",
            "GLOBAL",
            "SESSION",
            "TRANSACTION",
            "PERSIST",
            "AUTOCOMMIT",
            "CHARACTER",
            "FOREIGN_KEY_CHECKS",
            "SQL_MODE",
        ],
    ),
    (
        "SHOW",
        &[
            "BINARY",
            "BINLOG",
            "COLUMNS",
            "CREATE",
            "DATABASES",
            "ENGINE",
            "ENGINES",
            "FULL",
            "GLOBAL",
            "GRANTS",
            "INDEX",
            "INDEXES",
            "KEYS",
            "MASTER",
            "PROCESSLIST",
            "REPLICA",
            "REPLICAS",
            "SESSION",
            "SLAVE",
            "STATUS",
            "TABLE",
            "TABLES",
            "VARIABLES",
            "WARNINGS",
        ],
    ),
    ("START", &["TRANSACTION"]),
    ("TRUNCATE", &["TABLE"]),
    ("UNLOCK", &["TABLES", "INSTANCE"]),
];

/// Whether the text begins with a statement. A verb in capitals needs little to be believed, one in small
/// letters the shape of its statement; anything else is a sentence.
pub(super) fn is_statement(text: &str) -> bool {
    // Most texts are none, so a look at the first letter saves the rest.
    let begins = text.trim_start();
    if !begins.starts_with(|first: char| first.is_ascii_alphabetic() || "(/-#".contains(first)) {
        return false;
    }
    let tokens: Vec<Token> = Lexer::new(text).take(MOST_TOKENS).collect();
    let start = tokens
        .iter()
        .position(|token| token.kind != Kind::Open)
        .unwrap_or(tokens.len());
    let statement = Statement {
        text,
        tokens: &tokens[start..],
    };
    let Some(verb) = tokens.get(start).filter(|verb| verb.kind == Kind::Word) else {
        return false;
    };
    let verb = verb.text(text);
    if verb.bytes().all(|letter| letter.is_ascii_uppercase()) {
        statement.is_loud(verb)
    } else if verb.bytes().all(|letter| letter.is_ascii_lowercase()) {
        statement.is_quiet(&verb.to_uppercase())
    } else {
        false
    }
}

struct Statement<'t> {
    text: &'t str,
    tokens: &'t [Token],
}

impl Statement<'_> {
    fn kind(&self, place: usize) -> Option<Kind> {
        self.tokens.get(place).map(|token| token.kind)
    }

    fn is_word(&self, place: usize, words: &[&str]) -> bool {
        self.tokens.get(place).is_some_and(|token| {
            token.kind == Kind::Word
                && words
                    .iter()
                    .any(|word| token.text(self.text).eq_ignore_ascii_case(word))
        })
    }

    /// The place of a word among the first tokens.
    fn find(&self, word: &str, before: usize) -> Option<usize> {
        (1..self.tokens.len().min(before)).find(|place| self.is_word(*place, &[word]))
    }

    /// `name AS (`
    fn is_common_table(&self) -> bool {
        let name = if self.is_word(1, &["RECURSIVE"]) {
            2
        } else {
            1
        };
        self.is_word(name + 1, &["AS"]) && self.kind(name + 2) == Some(Kind::Open)
            || self.kind(name + 1) == Some(Kind::Open) && self.find("AS", MOST_TOKENS).is_some()
    }

    fn is_loud(&self, verb: &str) -> bool {
        match verb {
            "SELECT" => {
                self.find("FROM", MOST_TOKENS).is_some()
                    || matches!(
                        self.kind(1),
                        Some(Kind::Value | Kind::SystemVariable | Kind::Operator | Kind::Hint)
                    )
                    || self.kind(2) == Some(Kind::Open)
            }
            "INSERT" | "REPLACE" => self.find("INTO", 5).is_some(),
            "UPDATE" => self.find("SET", 40).is_some(),
            "DELETE" => self.find("FROM", 8).is_some(),
            "CREATE" | "ALTER" | "DROP" => self.is_word(1, &OBJECTS),
            "WITH" => self.is_common_table(),
            "CALL" => self.kind(2) == Some(Kind::Open) || self.kind(4) == Some(Kind::Open),
            "SAVEPOINT" => self.tokens.len() == 2,
            _ => {
                let is_variable = self.kind(1) == Some(Kind::SystemVariable);
                verb == "SET" && is_variable
                    || PHRASES
                        .iter()
                        .any(|(first, second)| *first == verb && self.is_word(1, second))
            }
        }
    }

    fn is_quiet(&self, verb: &str) -> bool {
        match verb {
            "SELECT" => self
                .find("FROM", MOST_TOKENS)
                .is_some_and(|from| self.is_column_list(from) && self.is_table_list(from + 1)),
            "INSERT" | "REPLACE" => self.find("INTO", 5).is_some_and(|into| {
                let after = self.after_name(into + 1);
                self.kind(after) == Some(Kind::Open)
                    || self.is_word(after, &["VALUES", "VALUE", "SELECT", "SET"])
            }),
            "UPDATE" => self.find("SET", 40).is_some_and(|set| {
                let after = self.after_name(set + 1);
                self.kind(after) == Some(Kind::Operator)
            }),
            "DELETE" => {
                self.is_word(1, &["FROM"])
                    && self.is_word(self.after_name(2), &["WHERE", "LIMIT", "ORDER", "USING"])
            }
            "CREATE" => self.is_word(1, &OBJECTS) && self.has(Kind::Open),
            "ALTER" => {
                self.is_word(1, &["TABLE"])
                    && self.is_word(
                        self.after_name(2),
                        &[
                            "ADD", "DROP", "MODIFY", "CHANGE", "RENAME", "ENGINE", "ORDER",
                        ],
                    )
            }
            "DROP" => {
                self.is_word(1, &["TABLE", "DATABASE", "VIEW", "TRIGGER", "PROCEDURE"])
                    && self.is_word(2, &["IF"])
                    && self.is_word(3, &["EXISTS"])
            }
            "WITH" => self.is_common_table() && self.find("SELECT", MOST_TOKENS).is_some(),
            _ => false,
        }
    }

    fn has(&self, kind: Kind) -> bool {
        self.tokens.iter().any(|token| token.kind == kind)
    }

    /// Whether what is selected is more than words in a row.
    fn is_column_list(&self, end: usize) -> bool {
        let said = ["ALL", "AS", "CASE", "DISTINCT", "INTERVAL", "STRAIGHT_JOIN"];
        let is_name = |place: usize| self.kind(place) == Some(Kind::Word);
        (1..end).any(|place| self.is_word(place, &said))
            || !(1..end.saturating_sub(1)).any(|place| is_name(place) && is_name(place + 1))
    }

    /// Behind `name` or `schema.name`.
    fn after_name(&self, place: usize) -> usize {
        if self.kind(place + 1) == Some(Kind::Dot) {
            place + 3
        } else {
            place + 1
        }
    }

    /// `t`, `t a where`, `t, u`, `(select`, and an end of the text or more SQL behind it.
    fn is_table_list(&self, place: usize) -> bool {
        let goes_on = |place: usize| {
            self.is_word(place, &AFTER_TABLE)
                || matches!(
                    self.kind(place),
                    Some(Kind::Comma | Kind::Close | Kind::End)
                )
        };
        if self.kind(place) == Some(Kind::Open) {
            return self.is_word(place + 1, &["SELECT"]);
        }
        let after = self.after_name(place);
        match self.kind(after) {
            // Of sentences that end here, most say what is selected in more than one word.
            None => {
                self.kind(place).is_some()
                    && (place == 3 || self.has(Kind::Comma) || self.has(Kind::Open))
            }
            Some(_) if goes_on(after) => true,
            Some(_) => {
                let alias = if self.is_word(after, &["AS"]) {
                    after + 1
                } else {
                    after
                };
                goes_on(alias + 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_statement;

    #[test]
    fn statements_are_told_from_sentences() {
        for statement in [
            "SELECT 1",
            "SELECT @@version",
            "SELECT LAST_INSERT_ID()",
            "  SELECT a FROM x",
            "(SELECT a FROM t) UNION ALL (SELECT b FROM u)",
            "/* hot */ SELECT * FROM t",
            "select * from users",
            "select id, name from users",
            "select u.id from users u where u.id = ?",
            "select a from t as b join c",
            "select count(*) from shop.orders",
            "INSERT IGNORE INTO t VALUES (?)",
            "insert into t (a) values (?)",
            "UPDATE t SET a = 1",
            "update t set a = a + 1 where id = ?",
            "DELETE FROM t",
            "delete from t where id = ?",
            "CREATE TABLE t (id INT)",
            "create table if not exists t (id int)",
            "alter table t add column c int",
            "drop table if exists t",
            "WITH x AS (SELECT 1) SELECT * FROM x",
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            "START TRANSACTION",
            "EXPLAIN SELECT 1",
            "SHOW ENGINE INNODB STATUS",
            "LOCK TABLES t READ",
            "SAVEPOINT a",
        ] {
            assert!(is_statement(statement), "{statement}");
        }
        for sentence in [
            "",
            "x",
            "SELECT",
            "SELECT a file",
            "Select a, b from the list",
            "select a file",
            "select an item from the list",
            "select one of them from here, please",
            "update the set",
            "UPDATE available",
            "delete from cart",
            "Delete from t where x",
            "create table",
            "drop table",
            "insert into the list",
            "INSERT coin",
            "with care (really)",
            "set the table",
            "SET key value",
            "show tables",
            "start transaction",
            "replace the battery",
            "call me (maybe)",
            "use it",
            "alter ego",
            "{\"select\": 1}",
            "DROP the mic",
        ] {
            assert!(!is_statement(sentence), "{sentence}");
        }
    }
}
