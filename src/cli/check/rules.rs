//! `viva check --list`: the rules.

use std::io::Write as _;

use anstyle::Style;
use serde::Serialize;

use super::{Arguments, level};
use crate::cli::{Outcome, Output, write_json};
use crate::features::hints::{Choice, rules};

const ID: Style = Style::new().bold();

/// One line of `check --list --json`.
#[derive(Debug, Serialize)]
struct JsonRule<'a> {
    rule: &'a str,
    level: &'a str,
    /// Whether the arguments ask for it.
    on: bool,
    title: &'a str,
    why: &'a str,
    topic: &'a str,
}

/// Lists every rule, and whether it is wanted.
pub(super) fn list(out: &mut Output, choice: &Choice, arguments: &Arguments) -> Outcome {
    let width = rules().map(|rule| rule.id.len()).max().unwrap_or_default();
    for rule in rules() {
        let on = choice.wants(rule);
        let level = level(rule.level);
        if arguments.json {
            write_json(
                out,
                &JsonRule {
                    rule: rule.id,
                    level,
                    on,
                    title: rule.title,
                    why: rule.why,
                    topic: rule.topic,
                },
            )?;
            continue;
        }
        let state = if on { "on " } else { "off" };
        let (id, title) = (rule.id, rule.title);
        writeln!(out, "{ID}{id:width$}{ID:#}  {state}  {level:11}  {title}")?;
    }
    Ok(())
}
