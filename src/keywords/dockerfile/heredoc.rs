//! Here-documents: `<<EOF`, `<<-"EOF"`. They are found the way BuildKit does it, word by word
//! through its shell lexer, so that `cat<<EOF` and `$((1<<2))` are none
//! (`heredocsFromLine` in `parser.go`, `shell/lex.go`).

use std::ops::Range;

use super::words::{Instruction, is_exec_form};

/// The beginning of a here-document.
pub(super) struct Marker {
    /// From `<<` to the end of the name, in the joined line.
    pub(super) range: Range<usize>,
    /// The line that ends the body.
    pub(super) name: String,
    /// `<<-`: tabs before the name are ignored.
    pub(super) strips_tabs: bool,
}

/// The here-documents that a line opens, in the order of their bodies.
pub(super) fn markers(line: &str, escape: u8) -> Vec<Marker> {
    if !line.contains("<<") || !may_contain_heredocs(line, escape) {
        return Vec::new();
    }
    let Some(words) = shell_words(line) else {
        return Vec::new();
    };
    words
        .into_iter()
        .filter_map(|word| marker(line, word))
        .collect()
}

fn may_contain_heredocs(line: &str, escape: u8) -> bool {
    let mut instruction = Instruction::parse(line, 0, escape);
    if let Some(onbuild) = instruction
        .as_ref()
        .filter(|found| found.name == Some("ONBUILD"))
    {
        instruction = Instruction::parse(line, onbuild.arguments.start, escape);
    }
    instruction.is_some_and(|found| {
        matches!(found.name, Some("RUN" | "COPY" | "ADD")) && !is_exec_form(&line[found.arguments])
    })
}

fn marker(line: &str, word: Range<usize>) -> Option<Marker> {
    let digits = line[word.clone()]
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    let range = word.start + digits..word.end;
    let rest = line[range.clone()].strip_prefix("<<")?;
    let (strips_tabs, rest) = rest
        .strip_prefix('-')
        .map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start();
    if rest.is_empty() || rest.contains('<') {
        return None;
    }
    Some(Marker {
        range,
        name: unquoted(rest),
        strips_tabs,
    })
}

/// The word as the shell sees it: quotes and escapes taken away.
fn unquoted(word: &str) -> String {
    let mut name = String::with_capacity(word.len());
    let mut quote = None;
    let mut characters = word.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if character == open => quote = None,
            (None, '\\') => name.extend(characters.next()),
            (Some('"'), '\\') => {
                name.push(
                    characters
                        .next_if(|next| matches!(next, '"' | '$' | '\\'))
                        .unwrap_or('\\'),
                );
            }
            _ => name.push(character),
        }
    }
    name
}

/// What a place in a shell word is enclosed by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Enclosed {
    Quotes,
    Braces,
}

/// Splits a line into shell words. `None` when a quote or a brace stays open, or a substitution is
/// one that BuildKit does not know: it sees no here-document then.
fn shell_words(line: &str) -> Option<Vec<Range<usize>>> {
    let bytes = line.as_bytes();
    let mut words = Vec::new();
    let mut start = None;
    let mut enclosed: Vec<Enclosed> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let inner = enclosed.last().copied();
        if inner.is_none() && byte.is_ascii_whitespace() {
            words.extend(start.take().map(|start| start..at));
            at += 1;
            continue;
        }
        start.get_or_insert(at);
        at += 1;
        match byte {
            b'\\' => at += 1,
            b'"' if inner == Some(Enclosed::Quotes) => drop(enclosed.pop()),
            b'"' => enclosed.push(Enclosed::Quotes),
            b'\'' if inner != Some(Enclosed::Quotes) => {
                at += line
                    .as_bytes()
                    .get(at..)?
                    .iter()
                    .position(|byte| *byte == b'\'')?
                    + 1;
            }
            b'}' if inner == Some(Enclosed::Braces) => drop(enclosed.pop()),
            b'$' if bytes.get(at) == Some(&b'{') => {
                let name = bytes[at + 1..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
                at += 1 + name.count();
                let modifier = *bytes.get(at)?;
                if !matches!(
                    modifier,
                    b'}' | b':' | b'+' | b'-' | b'?' | b'#' | b'%' | b'/'
                ) {
                    return None;
                }
                enclosed.push(Enclosed::Braces);
            }
            b'<' if inner != Some(Enclosed::Quotes) && bytes.get(at) == Some(&b'<') => {
                at += 1;
                at += bytes[at..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_whitespace())
                    .count();
            }
            _ => {}
        }
    }
    words.extend(start.map(|start| start..bytes.len()));
    enclosed.is_empty().then_some(words)
}
