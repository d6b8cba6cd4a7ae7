//! Plain articles: `Section title` lines followed by lines `Term – explanation`.

use super::draft::{Draft, Page};
use super::escape::with_stars;
use super::text::{has_words, shown};

/// The longest term, in characters and words.
const TERM_MAX: usize = 90;
const TERM_WORDS_MAX: usize = 12;

/// Before a colon: longer ones begin a sentence.
const COLON_WORDS_MAX: usize = 6;

/// The longest section title, in characters and words.
const TITLE_MAX: usize = 80;
const TITLE_WORDS_MAX: usize = 10;

/// What separates a term from its explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    /// An en or em dash or a hyphen, with blanks.
    Dash,
    Colon,
}

/// A line cut at its first separator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term<'a> {
    pub(super) name: &'a str,
    pub(super) separator: Separator,
    pub(super) explanation: &'a str,
}

/// What is known about all lines of an article.
struct Shape {
    /// Lines go on on the next line when they are longer than this; None: a line is a paragraph.
    wrapped_at: Option<usize>,
    /// Terms have numbers: a line without one is none.
    is_numbered: bool,
    has_dashes: bool,
}

/// Reads an article.
pub(super) fn read(text: &str, page: &mut Page<'_>) {
    let lines: Vec<&str> = text.split('\n').collect();
    let shape = Shape::of(&lines);
    let mut section: Option<String> = None;
    let mut is_open = false;
    let mut fence = false;
    let first = page.drafts.len();
    for (at, line) in lines.iter().enumerate() {
        let number = at + 1;
        let bare = line.trim();
        let is_fence = bare.starts_with("```");
        if fence || is_fence {
            fence ^= is_fence;
            match page.drafts.last_mut().filter(|_| is_open) {
                Some(draft) => draft.text.extend(["\n", line]),
                None if has_words(bare) => {
                    page.leave_out(number, format!("code before any term: {}", shown(bare)));
                }
                None => {}
            }
            continue;
        }
        if bare.is_empty() {
            if is_open && let Some(draft) = page.drafts.last_mut() {
                draft.text.push('\n');
            }
        } else if !has_words(bare) && !is_code(bare) {
            // A rule, or the line under a title; lines keep their numbers.
            if is_open && let Some(draft) = page.drafts.last_mut() {
                draft.text.push('\n');
            }
        } else if let Some(term) = shape.term(&lines, at) {
            page.drafts.push(Draft {
                line: number,
                section: section.clone(),
                title: unmarked(term.name).to_owned(),
                asks: term.name.ends_with('?'),
                text: term.explanation.to_owned(),
                text_line: number,
                ..Draft::default()
            });
            is_open = true;
        } else if let Some(title) = shape.title(&lines, at) {
            page.structure(number, format!("a section: {}", shown(title)));
            section = Some(title.to_owned());
            is_open = false;
        } else if let Some(draft) = page.drafts.last_mut().filter(|_| is_open) {
            draft.text.push('\n');
            draft.text.push_str(continued(line));
        } else {
            page.leave_out(number, format!("no term before it: {}", shown(bare)));
        }
    }
    for draft in &mut page.drafts[first..] {
        if !draft.text.contains("```") {
            draft.text = with_stars(&draft.text);
        }
    }
}

/// A line that goes on: without the indentation that would make it code.
fn continued(line: &str) -> &str {
    let bare = line.trim_start();
    if bare.starts_with(['-', '*', '+', '•']) {
        bare
    } else {
        bare.trim_start_matches('#')
    }
}

fn is_code(bare: &str) -> bool {
    bare.len() <= 3 && (bare.contains('<') || bare.contains(':')) || cut(bare).is_some()
}

