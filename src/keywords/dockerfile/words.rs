//! The words of an instruction: its name, its flags, the form of its arguments, and the variables
//! in them (`split_command.go`, `line_parsers.go` and `shell/lex.go` of BuildKit).

use std::ops::Range;

const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// An instruction taken apart; all ranges are in the joined line.
pub(super) struct Instruction {
    /// In capitals; `None` when the word is no instruction.
    pub(super) name: Option<&'static str>,
    pub(super) keyword: Range<usize>,
    pub(super) flags: Vec<Range<usize>>,
    /// What follows the flags, without blanks at either end.
    pub(super) arguments: Range<usize>,
}

impl Instruction {
    /// Reads the instruction that begins at `start`.
    pub(super) fn parse(line: &str, start: usize, escape: u8) -> Option<Self> {
        let keyword = word(line, start)?;
        let spelled = &line[keyword.clone()];
        let name = INSTRUCTIONS
            .into_iter()
            .find(|name| spelled.eq_ignore_ascii_case(name));
        let mut flags = Vec::new();
        let mut at = keyword.end;
        let arguments = loop {
            let rest = line[at..].trim_start();
            let start = line.len() - rest.len();
            if !rest.starts_with("--") {
                break start;
            }
            at = flag_end(line, start, escape);
            if &line[start..at] == "--" {
                break at;
            }
            flags.push(start..at);
        };
        let rest = line[arguments..].trim_start();
        let arguments = line.len() - rest.len();
        Some(Self {
            name,
            keyword,
            flags,
            arguments: arguments..arguments + rest.trim_end().len(),
        })
    }
}

/// The first word at or after `start`.
pub(super) fn word(line: &str, start: usize) -> Option<Range<usize>> {
    words(line, start..line.len()).next()
}

/// The words of a range, split at the blanks that BuildKit splits at: no others than ASCII's.
pub(super) fn words(line: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let (mut at, end) = (range.start, range.end);
    let is_blank = |character| matches!(character, ' ' | '\t' | '\r' | '\u{b}' | '\u{c}');
    std::iter::from_fn(move || {
        let rest = line[at..end].trim_start_matches(is_blank);
        let start = end - rest.len();
        let length = rest.find(is_blank).unwrap_or(rest.len());
        at = start + length;
        (length > 0).then_some(start..at)
    })
}

/// A flag ends at a blank that is neither quoted nor escaped.
fn flag_end(line: &str, start: usize, escape: u8) -> usize {
    let mut quote = None;
    let mut characters = line[start..].char_indices();
    while let Some((at, character)) = characters.next() {
        match quote {
            _ if character == char::from(escape) => drop(characters.next()),
            Some(open) if character == open => quote = None,
            None if character == '"' || character == '\'' => quote = Some(character),
            None if character.is_whitespace() => return start + at,
            _ => {}
        }
    }
    line.len()
}

/// Whether the arguments are a JSON array of strings: the exec form.
pub(super) fn is_exec_form(arguments: &str) -> bool {
    let blank = [' ', '\t', '\r', '\n'];
    let Some(mut rest) = arguments.strip_prefix('[') else {
        return false;
    };
    rest = rest.trim_start_matches(blank);
    if rest == "]" {
        return true;
    }
    loop {
        let Some(after) = json_string(rest) else {
            return false;
        };
        rest = after.trim_start_matches(blank);
        if rest == "]" {
            return true;
        }
        let Some(after) = rest.strip_prefix(',') else {
            return false;
        };
        rest = after.trim_start_matches(blank);
    }
}

/// The first string of the exec form as it is written, without its quotes.
pub(super) fn first_string(arguments: &str) -> Option<&str> {
    let inside = arguments.strip_prefix('[')?.trim_start();
    let after = json_string(inside)?;
    inside[..inside.len() - after.len()]
        .strip_prefix('"')?
        .strip_suffix('"')
}

/// What follows the JSON string at the beginning of `text`.
fn json_string(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('"')?;
    let mut characters = inside.char_indices();
    loop {
        match characters.next()? {
            (at, '"') => return inside.get(at + 1..),
            (_, '\\') => match characters.next()?.1 {
                '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => {}
                'u' => {
                    for _ in 0..4 {
                        characters
                            .next()
                            .filter(|(_, digit)| digit.is_ascii_hexdigit())?;
                    }
                }
                _ => return None,
            },
            (_, control) if control < ' ' => return None,
            _ => {}
        }
    }
}

/// The names of the variables in a range, as ranges: `$NAME`, `${NAME}`, `${NAME:-…}`. Neither
/// escaped ones nor those in single quotes.
pub(super) fn variables(line: &str, range: Range<usize>, escape: u8) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let (mut at, end) = (range.start, range.end);
    let mut in_double_quotes = false;
    while at < end {
        match bytes[at] {
            byte if byte == escape => at += 1,
            b'"' => in_double_quotes = !in_double_quotes,
            b'\'' if !in_double_quotes => {
                // An apostrophe that is never closed is no quote.
                at += bytes[at + 1..end]
                    .iter()
                    .position(|byte| *byte == b'\'')
                    .map_or(0, |length| length + 1);
            }
            b'$' if bytes.get(at + 1) == Some(&b'$') => at += 1,
            b'$' => {
                let start = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'{'));
                let name = start..start + name_length(bytes.get(start..end).unwrap_or_default());
                if !name.is_empty() {
                    at = name.end - 1;
                    found.push(name);
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn name_length(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count()
}
