//! Org files: line by line into Markdown, which [`super::markdown`] reads; lines keep their numbers.

use super::draft::Page;
use super::markdown;
use super::text::{has_words, shown};

/// Reads an Org file.
pub(super) fn read(text: &str, page: &mut Page<'_>) {
    let mut out = String::with_capacity(text.len());
    let mut headings = markdown::Extra::default();
    let mut block: Option<String> = None;
    let mut in_drawer = false;
    for (at, line) in text.split('\n').enumerate() {
        let number = at + 1;
        if at > 0 {
            out.push('\n');
        }
        let bare = line.trim();
        let lower = bare.to_ascii_lowercase();
        if let Some(kind) = &block {
            if lower == format!("#+end_{kind}") {
                page.structure(number, format!("ends a block: {}", shown(bare)));
                let is_code = kind != "quote";
                block = None;
                out.push_str(if is_code { "~~~~" } else { "" });
            } else if kind == "quote" {
                out.push_str("> ");
                out.push_str(&inline(bare));
            } else {
                // Org puts a comma before lines that look like its own.
                let code = line
                    .strip_prefix(',')
                    .filter(|code| code.starts_with(['*', '#']))
                    .unwrap_or(line);
                out.push_str(if code.trim() == "~~~~" { "" } else { code });
            }
        } else if in_drawer {
            in_drawer = lower != ":end:";
            if has_words(bare) && in_drawer {
                page.leave_out(number, format!("a property: {}", shown(bare)));
            } else if !in_drawer {
                page.structure(number, "ends a drawer");
            }
        } else if let Some(begun) = lower.strip_prefix("#+begin_") {
            let kind = begun
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned();
            let language = bare.split_whitespace().nth(1).unwrap_or_default();
            if kind != "quote" {
                out.push_str("~~~~");
                out.push_str(language);
            }
            page.structure(number, format!("begins a block: {}", shown(bare)));
            block = Some(kind);
        } else if lower.starts_with("#+end_") {
            page.structure(number, format!("ends a block: {}", shown(bare)));
        } else if let Some(title) = lower.strip_prefix("#+title:") {
            let title = bare[bare.len() - title.len()..].trim();
            page.structure(number, format!("the file's title: {}", shown(title)));
            headings.title = Some(title.to_owned());
        } else if bare.starts_with("#+") || bare == "#" || bare.starts_with("# ") {
            if has_words(bare) {
                page.leave_out(number, format!("a setting or comment: {}", shown(bare)));
            }
        } else if bare.starts_with(':')
            && bare.ends_with(':')
            && bare.len() > 2
            && !bare.contains(' ')
        {
            in_drawer = true;
            page.structure(number, format!("begins a drawer: {}", shown(bare)));
        } else if let Some((level, title, tags)) = heading(line) {
            out.push_str(&"#".repeat(level.min(6)));
            out.push(' ');
            out.push_str(&inline(title));
            if !tags.is_empty() {
                headings.tags.insert(number, tags);
            }
        } else if bare.starts_with('|') && bare.ends_with('|') {
            out.push_str(&if bare.starts_with("|-") {
                bare.replace('+', "|")
            } else {
                inline(bare)
            });
        } else {
            let indent = &line[..line.len() - line.trim_start().len()];
            out.push_str(indent);
            if bare.starts_with("```") || bare.starts_with("~~~") {
                // Begins code in Markdown only.
                out.push('\\');
            }
            out.push_str(&list_item(bare));
        }
    }
    if let Some(kind) = block {
        page.structure(
            text.split('\n').count(),
            format!("the block is not closed: {kind}"),
        );
    }
    markdown::read_with(&out, &headings, page);
}

/// Stars, and the title without its state and tags.
fn heading(line: &str) -> Option<(usize, &str, Vec<String>)> {
    let level = line.bytes().take_while(|byte| *byte == b'*').count();
    let title = line[level..]
        .strip_prefix(' ')
        .filter(|_| level > 0)?
        .trim();
    let title = ["TODO ", "DONE ", "NEXT ", "WAITING "]
        .iter()
        .find_map(|state| title.strip_prefix(state))
        .unwrap_or(title);
    let tagged = title
        .rsplit_once(' ')
        .filter(|(_, tags)| tags.len() > 2 && tags.starts_with(':') && tags.ends_with(':'));
    match tagged {
        Some((title, tags)) => {
            let tags = tags
                .split(':')
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned);
            Some((level, title.trim(), tags.collect()))
        }
        None => Some((level, title, Vec::new())),
    }
}

/// `- term :: meaning` has a bold term.
fn list_item(bare: &str) -> String {
    if let Some(item) = bare.strip_prefix("- ").or_else(|| bare.strip_prefix("+ "))
        && let Some((term, meaning)) = item.split_once(" :: ")
    {
        return format!("- **{}**: {}", inline(term), inline(meaning));
    }
    inline(bare)
}

/// Org's marks → Markdown's, outside of code and links.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some(link) = rest.strip_prefix("[[")
            && let Some(end) = near(link).find("]]")
        {
            let (address, title) = link[..end].split_once("][").unwrap_or((&link[..end], ""));
            let title = if title.is_empty() { address } else { title };
            let address = address.replace(['<', '>'], "");
            out.extend(["[", title, "](<", &address, ">)"]);
            rest = &link[end + 2..];
            before = ']';
            continue;
        }
        let mark = match letter {
            '=' | '~' => Some("`"),
            '*' => Some("**"),
            '/' => Some("*"),
            _ => None,
        };
        if let Some(mark) = mark
            && !before.is_alphanumeric()
            && let Some(inner) = marked(rest, letter)
        {
            out.extend([mark, inner, mark]);
            rest = &rest[inner.len() + 2..];
            before = letter;
            continue;
        }
        out.push(letter);
        before = letter;
        rest = &rest[letter.len_utf8()..];
    }
    out
}

/// The beginning of a text, as far as a link can reach: many `[[` without an end cost nothing.
fn near(text: &str) -> &str {
    const LINK_MAX: usize = 2000;
    let end = (0..=LINK_MAX.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// What stands between two marks, where Org reads them as such.
fn marked(rest: &str, mark: char) -> Option<&str> {
    /// Org gives up after a line end; a text without a second mark is not searched forever.
    const MARKED_MAX: usize = 200;
    let inner = &rest[1..];
    let end = inner.char_indices().take(MARKED_MAX).find(|(at, letter)| {
        *letter == mark
            && !inner[at + 1..].starts_with(char::is_alphanumeric)
            && !inner[..*at].ends_with(char::is_whitespace)
    });
    let inner = &inner[..end?.0];
    let is_marked =
        !inner.is_empty() && !inner.starts_with(char::is_whitespace) && !inner.contains('`');
    is_marked.then_some(inner)
}
