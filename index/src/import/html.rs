//! HTML, as flash cards and notes hold it, → Markdown. One pass, no tree: nesting costs nothing.

use super::escape::{code_span, escaped};
use super::text::{has_words, shown};

/// The deepest list whose indentation is kept.
const LISTS_MAX: usize = 8;

/// What became of an HTML text.
#[derive(Debug, Default)]
pub(super) struct Converted {
    pub(super) markdown: String,
    /// What is not in it: the line (from 1, within the text) and what stands there.
    pub(super) left_out: Vec<(usize, String)>,
}

/// What a single tag inside of a line means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Inline {
    /// No tag of HTML: `Vec<T>`.
    Unknown,
    /// A tag without a meaning for the text.
    Nothing,
    Comment,
    /// Markdown's mark for it.
    Mark(&'static str),
    /// Begins code.
    Code,
    /// A text that stood in the tag.
    Text(String),
}

const BLOCKS: [&str; 27] = [
    "p",
    "div",
    "ul",
    "ol",
    "table",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "hr",
    "details",
    "summary",
    "section",
    "article",
    "header",
    "footer",
    "dl",
    "dt",
    "dd",
    "tbody",
    "thead",
    "center",
    "figure",
];

const WITHOUT_MEANING: [&str; 30] = [
    "span",
    "font",
    "u",
    "s",
    "del",
    "ins",
    "sub",
    "sup",
    "small",
    "big",
    "mark",
    "a",
    "img",
    "td",
    "th",
    "li",
    "br",
    "html",
    "head",
    "body",
    "main",
    "abbr",
    "cite",
    "q",
    "label",
    "input",
    "nav",
    "aside",
    "figcaption",
    "wbr",
];

/// What one tag (or comment) means inside of a line of Markdown.
pub(super) fn inline(tag: &str) -> Inline {
    if tag.starts_with("<!--") {
        return Inline::Comment;
    }
    let Some(tag) = Tag::read(tag) else {
        return Inline::Unknown;
    };
    match tag.name.as_str() {
        "b" | "strong" => Inline::Mark("**"),
        "i" | "em" | "var" => Inline::Mark("*"),
        "br" => Inline::Mark("  \n"),
        "code" | "kbd" | "tt" | "samp" if !tag.is_end => Inline::Code,
        "code" | "kbd" | "tt" | "samp" | "pre" => Inline::Nothing,
        name if is_known(name) => match tag.text() {
            Some(text) => Inline::Text(text),
            None => Inline::Nothing,
        },
        _ => Inline::Unknown,
    }
}

fn is_known(name: &str) -> bool {
    BLOCKS.contains(&name) || WITHOUT_MEANING.contains(&name)
}

/// A tag: its name in small letters and the text between the angle brackets.
struct Tag<'a> {
    name: String,
    is_end: bool,
    inside: &'a str,
}

impl<'a> Tag<'a> {
    /// Reads `<name …>` or `</name>`.
    fn read(text: &'a str) -> Option<Tag<'a>> {
        let inside = text.strip_prefix('<')?.strip_suffix('>')?;
        let (is_end, inside) = match inside.strip_prefix('/') {
            Some(inside) => (true, inside),
            None => (false, inside),
        };
        let length = inside.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let rest = &inside[length..];
        let is_name = inside.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && (rest.is_empty() || rest.starts_with([' ', '\t', '\n', '/']));
        is_name.then(|| Tag {
            name: inside[..length].to_ascii_lowercase(),
            is_end,
            inside: rest,
        })
    }

    /// The value of an attribute.
    fn attribute(&self, name: &str) -> Option<String> {
        let lower = self.inside.to_ascii_lowercase();
        let at = lower.find(&format!("{name}="))? + name.len() + 1;
        let rest = &self.inside[at..];
        let value = match rest.chars().next()? {
            quote @ ('"' | '\'') => rest[1..].split(quote).next()?,
            _ => rest.split([' ', '\t', '\n', '/']).next()?,
        };
        Some(unescaped(value)).filter(|value| !value.is_empty())
    }

    /// What the tag says beside the text around it: an address, or what stands for a picture.
    fn text(&self) -> Option<String> {
        match self.name.as_str() {
            "a" if !self.is_end => self
                .attribute("href")
                .map(|address| format!("({address}) ")),
            "img" => match (self.attribute("alt"), self.attribute("src")) {
                (Some(alt), Some(source)) if source.len() < 300 => {
                    Some(format!("{alt} ({source})"))
                }
                (Some(text), _) => Some(text),
                (None, Some(source)) if source.len() < 300 => Some(source),
                (None, _) => None,
            },
            _ => None,
        }
    }
}

/// The Markdown of an HTML text.
pub(super) fn to_markdown(html: &str) -> Converted {
    let mut writer = Writer::default();
    let mut rest = html;
    let mut line = 1;
    while !rest.is_empty() {
        let length = piece(rest);
        let (text, after) = rest.split_at(length);
        if let Some(end) = writer.skip_to {
            // Inside of a script or a style sheet.
            if Tag::read(text).is_some_and(|tag| tag.is_end && tag.name == end) {
                writer.skip_to = None;
            } else {
                writer.leave_out(line, &format!("inside of <{end}>"), text);
            }
        } else if text.starts_with("<!--") {
            writer.leave_out(line, COMMENT, text);
        } else {
            match Tag::read(text) {
                Some(tag) => writer.tag(&tag, text),
                None => writer.text(text),
            }
        }
        line += text.matches('\n').count();
        rest = after;
    }
    writer.end_code();
    Converted {
        markdown: writer.out.trim().to_owned(),
        left_out: writer.left_out,
    }
}

/// What is said of a comment.
pub(super) const COMMENT: &str = "a comment";

/// Each line of what is left out that has words: how many lines below the first it is, and what is said of it.
pub(super) fn of_lines(kind: &str, text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| has_words(line));
    lines
        .map(|(below, line)| (below, format!("{kind}: {}", shown(line.trim()))))
        .collect()
}

