//! What may follow a keyword: where MySQL's grammar expects a name, a word that is no reserved
//! word is one.

/// What kind of statement, or part of one, words stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Queries, changes of rows and expressions: after a name come operators and reserved words,
    /// and few others.
    Query,
    /// CREATE, ALTER, DROP, DECLARE: after a name come types, attributes and options.
    Definition,
    /// SHOW, GRANT, FLUSH and so on: words in a fixed order.
    Administration,
}

/// The kind of a statement, by its first word.
pub(super) fn kind_of(first: &str) -> Kind {
    match first {
        "CREATE" | "ALTER" | "DROP" | "RENAME" | "TRUNCATE" | "DECLARE" => Kind::Definition,
        "SELECT" | "INSERT" | "REPLACE" | "UPDATE" | "DELETE" | "WITH" | "TABLE" | "VALUES"
        | "CALL" | "DO" | "SET" | "RETURN" | "IF" | "ELSEIF" | "WHILE" | "UNTIL" | "CASE"
        | "WHEN" | "FETCH" | "OPEN" | "CLOSE" | "USE" | "LEAVE" | "ITERATE" | "EXPLAIN"
        | "DESCRIBE" | "DESC" | "EXECUTE" | "PREPARE" | "SAVEPOINT" => Kind::Query,
        _ => Kind::Administration,
    }
}

/// Keywords of queries that stand where a value does, so that no name follows.
pub(super) fn is_value(keyword: &str) -> bool {
    matches!(
        keyword,
        "NULL"
            | "TRUE"
            | "FALSE"
            | "DEFAULT"
            | "MAXVALUE"
            | "CURRENT_DATE"
            | "CURRENT_TIME"
            | "CURRENT_TIMESTAMP"
            | "CURRENT_USER"
            | "LOCALTIME"
            | "LOCALTIMESTAMP"
            | "UTC_DATE"
            | "UTC_TIME"
            | "UTC_TIMESTAMP"
            | "END"
            | "ASC"
            | "DESC"
            | "ROLLUP"
            | "NOWAIT"
            | "LOCKED"
            | "DUAL"
            | "UNKNOWN"
            | "ROW"
            | "PRECEDING"
            | "FOLLOWING"
    ) || is_unit(keyword)
}

/// In definitions a name follows these.
pub(super) fn defines_name(keyword: &str) -> bool {
    matches!(
        keyword,
        "TABLE"
            | "VIEW"
            | "INDEX"
            | "KEY"
            | "COLUMN"
            | "DATABASE"
            | "SCHEMA"
            | "TRIGGER"
            | "PROCEDURE"
            | "FUNCTION"
            | "EVENT"
            | "USER"
            | "ROLE"
            | "SERVER"
            | "TABLESPACE"
            | "LIBRARY"
            | "GROUP"
            | "CONSTRAINT"
            | "REFERENCES"
            | "EXISTS"
            | "TO"
            | "ON"
            | "ADD"
            | "DROP"
            | "MODIFY"
            | "CHANGE"
            | "ALTER"
            | "RENAME"
            | "AFTER"
            | "PARTITION"
            | "SUBPARTITION"
            | "LIKE"
            | "FOLLOWS"
            | "PRECEDES"
            | "DECLARE"
            | "IN"
            | "OUT"
            | "INOUT"
            | "TRUNCATE"
            | "INTO"
    )
}

/// In administrative statements a name follows these.
pub(super) fn addresses_name(keyword: &str) -> bool {
    matches!(
        keyword,
        "FROM"
            | "IN"
            | "ON"
            | "TO"
            | "INTO"
            | "TABLE"
            | "TABLES"
            | "VIEW"
            | "INDEX"
            | "DATABASE"
            | "SCHEMA"
            | "USER"
            | "ROLE"
            | "SAVEPOINT"
            | "PREPARE"
            | "HANDLER"
            | "PROCEDURE"
            | "FUNCTION"
            | "TRIGGER"
            | "EVENT"
            | "KILL"
            | "LIKE"
            | "COLUMN"
            | "PARTITION"
            | "FOR"
            | "USING"
            | "PLUGIN"
            | "GRANTS"
    )
}

/// A call cannot follow these directly; a name with a list of columns can.
pub(super) fn precedes_list(keyword: &str) -> bool {
    matches!(
        keyword,
        "INTO"
            | "WITH"
            | "RECURSIVE"
            | "INSERT"
            | "REPLACE"
            | "IGNORE"
            | "DELAYED"
            | "LOW_PRIORITY"
            | "HIGH_PRIORITY"
            | "AS"
            | "JOIN"
            | "TABLE"
            | "WINDOW"
            | "REFERENCES"
            | "CALL"
    )
}

/// The words that are not reserved and yet follow a value in queries.
pub(super) fn follows_value(word: &str) -> bool {
    matches!(
        word,
        "AGAINST" | "OFFSET" | "ESCAPE" | "FOLLOWING" | "PRECEDING" | "NOWAIT" | "RETURNING"
    )
}

/// The units of INTERVAL, EXTRACT and TIMESTAMPADD that are not reserved.
pub(super) fn is_unit(word: &str) -> bool {
    matches!(
        word.strip_prefix("SQL_TSI_").unwrap_or(word),
        "MICROSECOND"
            | "SECOND"
            | "MINUTE"
            | "HOUR"
            | "DAY"
            | "WEEK"
            | "MONTH"
            | "QUARTER"
            | "YEAR"
    )
}

/// Functions whose first argument is a unit, or the word DATE, TIME or DATETIME.
pub(super) fn takes_unit(function: &str) -> bool {
    matches!(
        function,
        "EXTRACT" | "TIMESTAMPADD" | "TIMESTAMPDIFF" | "GET_FORMAT"
    )
}

/// Phrases that only begin a statement: after these words a name may stand elsewhere, and the
/// second word of the phrase may be that name (`ALTER TABLE t DROP role`).
pub(super) fn begins_statement_only(phrase: &[&str], second_is_reserved: bool) -> bool {
    matches!(phrase, ["SET" | "DROP" | "ALTER" | "CHANGE" | "RENAME", ..]) && !second_is_reserved
}

/// Whether a token is an operator of MySQL's (the manual, "Operators").
pub(super) fn is_operator(token: &str) -> bool {
    matches!(
        token,
        "!" | "!="
            | "%"
            | "&"
            | "&&"
            | "*"
            | "+"
            | "-"
            | "->"
            | "->>"
            | "/"
            | ":="
            | "<"
            | "<<"
            | "<="
            | "<=>"
            | "<>"
            | "="
            | ">"
            | ">="
            | ">>"
            | "^"
            | "|"
            | "||"
            | "~"
    )
}

/// Options that are known together with their value: `ENGINE=InnoDB`.
pub(super) fn is_option(keyword: &str) -> bool {
    matches!(
        keyword,
        "ENGINE" | "ROW_FORMAT" | "ALGORITHM" | "LOCK" | "FORMAT"
    )
}

/// The value of an option as the manual spells it.
pub(super) fn option_value(option: &str, value: &str) -> String {
    if option != "ENGINE" {
        return value.to_ascii_uppercase();
    }
    let engine = ENGINES
        .iter()
        .find(|engine| engine.eq_ignore_ascii_case(value));
    engine.map_or(value, |engine| engine).to_owned()
}

const ENGINES: [&str; 11] = [
    "InnoDB",
    "MyISAM",
    "MEMORY",
    "ARCHIVE",
    "CSV",
    "BLACKHOLE",
    "MERGE",
    "FEDERATED",
    "EXAMPLE",
    "NDB",
    "NDBCLUSTER",
];
