//! A script as the rules see it, and their form.

use viva_guide::Language;

use super::dialect::Dialect;
use super::query::{self, Query};
use super::schema::Schema;
use super::statement::Statement;
use crate::features::hints::rule::{self, Findings, Rule};
use crate::keywords::sql;

/// How a rule looks at a file.
type Check = fn(&File<'_>, &mut Findings);
pub(super) type Checked = rule::Checked<Check>;

/// What most rules have in common.
pub(super) const HINT: Rule = Rule::hint(Language::Sql);

/// A script as the rules see it.
#[derive(Debug)]
pub(in crate::features::hints) struct File<'a> {
    pub(super) statements: Vec<Statement<'a>>,
    /// Those of finished statements that are about more than the server's own tables, with the numbers of
    /// their statements.
    queries: Vec<(usize, Query)>,
    pub(super) schema: Schema,
    pub(super) dialect: Dialect,
}

impl<'a> File<'a> {
    pub(super) fn new(text: &'a str) -> File<'a> {
        let statements: Vec<Statement<'a>> = sql::statements(text)
            .into_iter()
            .map(|tokens| Statement::new(text, tokens))
            .collect();
        File {
            queries: queries(&statements),
            schema: Schema::new(&statements),
            dialect: Dialect::of(&statements),
            statements,
        }
    }

    /// Every query of the script that is finished and asks for more than the server's own tables.
    pub(super) fn queries(&self) -> impl Iterator<Item = (&Statement<'a>, &Query)> {
        self.numbered_queries().map(|(_, query)| query)
    }

    /// The same with the numbers of their statements.
    pub(super) fn numbered_queries(
        &self,
    ) -> impl Iterator<Item = (usize, (&Statement<'a>, &Query))> {
        self.queries
            .iter()
            .filter_map(|(number, query)| Some((*number, (self.statements.get(*number)?, query))))
    }

    /// Every query of one statement; none of a statement that is not finished or that holds data.
    pub(super) fn queries_of(&self, statement: usize) -> &[(usize, Query)] {
        let start = self
            .queries
            .partition_point(|(number, _)| *number < statement);
        let end = self
            .queries
            .partition_point(|(number, _)| *number <= statement);
        &self.queries[start..end]
    }
}

fn queries(statements: &[Statement<'_>]) -> Vec<(usize, Query)> {
    let readable = statements.iter().enumerate().filter(|(_, statement)| {
        statement.len() <= LONGEST && statement.is_finished() && !is_about_the_server(statement)
    });
    readable
        .flat_map(|(number, statement)| {
            query::queries(statement)
                .into_iter()
                .map(move |query| (number, query))
        })
        .collect()
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
