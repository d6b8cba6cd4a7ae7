//! What stands before every format: bytes → text of bounded size, and lines without characters that
//! hide something.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::hidden::is_hidden;
use crate::mistake::{Mistake, line_at};

/// The largest file that is read, in bytes.
pub const FILE_MAX: u64 = 16 << 20;

/// The longest line that is read, in bytes.
pub const LINE_MAX: usize = 1 << 20;

/// Whether there is anything to lose: rules and borders have no letters.
pub(super) fn has_words(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
}

/// Reads a file; a mistake where it is too large or no UTF-8.
pub(super) fn open(path: &Path, name: &str) -> Result<String, Mistake> {
    let failed = |error: std::io::Error| Mistake::new(name, 1, format!("cannot be read: {error}"));
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // One byte more than is allowed: what grows or has no size (a pipe) ends here, too.
    let mut limited = file.take(FILE_MAX + 1);
    limited.read_to_end(&mut bytes).map_err(failed)?;
    decoded(bytes, name)
}

fn decoded(bytes: Vec<u8>, name: &str) -> Result<String, Mistake> {
    if bytes.len() as u64 > FILE_MAX {
        let what = format!("has more than {FILE_MAX} bytes; split the file");
        return Err(Mistake::new(name, 1, what));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Mistake::new(name, 1, "is UTF-16; save the file as UTF-8"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = line_at(error.as_bytes(), error.utf8_error().valid_up_to());
        Mistake::new(name, line, "is not UTF-8 here; save the file as UTF-8")
    })
}

/// The text with the same lines, ends as `\n`, typographic blanks, hyphens and quotation marks as the
/// keyboard has them. Lines that cannot be read are empty, and reported.
pub(super) fn prepared(text: &str, name: &str, unplaced: &mut Vec<Mistake>) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        match wrong(line) {
            Some(what) => unplaced.push(Mistake::new(name, number + 1, what)),
            None => out.extend(line.chars().filter_map(usual)),
        }
    }
    out
}

fn wrong(line: &str) -> Option<String> {
    if line.len() > LINE_MAX {
        let what = format!(
            "the line has {} bytes, at most {LINE_MAX} are read",
            line.len()
        );
        return Some(what);
    }
    // A form feed only parts pages.
    let found = line
        .chars()
        .find(|letter| is_hidden(*letter) && !matches!(letter, '\u{b}' | '\u{c}' | '\u{85}'))?;
    let code = u32::from(found);
    let what = match found {
        '\0' => "the line holds a NUL; is this a text file?".to_owned(),
        '\u{2000}'.. => {
            format!("the line turns the direction of writing (U+{code:04X}); remove the character")
        }
        _ => format!("the line holds the control character U+{code:04X}; remove it"),
    };
    Some(what)
}

/// The character that a keyboard has for one that a word processor made; None for invisible ones.
fn usual(letter: char) -> Option<char> {
    Some(match letter {
        '\u{a0}'
        | '\u{2000}'..='\u{200a}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{b}'
        | '\u{c}'
        | '\u{85}'
        | '\u{2028}'
        | '\u{2029}' => ' ',
        '\u{2010}' | '\u{2011}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{201b}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201f}' => '"',
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => return None,
        _ => letter,
    })
}

/// The beginning of a text, safe to print: for messages.
pub(super) fn shown(text: &str) -> String {
    const LETTERS_MAX: usize = 60;
    let mut out: String = text
        .chars()
        .take(LETTERS_MAX)
        .map(|letter| {
            if is_hidden(letter) || letter == '\t' {
                ' '
            } else {
                letter
            }
        })
        .collect();
    if text.chars().nth(LETTERS_MAX).is_some() {
        out.push('…');
    }
    out
}
