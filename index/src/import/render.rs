//! Markdown as people write it → Markdown as topics have it: no headings, tables, images, HTML or
//! indented code, links to `https://` only, each paragraph on one line.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::utils::TextMergeWithOffset;
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::escape::{code_span, escaped, push_link, safe_start, with_comments};
use super::html;
use super::links::{beside_links, lines_with, title_of_link, unread};
use super::text::{has_words, shown};
use crate::hidden;
use crate::mistake::Lines;
use crate::topic::Block as Code;
use crate::write::fenced;

/// How deep lists and quotations may stand in each other.
const NESTING_MAX: usize = 32;

/// The longest address that is kept, in bytes: pictures inside of a text are longer.
const ADDRESS_MAX: usize = 2000;

/// A text made clean.
#[derive(Debug, Default)]
pub(super) struct Clean {
    pub(super) blocks: Vec<Block>,
    /// What is not in it: the line (from 1, within the text) and what stands there.
    pub(super) left_out: Vec<(usize, String)>,
}

/// A paragraph, list, quotation or fenced code.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) markdown: String,
    pub(super) is_paragraph: bool,
}

impl Clean {
    pub(super) fn markdown(&self) -> String {
        let blocks: Vec<&str> = self
            .blocks
            .iter()
            .map(|block| block.markdown.as_str())
            .collect();
        blocks.join("\n\n")
    }
}

/// Cleans a text.
pub(super) fn clean(text: &str) -> Clean {
    clean_at(text, 0)
}

fn clean_at(text: &str, depth: usize) -> Clean {
    let mut parser = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
    let events: Vec<_> = TextMergeWithOffset::new(parser.by_ref()).collect();
    let definitions = parser.reference_definitions();
    let mut clean = Clean::default();
    if is_too_deep(&events) {
        // One message a line: nothing of it is placed.
        for (number, line) in text.lines().enumerate() {
            if !line.trim().is_empty() {
                let what = format!("lists or quotations are nested more than {NESTING_MAX} deep");
                clean.left_out.push((number + 1, what));
            }
        }
        return clean;
    }
    let mut render = Render {
        text,
        events: &events,
        at: 0,
        depth,
        left_out: Vec::new(),
    };
    clean.blocks = render.blocks();
    let spans = definitions.iter().map(|(_, definition)| &definition.span);
    for (at, line) in unread(text, &events, spans.cloned().collect()) {
        // The parser keeps the first address of a name.
        let what = format!("another address of the same name: {}", shown(line.trim()));
        render.leave_out(at, what);
    }
    render
        .left_out
        .extend(beside_links(text, definitions, &events));
    let lines = Lines::of(text);
    let left_out = render.left_out.into_iter();
    clean.left_out = left_out
        .map(|(at, below, what)| (lines.at(at) + below, what))
        .collect();
    clean
}

/// One line of Markdown, made clean; what would begin a list or heading in another place does not.
pub(super) fn line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // There is no place for what is left out of a title.
    let text = with_comments(&text);
    let clean = clean(&format!("T {text}")).markdown();
    let line = clean.strip_prefix('T').unwrap_or(&clean);
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of an inline text, without its marks and without characters that hide something.
pub(super) fn plain(markdown: &str) -> String {
    let is_shown = |letter: &char| *letter == '\n' || !hidden::is_hidden(*letter);
    let mut out = String::with_capacity(markdown.len());
    for event in Parser::new(markdown) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) | Event::Html(text) => {
                out.extend(text.chars().filter(is_shown));
            }
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                out.push(' ');
            }
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_too_deep(events: &[(Event<'_>, Range<usize>)]) -> bool {
    let mut depth = 0_usize;
    events.iter().any(|(event, _)| {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        // A list and its item are two.
        depth > 2 * NESTING_MAX
    })
}

/// The events of a text while they are turned into blocks.
struct Render<'a> {
    text: &'a str,
    events: &'a [(Event<'a>, Range<usize>)],
    at: usize,
    /// How many texts this one is inside of: HTML is turned into Markdown and read again, once.
    depth: usize,
    /// What is not in the result: the offset of the line above, how many lines below it, and what stands there.
    left_out: Vec<(usize, usize, String)>,
}

impl<'a> Render<'a> {
    fn next(&mut self) -> Option<(&'a Event<'a>, Range<usize>)> {
        let (event, range) = self.events.get(self.at)?;
        self.at += 1;
        Some((event, range.clone()))
    }

    fn peek(&self) -> Option<&'a Event<'a>> {
        self.events.get(self.at).map(|(event, _)| event)
    }

    fn leave_out(&mut self, offset: usize, what: String) {
        self.left_out.push((offset, 0, what));
    }

    /// Blocks up to the end of what contains them.
    fn blocks(&mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        while let Some(event) = self.peek() {
            match event {
                Event::End(_) => break,
                Event::Start(tag) if is_block(tag) => {
                    let at = self.events[self.at].1.start;
                    self.at += 1;
                    self.block(tag, at, &mut blocks);
                }
                Event::Rule => self.at += 1,
                // The text of a tight list's item.
                _ => push_paragraph(&mut blocks, self.inline()),
            }
        }
        blocks
    }