/// The bytes of the first tag, comment or text.
fn piece(html: &str) -> usize {
    if html.starts_with("<!--") {
        return html.find("-->").map_or(html.len(), |at| at + 3);
    }
    let is_tag = html.starts_with('<')
        && html[1..].starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '/');
    // A tag has no other tag in it, and is not the rest of a long text.
    let end = html
        .char_indices()
        .skip(1)
        .find(|(at, letter)| *letter == '<' || is_tag && *letter == '>' || is_tag && *at > 100_000);
    match end {
        Some((at, '>')) => at + 1,
        Some((at, _)) => at,
        None => html.len(),
    }
}

#[derive(Default)]
struct Writer {
    out: String,
    left_out: Vec<(usize, String)>,
    /// The marks of the open lists: None a bullet, a number for the next item.
    lists: Vec<Option<usize>>,
    /// Code that is collected, and whether it is a block.
    code: Option<(String, bool)>,
    link: Option<(usize, String)>,
    skip_to: Option<&'static str>,
}

impl Writer {
    /// `line` is the one on which the text begins.
    fn leave_out(&mut self, line: usize, kind: &str, text: &str) {
        let lines = of_lines(kind, text).into_iter();
        self.left_out
            .extend(lines.map(|(below, what)| (line + below, what)));
    }

