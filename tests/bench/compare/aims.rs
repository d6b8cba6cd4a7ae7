//! What is aimed at, and whether this run reached it.

use std::fmt::Write as _;
use std::time::Duration;

use viva_guide::Language;

use crate::contenders::Role;
use crate::figures::{Case, Figures};
use crate::page::{self, Measured};
use crate::texts::Size;
use crate::whole::Whole;

/// A figure with its name and whether it is good enough.
struct Found {
    text: String,
    is_met: bool,
    /// The larger, the further from the aim.
    badness: f64,
}

/// The table of aims.
pub(crate) fn table(all: &[Measured], whole: Option<&Whole>) -> String {
    let languages = |found: &dyn Fn(&Measured) -> Option<Found>| -> Vec<Found> {
        all.iter().filter_map(found).collect()
    };
    let rows: Vec<(&str, Vec<Found>)> = vec![
        (
            "hover p50 at most 2 × the floor's (1.5 × is the dream)",
            languages(&|of| to_floor(of, 2.0, |figures| figures.percentile(Case::Hover, 50))),
        ),
        (
            "hover p99 at most 3 × the floor's",
            languages(&|of| to_floor(of, 3.0, |figures| figures.percentile(Case::Hover, 99))),
        ),
        (
            "processor time of a hover at most 40 µs",
            languages(&|of| at_most(of, Duration::from_micros(40), |figures| figures.hover_cpu)),
        ),
        (
            "first right hover at most 3 × as late as the floor's",
            languages(&|of| to_floor(of, 3.0, |figures| figures.percentile(Case::FirstHover, 50))),
        ),
        (
            "first right hover at least 20 × sooner than gopls's",
            languages(&|of| sooner(of, Language::Go, "gopls")),
        ),
        (
            "first right hover at least 20 × sooner than docker-langserver's",
            languages(&|of| sooner(of, Language::Dockerfile, "docker-langserver")),
        ),
        (
            "edit and hover in 20 MB of SQL, Dockerfile and redis.conf at most 5 ms",
            languages(&|of| {
                let is_meant = matches!(
                    of.language,
                    Language::Sql | Language::Dockerfile | Language::Redis
                );
                let case = Case::EditAndHoverIn(Size::Megabytes(20));
                let found = at_most(of, Duration::from_millis(5), |figures| {
                    figures.percentile(case, 50)
                });
                found.filter(|_| is_meant)
            }),
        ),
        (
            "edit and hover in 100,000 lines of Go at most 60 ms",
            languages(&|of| {
                let case = Case::EditAndHoverIn(Size::Lines(100_000));
                at_most(of, Duration::from_millis(60), |figures| {
                    figures.percentile(case, 50)
                })
            }),
        ),
        (
            "10,000 edits and a hover at most 300 ms",
            languages(&|of| {
                at_most(of, Duration::from_millis(300), |figures| {
                    figures.percentile(Case::Burst, 50)
                })
            }),
        ),
        ("memory at rest at most 15 MB", languages(&memory)),
        (
            "no processor time at rest",
            languages(&|of| at_most(of, Duration::ZERO, |figures| figures.rest_cpu)),
        ),
        (
            "`viva keywords` of net/http's server.go at most 40 ms, from its start to its end",
            whole.iter().map(|whole| of_whole(whole)).collect(),
        ),
    ];
    let mut table = String::from("| aim | worst of all languages | met? |\n| --- | ---: | --- |\n");
    for (aim, found) in rows {
        let worst = found
            .iter()
            .max_by(|one, other| one.badness.total_cmp(&other.badness));
        let (text, met) = match worst {
            Some(worst) if found.iter().all(|found| found.is_met) => (worst.text.as_str(), "yes"),
            Some(worst) => (worst.text.as_str(), "**no**"),
            None => ("", "not measured"),
        };
        let _ = writeln!(table, "| {aim} | {text} | {met} |");
    }
    table
}

fn to_floor(
    of: &Measured,
    most: f64,
    figure: impl Fn(&Figures) -> Option<Duration>,
) -> Option<Found> {
    let (viva, floor) = (figure(of.of(&Role::Viva)?)?, figure(of.of(&Role::Floor)?)?);
    let ratio = viva.as_secs_f64() / floor.as_secs_f64();
    Some(Found {
        text: format!("{ratio:.2} × ({})", name(of.language)),
        is_met: ratio <= most,
        badness: ratio,
    })
}

fn at_most(
    of: &Measured,
    most: Duration,
    figure: impl Fn(&Figures) -> Option<Duration>,
) -> Option<Found> {
    let figure = figure(of.of(&Role::Viva)?)?;
    Some(Found {
        text: format!("{} ({})", page::time(figure), name(of.language)),
        is_met: figure <= most,
        badness: figure.as_secs_f64(),
    })
}

fn sooner(of: &Measured, language: Language, peer: &str) -> Option<Found> {
    if of.language != language {
        return None;
    }
    let first = |figures: &Figures| figures.percentile(Case::FirstHover, 50);
    let ratio = first(of.named(peer)?)?.as_secs_f64() / first(of.of(&Role::Viva)?)?.as_secs_f64();
    Some(Found {
        text: format!("{ratio:.0} ×"),
        is_met: ratio >= 20.0,
        badness: -ratio,
    })
}

fn memory(of: &Measured) -> Option<Found> {
    #[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
    let bytes = of.of(&Role::Viva)?.memory? as f64;
    Some(Found {
        text: format!("{} ({})", page::megabytes(bytes), name(of.language)),
        is_met: bytes <= 15e6,
        badness: bytes,
    })
}

fn of_whole(whole: &Whole) -> Found {
    let median = whole.viva[whole.viva.len() / 2];
    Found {
        text: page::time(median),
        is_met: median <= Duration::from_millis(40),
        badness: 0.0,
    }
}

pub(crate) fn name(language: Language) -> &'static str {
    match language {
        Language::Go => "Go",
        Language::Dockerfile => "Dockerfile",
        Language::Sql => "SQL",
        Language::Redis => "redis.conf",
        Language::Compose => "compose.yaml",
    }
}
