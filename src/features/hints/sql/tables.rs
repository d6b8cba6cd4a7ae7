//! Rules about tables as a whole.

use std::ops::Range;

use super::dialect::Dialect;
use super::file::{Checked, File, HINT};
use super::schema::{KeyKind, Table};
use super::statement::Statement;
use crate::features::hints::rule::{Edit, Findings, Fix, Rule, Tag};

pub(super) const NO_PRIMARY_KEY: Checked = Checked {
    rule: Rule {
        id: "sql/no-primary-key",
        title: "A table without a primary key",
        why: "InnoDB stores rows by the primary key and invents a hidden one where there is none: no query can use it, and replicas search whole tables for a row.",
        topic: "mysql/clustered-index",
        before: "\
CREATE TABLE `visits` (
    `page_id` INT NOT NULL,
    `visited_at` DATETIME NOT NULL
) ENGINE=InnoDB;
",
        after: "\
CREATE TABLE `visits` (
    `id` BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    `page_id` INT NOT NULL,
    `visited_at` DATETIME NOT NULL
) ENGINE=InnoDB;
",
        ..HINT
    },
    check: no_primary_key,
};

fn no_primary_key(file: &File<'_>, findings: &mut Findings) {
    if file.dialect != Dialect::MySql {
        return;
    }
    for table in &file.schema.tables {
        let Some(statement) = file.statements.get(table.statement) else {
            continue;
        };
        // A unique key without NULLs serves as one, and may be meant to.
        let has_key = file
            .schema
            .keys(table)
            .any(|key| matches!(key.kind, KeyKind::Primary | KeyKind::Unique));
        let is_passing = table.is_temporary || file.schema.is_passing(&table.name);
        if has_key
            || is_passing
            || table.is_from_query
            || table.columns.is_empty()
            || !is_innodb(statement, table)
        {
            continue;
        }
        findings.add(
            statement.start(),
            statement.range(table.name_at),
            "Without a primary key InnoDB keeps a hidden one that no query can use, and replicas look for each row in the whole table.",
        );
    }
}

/// Whether a table is stored by `InnoDB`, as far as its options tell.
fn is_innodb(statement: &Statement<'_>, table: &Table) -> bool {
    engine(statement, table.options.clone()).is_none_or(|at| statement.is(at, "INNODB"))
}

/// The token of the engine's name.
fn engine(statement: &Statement<'_>, range: Range<usize>) -> Option<usize> {
    let at = range
        .into_iter()
        .find(|at| statement.is_any(*at, &["ENGINE", "TYPE"]))?;
    Some(if statement.is_operator(at + 1, &["="]) {
        at + 2
    } else {
        at + 1
    })
}

pub(super) const UTF8MB3: Checked = Checked {
    rule: Rule {
        id: "sql/utf8mb3",
        title: "`utf8`, the character set of three bytes",
        why: "In MySQL `utf8` means `utf8mb3`: no emoji, no rare Chinese characters, error 1366 instead. `utf8mb4` is the whole of UTF-8.",
        topic: "mysql/character-sets",
        before: "\
CREATE TABLE notes (
    id INT PRIMARY KEY,
    body TEXT
) DEFAULT CHARSET=utf8;
",
        after: "\
CREATE TABLE notes (
    id INT PRIMARY KEY,
    body TEXT
) DEFAULT CHARSET=utf8mb4;
",
        tag: Some(Tag::Deprecated),
        ..HINT
    },
    check: utf8mb3,
};

fn utf8mb3(file: &File<'_>, findings: &mut Findings) {
    let found: Vec<(&Statement<'_>, usize)> = file
        .statements
        .iter()
        .filter_map(|statement| Some((statement, three_bytes(statement).next()?)))
        .collect();
    let Some((statement, at)) = found.first() else {
        return;
    };
    let edits = three_bytes(statement)
        .map(|at| {
            let name = statement.text(at).trim_matches(['\'', '"', '`']);
            let collation = name.find('_').map_or("", |end| &name[end..]);
            Edit {
                range: statement.range(at),
                text: format!("utf8mb4{collation}"),
            }
        })
        .collect();
    findings.add_with_fix(
        statement.start(),
        statement.range(*at),
        format!(
            "`utf8` has no place for an emoji, which takes four bytes{}: `utf8mb4` is all of UTF-8.",
            others(found.len() - 1)
        ),
        Fix {
            title: "Use `utf8mb4` in this statement".to_owned(),
            edits,
        },
    );
}

/// The tokens of a definition that say `utf8`, as a character set or in the name of a collation.
fn three_bytes<'s>(statement: &'s Statement<'_>) -> impl Iterator<Item = usize> + 's {
    let is_definition = statement.is_any(0, &["CREATE", "ALTER"]);
    (0..statement.len()).filter(move |at| {
        let name = statement
            .text(*at)
            .trim_matches(['\'', '"', '`'])
            .to_ascii_lowercase();
        let is_short = name == "utf8"
            || name == "utf8mb3"
            || name.starts_with("utf8_")
            || name.starts_with("utf8mb3_");
        is_definition && is_short && {
            let before = if statement.is_operator(at.wrapping_sub(1), &["="]) {
                at.wrapping_sub(2)
            } else {
                at.wrapping_sub(1)
            };
            statement.is_any(before, &["CHARSET", "COLLATE"])
                || statement.is(before, "SET")
                    && statement.is_any(before.wrapping_sub(1), &["CHARACTER", "CHAR"])
        }
    })
}

/// One place stands for all statements of a file that do the same.
fn others(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => " (here and in another statement)".to_owned(),
        count => format!(" (here and in {count} other statements)"),
    }
}

