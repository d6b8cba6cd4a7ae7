//! Rules about what is read, and in which order.

use std::ops::Range;

use super::file::{Checked, File, HINT};
use super::query::{self, Query, Verb};
use super::statement::Statement;
use crate::features::hints::rule::{Findings, Rule};
use crate::keywords::sql::Kind;

pub(super) const SELECT_STAR: Checked = Checked {
rule: Rule {
    id: "sql/select-star",
    title: "`SELECT *` in a view or an `INSERT`",
    why: "A view keeps the columns of the day it was created, and an `INSERT … SELECT *` fails or shifts values once a table gets a column.",
    topic: "mysql/select-star",
    before: "\
INSERT INTO orders_archive SELECT * FROM orders WHERE placed_at < '2025-01-01';
",
    after: "\
INSERT INTO orders_archive (id, placed_at) SELECT id, placed_at FROM orders WHERE placed_at < '2025-01-01';
",
    ..HINT
},
check: select_star,
};

fn select_star(file: &File<'_>, findings: &mut Findings) {
    for (statement, query) in file.queries() {
        let is_view = statement.is(0, "CREATE")
            && (1..query.at).any(|at| statement.is(at, "VIEW"))
            && !statement.has(0..query.at, &["TABLE", "PROCEDURE", "FUNCTION", "TRIGGER"]);
        let inserted = (0..query.at).find_map(|at| inserted_into(statement, at));
        // What RETURNING gives is for the reader, not for the table.
        let is_insert = inserted.is_some() && !statement.has(0..query.at, &["RETURNING"]);
        let is_outermost = query.depth == 0 || !(0..query.at).any(|at| statement.is(at, "SELECT"));
        if query.verb != Verb::Select
            || !is_outermost
            || !(is_view || is_insert)
            || statement.is_explained()
        {
            continue;
        }
        let Some(star) = star(statement, query) else {
            continue;
        };
        // A list of columns in a subquery names them all the same.
        let from_subquery = query
            .from
            .as_ref()
            .is_some_and(|from| statement.is_kind(from.start, Kind::Open));
        // A table gets its own rows again: its columns are the same for ever.
        let read = query
            .from
            .as_ref()
            .and_then(|from| statement.qualified(from.start))
            .map(|(name, _)| name);
        if from_subquery || is_insert && read == inserted {
            continue;
        }
        let message = if is_view {
            "The view keeps the columns that the table has today, and later ones are missing in it: name them."
        } else {
            "This fails, or shifts values into other columns, once one of the tables gets a column: name the columns."
        };
        findings.add(statement.start(), statement.range_of(star), message);
    }
}

/// The table that an INSERT or REPLACE at a token puts rows into.
fn inserted_into(statement: &Statement<'_>, at: usize) -> Option<String> {
    if !statement.is_any(at, &["INSERT", "REPLACE"]) {
        return None;
    }
    let into = (at..at + 4).find(|at| statement.is(*at, "INTO"))?;
    statement.qualified(into + 1).map(|(name, _)| name)
}

/// `*` or `t.*` as the first column of a query.
fn star(statement: &Statement<'_>, query: &Query) -> Option<Range<usize>> {
    let is_word =
        |at: usize| statement.is_any(at, &["ALL", "DISTINCT", "SQL_NO_CACHE", "HIGH_PRIORITY"]);
    let start = query.head.clone().find(|at| !is_word(*at))?;
    let at = if statement.is_kind(start + 1, Kind::Dot) {
        start + 2
    } else {
        start
    };
    let ends = at + 1 == query.head.end || statement.is_kind(at + 1, Kind::Comma);
    (statement.is_operator(at, &["*"]) && ends).then_some(start..at + 1)
}

pub(super) const IMPLICIT_JOIN: Checked = Checked {
    rule: Rule {
        id: "sql/implicit-join",
        title: "Tables in a list without a condition that joins them",
        why: "`FROM a, b` makes every pair of rows; `JOIN … ON` puts the condition where it cannot be forgotten.",
        topic: "mysql/joins",
        before: "\
SELECT c.name, o.total FROM customers c, orders o;
",
        after: "\
SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id;
",
        ..HINT
    },
    check: implicit_join,
};

