//! The queries of a statement, nested ones too, and their clauses.

use std::ops::Range;

use super::statement::Statement;
use crate::keywords::sql::Kind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Select,
    Delete,
    Update,
}

/// A SELECT, DELETE or UPDATE. All ranges are of tokens, without the word that begins the clause;
/// a clause that is absent is None.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) verb: Verb,
    /// The verb's token.
    pub(super) at: usize,
    pub(super) depth: usize,
    /// Behind its last token.
    pub(super) end: usize,
    /// What stands between the verb and the first clause: of a SELECT, its columns.
    pub(super) head: Range<usize>,
    pub(super) from: Option<Range<usize>>,
    pub(super) set: Option<Range<usize>>,
    pub(super) condition: Option<Range<usize>>,
    pub(super) order: Option<Range<usize>>,
    pub(super) limit: Option<Range<usize>>,
    /// `FOR UPDATE` or `FOR SHARE`: its two words.
    pub(super) lock: Option<Range<usize>>,
}

/// A table that a query reads.
#[derive(Debug)]
pub(super) struct Table {
    /// In small letters, without its schema.
    pub(super) name: String,
}

/// Every query of a statement, in the order of their verbs.
pub(super) fn queries(statement: &Statement<'_>) -> Vec<Query> {
    (0..statement.len())
        .filter_map(|at| Some(query(statement, verb(statement, at)?, at)))
        .collect()
}

fn verb(statement: &Statement<'_>, at: usize) -> Option<Verb> {
    // `GRANT SELECT, UPDATE ON …` and `ON DELETE CASCADE` have the words without the statements.
    if statement.is_any(0, &["GRANT", "REVOKE"]) {
        return None;
    }
    if statement.is(at, "SELECT") {
        return Some(Verb::Select);
    }
    let begins = at == 0
        || statement.is_any(
            at - 1,
            &["BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT", "EXPLAIN", "ANALYZE", "ROW", "HANDLER"],
        )
        // `label: BEGIN`, `WITH c AS (…) DELETE …`
        || statement.is_kind(at - 1, Kind::Close);
    if !begins {
        return None;
    }
    if statement.is(at, "DELETE") {
        Some(Verb::Delete)
    } else if statement.is(at, "UPDATE") && !statement.is_any(at + 1, &["ON", "OF"]) {
        Some(Verb::Update)
    } else {
        None
    }
}

/// The clauses that are told apart. FOR and LOCK end the others, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clause {
    Head,
    From,
    Set,
    Condition,
    Order,
    Limit,
    Lock,
    Other,
}

fn query(statement: &Statement<'_>, verb: Verb, at: usize) -> Query {
    let depth = statement.depth(at);
    let mut found = Query {
        verb,
        at,
        depth,
        end: at + 1,
        head: at + 1..at + 1,
        from: None,
        set: None,
        condition: None,
        order: None,
        limit: None,
        lock: None,
    };
    let (mut clause, mut start) = (Clause::Head, at + 1);
    let mut next = at + 1;
    loop {
        let boundary = if ends(statement, next, depth) {
            Some((Clause::Other, 0))
        } else if statement.depth(next) == depth {
            begins(statement, verb, next)
        } else {
            None
        };
        if let Some((following, words)) = boundary {
            let range = start..next;
            match clause {
                Clause::Head => found.head = range,
                Clause::From => found.from = Some(range),
                Clause::Set => found.set = Some(range),
                Clause::Condition => found.condition = Some(range),
                Clause::Order => found.order = Some(range),
                Clause::Limit => found.limit = Some(range),
                Clause::Lock | Clause::Other => {}
            }
            if words == 0 {
                found.end = next;
                return found;
            }
            if following == Clause::Lock {
                found.lock = Some(next..next + words);
            }
            (clause, start) = (following, next + words);
            next += words;
        } else {
            next += 1;
        }
    }
}

/// Whether a query of this depth is over before a token.
fn ends(statement: &Statement<'_>, at: usize, depth: usize) -> bool {
    match statement.kind(at) {
        None | Some(Kind::End) => true,
        Some(Kind::Close) => statement.depth(at) < depth,
        Some(_) => {
            statement.depth(at) < depth
                || statement.depth(at) == depth
                    && statement.is_any(at, &["UNION", "EXCEPT", "INTERSECT", "RETURNING"])
        }
    }
}

/// The clause that begins at a token, and with how many words.
fn begins(statement: &Statement<'_>, verb: Verb, at: usize) -> Option<(Clause, usize)> {
    let is = |word| statement.is(at, word);
    let found = match verb {
        _ if is("FROM") => (Clause::From, 1),
        Verb::Update if is("SET") => (Clause::Set, 1),
        _ if is("WHERE") => (Clause::Condition, 1),
        _ if is("ORDER") && statement.is(at + 1, "BY") => (Clause::Order, 2),
        _ if is("LIMIT") => (Clause::Limit, 1),
        _ if is("FOR") && statement.is_any(at + 1, &["UPDATE", "SHARE"]) => (Clause::Lock, 2),
        _ if is("GROUP") && statement.is(at + 1, "BY") => (Clause::Other, 2),
        _ if statement.is_any(at, &["HAVING", "WINDOW", "INTO", "PROCEDURE"])
            || is("LOCK") && statement.is(at + 1, "IN")
            || is("ON") && statement.is(at + 1, "DUPLICATE") =>
        {
            (Clause::Other, 1)
        }
        _ => return None,
    };
    Some(found)
}

/// Words behind a table that are no alias.
const NO_ALIAS: [&str; 20] = [
    "JOIN",
    "INNER",
    "LEFT",
    "RIGHT",
    "CROSS",
    "NATURAL",
    "STRAIGHT_JOIN",
    "ON",
    "USING",
    "USE",
    "FORCE",
    "IGNORE",
    "PARTITION",
    "SET",
    "WHERE",
    "FULL",
    "OUTER",
    "TABLESAMPLE",
    "FOR",
    "LIMIT",
];

/// The tables of a FROM clause (or of an UPDATE) that is a list without JOINs and subqueries. None:
/// it is more than that.
pub(super) fn plain_tables(
    statement: &Statement<'_>,
    range: Range<usize>,
    depth: usize,
) -> Option<Vec<Table>> {
    statement
        .split(range, depth)
        .into_iter()
        .map(|part| {
            let (name, mut next) = statement.qualified(part.start)?;
            if statement.is(next, "AS") && next < part.end {
                next += 1;
            }
            if next < part.end && !statement.is_any(next, &NO_ALIAS) {
                // An alias.
                statement.name(next)?;
                next += 1;
            }
            // Index hints do not matter.
            let is_hinted = statement.is_any(next, &["USE", "FORCE", "IGNORE"]);
            (next == part.end || next < part.end && is_hinted).then_some(Table { name })
        })
        .collect()
}
