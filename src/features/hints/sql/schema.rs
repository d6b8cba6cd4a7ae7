//! What a script says about its tables: columns and keys.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::statement::Statement;
use crate::keywords::sql::Kind;

/// A CREATE TABLE with a list of columns.
#[derive(Debug)]
pub(super) struct Table {
    /// Which statement of the script it is.
    pub(super) statement: usize,
    /// In small letters, without its schema.
    pub(super) name: String,
    /// The token of its name, the last part of it.
    pub(super) name_at: usize,
    pub(super) is_temporary: bool,
    /// Whether it takes its columns from a query, too.
    pub(super) is_from_query: bool,
    pub(super) columns: Vec<Column>,
    pub(super) keys: Vec<Key>,
    /// The tokens behind the list of columns.
    pub(super) options: Range<usize>,
}

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    /// In small letters.
    pub(super) name: String,
    /// The token of its name; its type is the next one.
    pub(super) at: usize,
    /// The tokens of its definition, without the name.
    pub(super) definition: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    Primary,
    Unique,
    Plain,
    /// FULLTEXT or SPATIAL.
    Special,
}

/// A key with the columns that it begins with; it ends before the first expression.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) kind: KeyKind,
    pub(super) columns: Vec<String>,
}

/// The tables of a script, with the keys that later statements give them.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) tables: Vec<Table>,
    /// The names of the tables that were read so far.
    created: HashSet<String>,
    /// Which of the tables has a name.
    by_name: HashMap<String, usize>,
    /// Tables of which nothing can be said: dropped again, stand-ins for views, created twice.
    passing: HashSet<String>,
    /// Keys from ALTER TABLE and CREATE INDEX, by table.
    added: HashMap<String, Vec<Key>>,
    /// Tables that an ALTER TABLE changes, with the number of the first such statement.
    altered: HashMap<String, usize>,
    /// Tables that get another engine later.
    moved: HashSet<String>,
    /// Functions that an index has in an expression, in capitals.
    indexed: HashSet<String>,
}