    fn block(&mut self, tag: &Tag<'_>, at: usize, blocks: &mut Vec<Block>) {
        match tag {
            Tag::Paragraph => {
                let text = self.inline();
                self.at += 1;
                push_paragraph(blocks, text);
            }
            Tag::Heading { .. } => {
                let text = self.inline();
                self.at += 1;
                if !text.is_empty() {
                    push_paragraph(blocks, format!("**{}**", text.replace("**", "")));
                }
            }
            Tag::BlockQuote(_) => {
                let inner = self.blocks();
                self.at += 1;
                blocks.push(other(prefixed(&join(&inner, "\n\n"), "> ", "> ")));
            }
            Tag::List(start) => {
                let list = self.list(*start);
                self.at += 1;
                if !list.is_empty() {
                    blocks.push(other(list));
                }
            }
            Tag::CodeBlock(kind) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                let code = self.raw();
                self.at += 1;
                blocks.push(other(fenced(&Code {
                    info: info.replace('`', ""),
                    code,
                })));
            }
            Tag::HtmlBlock => {
                let raw = self.raw();
                self.at += 1;
                self.html(&raw, at, blocks);
            }
            Tag::Table(_) => {
                let list = self.table();
                self.at += 1;
                blocks.push(other(list));
            }
            _ => {
                // Unknown containers: their blocks.
                let inner = self.blocks();
                self.at += 1;
                blocks.extend(inner);
            }
        }
    }

    fn html(&mut self, raw: &str, at: usize, blocks: &mut Vec<Block>) {
        let converted = html::to_markdown(raw);
        for (line, what) in converted.left_out {
            self.left_out.push((at, line - 1, what));
        }
        if self.depth == 0 {
            let inner = clean_at(&converted.markdown, 1);
            blocks.extend(inner.blocks);
        } else {
            push_paragraph(blocks, escaped(converted.markdown.trim()));
        }
    }

    /// The items of a list, tight where each is one paragraph with lists.
    fn list(&mut self, start: Option<u64>) -> String {
        let mut items: Vec<String> = Vec::new();
        let mut is_tight = true;
        let mut number = start;
        while let Some(Event::Start(Tag::Item)) = self.peek() {
            self.at += 1;
            let inner = self.blocks();
            self.at += 1;
            let marker = match &mut number {
                Some(number) => {
                    *number += 1;
                    format!("{}. ", *number - 1)
                }
                None => "- ".to_owned(),
            };
            let paragraphs = inner.iter().filter(|block| block.is_paragraph).count();
            let tight =
                paragraphs <= 1 && inner.iter().all(|block| !block.markdown.contains("```"));
            is_tight &= tight;
            let text = join(&inner, if tight { "\n" } else { "\n\n" });
            items.push(prefixed(&text, &marker, &" ".repeat(marker.len())));
        }
        items.retain(|item| !item.trim_matches([' ', '-']).is_empty());
        items.join(if is_tight { "\n" } else { "\n\n" })
    }

    /// One list item a row: `head: cell; head: cell`.
    fn table(&mut self) -> String {
        let mut head: Vec<String> = Vec::new();
        let mut cells: Vec<String> = Vec::new();
        let mut rows: Vec<String> = Vec::new();
        let mut used: HashSet<usize> = HashSet::new();
        let mut row = 0..0;
        while let Some((event, range)) = self.next() {
            match event {
                Event::Start(Tag::TableRow) => row = range,
                Event::Start(Tag::TableCell) => {
                    row.start = range.end;
                    cells.push(self.inline());
                    self.at += 1;
                }
                Event::End(TagEnd::TableHead) => head = std::mem::take(&mut cells),
                Event::End(TagEnd::TableRow) => {
                    let named: Vec<String> = cells
                        .drain(..)
                        .enumerate()
                        .filter(|(_, cell)| !cell.is_empty())
                        .map(|(at, cell)| match head.get(at) {
                            Some(head) if !head.is_empty() => {
                                used.insert(at);
                                format!("{head}: {cell}")
                            }
                            _ => cell,
                        })
                        .collect();
                    if !named.is_empty() {
                        rows.push(format!("- {}", named.join("; ")));
                    }
                    // Cells past the last column are no part of the table.
                    let rest = self.text.get(row.clone()).unwrap_or_default();
                    if has_words(rest) {
                        let what = format!(
                            "more cells than the table has columns: {}",
                            shown(rest.trim())
                        );
                        self.leave_out(row.start, what);
                    }
                }
                Event::End(TagEnd::Table) => {
                    self.at -= 1;
                    break;
                }
                _ => {}
            }
        }
        // Names of columns that no row has.
        let unused = head
            .iter()
            .enumerate()
            .filter(|(at, name)| !used.contains(at) && !name.is_empty());
        let unused: Vec<&str> = unused.map(|(_, name)| name.as_str()).collect();
        if !unused.is_empty() {
            rows.push(format!("- {}", unused.join("; ")));
        }
        rows.join("\n")
    }

    /// The text as it is, up to the end.
    fn raw(&mut self) -> String {
        let mut out = String::new();
        while let Some(Event::Text(text) | Event::Html(text)) = self.peek() {
            out.push_str(text);
            self.at += 1;
        }
        out
    }

    /// One line (two blanks and a line end for a forced one), up to the end or the next block.
    fn inline(&mut self) -> String {
        let mut out = String::new();
        while let Some(event) = self.peek() {
            match event {
                Event::End(_) => break,
                Event::Start(tag) if is_block(tag) => break,
                _ => {}
            }
            let Some((event, range)) = self.next() else {
                break;
            };
            match event {
                Event::Text(text) => out.push_str(&escaped(&self.seen(text, range.start))),
                Event::Code(code) => out.push_str(&code_span(code)),
                Event::SoftBreak => out.push(' '),
                Event::HardBreak => out.push_str("  \n"),
                Event::InlineHtml(tag) => self.inline_html(tag, range.start, &mut out),
                Event::Start(Tag::Emphasis) => self.marked("*", &mut out),
                Event::Start(Tag::Strong) => self.marked("**", &mut out),
                Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    title,
                    ..
                }) => {
                    self.title(*link_type, title, &range);
                    let text = self.inline();
                    self.at += 1;
                    push_link(&mut out, &text, dest_url);
                }
                Event::Start(Tag::Image {
                    link_type,
                    dest_url,
                    title,
                    ..
                }) => {
                    self.title(*link_type, title, &range);
                    let text = self.inline();
                    self.at += 1;
                    if dest_url.len() > ADDRESS_MAX {
                        out.push_str(&text);
                        self.leave_out(range.start, "a picture inside of the text".to_owned());
                    } else {
                        push_link(&mut out, &text, dest_url);
                    }
                }
                _ => {}
            }
        }
        let out = out.trim();
        safe_start(out)
    }

    /// A text without characters that hide something: `&#x202e;` is written without one, and shows one.
    fn seen<'t>(&mut self, text: &'t str, at: usize) -> Cow<'t, str> {
        let Some(letter) = hidden::first_in(text) else {
            return Cow::Borrowed(text);
        };
        self.leave_out(
            at,
            format!(
                "a character that hides something: U+{:04X}",
                u32::from(letter)
            ),
        );
        Cow::Owned(
            text.chars()
                .filter(|letter| !hidden::is_hidden(*letter))
                .collect(),
        )
    }

    /// Notes the title that stands in a link itself: there is no place for it.
    fn title(&mut self, link_type: LinkType, title: &str, link: &Range<usize>) {
        if link_type == LinkType::Inline && has_words(title) {
            for below in lines_with(title, &self.text[link.clone()]) {
                self.left_out
                    .push((link.start, below, title_of_link(title)));
            }
        }
    }

    fn marked(&mut self, mark: &str, out: &mut String) {
        let text = self.inline();
        self.at += 1;
        if !text.is_empty() {
            out.extend([mark, &text, mark]);
        }
    }

    fn inline_html(&mut self, tag: &str, at: usize, out: &mut String) {
        match html::inline(tag) {
            html::Inline::Unknown => out.push_str(&escaped(tag)),
            html::Inline::Nothing => {}
            html::Inline::Comment => {
                let lines = html::of_lines(html::COMMENT, tag).into_iter();
                self.left_out
                    .extend(lines.map(|(below, what)| (at, below, what)));
            }
            html::Inline::Mark(mark) => out.push_str(mark),
            html::Inline::Text(text) => out.push_str(&escaped(&self.seen(&text, at))),
            html::Inline::Code => {
                let mut code = String::new();
                while let Some(event) = self.peek() {
                    match event {
                        Event::Text(text) | Event::Code(text) => code.push_str(text),
                        Event::SoftBreak => code.push(' '),
                        _ => break,
                    }
                    self.at += 1;
                }
                out.push_str(&code_span(&code));
            }
        }
    }
}

fn is_block(tag: &Tag<'_>) -> bool {
    !matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

fn other(markdown: String) -> Block {
    Block {
        markdown,
        is_paragraph: false,
    }
}

fn push_paragraph(blocks: &mut Vec<Block>, markdown: String) {
    if !markdown.is_empty() {
        blocks.push(Block {
            markdown,
            is_paragraph: true,
        });
    }
}

fn join(blocks: &[Block], between: &str) -> String {
    let texts: Vec<&str> = blocks.iter().map(|block| block.markdown.as_str()).collect();
    texts.join(between)
}

/// The lines of a text, the first after one prefix, the others after another.
fn prefixed(text: &str, first: &str, others: &str) -> String {
    let mut out = String::from(first);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
            let others = if line.is_empty() {
                others.trim_end()
            } else {
                others
            };
            out.push_str(others);
        }
        out.push_str(line);
    }
    out
}