fn implicit_join(file: &File<'_>, findings: &mut Findings) {
    for (statement, query) in file.queries() {
        let Some(from) = query.from.clone().filter(|_| query.verb == Verb::Select) else {
            continue;
        };
        let tables = query::plain_tables(statement, from.clone(), query.depth).unwrap_or_default();
        // A table with itself makes numbers on purpose, and a common table may have just one row.
        let is_common = tables
            .iter()
            .any(|table| is_common_table(statement, &table.name));
        let mut names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        // A condition on something else may pick one row of each: only no condition at all is certain.
        if tables.len() < 2 || names.len() < tables.len() || query.condition.is_some() || is_common
        {
            continue;
        }
        findings.add(
            statement.start(),
            statement.range_of(from),
            "Without a condition this makes every pair of rows: `JOIN … ON` joins them, and `CROSS JOIN` says that all pairs are meant.",
        );
    }
}

/// Whether a statement defines a name itself: `WITH name AS (…)`.
fn is_common_table(statement: &Statement<'_>, name: &str) -> bool {
    (0..statement.len()).any(|at| {
        statement.is(at + 1, "AS")
            && statement.is_kind(at + 2, Kind::Open)
            && statement.name(at).is_some_and(|found| found == name)
    })
}

pub(super) const UNION_DISJOINT: Checked = Checked {
    rule: Rule {
        id: "sql/union-disjoint",
        title: "`UNION` of parts that cannot have a row in common",
        why: "`UNION` looks for duplicates in a temporary table, and parts with a different constant in a column have none in common. `UNION ALL` saves the search, unless one of the parts repeats rows itself.",
        topic: "mysql/union-vs-union-all",
        before: "\
SELECT 'customer' AS kind, email FROM customers
UNION
SELECT 'supplier', email FROM suppliers;
",
        after: "\
SELECT 'customer' AS kind, email FROM customers
UNION ALL
SELECT 'supplier', email FROM suppliers;
",
        ..HINT
    },
    check: union_disjoint,
};

fn union_disjoint(file: &File<'_>, findings: &mut Findings) {
    for (number, statement) in file.statements.iter().enumerate() {
        let queries = file.queries_of(number);
        if queries.len() < 2 {
            continue;
        }
        let mut seen = 0;
        for at in 0..statement.len() {
            if at < seen || !statement.is(at, "UNION") || statement.is(at + 1, "ALL") {
                continue;
            }
            let chain: Vec<&Query> = chain(statement, queries, at);
            seen = chain.last().map_or(at, |last| last.end);
            // Without tables, or without their columns, it is a list of values.
            let reads = chain
                .iter()
                .all(|query| query.from.is_some() && !is_constant(statement, query));
            if chain.len() < 2 || !reads || !differ(statement, &chain) {
                continue;
            }
            findings.add(
                statement.start(),
                statement.range(at),
                "These parts differ in a constant, so no row is in both, and `UNION` searches for duplicates all the same: `UNION ALL` does not.",
            );
        }
    }
}

/// The queries that the UNIONs around a token put together, if they are no more than that.
fn chain<'q>(
    statement: &Statement<'_>,
    queries: &'q [(usize, Query)],
    union: usize,
) -> Vec<&'q Query> {
    let depth = statement.depth(union);
    let mut queries = queries.iter().map(|(_, query)| query);
    let Some(mut last) = queries.find(|query| query.end == union && query.depth == depth) else {
        return Vec::new();
    };
    let mut found = vec![last];
    while statement.is(last.end, "UNION") {
        let begin = if statement.is_any(last.end + 1, &["ALL", "DISTINCT"]) {
            last.end + 2
        } else {
            last.end + 1
        };
        // They stand in the order of their verbs.
        match queries.find(|query| query.at == begin) {
            Some(query) => last = query,
            None => return Vec::new(),
        }
        found.push(last);
    }
    found
}

/// Whether all columns of a query are constants.
fn is_constant(statement: &Statement<'_>, query: &Query) -> bool {
    statement
        .split(query.head.clone(), query.depth)
        .into_iter()
        .all(|part| constant(statement, part).is_some())
}

