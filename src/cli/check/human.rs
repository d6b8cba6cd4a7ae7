//! `viva check` for people: the place, the rule, the sentence, and the line with a mark below it.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use textwrap::core::display_width;

use super::Found;
use crate::cli::text_range::TextRange;
use crate::cli::{Outcome, Output};
use crate::features::hints::Level;

const PLACE: Style = Style::new().bold();
const HINT: Style = AnsiColor::Cyan.on_default();
const INFORMATION: Style = AnsiColor::Yellow.on_default();
const MARGIN: Style = Style::new().dimmed();

/// Writes the hints, and how many there are.
pub(super) fn write(out: &mut Output, found: &[Found], files: usize) -> Outcome {
    let mut hints = 0;
    for Found {
        file,
        document,
        hints: of_file,
    } in found
    {
        let lines: Vec<&str> = document.text().lines().collect();
        for hint in of_file {
            hints += 1;
            let TextRange { start, end } = TextRange::of(document, &hint.range);
            let (line, column) = (start.line, start.column);
            let style = match hint.rule.level {
                Level::Hint => HINT,
                Level::Information => INFORMATION,
            };
            let (id, message) = (hint.rule.id, &hint.message);
            writeln!(
                out,
                "{PLACE}{file}:{line}:{column}:{PLACE:#} {style}[{id}]{style:#} {message}"
            )?;
            let text = lines.get(line - 1).copied().unwrap_or_default();
            let last = if end.line == line {
                end.column
            } else {
                text.chars().count() + 1
            };
            let (shown, blanks, marks) = marked(text, column - 1, last - 1);
            let margin = line.to_string().len();
            writeln!(out, "{MARGIN}{line:>margin$} |{MARGIN:#} {shown}")?;
            writeln!(
                out,
                "{MARGIN}{:>margin$} |{MARGIN:#} {}{style}{}{style:#}",
                "",
                " ".repeat(blanks),
                "^".repeat(marks)
            )?;
        }
    }
    let counted = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    let in_files = found.len();
    let looked_at = counted(files, "file");
    match hints {
        0 => writeln!(out, "no hints in {looked_at}")?,
        _ => writeln!(
            out,
            "{} in {in_files} of {looked_at}",
            counted(hints, "hint")
        )?,
    }
    Ok(())
}

/// The most of a line that is shown, in characters.
const SHOWN_MAX: usize = 160;

/// A line as it is shown, how many columns are before the marked part, and how many it takes.
fn marked(text: &str, start: usize, end: usize) -> (String, usize, usize) {
    let display = |range: std::ops::Range<usize>| -> String {
        text.chars()
            .skip(range.start)
            .take(range.len())
            .map(|character| match character {
                '\t' => "    ".to_owned(),
                // What would move the cursor of a terminal is not passed on to it.
                character if character.is_control() => '\u{fffd}'.to_string(),
                character => character.to_string(),
            })
            .collect()
    };
    let first = if start > SHOWN_MAX / 2 {
        start - SHOWN_MAX / 4
    } else {
        0
    };
    let last = first + SHOWN_MAX;
    let shown = display(first..last);
    let blanks = display_width(&display(first..start));
    let marks = display_width(&display(start..end.min(last))).max(1);
    (shown, blanks, marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_below_what_it_marks() {
        let long = format!("{}ADD x /\n", "# ".repeat(200));
        let cases: [(&str, usize, usize, &str); 5] = [
            ("ADD x /", 0, 3, "ADD"),
            ("\tx := 1", 1, 2, "x"),
            ("a\u{1b}[31mb", 6, 7, "b"),
            ("日本 ADD", 3, 6, "ADD"),
            (&long, 400, 403, "ADD"),
        ];
        for (text, start, end, expected) in cases {
            let (shown, blanks, marks) = marked(text, start, end);
            let mut column = 0;
            let below: String = shown
                .chars()
                .filter(|character| {
                    let at = column;
                    column += display_width(&character.to_string());
                    (blanks..blanks + marks).contains(&at)
                })
                .collect();
            assert_eq!(below, expected, "{text}");
            assert!(!shown.contains('\u{1b}'), "{text}");
        }
    }
}