    fn text(&mut self, text: &str) {
        let text = unescaped(text);
        if let Some((code, _)) = &mut self.code {
            code.push_str(&text);
            return;
        }
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.blank();
            }
            let begins = line.starts_with(char::is_whitespace);
            let ends = line.ends_with(char::is_whitespace);
            if begins {
                self.blank();
            }
            let line = line.trim();
            if self.is_at_start() {
                // `#1`, `- x`: marks only at the start of a line.
                let marks = ['#', '>', '-', '+', '='];
                if line.starts_with(marks) {
                    self.out.push('\\');
                }
            }
            self.out.push_str(&escaped(line));
            if ends && !line.is_empty() {
                self.blank();
            }
        }
    }

    fn is_at_start(&self) -> bool {
        self.out.is_empty() || self.out.ends_with('\n')
    }

    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
    }

    fn paragraph(&mut self) {
        let kept = self.out.trim_end().len();
        self.out.truncate(kept);
        if !self.out.is_empty() {
            self.out.push_str("\n\n");
        }
    }

    fn tag(&mut self, tag: &Tag<'_>, text: &str) {
        if let Some((code, is_block)) = &mut self.code {
            match tag.name.as_str() {
                "pre" if *is_block && tag.is_end => self.end_code(),
                "code" | "kbd" | "tt" | "samp" if !*is_block && tag.is_end => self.end_code(),
                "br" => code.push('\n'),
                "div" | "p" if *is_block && tag.is_end => code.push('\n'),
                name if is_known(name)
                    || matches!(name, "code" | "pre" | "b" | "i" | "em" | "strong") => {}
                _ => code.push_str(text),
            }
            return;
        }
        match tag.name.as_str() {
            "script" | "style" if !tag.is_end => {
                self.skip_to = Some(if tag.name == "script" {
                    "script"
                } else {
                    "style"
                });
            }
            "pre" if !tag.is_end => {
                self.paragraph();
                self.code = Some((String::new(), true));
            }
            "code" | "kbd" | "tt" | "samp" if !tag.is_end => {
                self.code = Some((String::new(), false));
            }
            "script" | "style" | "pre" | "code" | "kbd" | "tt" | "samp" => {}
            "ul" | "ol" => self.list(tag),
            "li" if !tag.is_end => self.item(),
            "br" => {
                let kept = self.out.trim_end().len();
                if self.out[kept..].contains('\n') {
                    // The second in a row ends the paragraph.
                    self.paragraph();
                } else {
                    self.out.truncate(kept);
                    if kept > 0 {
                        self.out.push_str("  \n");
                        let depth = self.lists.len().min(LISTS_MAX);
                        self.out.push_str(&"   ".repeat(depth));
                    }
                }
            }
            "td" | "th" | "dd" if tag.is_end => self.out.push_str("; "),
            "a" if !tag.is_end => {
                self.link = tag
                    .attribute("href")
                    .map(|address| (self.out.len(), address));
                if self.link.is_some() {
                    self.out.push('[');
                }
            }
            "a" => {
                if let Some((at, address)) = self.link.take() {
                    // A paragraph that ended in between may have taken the bracket.
                    if self.out.get(at..).is_some_and(|link| link.starts_with('[')) {
                        self.out.push_str("](<");
                        self.out
                            .push_str(&address.replace(['<', '>', '\n', '\\'], ""));
                        self.out.push_str(">)");
                    } else {
                        self.out.push_str(&escaped(&format!(" ({address})")));
                    }
                }
            }
            name if BLOCKS.contains(&name) => self.paragraph(),
            _ => match inline(text) {
                Inline::Mark(mark) => self.out.push_str(mark),
                Inline::Text(said) => self.out.push_str(&escaped(&said)),
                Inline::Unknown => self.out.push_str(&escaped(text)),
                _ => {}
            },
        }
    }

    fn list(&mut self, tag: &Tag<'_>) {
        if tag.is_end {
            self.lists.pop();
            if self.lists.is_empty() {
                self.paragraph();
            }
        } else {
            if self.lists.is_empty() {
                self.paragraph();
            }
            self.lists.push((tag.name == "ol").then_some(1));
        }
    }

    fn item(&mut self) {
        let kept = self.out.trim_end().len();
        self.out.truncate(kept);
        if kept > 0 {
            self.out.push('\n');
        }
        let depth = self.lists.len().clamp(1, LISTS_MAX) - 1;
        self.out.push_str(&"   ".repeat(depth));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number += 1;
                self.out.push_str(&mark);
            }
            _ => self.out.push_str("- "),
        }
    }

    fn end_code(&mut self) {
        let Some((code, is_block)) = self.code.take() else {
            return;
        };
        if is_block {
            let code = crate::topic::Block {
                info: String::new(),
                code: format!("{}\n", code.trim_matches('\n')),
            };
            self.out.push_str(&crate::write::fenced(&code));
            self.paragraph();
        } else {
            self.out.push_str(&code_span(&code.replace('\n', " ")));
        }
    }
}

/// A text with its character references replaced.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let letter = end.and_then(|end| character(&rest[1..end]));
        if let (Some(letter), Some(end)) = (letter, end) {
            out.push(letter);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

/// The character that a reference names; None for those that no text may hold.
fn character(name: &str) -> Option<char> {
    let code = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" | "ldquo" | "rdquo" => return Some('"'),
        "apos" | "lsquo" | "rsquo" => return Some('\''),
        "nbsp" => return Some(' '),
        "ndash" => return Some('–'),
        "mdash" => return Some('—'),
        "hellip" => return Some('…'),
        "rarr" => return Some('→'),
        "larr" => return Some('←'),
        "le" => return Some('≤'),
        "ge" => return Some('≥'),
        "ne" => return Some('≠'),
        "times" => return Some('×'),
        "middot" => return Some('·'),
        "bull" => return Some('•'),
        "laquo" => return Some('«'),
        "raquo" => return Some('»'),
        _ => name.strip_prefix('#')?,
    };
    let code = match code.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => code.parse().ok()?,
    };
    char::from_u32(code).filter(|letter| *letter == '\n' || !crate::hidden::is_hidden(*letter))
}
