//! Words written so that Markdown shows them as they are.

use crate::hidden;
use crate::write::longest_run;

/// A link, or its text and address where readers of a topic could not follow it.
pub(super) fn push_link(out: &mut String, text: &str, address: &str) {
    let address = &address.replace(hidden::is_hidden, "");
    let is_ours = address.starts_with("https://") && !address.contains(char::is_whitespace);
    if is_ours && !address.contains(['(', ')', '<', '>', '\\']) {
        let text = if text.is_empty() {
            &escaped(address)
        } else {
            text
        };
        out.extend(["[", text, "](", address, ")"]);
    } else if address.is_empty() || text == escaped(address) || format!("mailto:{text}") == *address
    {
        out.push_str(text);
    } else if text.is_empty() {
        out.push_str(&escaped(address));
    } else {
        out.extend([text, " (", &escaped(address), ")"]);
    }
}

/// Code between backticks that do not occur in it.
pub(super) fn code_span(code: &str) -> String {
    if code.trim().is_empty() {
        return String::new();
    }
    let ticks = "`".repeat(longest_run(code) + 1);
    let blank = if code.starts_with('`') || code.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{blank}{code}{blank}{ticks}")
}

/// A text whose letters mean nothing in Markdown, whatever follows it.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let after = letters.peek().copied();
        let is_followed_by = |is_meant: fn(char) -> bool| after.is_none_or(is_meant);
        let is_mark = match letter {
            '\\' => is_followed_by(|after| after.is_ascii_punctuation() || after == '\n'),
            '`' | '|' => true,
            '*' => !before.is_whitespace() || is_followed_by(|after| !after.is_whitespace()),
            '_' => !before.is_alphanumeric() || is_followed_by(|after| !after.is_alphanumeric()),
            '<' => is_followed_by(|after| {
                after.is_ascii_alphabetic() || matches!(after, '/' | '!' | '?')
            }),
            ']' => is_followed_by(|after| matches!(after, '(' | '[' | ':')),
            '&' => is_followed_by(|after| after.is_ascii_alphabetic() || after == '#'),
            _ => false,
        };
        if is_mark {
            out.push('\\');
        }
        out.push(letter);
        before = letter;
    }
    out
}

/// A plain text in which stars between letters are stars: `a*b*c`. Code between backticks stays.
pub(super) fn with_stars(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut is_code = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let after = letters.peek().is_some_and(|after| after.is_alphanumeric());
        is_code ^= letter == '`';
        if letter == '*' && !is_code && before.is_alphanumeric() && after {
            out.push('\\');
        }
        out.push(letter);
        before = letter;
    }
    out
}

/// Keeps a line from being a heading, list, quotation or rule by how it begins.
pub(super) fn safe_start(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let after_digits = &line[digits..];
    let is_number = digits > 0
        && digits < 10
        && after_digits.starts_with(['.', ')'])
        && after_digits[1..]
            .chars()
            .next()
            .is_none_or(char::is_whitespace);
    if is_number {
        return format!("{}\\{after_digits}", &line[..digits]);
    }
    let is_block = match line.as_bytes().first() {
        Some(b'#' | b'>' | b'=' | b'~') => true,
        Some(b'-' | b'+' | b'*') => {
            let rest = line[1..].chars().next();
            rest.is_none_or(|next| next.is_whitespace() || next == '-')
        }
        _ => false,
    };
    if is_block {
        format!("\\{line}")
    } else {
        line.to_owned()
    }
}

/// A text in which comments show as they are written.
pub(super) fn with_comments(text: &str) -> String {
    let mut parts = text.split("<!--");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let before = out.len() - out.trim_end_matches('\\').len();
        if before.is_multiple_of(2) {
            out.push('\\');
        }
        out.push_str("<!--");
        out.push_str(part);
    }
    out
}