impl Shape {
    fn of(lines: &[&str]) -> Shape {
        let mut longest = 0;
        let mut goes_on = false;
        let mut dashes = 0;
        let mut numbered = 0;
        let mut terms = 0;
        let mut before = "";
        for line in lines {
            longest = longest.max(line.chars().count());
            let found = cut(line);
            let begins_small = line.trim_start().starts_with(char::is_lowercase);
            goes_on |= found.is_none() && begins_small && !before.trim().is_empty();
            if let Some(term) = found {
                terms += 1;
                dashes += usize::from(term.separator == Separator::Dash);
                numbered += usize::from(unnumbered(line.trim_start()).is_some());
            }
            before = line;
        }
        Shape {
            // Longer lines were not wrapped by hand or by an editor.
            wrapped_at: (goes_on && longest <= 130).then_some(longest),
            is_numbered: numbered * 2 > terms && numbered > 1,
            has_dashes: dashes > 0,
        }
    }

    /// The term that begins on a line, if one does.
    fn term<'a>(&self, lines: &[&'a str], at: usize) -> Option<Term<'a>> {
        let line = lines[at];
        let before = if at == 0 { "" } else { lines[at - 1].trim() };
        let below = lines.get(at + 1).map_or("", |below| below.trim());
        let term = cut(line)?;
        if self.is_numbered && unnumbered(line.trim_start()).is_some() {
            return Some(term);
        }
        if part_number(line.trim()) {
            return None;
        }
        if before.is_empty() {
            // `Go: the language`, alone between terms with dashes, is a title.
            let is_title = self.has_dashes
                && term.separator == Separator::Colon
                && below.is_empty()
                && term.explanation.split_whitespace().count() <= 4
                && !term.explanation.ends_with(['.', '!', '?']);
            return (!is_title).then_some(term);
        }
        let is_indented = line.starts_with([' ', '\t']);
        if is_indented || self.is_numbered || self.goes_on(before, line) {
            return None;
        }
        // `Note: …` in the middle of a text; in a list of `Term: …` lines each begins an explanation.
        let begins_sentence = before.ends_with(['.', '!', '?', ':', ')']) || cut(before).is_some();
        (term.separator == Separator::Dash || !self.has_dashes || begins_sentence).then_some(term)
    }

    /// Whether a line is the rest of the one before it: that one had no room for its first word.
    fn goes_on(&self, before: &str, line: &str) -> bool {
        let Some(width) = self.wrapped_at else {
            return false;
        };
        let word = line.split_whitespace().next().unwrap_or_default();
        let needed = before.chars().count() + 1 + word.chars().count();
        needed > width && !before.ends_with(['.', '!', '?'])
    }

    /// The section title on a line, if it is one.
    fn title<'a>(&self, lines: &[&'a str], at: usize) -> Option<&'a str> {
        let line = lines[at].trim();
        let below = lines.get(at + 1).map_or("", |below| below.trim());
        let is_underlined = below.len() >= 3
            && (below.bytes().all(|byte| byte == b'=') || below.bytes().all(|byte| byte == b'-'));
        if let Some(heading) = line.strip_prefix('#') {
            let heading = heading.trim_start_matches('#');
            if heading.starts_with([' ', '\t']) {
                return Some(heading.trim().trim_end_matches('#').trim());
            }
        }
        let title = unmarked(unnumbered(line).unwrap_or(line)).trim_end_matches(':');
        let is_short = title.chars().count() <= TITLE_MAX
            && title.split_whitespace().count() <= TITLE_WORDS_MAX;
        if !is_short || lines[at].starts_with([' ', '\t']) {
            return None;
        }
        if is_underlined || part_number(line) {
            return Some(title);
        }
        let before = if at == 0 { "" } else { lines[at - 1].trim() };
        let is_list_item = line.starts_with(['-', '*', '•']) && !line.starts_with("**");
        let begins = title.starts_with(|letter: char| !letter.is_lowercase());
        if is_list_item || line.ends_with(['.', ',', ';', '!']) || !(begins || before.is_empty()) {
            return None;
        }
        if !before.is_empty() && self.goes_on(before, line) {
            return None;
        }
        // What follows it is a term or another title.
        let mut after = lines[at + 1..]
            .iter()
            .map(|line| line.trim())
            .filter(|line| has_words(line));
        let next = after.next()?;
        let leads_to_term = cut(next).is_some();
        let leads_to_title = before.is_empty()
            && below.is_empty()
            && !next.ends_with('.')
            && next.chars().count() <= TITLE_MAX
            && after.next().is_some_and(|line| cut(line).is_some());
        (leads_to_term || leads_to_title).then_some(title)
    }
}

