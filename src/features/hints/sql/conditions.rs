//! Rules about conditions: those that no index serves, and those that NULL makes empty.

use std::ops::Range;

use super::dialect::Dialect;
use super::file::{Checked, File, HINT};
use super::query::{self, Query};
use super::schema::{Key, KeyKind};
use super::statement::Statement;
use crate::features::hints::rule::{Findings, Rule};
use crate::keywords::sql::Kind;

pub(super) const FUNCTION_ON_COLUMN: Checked = Checked {
    rule: Rule {
        id: "sql/function-on-column",
        title: "A function around a column in `WHERE`",
        why: "The index on the column knows its values, not what a function makes of them: the function is computed for every row. Compare the bare column with a range.",
        topic: "mysql/index-not-used",
        before: "\
SELECT id FROM orders WHERE YEAR(placed_at) = 2026;
",
        after: "\
SELECT id FROM orders WHERE placed_at >= '2026-01-01' AND placed_at < '2027-01-01';
",
        ..HINT
    },
    check: function_on_column,
};

/// Functions of a date, and of a text, whose result somebody compares with a constant.
const FUNCTIONS: [&str; 22] = [
    "YEAR",
    "MONTH",
    "DAY",
    "DATE",
    "HOUR",
    "WEEK",
    "QUARTER",
    "DAYOFMONTH",
    "DAYOFWEEK",
    "DAYOFYEAR",
    "TO_DAYS",
    "DATE_FORMAT",
    "UNIX_TIMESTAMP",
    "FROM_UNIXTIME",
    "DATEDIFF",
    "LOWER",
    "UPPER",
    "LCASE",
    "UCASE",
    "LEFT",
    "SUBSTR",
    "SUBSTRING",
];

fn function_on_column(file: &File<'_>, findings: &mut Findings) {
    // Other servers have indexes on expressions as a habit.
    if file.dialect == Dialect::Other {
        return;
    }
    for (statement, query) in file.queries() {
        let Some(condition) = query.condition.clone() else {
            continue;
        };
        for at in condition.clone() {
            if !statement.is_any(at, &FUNCTIONS) || !statement.is_kind(at + 1, Kind::Open) {
                continue;
            }
            let Some((column, behind)) = statement.qualified(at + 2) else {
                continue;
            };
            let is_column = statement.kind(behind) == Some(Kind::Comma)
                || statement.kind(behind) == Some(Kind::Close);
            let Some(close) = statement
                .close(at + 1)
                .filter(|close| *close < condition.end)
            else {
                continue;
            };
            if !is_column
                || !is_compared_with_constant(statement, at, close, &condition)
                || file.schema.is_indexed(statement.text(at))
            {
                continue;
            }
            findings.add(
                statement.start(),
                statement.range_of(at..close + 1),
                format!(
                    "An index on `{column}` is of no use here: `{}` is computed for every row.",
                    statement.text(at).to_uppercase()
                ),
            );
            // One place per condition says it.
            break;
        }
    }
}

/// Whether a call stands to the left of a comparison with something that has no columns.
fn is_compared_with_constant(
    statement: &Statement<'_>,
    call: usize,
    close: usize,
    condition: &Range<usize>,
) -> bool {
    let begins = call == condition.start
        || statement.is_any(call - 1, &["AND", "OR", "WHERE", "NOT"])
        || statement.is_kind(call - 1, Kind::Open)
        || statement.is_operator(call - 1, &["&&", "||"]);
    let after = close + 1;
    let is_compared = statement.is_operator(after, &["=", "<", ">", "<=", ">="])
        || statement.is_any(after, &["IN", "BETWEEN"]);
    let operand = if statement.is_kind(after + 1, Kind::Open) {
        after + 2
    } else {
        after + 1
    };
    let is_constant = match statement.kind(operand) {
        // A string, a number, a placeholder, a variable; a quoted name is a column.
        Some(Kind::Value) => !statement.text(operand).starts_with('`'),
        Some(Kind::Word) => {
            statement.is_any(
                operand,
                &[
                    "NOW",
                    "CURDATE",
                    "CURRENT_DATE",
                    "CURRENT_TIMESTAMP",
                    "SYSDATE",
                    "LOWER",
                    "UPPER",
                    "YEAR",
                    "MONTH",
                    "DATE",
                    "UNIX_TIMESTAMP",
                ],
            ) && !has_column(statement, operand)
        }
        _ => false,
    };
    begins && is_compared && is_constant
}

