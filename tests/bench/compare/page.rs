//! The tables, as Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use viva_guide::Language;

use crate::contenders::{Contender, Role};
use crate::figures::{Case, Figures};
use crate::measure::Amount;
use crate::server::Failure;

/// A language's servers with their figures; the floor first if it is there, then Viva.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) language: Language,
    pub(crate) servers: Vec<(Contender, Figures)>,
}

impl Measured {
    pub(crate) fn of(&self, role: &Role) -> Option<&Figures> {
        let mut servers = self.servers.iter();
        Some(&servers.find(|(server, _)| server.role == *role)?.1)
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Figures> {
        let mut servers = self.servers.iter();
        Some(&servers.find(|(server, _)| server.name == name)?.1)
    }
}

/// A cell, and the number that ratios are made of.
struct Cell {
    text: String,
    number: Option<f64>,
}

type Row<'a> = (String, Box<dyn Fn(&Contender, &Figures) -> Cell + 'a>);

/// A language's table.
pub(crate) fn table(measured: &Measured, amount: &Amount) -> String {
    let mut table = String::from("|  |");
    for (server, _) in &measured.servers {
        let _ = write!(table, " {} |", server.name);
    }
    table.push_str("\n| --- |");
    table.push_str(&" ---: |".repeat(measured.servers.len()));
    table.push('\n');
    for (label, cell) in rows(amount) {
        let cells: Vec<Cell> = measured
            .servers
            .iter()
            .map(|(server, figures)| cell(server, figures))
            .collect();
        if cells.iter().all(|cell| cell.text == NOTHING) {
            continue;
        }
        let number_of = |role: &Role| {
            let at = measured
                .servers
                .iter()
                .position(|(server, _)| server.role == *role)?;
            cells[at].number
        };
        let (floor, viva) = (number_of(&Role::Floor), number_of(&Role::Viva));
        let _ = write!(table, "| {label} |");
        for ((server, _), cell) in measured.servers.iter().zip(&cells) {
            let compared = match server.role {
                Role::Floor => None,
                Role::Viva => floor,
                Role::Peer(_) => viva,
            };
            let _ = match ratio(cell.number, compared) {
                Some(ratio) => write!(table, " {} ({ratio} ×) |", cell.text),
                None => write!(table, " {} |", cell.text),
            };
        }
        table.push('\n');
    }
    table
}

const NOTHING: &str = "–";

fn rows(amount: &Amount) -> Vec<Row<'static>> {
    let mut rows: Vec<Row<'static>> = Vec::new();
    let mut times = |label: &str, case, percent| {
        let cell = move |_: &Contender, figures: &Figures| time_cell(figures, case, percent);
        rows.push((label.to_owned(), Box::new(cell)));
    };
    times("start to `initialize` answered", Case::Initialize, 50);
    times("start to first right hover", Case::FirstHover, 50);
    times("hover, p50", Case::Hover, 50);
    times("hover, p99", Case::Hover, 99);
    times("code action, p50", Case::Action, 50);
    times("code action, p99", Case::Action, 99);
    times("edit and hover, p50", Case::EditAndHover, 50);
    times("edit and hover, p99", Case::EditAndHover, 99);
    times(
        &format!("{} edits and a hover", thousands(amount.edits)),
        Case::Burst,
        50,
    );
    for size in &amount.sizes {
        times(
            &format!("{size}: open to first right hover"),
            Case::Open(*size),
            50,
        );
        times(
            &format!("{size}: edit and hover, p50"),
            Case::EditAndHoverIn(*size),
            50,
        );
        times(
            &format!("{size}: edit and hover, most"),
            Case::EditAndHoverIn(*size),
            100,
        );
    }
    let mut others = |label: &str, cell: fn(&Contender, &Figures) -> Cell| {
        rows.push((label.to_owned(), Box::new(cell)));
    };
    others("processor time of a hover", |_, figures| {
        duration_cell(figures.hover_cpu)
    });
    others("processor time of a second at rest", |_, figures| Cell {
        number: None,
        ..duration_cell(figures.rest_cpu)
    });
    others("memory at rest", |_, figures| bytes_cell(figures.memory));
    others("memory after all that", |_, figures| {
        bytes_cell(figures.memory_at_end)
    });
    others("size of the program", |server, _| {
        // The floor is a part of the harness.
        bytes_cell((server.role != Role::Floor).then_some(server.size))
    });
    rows
}

fn time_cell(figures: &Figures, case: Case, percent: usize) -> Cell {
    match figures.times.get(&case) {
        Some(Err(failure)) => Cell {
            text: match failure {
                Failure::Late(limit) => format!("over {}", time(*limit)),
                Failure::Ended => "it ended".to_owned(),
                Failure::Wrong(_) => "wrong answer".to_owned(),
            },
            number: None,
        },
        _ => duration_cell(figures.percentile(case, percent)),
    }
}

fn duration_cell(duration: Option<Duration>) -> Cell {
    Cell {
        text: duration.map_or_else(|| NOTHING.to_owned(), time),
        number: duration.map(|duration| duration.as_secs_f64()),
    }
}

fn bytes_cell(bytes: Option<u64>) -> Cell {
    #[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
    let number = bytes.map(|bytes| bytes as f64);
    Cell {
        text: number.map_or_else(|| NOTHING.to_owned(), megabytes),
        number,
    }
}

pub(crate) fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

pub(crate) fn ratio(number: Option<f64>, compared: Option<f64>) -> Option<String> {
    let ratio = number? / compared.filter(|number| *number > 0.0)?;
    Some(if ratio < 9.95 {
        format!("{ratio:.1}")
    } else {
        thousands(rounded(ratio))
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ratios are small and positive"
)]
fn rounded(ratio: f64) -> usize {
    ratio.round() as usize
}

/// With a comma between thousands.
fn thousands(number: usize) -> String {
    if number < 1_000 {
        return number.to_string();
    }
    format!("{},{:03}", thousands(number / 1_000), number % 1_000)
}

/// With three digits.
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let (number, unit) = match seconds {
        s if s < 1e-3 => (s * 1e6, "µs"),
        s if s < 1.0 => (s * 1e3, "ms"),
        s => (s, "s"),
    };
    match number {
        n if n < 9.995 => format!("{n:.2} {unit}"),
        n if n < 99.95 => format!("{n:.1} {unit}"),
        n => format!("{n:.0} {unit}"),
    }
}