pub(super) const MYISAM: Checked = Checked {
    rule: Rule {
        id: "sql/myisam",
        title: "`MyISAM`",
        why: "It has no transactions, no foreign keys, locks whole tables, and a crash can cost rows. InnoDB has been the default since 5.5.",
        topic: "mysql/innodb-vs-myisam",
        before: "\
CREATE TABLE notes (
    id INT PRIMARY KEY,
    body TEXT
) ENGINE=MyISAM;
",
        after: "\
CREATE TABLE notes (
    id INT PRIMARY KEY,
    body TEXT
) ENGINE=InnoDB;
",
        ..HINT
    },
    check: myisam,
};

fn myisam(file: &File<'_>, findings: &mut Findings) {
    let tables: Vec<(&Statement<'_>, usize)> = file
        .schema
        .tables
        .iter()
        .filter(|table| {
            !table.is_temporary
                && !file.schema.is_passing(&table.name)
                && !file.schema.is_moved(&table.name)
        })
        .filter_map(|table| {
            let statement = file.statements.get(table.statement)?;
            let at = engine(statement, table.options.clone())?;
            statement.is(at, "MYISAM").then_some((statement, at))
        })
        .collect();
    if let Some((statement, at)) = tables.first() {
        findings.add(
            statement.start(),
            statement.range(*at),
            format!(
                "MyISAM has no rollback and is not crash-safe{}: InnoDB has been the default since 5.5.",
                others(tables.len() - 1)
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::{expect, expect_fix};

    #[test]
    fn tables_without_a_key_are_marked() {
        expect(
            "sql/no-primary-key",
            &[
                "CREATE TABLE «`t`» (a INT, KEY a (a));",
                "CREATE TABLE shop.«t» (a INT UNSIGNED) ENGINE=InnoDB;",
                "CREATE TABLE `t` (a INT KEY);",
                "CREATE TABLE `t` (a INT, b INT, CONSTRAINT PRIMARY KEY (a, b));",
                "CREATE TABLE `t` (a INT, b INT, CONSTRAINT pk PRIMARY KEY USING BTREE (a));",
                "CREATE TABLE `t` (a INT NOT NULL UNIQUE);",
                "CREATE TABLE `t` (a INT); ALTER TABLE `t` ADD PRIMARY KEY (a);",
                "CREATE TABLE `t` (a INT); ALTER TABLE t ADD KEY x (a), ADD CONSTRAINT p PRIMARY KEY (a);",
                "CREATE TABLE `t` (a INT); ALTER TABLE t ADD UNIQUE KEY x (a);",
                "CREATE TABLE `t` (a INT); CREATE UNIQUE INDEX x ON t (a);",
                "CREATE TEMPORARY TABLE `t` (a INT);",
                "CREATE TABLE `t` (a INT) SELECT a FROM u;",
                "CREATE TABLE `t` LIKE `u`; CREATE TABLE `v` (LIKE `u`); CREATE TABLE `w` AS SELECT 1;",
                "CREATE TABLE `v` (a INT); DROP TABLE IF EXISTS `v`; CREATE VIEW `v` AS SELECT 1;",
                "CREATE TABLE `t` (a INT) ENGINE=MEMORY;",
                // Nothing says that it is MySQL's.
                "CREATE TABLE t (a INT);",
                "CREATE TABLE t (a TEXT, b JSONB);",
                "CREATE TABLE `t` (a INT",
            ],
        );
    }

    #[test]
    fn utf8_of_three_bytes_is_marked_once() {
        expect(
            "sql/utf8mb3",
            &[
                "CREATE TABLE t (a TEXT CHARACTER SET «utf8», b INT) CHARSET=utf8mb4;",
                "CREATE TABLE t (a TEXT) CHARSET=«utf8mb3»; CREATE TABLE u (a TEXT) CHARSET=utf8;",
                "CREATE DATABASE d DEFAULT CHARACTER SET = «'utf8'»;",
                "ALTER TABLE t CONVERT TO CHARACTER SET «UTF8»;",
                "CREATE TABLE t (a TEXT COLLATE «utf8_bin»);",
                "SET NAMES utf8; SELECT 'CHARSET=utf8'; -- CHARSET=utf8",
                "CREATE TABLE t (utf8 INT, a TEXT) CHARSET=utf8mb4;",
            ],
        );
        expect_fix(
            "sql/utf8mb3",
            "CREATE TABLE t (a TEXT) CHARSET = 'utf8' COLLATE=utf8_unicode_ci;",
            "CREATE TABLE t (a TEXT) CHARSET = utf8mb4 COLLATE=utf8mb4_unicode_ci;",
        );
    }

    #[test]
    fn myisam_is_marked_once() {
        expect(
            "sql/myisam",
            &[
                "CREATE TABLE t (a INT) ENGINE = «MyISAM»; CREATE TABLE u (a INT) ENGINE=MyISAM;",
                "CREATE TABLE t (a INT) TYPE=«MYISAM»;",
                "CREATE TEMPORARY TABLE t (a INT) ENGINE=MyISAM;",
                "CREATE TABLE t (a INT) ENGINE=MyISAM; DROP TABLE t;",
                "CREATE TABLE t (engine INT, myisam INT) ENGINE=InnoDB COMMENT='MyISAM';",
            ],
        );
    }
}