/// Whether the call at a token has a column as its argument: a name that is not called itself.
fn has_column(statement: &Statement<'_>, call: usize) -> bool {
    let Some(close) = statement
        .close(call + 1)
        .filter(|_| statement.is_kind(call + 1, Kind::Open))
    else {
        return false;
    };
    (call + 2..close).any(|at| {
        let is_called = statement.is_kind(at + 1, Kind::Open);
        let is_quoted = statement.text(at).starts_with('`');
        is_quoted
            || statement.is_kind(at, Kind::Word)
                && !is_called
                && !statement.is_any(at, &["INTERVAL", "DAY", "MONTH", "YEAR", "CURRENT_DATE"])
    })
}

pub(super) const LEADING_WILDCARD: Checked = Checked {
    rule: Rule {
        id: "sql/leading-wildcard",
        title: "`LIKE` with a wildcard at the beginning",
        why: "An index is sorted from the first letter on; without it every row is read. A `FULLTEXT` index finds words.",
        topic: "mysql/index-not-used",
        before: "\
SELECT id, title FROM books WHERE title LIKE '%sql%';
",
        after: "\
SELECT id, title FROM books WHERE MATCH (title) AGAINST ('sql');
",
        ..HINT
    },
    check: leading_wildcard,
};

fn leading_wildcard(file: &File<'_>, findings: &mut Findings) {
    for (statement, query) in file.queries() {
        let Some(condition) = query.condition.clone() else {
            continue;
        };
        let found = condition.clone().find(|at| {
            statement.is(*at, "LIKE")
                && statement.depth(*at) <= query.depth + 1
                && statement
                    .name(at.wrapping_sub(1))
                    .is_some_and(|before| before != "not")
                && pattern(statement, at + 1).is_some_and(|pattern| {
                    pattern.starts_with('%') && !pattern.trim_matches('%').is_empty()
                })
        });
        if let Some(at) = found.filter(|_| !is_narrowed(statement, query, condition)) {
            findings.add(
                statement.start(),
                statement.range_of(at..at + 2),
                "An index cannot find what begins with anything, so every row is read: a `FULLTEXT` index finds words.",
            );
        }
    }
}

/// What LIKE compares with, as far as it begins with a string: `'%x'`, `CONCAT('%', ?)`.
fn pattern<'t>(statement: &Statement<'t>, at: usize) -> Option<&'t str> {
    if statement.is(at, "CONCAT") && statement.is_kind(at + 1, Kind::Open) {
        // What follows is no wildcard.
        return statement
            .string(at + 2)
            .filter(|pattern| *pattern == "%")
            .map(|_| "%?");
    }
    statement.string(at)
}

/// Whether another condition, an equality that must hold too, may use an index.
fn is_narrowed(statement: &Statement<'_>, query: &Query, condition: Range<usize>) -> bool {
    let has = |words: &[&str]| {
        statement
            .at_depth(condition.clone(), query.depth)
            .any(|at| statement.is_any(at, words))
    };
    let has_equality = statement
        .at_depth(condition.clone(), query.depth)
        .any(|at| statement.is_operator(at, &["="]) || statement.is_any(at, &["IN", "BETWEEN"]));
    has(&["AND"]) && has_equality && !has(&["OR"])
}

