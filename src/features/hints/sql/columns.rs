//! Rules about the types of columns.

use super::dialect::Dialect;
use super::file::{Checked, File, HINT};
use super::schema::Column;
use super::statement::Statement;
use crate::features::hints::rule::{Findings, Rule};

pub(super) const FLOAT_MONEY: Checked = Checked {
    rule: Rule {
        id: "sql/float-money",
        title: "Money in a `FLOAT` or `DOUBLE`",
        why: "Binary floating point has no 0.10: sums drift and comparisons fail. `DECIMAL` is exact.",
        topic: "mysql/money",
        before: "\
CREATE TABLE orders (
    id INT PRIMARY KEY,
    total_price FLOAT NOT NULL
);
",
        after: "\
CREATE TABLE orders (
    id INT PRIMARY KEY,
    total_price DECIMAL(10, 2) NOT NULL
);
",
        ..HINT
    },
    check: float_money,
};

/// Words of a name that mean money.
const MONEY: [&str; 16] = [
    "price", "prices", "cost", "costs", "salary", "fee", "fees", "wage", "wages", "payment",
    "revenue", "subtotal", "money", "budget", "sales", "salaries",
];

/// Words that mean money as the last part of a name: a total of points begins with one.
const MONEY_AT_END: [&str; 4] = ["amount", "balance", "total", "amt"];

/// Words of a name that mean a measure, whatever it is the measure of.
const MEASURES: [&str; 22] = [
    "score",
    "rate",
    "ratio",
    "percent",
    "percentage",
    "pct",
    "weight",
    "factor",
    "count",
    "distance",
    "hours",
    "days",
    "minutes",
    "seconds",
    "index",
    "rank",
    "avg",
    "change",
    "quantity",
    "qty",
    "elasticity",
    "units",
];

fn float_money(file: &File<'_>, findings: &mut Findings) {
    each_column(file, |statement, column| {
        let kind = column.at + 1;
        if !statement.is_any(kind, &["FLOAT", "DOUBLE"]) || !is_money(statement.text(column.at)) {
            return;
        }
        findings.add(
            statement.start(),
            statement.range(column.at).start..statement.range(kind).end,
            "`FLOAT` and `DOUBLE` cannot hold 0.10: for money take `DECIMAL`, or whole cents.",
        );
    });
}

fn is_money(name: &str) -> bool {
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let ends = words
        .last()
        .is_some_and(|last| MONEY_AT_END.contains(&last.as_str()));
    (has(&MONEY) || ends) && !has(&MEASURES)
}

/// The words of a name, in small letters: `unitPrice`, `unit_price`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        let begins = letter.is_uppercase() && before.is_lowercase();
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

pub(super) const TIMESTAMP_2038: Checked = Checked {
    rule: Rule {
        id: "sql/timestamp-2038",
        title: "A `TIMESTAMP` for a date that may lie behind 2038",
        why: "`TIMESTAMP` holds seconds in 32 bits, up to 19 January 2038; a later date is an error in strict mode. `DATETIME` goes to 9999.",
        topic: "mysql/date-and-time",
        before: "\
CREATE TABLE contracts (
    id INT AUTO_INCREMENT PRIMARY KEY,
    valid_until TIMESTAMP NULL
);
",
        after: "\
CREATE TABLE contracts (
    id INT AUTO_INCREMENT PRIMARY KEY,
    valid_until DATETIME NULL
);
",
        ..HINT
    },
    check: timestamp_2038,
};

/// Words of a name that mean a time in the future.
const FUTURE: [&str; 14] = [
    "expire",
    "expires",
    "expiry",
    "expiration",
    "expiring",
    "until",
    "deadline",
    "due",
    "maturity",
    "matures",
    "renewal",
    "warranty",
    "termination",
    "scheduled",
];

fn timestamp_2038(file: &File<'_>, findings: &mut Findings) {
    if file.dialect != Dialect::MySql {
        return;
    }
    each_column(file, |statement, column| {
        let is_future = words(statement.text(column.at))
            .iter()
            .any(|word| FUTURE.contains(&word.as_str()));
        if !is_future || !statement.is(column.at + 1, "TIMESTAMP") {
            return;
        }
        findings.add(
            statement.start(),
            statement.range(column.at).start..statement.range(column.at + 1).end,
            "`TIMESTAMP` ends in January 2038, and a date like this may lie behind it: `DATETIME` does not end.",
        );
    });
}

/// Every column of the tables that the script creates.
fn each_column(file: &File<'_>, mut look: impl FnMut(&Statement<'_>, &Column)) {
    for table in &file.schema.tables {
        let Some(statement) = file.statements.get(table.statement) else {
            continue;
        };
        for column in &table.columns {
            look(statement, column);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn money_in_floats_is_marked() {
        expect(
            "sql/float-money",
            &[
                "CREATE TABLE t (id INT PRIMARY KEY, «price FLOAT», «`unit_cost` double»(10,2), «total DOUBLE» PRECISION);",
                "CREATE TABLE t (id INT, «unitPrice float» NOT NULL, «account_balance FLOAT»);",
                "CREATE TABLE IF NOT EXISTS shop.t («amount FLOAT» UNSIGNED DEFAULT 0) ENGINE=InnoDB;",
                "CREATE TABLE t (price FLOAT",
                "CREATE TABLE t (price DECIMAL(10,2), total INT, weight FLOAT, score DOUBLE);",
                "CREATE TABLE t (price_ratio FLOAT, price_change_percent DOUBLE, total_score FLOAT, cost_factor FLOAT);",
                "CREATE TABLE t (priceless FLOAT, balanced FLOAT, pricey FLOAT);",
                "SELECT price FLOAT FROM t; -- price FLOAT",
            ],
        );
    }

    #[test]
    fn expiry_in_timestamps_is_marked() {
        expect(
            "sql/timestamp-2038",
            &[
                "CREATE TABLE `t` (id INT, «expires_at TIMESTAMP», «`validUntil` timestamp» NULL);",
                "CREATE TABLE `t` (id INT, created_at TIMESTAMP, expires_at DATETIME, expired TINYINT);",
                // Another server's TIMESTAMP.
                "CREATE TABLE t (id SERIAL, expires_at TIMESTAMP);",
                "CREATE TABLE t (id INT, expires_at TIMESTAMP);",
            ],
        );
    }
}