/// Whether some column is a constant in all of the queries, and never the same one.
fn differ(statement: &Statement<'_>, queries: &[&Query]) -> bool {
    let columns: Vec<Vec<Option<&str>>> = queries
        .iter()
        .map(|query| {
            let parts = statement.split(query.head.clone(), query.depth);
            parts
                .into_iter()
                .map(|part| constant(statement, part))
                .collect()
        })
        .collect();
    let width = columns.iter().map(Vec::len).min().unwrap_or_default();
    (0..width).any(|column| {
        let constants: Option<Vec<&str>> = columns.iter().map(|row| row[column]).collect();
        constants.is_some_and(|mut constants| {
            constants.sort_unstable();
            constants
                .windows(2)
                .all(|pair| !pair[0].eq_ignore_ascii_case(pair[1]))
        })
    })
}

/// The constant that a column is, with or without an alias.
fn constant<'t>(statement: &Statement<'t>, part: Range<usize>) -> Option<&'t str> {
    let at = part.start;
    let is_constant = statement.string(at).is_some() || statement.number(at).is_some();
    let is_alone = part.len() == 1
        || part.len() == 3 && statement.is(at + 1, "AS")
        || part.len() == 2 && statement.name(at + 1).is_some();
    (is_constant && is_alone).then(|| statement.text(at))
}

pub(super) const ORDER_BY_RAND: Checked = Checked {
    rule: Rule {
        id: "sql/order-by-rand",
        title: "`ORDER BY RAND()`",
        why: "It computes a number for every row and sorts them all, for however few rows; a random id is found by the primary key.",
        topic: "mysql/order-by",
        before: "\
SELECT id, body FROM quotes ORDER BY RAND() LIMIT 1;
",
        after: "\
SELECT id, body FROM quotes WHERE id >= 4711 ORDER BY id LIMIT 1;
",
        ..HINT
    },
    check: order_by_rand,
};

fn order_by_rand(file: &File<'_>, findings: &mut Findings) {
    for (statement, query) in file.queries() {
        let Some(order) = query.order.clone() else {
            continue;
        };
        let at = order.start;
        if statement.is(at, "RAND")
            && statement.is_kind(at + 1, Kind::Open)
            && statement.is_kind(at + 2, Kind::Close)
        {
            findings.add(
                statement.start(),
                statement.range_of(order.start - 2..at + 3),
                "This computes a number for every row and sorts them all, however few rows are wanted: look for a random id instead.",
            );
        }
    }
}

pub(super) const LARGE_OFFSET: Checked = Checked {
    rule: Rule {
        id: "sql/large-offset",
        title: "A large `OFFSET`",
        why: "The rows before the offset are read and thrown away, so a page costs more the later it comes; go on behind the last key instead.",
        topic: "mysql/pagination",
        before: "\
SELECT id, title FROM posts ORDER BY id LIMIT 20 OFFSET 100000;
",
        after: "\
SELECT id, title FROM posts WHERE id > 100000 ORDER BY id LIMIT 20;
",
        ..HINT
    },
    check: large_offset,
};

/// Smaller offsets are cheap enough, in rows.
const LARGE: u64 = 10_000;