pub(super) const LEFTMOST_PREFIX_SKIPPED: Checked = Checked {
    rule: Rule {
        id: "sql/leftmost-prefix-skipped",
        title: "A condition on a later column of an index only",
        why: "An index on (a, b) is sorted by a first: a condition on b alone cannot search in it.",
        topic: "mysql/leftmost-prefix",
        before: "\
CREATE TABLE logins (
    id INT PRIMARY KEY,
    tenant_id INT NOT NULL,
    user_id INT NOT NULL,
    KEY tenant_user (tenant_id, user_id)
);
SELECT id FROM logins WHERE user_id = 7;
",
        after: "\
CREATE TABLE logins (
    id INT PRIMARY KEY,
    tenant_id INT NOT NULL,
    user_id INT NOT NULL,
    KEY tenant_user (tenant_id, user_id)
);
SELECT id FROM logins WHERE tenant_id = 3 AND user_id = 7;
",
        ..HINT
    },
    check: leftmost_prefix_skipped,
};

fn leftmost_prefix_skipped(file: &File<'_>, findings: &mut Findings) {
    for (number, (statement, query)) in file.numbered_queries() {
        let Some(condition) = query.condition.clone() else {
            continue;
        };
        let from = match (&query.from, query.verb) {
            (Some(from), _) => from.clone(),
            (None, query::Verb::Update) => query.head.clone(),
            _ => continue,
        };
        let tables = query::plain_tables(statement, from, query.depth);
        let Some([only]) = tables.as_deref() else {
            continue;
        };
        // The table may have been another one before.
        let table = file.schema.table(&only.name);
        let Some(table) = table.filter(|table| table.statement < number) else {
            continue;
        };
        let has_subquery = statement.has(condition.clone(), &["SELECT", "OR"]);
        let compared = compared(statement, condition);
        if has_subquery || compared.is_empty() {
            continue;
        }
        let is_in = |name: &String| compared.iter().any(|(column, _)| column == name);
        let keys: Vec<&Key> = file.schema.keys(table).collect();
        if keys
            .iter()
            .any(|key| key.columns.first().is_some_and(is_in))
        {
            continue;
        }
        let skipping = keys
            .iter()
            .filter(|key| key.kind != KeyKind::Special)
            .find_map(|key| {
                let (first, later) = key.columns.split_first()?;
                let found = compared.iter().find(|(column, _)| later.contains(column))?;
                Some((first, found))
            });
        // The order of the index is of use for a sorting, even if the condition is not.
        let order = query
            .order
            .as_ref()
            .and_then(|order| statement.qualified(order.start));
        let skipping = skipping.filter(|(first, _)| order.is_none_or(|(name, _)| name != **first));
        if let Some((first, (column, at))) = skipping {
            findings.add(
                statement.start(),
                statement.range(*at),
                format!("The index that has `{column}` begins with `{first}`, so this condition cannot search in it."),
            );
        }
    }
}

/// The columns of a condition that are compared with something, and their tokens.
fn compared(statement: &Statement<'_>, condition: Range<usize>) -> Vec<(String, usize)> {
    condition
        .filter(|at| {
            statement.is_operator(at + 1, &["=", "<", ">", "<=", ">=", "<=>"])
                || statement.is_any(at + 1, &["IN", "BETWEEN", "LIKE", "IS"])
        })
        .filter_map(|at| Some((statement.name(at)?, at)))
        .collect()
}

pub(super) const NOT_IN_SUBQUERY: Checked = Checked {
    rule: Rule {
        id: "sql/not-in-subquery",
        title: "`NOT IN` with a subquery that may give `NULL`",
        why: "One `NULL` in the list makes the condition unknown for every row, and the result is empty. `NOT EXISTS` has no such trap.",
        topic: "mysql/null",
        before: "\
SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);
",
        after: "\
SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id);
",
        ..HINT
    },
    check: not_in_subquery,
};

