//! redis.conf and sentinel.conf: directives, the values of those that take words from a fixed list,
//! amounts of memory with a unit, and the commands that are renamed. Other arguments are silent.

mod units;
mod values;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::{Keyword, Sense, Source};
use words::{Word, words};

/// Every keyword of a configuration file in text order, without overlaps.
pub fn keywords(source: Source<'_>) -> Vec<Keyword> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in source.text.split_inclusive('\n') {
        line_keywords(source.text, start..start + line.len(), &mut found);
        start += line.len();
    }
    found
}

/// The keyword whose range contains a byte offset. Only its line is read: nothing in a
/// configuration file reaches past the end of a line.
pub fn keyword_at(source: Source<'_>, offset: usize) -> Option<Keyword> {
    let bytes = source.text.as_bytes();
    let start = bytes
        .get(..offset)?
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let length = bytes[offset..].iter().position(|byte| *byte == b'\n');
    let end = length.map_or(bytes.len(), |length| offset + length);
    let mut found = Vec::new();
    line_keywords(source.text, start..end, &mut found);
    found
        .into_iter()
        .find(|keyword| keyword.range.contains(&offset))
}

/// Appends the keywords of one line.
fn line_keywords(text: &str, range: Range<usize>, found: &mut Vec<Keyword>) {
    let line = &text[range.clone()];
    let mark = if range.start == 0 && line.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let (start, line) = (range.start + mark, &line[mark..]);
    if line.trim_start().starts_with('#') {
        return;
    }
    let first_found = found.len();
    let mut words = words(line);
    let Some(first) = words.next().filter(|word| is_directive(word.plain)) else {
        return;
    };
    let mut directive = first.plain.to_ascii_lowercase();
    let mut range = first.range;
    if directive == "sentinel" {
        let Some(option) = words.next().filter(|word| is_directive(word.plain)) else {
            found.push(Keyword {
                language: None,
                names: vec![directive],
                sense: None,
                range: start + range.start..start + range.end,
            });
            return;
        };
        directive = format!("{directive} {}", option.plain.to_ascii_lowercase());
        range.end = option.range.end;
    }
    let family = directive
        .split_once(' ')
        .map(|(family, _)| family.to_owned());
    let names = std::iter::once(directive.clone()).chain(family).collect();
    found.push(Keyword {
        language: None,
        names,
        sense: sense(&directive, words.clone()),
        range: start + range.start..start + range.end,
    });
    if units::takes_memory(&directive) {
        let amounts = words.clone().filter_map(|word| {
            Some(Keyword {
                language: None,
                names: vec![directive.clone()],
                sense: Some(with_note(&directive, units::note(word.plain)?)),
                range: start + word.range.start..start + word.range.end,
            })
        });
        found.extend(amounts);
    }
    let mut add = |names: Vec<String>, range: Range<usize>| {
        found.push(Keyword {
            language: None,
            names,
            sense: None,
            range: start + range.start..start + range.end,
        });
    };

    match directive.as_str() {
        "rename-command" => {
            if let Some(command) = words.next().filter(|word| is_command(word.plain)) {
                add(vec![command.plain.to_ascii_uppercase()], command.range);
            }
        }
        // The name of the watched primary stands first.
        "sentinel rename-command" => {
            if let Some(command) = words.nth(1).filter(|word| is_command(word.plain)) {
                add(vec![command.plain.to_ascii_uppercase()], command.range);
            }
        }
        // Each class of clients is followed by three limits.
        "client-output-buffer-limit" => {
            words
                .step_by(4)
                .for_each(|word| add_value(&directive, &word, &mut add));
        }
        "cluster-slot-stats-enabled" | "shutdown-on-sigint" | "shutdown-on-sigterm" => {
            words.for_each(|word| add_value(&directive, &word, &mut add));
        }
        _ => words
            .take(1)
            .for_each(|word| add_value(&directive, &word, &mut add)),
    }
    found[first_found..].sort_by_key(|keyword| keyword.range.start);
}

/// What the arguments of a directive say, where that is not plain from them.
fn sense<'w>(directive: &str, mut arguments: impl Iterator<Item = Word<'w>>) -> Option<Sense> {
    let note = if directive == "save" {
        save_note(arguments)?
    } else if units::takes_memory(directive) && directive != "client-output-buffer-limit" {
        units::note(arguments.next()?.plain)?
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
fn save_note<'w>(arguments: impl Iterator<Item = Word<'w>>) -> Option<String> {
    let mut numbers = Vec::new();
    for word in arguments {
        if numbers.is_empty() && word.range.is_empty() {
            return Some("no snapshots by themselves".to_owned());
        }
        numbers.push(word.plain.parse::<u64>().ok()?);
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
fn add_value(directive: &str, word: &Word<'_>, add: &mut impl FnMut(Vec<String>, Range<usize>)) {
    let value = word.plain.to_ascii_lowercase();
    if values::of(directive).contains(&value.as_str()) {
        add(
            vec![format!("{directive} {value}"), directive.to_owned()],
            word.range.clone(),
        );
    }
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
