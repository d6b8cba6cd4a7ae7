//! The rules for SQL.
//!
//! ```text
//! statement   the tokens of one statement
//! query       SELECT, DELETE and UPDATE with their clauses
//! schema      the tables of a script and their keys
//! dialect     whether a script is MySQL's
//! file        a script as the rules see it, and their form
//! columns, tables, conditions, reading, writing
//!             the rules
//! ```

mod columns;
mod conditions;
mod dialect;
mod file;
mod query;
mod reading;
mod schema;
mod statement;
mod tables;
mod writing;

use super::rule::{Findings, Rule};
use crate::document::Document;
use file::{Checked, File};

pub(super) const RULES: &[Checked] = &[
    columns::FLOAT_MONEY,
    columns::TIMESTAMP_2038,
    tables::NO_PRIMARY_KEY,
    tables::UTF8MB3,
    tables::MYISAM,
    reading::SELECT_STAR,
    reading::IMPLICIT_JOIN,
    reading::UNION_DISJOINT,
    reading::ORDER_BY_RAND,
    reading::LARGE_OFFSET,
    conditions::FUNCTION_ON_COLUMN,
    conditions::LEADING_WILDCARD,
    conditions::LEFTMOST_PREFIX_SKIPPED,
    conditions::NOT_IN_SUBQUERY,
    writing::NO_WHERE,
    writing::FOR_UPDATE_RANGE,
];

/// Runs the wanted rules.
pub(super) fn check(document: &Document, wants: impl Fn(&Rule) -> bool, findings: &mut Findings) {
    let file = File::new(document.text());
    findings.collect(RULES, wants, |check, findings| check(&file, findings));
}