fn not_in_subquery(file: &File<'_>, findings: &mut Findings) {
    for (statement, query) in file.queries() {
        let select = query.at;
        let is_listed = select >= 3
            && statement.are(select - 3, &["NOT", "IN"])
            && statement.is_kind(select - 1, Kind::Open);
        if !is_listed || !may_be_null(file, statement, query) {
            continue;
        }
        findings.add(
            statement.start(),
            statement.range_of(select - 3..select - 1),
            "If the subquery gives one `NULL`, this is true for no row at all; `NOT EXISTS` has no such trap.",
        );
    }
}

/// Whether the one column of a query is a plain one that may be NULL, as far as that is known.
fn may_be_null(file: &File<'_>, statement: &Statement<'_>, query: &Query) -> bool {
    let start = if statement.is(query.head.start, "DISTINCT") {
        query.head.start + 1
    } else {
        query.head.start
    };
    let Some((column, behind)) = statement.qualified(start) else {
        return false;
    };
    // What is called `id` identifies, and an expression may be anything.
    if behind != query.head.end || column == "id" {
        return false;
    }
    if query.condition.clone().is_some_and(|condition| {
        condition
            .clone()
            .any(|at| statement.are(at, &["IS", "NOT", "NULL"]))
            || compared(statement, condition)
                .iter()
                .any(|(name, _)| *name == column)
    }) {
        return false;
    }
    let tables = query
        .from
        .clone()
        .and_then(|from| query::plain_tables(statement, from, query.depth));
    let Some([only]) = tables.as_deref() else {
        return false;
    };
    // `user_id` of `users` identifies, too.
    let thing = column
        .strip_suffix("id")
        .unwrap_or_default()
        .trim_end_matches('_');
    if !thing.is_empty() && only.name.starts_with(thing) {
        return false;
    }
    // A column of a table that the script does not show may be anything.
    let Some(table) = file.schema.table(&only.name) else {
        return true;
    };
    let is_key = file
        .schema
        .keys(table)
        .any(|key| key.kind == KeyKind::Primary && key.columns.contains(&column));
    let definition = table.columns.iter().find(|found| found.name == column);
    let is_declared = definition.is_some_and(|found| {
        file.statements.get(table.statement).is_some_and(|created| {
            found
                .definition
                .clone()
                .any(|at| created.are(at, &["NOT", "NULL"]))
        })
    });
    !is_key && !is_declared
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn functions_around_columns_are_marked() {
        expect(
            "sql/function-on-column",
            &[
                "SELECT a FROM t WHERE «DATE(created_at)» = '2026-11-01';",
                "SELECT a FROM t WHERE x = 1 AND «year(t.`born`)» IN (1980, 1981) AND MONTH(born) = 5;",
                "DELETE FROM t WHERE «DATE_FORMAT(d, '%Y-%m')» = ?;",
                "UPDATE t SET a = 1 WHERE (a = 2 OR «LOWER(email)» = LOWER('X'));",
                "SELECT a FROM t WHERE «DATE(created_at)» = CURDATE();",
                "SELECT a FROM t WHERE «UNIX_TIMESTAMP(created_at)» > :since;",
                "SELECT YEAR(d) FROM t WHERE d >= '2026-01-01' GROUP BY YEAR(d) HAVING YEAR(d) > 1;",
                "SELECT a FROM t WHERE d >= DATE('2026-01-01');",
                "SELECT a FROM t WHERE DATE(a) = DATE(b);",
                "SELECT a FROM t JOIN u ON YEAR(t.d) = u.y WHERE u.x = 1;",
                "SELECT a FROM t WHERE YEAR(NOW()) = 2026;",
                "SELECT a FROM t WHERE LOWER(name) LIKE 'a%';",
                "SELECT table_name FROM information_schema.tables WHERE LOWER(table_name) = 'x';",
                "CREATE INDEX x ON t ((LOWER(email))); SELECT a FROM t WHERE LOWER(email) = 'x';",
                "CREATE TABLE t (id BIGSERIAL, a JSONB NOT NULL); SELECT a FROM t WHERE LOWER(b) = 'x';",
            ],
        );
    }

    #[test]
    fn leading_wildcards_are_marked() {
        expect(
            "sql/leading-wildcard",
            &[
                "SELECT a FROM t WHERE name «LIKE '%son'»;",
                "SELECT a FROM t WHERE t.`name` «like \"%x%\"» OR b LIKE '%x%';",
                "SELECT a FROM t WHERE name «LIKE CONCAT»('%', ?, '%');",
                "SELECT a FROM t WHERE name LIKE 'son%' AND b LIKE '%';",
                "SELECT a FROM t WHERE user_id = 5 AND name LIKE '%x%';",
                "SELECT a FROM t WHERE name NOT LIKE '%x%';",
                "SELECT CASE WHEN a LIKE '%x' THEN 1 END FROM t;",
                "SHOW TABLES LIKE '%x%';",
                "SELECT a FROM information_schema.tables WHERE table_name LIKE '%x';",
            ],
        );
    }

    #[test]
    fn skipped_prefixes_are_marked() {
        let with = |query: &str| {
            format!(
                "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, c INT, KEY ab (a, b), KEY c (c)); {query}"
            )
        };
        for query in [
            "SELECT id FROM t WHERE «b» = 1;",
            "SELECT id FROM shop.t AS x WHERE x.«b» IN (1, 2) ORDER BY c;",
            "SELECT id FROM t WHERE b = 1 ORDER BY a;",
            "UPDATE t SET c = 1 WHERE «b» > 5;",
            "SELECT id FROM t WHERE a = 1 AND b = 2;",
            "SELECT id FROM t WHERE b = 1 AND c = 2;",
            "SELECT id FROM t WHERE id = 1 AND b = 1;",
            "SELECT id FROM t WHERE b = 1 OR a = 2;",
            "SELECT id FROM t JOIN u ON t.id = u.id WHERE b = 1;",
            "SELECT id FROM other WHERE b = 1;",
            "CREATE INDEX b ON t (b); SELECT id FROM t WHERE b = 1;",
            "SELECT id FROM t WHERE d = 1;",
        ] {
            expect("sql/leftmost-prefix-skipped", &[&with(query)]);
        }
    }

    #[test]
    fn lists_with_a_possible_null_are_marked() {
        expect(
            "sql/not-in-subquery",
            &[
                "SELECT a FROM t WHERE id «NOT IN» (SELECT t_id FROM u);",
                "DELETE FROM t WHERE id «not in» (SELECT DISTINCT u.t_id FROM u WHERE x = 1);",
                "CREATE TABLE u (t_id INT NULL); SELECT a FROM t WHERE id «NOT IN» (SELECT t_id FROM u);",
                "CREATE TABLE u (t_id INT NOT NULL); SELECT a FROM t WHERE id NOT IN (SELECT t_id FROM u);",
                "CREATE TABLE u (t_id INT PRIMARY KEY); SELECT a FROM t WHERE id NOT IN (SELECT t_id FROM u);",
                "SELECT a FROM t WHERE id NOT IN (SELECT t_id FROM u WHERE t_id IS NOT NULL);",
                "SELECT a FROM t WHERE id NOT IN (SELECT id FROM u);",
                "SELECT a FROM t WHERE user_id NOT IN (SELECT user_id FROM users);",
                "SELECT a FROM t WHERE id NOT IN (SELECT MIN(id) FROM t GROUP BY email);",
                "SELECT a FROM t WHERE id NOT IN (1, 2, 3);",
                "SELECT a FROM t WHERE id IN (SELECT t_id FROM u);",
                "SELECT a FROM t WHERE NOT EXISTS (SELECT 1 FROM u);",
            ],
        );
    }
}