impl Schema {
    pub(super) fn new(statements: &[Statement<'_>]) -> Schema {
        let mut schema = Schema::default();
        for (number, statement) in statements.iter().enumerate() {
            schema.read(number, statement);
        }
        for (number, table) in schema.tables.iter().enumerate() {
            if schema.by_name.insert(table.name.clone(), number).is_some() {
                schema.passing.insert(table.name.clone());
            }
        }
        schema
    }

    /// The table of this name, if there is only one.
    pub(super) fn table(&self, name: &str) -> Option<&Table> {
        let number = *self.by_name.get(name).filter(|_| !self.is_passing(name))?;
        self.tables.get(number)
    }

    /// Whether a table is dropped again, created twice, or stands in for a view.
    pub(super) fn is_passing(&self, name: &str) -> bool {
        self.passing.contains(name)
    }

    /// Whether a script creates a table as a temporary one.
    pub(super) fn is_temporary(&self, name: &str) -> bool {
        let number = self.by_name.get(name);
        number
            .and_then(|number| self.tables.get(*number))
            .is_some_and(|table| table.is_temporary)
    }

    /// Whether a table gets another engine after it was created.
    pub(super) fn is_moved(&self, name: &str) -> bool {
        self.moved.contains(name)
    }

    /// Whether some index is on an expression with this function.
    pub(super) fn is_indexed(&self, function: &str) -> bool {
        self.indexed.contains(&function.to_ascii_uppercase())
    }

    /// The keys of a table.
    pub(super) fn keys<'s>(&'s self, table: &'s Table) -> impl Iterator<Item = &'s Key> {
        let added = self.added.get(&table.name).into_iter().flatten();
        table.keys.iter().chain(added)
    }

    /// Whether a statement before this one changes a table.
    pub(super) fn is_altered_before(&self, statement: usize, table: &str) -> bool {
        self.altered
            .get(table)
            .is_some_and(|number| *number < statement)
    }

    fn read(&mut self, number: usize, statement: &Statement<'_>) {
        if statement.is_any(0, &["CREATE", "ALTER"]) {
            // `((LOWER(email)))`
            let doubled = (0..statement.len()).filter(|at| {
                statement.is_kind(*at, Kind::Open)
                    && statement.is_kind(at + 1, Kind::Open)
                    && statement.is_kind(at + 3, Kind::Open)
            });
            self.indexed
                .extend(doubled.map(|at| statement.text(at + 2).to_ascii_uppercase()));
        }
        if let Some(table) = create_table(number, statement) {
            self.created.insert(table.name.clone());
            self.tables.push(table);
        } else if statement.is(0, "ALTER") {
            self.read_alter(number, statement);
        } else if statement.is(0, "DROP") && statement.has(1..3, &["TABLE"]) {
            let at = if statement.has(1..5, &["EXISTS"]) {
                (1..5).find(|at| statement.is(*at, "EXISTS"))
            } else {
                (1..3).find(|at| statement.is(*at, "TABLE"))
            };
            let dropped = at.and_then(|at| statement.qualified(at + 1));
            // What is dropped before it is created is not known yet.
            if let Some((name, _)) = dropped
                && self.created.contains(&name)
            {
                self.passing.insert(name);
            }
        } else if statement.is(0, "CREATE") {
            self.read_create(statement);
        }
    }

    fn read_alter(&mut self, number: usize, statement: &Statement<'_>) {
        let Some(table) = (1..4).find(|at| statement.is(*at, "TABLE")) else {
            return;
        };
        let after = if statement.are(table + 1, &["IF", "EXISTS"]) {
            table + 3
        } else if statement.is(table + 1, "ONLY") {
            table + 2
        } else {
            table + 1
        };
        let Some((name, next)) = statement.qualified(after) else {
            return;
        };
        self.altered.entry(name.clone()).or_insert(number);
        if statement.has(next..statement.len(), &["ENGINE"]) {
            self.moved.insert(name.clone());
        }
        for at in next..statement.len() {
            if let Some(key) = key(statement, at) {
                self.added.entry(name.clone()).or_default().push(key);
            }
        }
    }

    fn read_create(&mut self, statement: &Statement<'_>) {
        let find = |word, before: usize| (1..before).find(|at| statement.is(*at, word));
        if let Some((name, _)) = find("VIEW", 12).and_then(|at| statement.qualified(at + 1)) {
            self.passing.insert(name);
            return;
        }
        let Some(index) = find("INDEX", 4) else {
            return;
        };
        let Some((name, next)) = find("ON", 10).and_then(|at| statement.qualified(at + 1)) else {
            return;
        };
        let columns = (next..statement.len())
            .find(|at| statement.is_kind(*at, Kind::Open))
            .map(|open| key_columns(statement, open))
            .unwrap_or_default();
        let kind = if statement.is(index - 1, "UNIQUE") {
            KeyKind::Unique
        } else if statement.is_any(index - 1, &["FULLTEXT", "SPATIAL"]) {
            KeyKind::Special
        } else {
            KeyKind::Plain
        };
        self.added
            .entry(name)
            .or_default()
            .push(Key { kind, columns });
    }
}

fn create_table(number: usize, statement: &Statement<'_>) -> Option<Table> {
    if !statement.is(0, "CREATE") {
        return None;
    }
    let table = (1..4).find(|at| statement.is(*at, "TABLE"))?;
    let is_temporary = statement.has(1..table, &["TEMPORARY", "TEMP"]);
    let name = if statement.are(table + 1, &["IF", "NOT", "EXISTS"]) {
        table + 4
    } else {
        table + 1
    };
    let (name, open) = statement.qualified(name)?;
    if !statement.is_kind(open, Kind::Open)
        || statement.is_any(open + 1, &["LIKE", "SELECT", "WITH"])
    {
        return None;
    }
    let close = statement.close(open)?;
    let mut columns = Vec::new();
    let mut keys = Vec::new();
    for part in statement.split(open + 1..close, statement.depth(open) + 1) {
        if let Some(key) = key(statement, part.start) {
            keys.push(key);
        } else if statement.is(part.start, "CONSTRAINT") {
            // With a name or without one.
            keys.extend((part.start + 1..part.start + 3).find_map(|at| key(statement, at)));
        } else if let Some(name) = statement.name(part.start).filter(|_| {
            !statement.is_any(
                part.start,
                &["FOREIGN", "CHECK", "PERIOD", "EXCLUDE", "LIKE"],
            )
        }) {
            keys.extend(column_key(statement, &name, part.clone()));
            columns.push(Column {
                name,
                at: part.start,
                definition: part.start + 1..part.end,
            });
        }
    }
    Some(Table {
        statement: number,
        name,
        name_at: open - 1,
        is_temporary,
        is_from_query: statement.has(close..statement.len(), &["SELECT"]),
        columns,
        keys,
        options: close + 1..statement.len(),
    })
}

/// The key that a column's own definition makes.
fn column_key(statement: &Statement<'_>, name: &str, part: Range<usize>) -> Option<Key> {
    let kind = if statement.has(part.clone(), &["PRIMARY"]) {
        KeyKind::Primary
    } else if statement.has(part.clone(), &["UNIQUE", "SERIAL"]) {
        KeyKind::Unique
    } else if part.clone().skip(1).any(|at| statement.is(at, "KEY")) {
        // `id INT KEY` is the primary key.
        KeyKind::Primary
    } else {
        return None;
    };
    Some(Key {
        kind,
        columns: vec![name.to_owned()],
    })
}

/// The key that is defined at a token: `PRIMARY KEY (…)`, `UNIQUE name (…)`, `KEY name (…)`.
fn key(statement: &Statement<'_>, at: usize) -> Option<Key> {
    let (kind, mut next) = if statement.are(at, &["PRIMARY", "KEY"]) {
        (KeyKind::Primary, at + 2)
    } else if statement.is(at, "UNIQUE") {
        (KeyKind::Unique, at + 1)
    } else if statement.is_any(at, &["FULLTEXT", "SPATIAL"]) {
        (KeyKind::Special, at + 1)
    } else if statement.is_any(at, &["KEY", "INDEX"])
        && !statement.is_any(
            at.wrapping_sub(1),
            &[
                "PRIMARY", "UNIQUE", "FULLTEXT", "SPATIAL", "FOREIGN", "DROP", "RENAME",
            ],
        )
    {
        (KeyKind::Plain, at + 1)
    } else {
        return None;
    };
    if kind != KeyKind::Plain
        && statement.is_any(next, &["KEY", "INDEX", "CLUSTERED", "NONCLUSTERED"])
    {
        next += 1;
    }
    // A name, and USING BTREE.
    let open = (next..next + 6).find(|at| statement.is_kind(*at, Kind::Open))?;
    let only_names = (next..open).all(|at| statement.name(at).is_some());
    only_names.then(|| Key {
        kind,
        columns: key_columns(statement, open),
    })
}

fn key_columns(statement: &Statement<'_>, open: usize) -> Vec<String> {
    let Some(close) = statement.close(open) else {
        return Vec::new();
    };
    statement
        .split(open + 1..close, statement.depth(open) + 1)
        .into_iter()
        .map_while(|part| statement.name(part.start))
        .collect()
}
