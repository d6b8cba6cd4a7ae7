//! Rules about statements that change rows, or lock them.

use std::ops::Range;

use super::dialect::Dialect;
use super::file::{Checked, File, HINT};
use super::query::{Query, Verb};
use super::statement::Statement;
use crate::features::hints::rule::{Default, Findings, Level, Rule};
use crate::keywords::sql::Kind;

pub(super) const NO_WHERE: Checked = Checked {
    rule: Rule {
        id: "sql/no-where",
        title: "`DELETE` or `UPDATE` without `WHERE`",
        why: "It takes every row, one by one, with a lock and undo for each; when all rows shall go, `TRUNCATE` is faster.",
        topic: "mysql/bulk-delete",
        before: "\
DELETE FROM sessions;
",
        after: "\
DELETE FROM sessions WHERE expires_at < NOW() LIMIT 1000;
",
        level: Level::Information,
        ..HINT
    },
    check: no_where,
};

/// A script that empties more tables than this is there to empty them.
const FEW: usize = 2;

fn no_where(file: &File<'_>, findings: &mut Findings) {
    let mut deletes = Vec::new();
    for (number, (statement, query)) in file.numbered_queries() {
        let target = match query.verb {
            Verb::Delete if query.head.is_empty() => query.from.clone(),
            Verb::Update if query.set.is_some() => Some(query.head.clone()),
            _ => None,
        };
        let Some(target) = target else { continue };
        let end = target.end;
        let Some(name) = only_table(statement, query, target) else {
            continue;
        };
        if query.condition.is_some()
            || query.limit.is_some()
            || statement.is_explained()
            || file.schema.is_temporary(&name)
        {
            continue;
        }
        let place = (statement.start(), statement.range_of(query.at..end));
        if query.verb == Verb::Delete {
            deletes.push((name, place));
        } else if file.dialect != Dialect::Other && !file.schema.is_altered_before(number, &name) {
            // A migration fills the column that it has just added.
            findings.add(
                place.0,
                place.1,
                "Without `WHERE` this changes every row, and locks them all until the commit.",
            );
        }
    }
    if deletes.len() > FEW {
        return;
    }
    for (name, (statement, range)) in deletes {
        if !is_refilled(file, &name) {
            findings.add(
                statement,
                range,
                "Without `WHERE` this deletes every row, one by one: if that is meant, `TRUNCATE` is faster.",
            );
        }
    }
}

/// Whether the script puts rows into a table, or drops it: then it is meant to be emptied.
fn is_refilled(file: &File<'_>, table: &str) -> bool {
    file.statements.iter().any(|statement| {
        let begins = statement.is_any(0, &["INSERT", "REPLACE", "DROP", "LOAD"]);
        let named = (1..12).find(|at| {
            statement.is_any(*at, &["INTO", "TABLE", "EXISTS"])
                && !statement.is(at + 1, "IF")
                && !statement.is(at + 1, "TABLE")
        });
        begins
            && named
                .and_then(|at| statement.qualified(at + 1))
                .is_some_and(|(name, _)| name == table)
    })
}

/// The table that is changed. None: it is joined with others, whose conditions may narrow it.
fn only_table(statement: &Statement<'_>, query: &Query, target: Range<usize>) -> Option<String> {
    let start = target
        .clone()
        .find(|at| !statement.is_any(*at, &["LOW_PRIORITY", "IGNORE", "QUICK"]))?;
    let (name, next) = statement.qualified(start)?;
    let is_alone = statement.at_depth(next..target.end, query.depth).all(|at| {
        statement.is(at, "AS")
            || statement.name(at).is_some() && !statement.has(at..at + 1, &["JOIN", "USING"])
    });
    (is_alone && target.end - next <= 2).then_some(name)
}

