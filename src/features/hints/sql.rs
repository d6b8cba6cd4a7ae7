//! The rules for SQL.
//!
//! ```text
//! statement   the tokens of one statement
//! query       SELECT, DELETE and UPDATE with their clauses
//! schema      the tables of a script and their keys
//! dialect     whether a script is MySQL's
//! columns, tables, conditions, reading, writing
//!             the rules
//! ```

mod columns;
mod conditions;
mod dialect;
mod query;
mod reading;
mod schema;
mod statement;
mod tables;
mod writing;

use super::rule::{Check, Findings, Rule};
use crate::document::Document;
use crate::keywords::sql;
use dialect::Dialect;
use query::Query;
use schema::Schema;
use statement::Statement;

pub(super) const RULES: &[Rule] = &[
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

/// A script as the rules see it.
#[derive(Debug)]
pub(super) struct File<'a> {
    statements: Vec<Statement<'a>>,
    schema: Schema,
    dialect: Dialect,
}

impl<'a> File<'a> {
    fn new(text: &'a str) -> File<'a> {
        let statements: Vec<Statement<'a>> = sql::statements(text)
            .into_iter()
            .map(|tokens| Statement::new(text, tokens))
            .collect();
        File {
            schema: Schema::new(&statements),
            dialect: Dialect::of(&statements),
            statements,
        }
    }

    /// Every query of the script that is finished and asks for more than the server's own tables.
    fn queries(&self) -> impl Iterator<Item = (&Statement<'a>, Query)> {
        self.numbered_queries().map(|(_, query)| query)
    }

    /// The same with the numbers of their statements.
    fn numbered_queries(&self) -> impl Iterator<Item = (usize, (&Statement<'a>, Query))> {
        self.statements
            .iter()
            .enumerate()
            .filter(|(_, statement)| {
                let is_data = statement.len() > LONGEST;
                !is_data && statement.is_finished() && !is_about_the_server(statement)
            })
            .flat_map(|(number, statement)| {
                query::queries(statement)
                    .into_iter()
                    .map(move |query| (number, (statement, query)))
            })
    }
}

/// Longer statements hold data, in tokens. Nested queries are read once for each level, too.
const LONGEST: usize = 4000;

/// Whether a statement looks at `information_schema` or another schema of the server itself: those
/// tables have no indexes to lose, and nobody chose their types.
fn is_about_the_server(statement: &Statement<'_>) -> bool {
    const SCHEMAS: [&str; 4] = ["information_schema", "performance_schema", "mysql", "sys"];
    (0..statement.len()).any(|at| {
        statement.is_kind(at + 1, sql::Kind::Dot)
            && statement
                .name(at)
                .is_some_and(|name| SCHEMAS.contains(&name.as_str()))
    })
}

/// Runs the wanted rules.
pub(super) fn check(document: &Document, wanted: &[&'static Rule], findings: &mut Findings) {
    let file = File::new(document.text());
    for rule in wanted {
        if let Check::Sql(check) = rule.check {
            findings.begin(rule);
            check(&file, findings);
        }
    }
}