/// `Part 2 – Basics`: a title, not a term.
fn part_number(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default().to_lowercase();
    let is_number = words.next().is_some_and(|word| {
        let word = word.trim_end_matches([':', '.', ')']);
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b"IVXLC".contains(&byte))
    });
    matches!(first.as_str(), "part" | "chapter" | "section" | "lesson") && is_number
}

/// Cuts a line at its first separator, if what stands before it can be a term.
pub(super) fn cut(line: &str) -> Option<Term<'_>> {
    let line = line.trim();
    let line = line
        .strip_prefix("- ")
        .or_else(|| line.strip_prefix("* "))
        .or_else(|| line.strip_prefix("+ "))
        .or_else(|| line.strip_prefix("• "))
        .or_else(|| line.strip_prefix("· "))
        .unwrap_or(line)
        .trim_start();
    let line = unnumbered(line).unwrap_or(line);
    let (at, length, separator) = separator(line)?;
    let term = line[..at].trim();
    let words_max = match separator {
        Separator::Dash => TERM_WORDS_MAX,
        Separator::Colon => COLON_WORDS_MAX,
    };
    let is_term = has_term(term)
        && term.chars().count() <= TERM_MAX
        && term.split_whitespace().count() <= words_max
        && !term.starts_with('|')
        && !term.contains(". ");
    is_term.then(|| Term {
        name: term,
        separator,
        explanation: line[at + length..].trim_start_matches("**").trim(),
    })
}

/// Operators are terms too: `<- – …`.
fn has_term(term: &str) -> bool {
    !term.is_empty()
        && !term.starts_with("http")
        && term
            .chars()
            .any(|letter| !matches!(letter, '-' | '=' | '*' | '_' | ' ' | '#'))
}

/// The place and length of the first separator outside of code.
fn separator(line: &str) -> Option<(usize, usize, Separator)> {
    let mut is_code = false;
    let mut before = '\0';
    let mut letters = line.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let after = letters.peek().map_or(' ', |(_, letter)| *letter);
        let found = match letter {
            '`' => {
                is_code = !is_code && line[at + 1..].contains('`');
                None
            }
            _ if is_code || before == '\0' => None,
            '–' | '—' if before.is_whitespace() || after.is_whitespace() => {
                Some(Separator::Dash)
            }
            '-' | '−' if before.is_whitespace() && after.is_whitespace() => Some(Separator::Dash),
            ':' if after.is_whitespace() && !before.is_whitespace() => Some(Separator::Colon),
            // `**Term:** …`
            ':' if line[at + 1..].starts_with("**") && line.starts_with("**") => {
                Some(Separator::Colon)
            }
            _ => None,
        };
        if let Some(separator) = found {
            // `Title:` has no explanation, `Term –` has it on the next line.
            let rest = line[at + letter.len_utf8()..]
                .trim_start_matches("**")
                .trim();
            let is_title = separator == Separator::Colon && rest.is_empty();
            return (!is_title).then_some((at, letter.len_utf8(), separator));
        }
        before = letter;
    }
    None
}

/// The line without a number before it: `12. `, `3) `, `Q4. `.
pub(super) fn unnumbered(line: &str) -> Option<&str> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=4).contains(&digits) {
        return None;
    }
    let rest = line[digits..].strip_prefix(['.', ')'])?;
    rest.starts_with([' ', '\t']).then(|| rest.trim_start())
}

/// A term or title without the marks of bold text around it.
fn unmarked(text: &str) -> &str {
    let text = text.trim();
    for mark in ["**", "__"] {
        if let Some(inner) = text.strip_prefix(mark) {
            return inner.strip_suffix(mark).unwrap_or(inner).trim();
        }
    }
    text
}
