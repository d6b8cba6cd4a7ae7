//! redis.conf and sentinel.conf: directives, the values of those that take words from a fixed list,
//! amounts of memory with a unit, and the commands that are renamed. Other arguments are silent.

mod units;
mod values;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::{Keyword, Sense, Source};
use words::words;

/// Every keyword of a configuration file in text order, without overlaps.
pub fn keywords(source: Source<'_>) -> Vec<Keyword> {
    of_lines(source.text, 0..source.text.len())
}

/// The keywords of the lines that are a range of a text.
pub(super) fn of_lines(text: &str, range: Range<usize>) -> Vec<Keyword> {
    let mut start = range.start;
    let mut found = Vec::new();
    for line in text[range].split_inclusive('\n') {
        line_keywords(text, start..start + line.len(), &mut found);
        start += line.len();
    }
    found
}

/// The directives of a file with their arguments, line by line.
pub fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        found.extend(read_line(text, start..start + line.len()));
        start += line.len();
    }
    found
}

/// A directive and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// In small letters; of Sentinel's, both words: `sentinel monitor`.
    pub directive: String,
    /// Where the directive stands, in bytes of the file.
    pub name: Range<usize>,
    pub arguments: Vec<Argument<'a>>,
}

/// A word behind a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument<'a> {
    /// What it says without its quotes. None where escapes say something else than what stands there.
    pub value: Option<&'a str>,
    /// Where it stands with its quotes, in bytes of the file.
    pub range: Range<usize>,
    /// The same without quotes.
    inside: Range<usize>,
}

/// The line of a file in this range. None: it is blank, a comment, or begins with something else than
/// a name.
fn read_line(text: &str, range: Range<usize>) -> Option<Line<'_>> {
    let line = &text[range.clone()];
    let mark = if range.start == 0 && line.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let (start, line) = (range.start + mark, &line[mark..]);
    if line.trim_start().starts_with('#') {
        return None;
    }
    let moved = |range: Range<usize>| start + range.start..start + range.end;
    let mut words = words(line).peekable();
    let first = words.next().filter(|word| is_directive(word.plain))?;
    let mut directive = first.plain.to_ascii_lowercase();
    let mut name = moved(first.range);
    if directive == "sentinel"
        && let Some(option) = words.next_if(|word| is_directive(word.plain))
    {
        directive = format!("{directive} {}", option.plain.to_ascii_lowercase());
        name.end = moved(option.range).end;
    }
    let arguments = words.map(|word| Argument {
        value: word.is_plain.then_some(word.plain),
        range: moved(word.whole),
        inside: moved(word.range),
    });
    Some(Line {
        directive,
        name,
        arguments: arguments.collect(),
    })
}

/// Appends the keywords of one line.
fn line_keywords(text: &str, range: Range<usize>, found: &mut Vec<Keyword>) {
    let Some(line) = read_line(text, range) else {
        return;
    };
    let first_found = found.len();
    let directive = line.directive.as_str();
    let family = directive
        .split_once(' ')
        .map(|(family, _)| family.to_owned());
    let names = std::iter::once(directive.to_owned()).chain(family);
    found.push(Keyword {
        language: None,
        names: names.collect(),
        sense: sense(directive, &line.arguments),
        range: line.name,
    });
    if units::takes_memory(directive) {
        let amounts = line.arguments.iter().filter_map(|argument| {
            Some(Keyword {
                language: None,
                names: vec![directive.to_owned()],
                sense: Some(with_note(directive, units::note(argument.value?)?)),
                range: argument.inside.clone(),
            })
        });
        found.extend(amounts);
    }
    let mut add = |names: Vec<String>, range: Range<usize>| {
        found.push(Keyword {
            language: None,
            names,
            sense: None,
            range,
        });
    };
    let mut arguments = line.arguments.iter();
    let command = |argument: Option<&Argument<'_>>| {
        let argument = argument?;
        let command = argument.value.filter(|value| is_command(value))?;
        Some((vec![command.to_ascii_uppercase()], argument.inside.clone()))
    };
    match directive {
        "sentinel" => {}
        "rename-command" => {
            if let Some((names, range)) = command(arguments.next()) {
                add(names, range);
            }
        }
        // The name of the watched primary stands first.
        "sentinel rename-command" => {
            if let Some((names, range)) = command(arguments.nth(1)) {
                add(names, range);
            }
        }
        // Each class of clients is followed by three limits.
        "client-output-buffer-limit" => {
            arguments
                .step_by(4)
                .for_each(|argument| add_value(directive, argument, &mut add));
        }
        "cluster-slot-stats-enabled" | "shutdown-on-sigint" | "shutdown-on-sigterm" => {
            arguments.for_each(|argument| add_value(directive, argument, &mut add));
        }
        _ => arguments
            .take(1)
            .for_each(|argument| add_value(directive, argument, &mut add)),
    }
    found[first_found..].sort_by_key(|keyword| keyword.range.start);
}

/// What the arguments of a directive say, where that is not plain from them.
fn sense(directive: &str, arguments: &[Argument<'_>]) -> Option<Sense> {
    let note = if directive == "save" {
        save_note(arguments)?
    } else if units::takes_memory(directive) && directive != "client-output-buffer-limit" {
        units::note(arguments.first()?.value?)?
    } else {
        return None;
    };
    Some(with_note(directive, note))
}

fn with_note(directive: &str, note: String) -> Sense {
    Sense {
        name: directive.to_owned(),
        note: Some(note),
    }
}

/// `save 3600 1 300 100`: any of the pairs is enough.
fn save_note(arguments: &[Argument<'_>]) -> Option<String> {
    let mut numbers = Vec::new();
    for argument in arguments {
        let value = argument.value?;
        if numbers.is_empty() && value.is_empty() {
            return Some("no snapshots by themselves".to_owned());
        }
        numbers.push(value.parse::<u64>().ok()?);
    }
    let counted = |number: u64, of: &str| {
        let end = if number == 1 { "" } else { "s" };
        format!("{number} {of}{end}")
    };
    let pairs: Vec<String> = numbers
        .chunks_exact(2)
        .map(|pair| {
            let (seconds, changes) = (counted(pair[0], "second"), counted(pair[1], "change"));
            format!("after {seconds} with {changes} or more")
        })
        .collect();
    let is_whole = numbers.len() == pairs.len() * 2 && !pairs.is_empty();
    is_whole.then(|| format!("a snapshot {}", pairs.join(", or ")))
}

/// Adds an argument that is one of the words that the directive takes.
fn add_value(
    directive: &str,
    argument: &Argument<'_>,
    add: &mut impl FnMut(Vec<String>, Range<usize>),
) {
    let value = argument.value.unwrap_or_default().to_ascii_lowercase();
    if values::of(directive).contains(&value.as_str()) {
        add(
            vec![format!("{directive} {value}"), directive.to_owned()],
            argument.inside.clone(),
        );
    }
}

/// What a directive (in small letters) takes, in small letters, if that is one of a fixed list.
pub fn values(directive: &str) -> &'static [&'static str] {
    values::of(directive)
}

/// Whether a word looks like a directive. `_` and `.` occur in old names and in those of modules.
fn is_directive(word: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    word.starts_with(|first: char| first.is_ascii_alphabetic()) && word.bytes().all(is_part)
}

/// Whether a word looks like a command: `CONFIG`, `JSON.SET`.
fn is_command(word: &str) -> bool {
    is_directive(word)
}