pub(super) const FOR_UPDATE_RANGE: Checked = Checked {
    rule: Rule {
        id: "sql/for-update-range",
        title: "`FOR UPDATE` over a range",
        why: "At `REPEATABLE READ` a locking range also locks the gaps between its rows, so inserts of others wait.",
        topic: "mysql/gap-locks",
        before: "\
SELECT id FROM seats WHERE row_no BETWEEN 3 AND 5 FOR UPDATE;
",
        after: "\
SELECT id FROM seats WHERE id IN (17, 18, 19) FOR UPDATE;
",
        // What is locked depends on the isolation level and the indexes, which a script seldom shows.
        default: Default::Off,
        ..HINT
    },
    check: for_update_range,
};

fn for_update_range(file: &File<'_>, findings: &mut Findings) {
    for (statement, query) in file.queries() {
        let (Some(lock), Some(condition)) = (query.lock.clone(), query.condition.clone()) else {
            continue;
        };
        let is_range = |at: usize| {
            statement.is_operator(at, &["<", ">", "<=", ">="])
                && statement.name(at.wrapping_sub(1)).is_some()
                || statement.is(at, "BETWEEN")
        };
        if !statement.at_depth(condition, query.depth).any(is_range)
            || !statement.is(lock.start + 1, "UPDATE")
        {
            continue;
        }
        // `FOR UPDATE SKIP LOCKED` is a queue: nobody waits for it.
        if statement.is_kind(query.end.wrapping_sub(1), Kind::Word)
            && statement.is(query.end - 1, "LOCKED")
        {
            continue;
        }
        findings.add(
            statement.start(),
            statement.range_of(lock),
            "Over a range this locks the gaps between the rows too, so inserts of others wait (at `REPEATABLE READ`).",
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn changes_of_every_row_are_marked() {
        expect(
            "sql/no-where",
            &[
                "«DELETE FROM t»;",
                "«UPDATE shop.t» SET a = 1, b = (SELECT MAX(b) FROM u WHERE u.id = 1);",
                "DELIMITER //\nCREATE PROCEDURE p() BEGIN «DELETE FROM t»; END//",
                "«delete from `t`» order by id;",
                "DELETE FROM t WHERE id = 1;",
                "DELETE FROM t LIMIT 1000;",
                "UPDATE t SET a = 1 WHERE b = 2;",
                "UPDATE t JOIN u ON t.id = u.id SET t.a = u.a;",
                "DELETE t FROM t JOIN u ON t.id = u.id;",
                "DELETE FROM t USING t JOIN u ON t.id = u.id;",
                "UPDATE t, u SET t.a = u.a;",
                "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1;",
                "CREATE TABLE t (a INT, b TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, FOREIGN KEY (a) REFERENCES u (a) ON DELETE CASCADE ON UPDATE CASCADE);",
                "CREATE TRIGGER x AFTER DELETE ON t FOR EACH ROW SET @a = 1;",
                "GRANT SELECT, DELETE, UPDATE ON t TO u;",
                "EXPLAIN DELETE FROM t;",
                "SELECT a FROM t WHERE b = 1 FOR UPDATE;",
                "ALTER TABLE t ADD COLUMN a INT; UPDATE t SET a = 1;",
                // Scripts that are there to empty tables, or to fill them anew.
                "DELETE FROM t; DELETE FROM u; DELETE FROM v;",
                "DELETE FROM t; INSERT INTO t (a) VALUES (1);",
                "DELETE FROM t; DROP TABLE IF EXISTS t;",
                "CREATE TEMPORARY TABLE t (a INT); DELETE FROM t;",
                "TRUNCATE TABLE t;",
                // Somebody is typing.
                "DELETE FROM t",
            ],
        );
    }

    #[test]
    fn locking_ranges_are_marked() {
        expect(
            "sql/for-update-range",
            &[
                "SELECT a FROM t WHERE a > 5 «FOR UPDATE»;",
                "SELECT a FROM t WHERE b = 1 AND a BETWEEN 1 AND 9 «FOR UPDATE» NOWAIT;",
                "SELECT a FROM t WHERE id = 5 FOR UPDATE;",
                "SELECT a FROM t WHERE a > 5 ORDER BY a LIMIT 1 FOR UPDATE SKIP LOCKED;",
                "SELECT a FROM t WHERE a > 5;",
            ],
        );
    }
}
