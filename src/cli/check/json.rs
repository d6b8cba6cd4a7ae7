//! `check --json`: one object a line (`docs/json.md`).

use std::io::Write as _;

use serde::Serialize;

use super::{Found, level};
use crate::cli::text_range::TextRange;
use crate::cli::{Outcome, Output, to_json};
use crate::features::hints::Fix;

#[derive(Debug, Serialize)]
struct JsonHint<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    range: TextRange,
    rule: &'a str,
    level: &'a str,
    message: &'a str,
    topic: &'a str,
    fix: Option<JsonFix<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonEdit<'a> {
    /// Byte offsets.
    start: usize,
    end: usize,
    text: &'a str,
}

/// Writes the hints.
pub(super) fn write(out: &mut Output, found: &[Found]) -> Outcome {
    let mut lines: Vec<u8> = Vec::new();
    for Found {
        file,
        document,
        hints,
    } in found
    {
        for hint in hints {
            let range = TextRange::of(document, &hint.range);
            let hint = JsonHint {
                file,
                line: range.start.line,
                column: range.start.column,
                range,
                rule: hint.rule.id,
                level: level(hint.rule.level),
                message: &hint.message,
                topic: hint.rule.topic,
                fix: hint.fix.as_ref().map(fix),
            };
            writeln!(lines, "{}", to_json(&hint)?)?;
        }
    }
    // There are no colours in it that `out` would have to look for.
    Ok(out.as_inner().write_all(&lines)?)
}

fn fix(fix: &Fix) -> JsonFix<'_> {
    JsonFix {
        title: &fix.title,
        edits: fix
            .edits
            .iter()
            .map(|edit| JsonEdit {
                start: edit.range.start,
                end: edit.range.end,
                text: &edit.text,
            })
            .collect(),
    }
}