fn large_offset(file: &File<'_>, findings: &mut Findings) {
    for (statement, query) in file.queries() {
        let Some(limit) = query.limit.as_ref().filter(|_| query.from.is_some()) else {
            continue;
        };
        let at = if statement.is(limit.start + 1, "OFFSET") {
            limit.start + 2
        } else if statement.is_kind(limit.start + 1, Kind::Comma) {
            limit.start
        } else {
            continue;
        };
        if let Some(offset) = statement.number(at).filter(|offset| *offset >= LARGE) {
            findings.add(
                statement.start(),
                statement.range(at),
                format!("{offset} rows are read and thrown away before the first one is returned: go on behind the last key instead."),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn stars_that_break_are_marked() {
        expect(
            "sql/select-star",
            &[
                "CREATE OR REPLACE VIEW v AS SELECT «*» FROM t;",
                "CREATE ALGORITHM=MERGE DEFINER=`a`@`b` SQL SECURITY INVOKER VIEW v (x) AS (SELECT «t.*», 1 FROM t);",
                "INSERT INTO t SELECT «*» FROM u WHERE EXISTS (SELECT * FROM w);",
                "REPLACE INTO t (SELECT DISTINCT «*» FROM u);",
                "INSERT INTO t SELECT * FROM shop.t WHERE a = 1;",
                "INSERT INTO t SET a = 1 RETURNING (SELECT * FROM u);",
                "EXPLAIN INSERT INTO t SELECT * FROM u;",
                "SELECT * FROM t;",
                "CREATE VIEW v AS SELECT COUNT(*), a * b FROM t;",
                "CREATE VIEW v AS SELECT a FROM (SELECT * FROM t) x;",
                "INSERT INTO t SELECT * FROM (SELECT 1, 2) x;",
                "INSERT INTO t VALUES (1); SELECT * FROM t;",
                "CREATE TABLE t AS SELECT * FROM u;",
                "INSERT INTO t (a) SELECT a FROM u WHERE b IN (SELECT * FROM c);",
                "CREATE VIEW v AS SELECT * FROM t",
            ],
        );
    }

    #[test]
    fn lists_of_tables_without_condition_are_marked() {
        expect(
            "sql/implicit-join",
            &[
                "SELECT a FROM «t, shop.u AS x» ORDER BY a;",
                "SELECT a FROM «t, u» LIMIT 5;",
                "SELECT (SELECT COUNT(*) FROM «t, u») FROM w;",
                "SELECT a FROM t, u WHERE t.id = u.id;",
                "SELECT a FROM t, (SELECT @n := 0) n;",
                "SELECT a FROM digits a, digits b;",
                "SELECT a FROM t CROSS JOIN u;",
                "SELECT a FROM t, JSON_TABLE(t.j, '$' COLUMNS (x INT PATH '$')) j;",
                "SELECT a, b FROM t;",
                "WITH one AS (SELECT MAX(a) m FROM t) SELECT a, m FROM t, one;",
                "SELECT a FROM t JOIN u ON t.id = u.id, v;",
            ],
        );
    }

    #[test]
    fn unions_of_disjoint_parts_are_marked() {
        expect(
            "sql/union-disjoint",
            &[
                "SELECT 'a', x FROM t «UNION» SELECT 'b', x FROM u;",
                "SELECT x, 1 AS kind FROM t «union» DISTINCT SELECT x, 2 FROM u UNION SELECT x, 3 FROM v;",
                "SELECT n FROM (SELECT 'a' k, n FROM t «UNION» SELECT 'b', n FROM u) x;",
                "SELECT 'a', x FROM t UNION ALL SELECT 'b', x FROM u;",
                "SELECT 'a', x FROM t UNION SELECT 'A', x FROM u;",
                "SELECT 'a', x FROM t UNION SELECT 'b', x FROM u UNION SELECT 'a', x FROM v;",
                "SELECT 'a', x FROM t UNION SELECT k, x FROM u;",
                "WITH RECURSIVE s (n) AS (SELECT 1 UNION SELECT n + 1 FROM s) SELECT n FROM s;",
                "SELECT x FROM t UNION SELECT x FROM u;",
                "(SELECT 'a' FROM t) UNION (SELECT 'b' FROM t);",
                "SELECT 'a' AS x UNION SELECT 'b';",
                "SELECT 'a' FROM t UNION SELECT 'b' FROM u;",
            ],
        );
    }

    #[test]
    fn random_order_is_marked() {
        expect(
            "sql/order-by-rand",
            &[
                "SELECT a FROM t WHERE a > 1 «order by rand()» LIMIT 3;",
                "SELECT a FROM t WHERE id IN (SELECT id FROM u «ORDER BY RAND()»);",
                "SELECT RAND() r FROM t ORDER BY id;",
                "SELECT a FROM t ORDER BY RAND(7);",
                "SELECT 'ORDER BY RAND()';",
            ],
        );
    }

    #[test]
    fn large_offsets_are_marked() {
        expect(
            "sql/large-offset",
            &[
                "SELECT a FROM t LIMIT «10000», 20;",
                "SELECT a FROM t LIMIT 20 OFFSET «250000»;",
                "SELECT a FROM t LIMIT 100000;",
                "SELECT a FROM t LIMIT 20, 10000;",
                "SELECT a FROM t LIMIT 20 OFFSET 40;",
                "SELECT a FROM t LIMIT 20 OFFSET ?;",
                "SELECT 1 LIMIT 10000, 10;",
            ],
        );
    }
}
