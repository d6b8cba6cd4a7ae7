//! The words of one line of redis.conf (`sdssplitargs` in Redis's `src/sds.c`).

use std::ops::Range;

/// A word of a line. It may be quoted in whole or in part.
pub(super) struct Word<'a> {
    /// What it says, when that stands in the file as it is: the inside of the quotes, if any.
    /// Empty for a word with escapes, or with quotes in its middle.
    pub(super) plain: &'a str,
    /// Whether `plain` is what the word says.
    pub(super) is_plain: bool,
    /// Where `plain` stands in the line.
    pub(super) range: Range<usize>,
    /// The same with the quotes.
    pub(super) whole: Range<usize>,
}

/// The words of a line, up to an unbalanced quote.
pub(super) fn words(line: &str) -> impl Iterator<Item = Word<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += line
            .as_bytes()
            .get(at..)?
            .iter()
            .take_while(|byte| is_blank(**byte))
            .count();
        let start = at;
        at = word_end(line.as_bytes(), start).filter(|end| *end > start)?;
        Some(word(line, start..at))
    })
}

fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b || byte == 0
}

/// Where the word that starts at `at` ends; `None` within an open quote.
fn word_end(line: &[u8], mut at: usize) -> Option<usize> {
    let mut quote = None;
    while let Some(&byte) = line.get(at) {
        match quote {
            None if is_blank(byte) => return Some(at),
            None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
            Some(open) if byte == open => quote = None,
            // In single quotes only \' is an escape, and a lone backslash before another character
            // does no harm to the search for the end.
            Some(_) if byte == b'\\' => at += 1,
            _ => {}
        }
        at += 1;
    }
    quote.is_none().then_some(line.len())
}

fn word(line: &str, range: Range<usize>) -> Word<'_> {
    let inside = ['"', '\'']
        .into_iter()
        .find_map(|quote| line[range.clone()].strip_prefix(quote)?.strip_suffix(quote));
    let whole = range.clone();
    let range = match inside {
        Some(inside) => range.start + 1..range.start + 1 + inside.len(),
        None => range,
    };
    let is_plain = !line[range.clone()].contains(['"', '\'', '\\']);
    Word {
        plain: if is_plain { &line[range.clone()] } else { "" },
        is_plain,
        range,
        whole,
    }
}
