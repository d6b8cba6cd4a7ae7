//! Comments that silence: `# viva:ignore docker/add-where-copy`, `// viva:ignore go`,
//! `-- viva:ignore`, and `viva:ignore-file` for the whole file.
//!
//! A comment names rules or families, separated by blanks or commas; one that names none means all.
//! It silences its own line, and the statement that begins on the line below it.

use viva_guide::Language;

use super::rule::{Fix, Hint};

const MARK: &str = "viva:ignore";

/// The comment that silences a rule, without a line end.
pub fn comment(language: Language, rule: &str) -> String {
    let leader = match language {
        Language::Go => "//",
        Language::Sql => "--",
        Language::Dockerfile | Language::Redis | Language::Compose => "#",
    };
    format!("{leader} {MARK} {rule}")
}

/// The change that puts a silencing comment above the statement of a hint.
pub fn above(text: &str, hint: &Hint) -> Fix {
    let start = text[..hint.statement()]
        .rfind(['\n', '\r'])
        .map_or(0, |end| end + 1);
    let indentation: String = text[start..]
        .chars()
        .take_while(|character| matches!(character, ' ' | '\t'))
        .collect();
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let comment = comment(hint.rule.language, hint.rule.id);
    Fix::replace(
        format!("Silence {} here", hint.rule.id),
        start..start,
        format!("{indentation}{comment}{line_end}"),
    )
}

/// A comment that silences.
struct Silencer<'a> {
    /// Number of its line, from 0; None: it is about the whole file.
    line: Option<usize>,
    /// Rules and families; none named means all.
    names: Vec<&'a str>,
}

impl Silencer<'_> {
    fn names(&self, hint: &Hint) -> bool {
        self.names.is_empty()
            || self
                .names
                .iter()
                .any(|name| *name == hint.rule.id || *name == hint.rule.family())
    }
}

/// Removes the hints that comments in the text silence.
pub(super) fn retain(text: &str, hints: &mut Vec<Hint>) {
    if hints.is_empty() || !text.contains(MARK) {
        return;
    }
    let lines = Lines::new(text);
    let silencers: Vec<Silencer<'_>> = text
        .match_indices(MARK)
        .filter_map(|(at, _)| silencer(text, at, &lines))
        .collect();
    hints.retain(|hint| {
        let own = lines.number(hint.range.start);
        let statement = lines.number(hint.statement());
        !silencers.iter().any(|silencer| {
            let reaches = silencer.line.is_none_or(|line| {
                line == own
                    || line == statement
                    || lines.is_above(line, own, text)
                    || lines.is_above(line, statement, text)
            });
            reaches && silencer.names(hint)
        })
    });
}

/// Reads the comment that has the mark at a byte offset.
fn silencer<'a>(text: &'a str, at: usize, lines: &Lines) -> Option<Silencer<'a>> {
    let number = lines.number(at);
    let before = &text[lines.start(number)..at];
    let is_comment = ["#", "//", "--", "/*"]
        .iter()
        .any(|leader| before.trim_end().ends_with(leader));
    if !is_comment {
        return None;
    }
    let rest = text[at + MARK.len()..].lines().next().unwrap_or_default();
    let (line, rest) = match rest.strip_prefix("-file") {
        Some(rest) => (None, rest),
        None => (Some(number), rest),
    };
    if !rest.is_empty() && !rest.starts_with([' ', '\t', ':', '*']) {
        return None;
    }
    let names = rest
        .split([' ', '\t', ',', ':'])
        // A reason may follow: `viva:ignore docker/sudo -- the base image needs it`.
        .take_while(|word| !word.starts_with(['-', '*', '(']))
        .filter(|word| !word.is_empty())
        .collect();
    Some(Silencer { line, names })
}

/// Where the lines of a text begin.
struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    fn new(text: &str) -> Lines {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Lines {
            starts: std::iter::once(0)
                .chain(ends.map(|(at, _)| at + 1))
                .collect(),
        }
    }

    fn number(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or_default()
    }

    /// Whether a line with a silencing comment is above another with only such comments between.
    fn is_above(&self, line: usize, other: usize, text: &str) -> bool {
        line < other
            && (line..other).all(|number| {
                let end = self.starts.get(number + 1).copied().unwrap_or(text.len());
                let content = text[self.start(number)..end].trim_start();
                content.contains(MARK) && content.starts_with(['#', '/', '-'])
            })
    }
}
