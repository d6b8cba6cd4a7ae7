//! Markdown for a terminal: wrapped to its width, with bold, colour and indentation for marks. The
//! output stream takes the colours away where they are not wanted.

use std::fmt::{Display, Write as _};

use anstyle::{AnsiColor, Style};
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

/// The width where none is known, and the widest that is comfortable to read, in columns.
const WIDTH: usize = 80;
const WIDTH_MAX: usize = 100;

const CODE: Style = AnsiColor::Cyan.on_default();
const LINK: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const TITLE: Style = AnsiColor::Green.on_default().bold();

/// The width to write to, in columns: the terminal's, else that of `COLUMNS`, else 80.
pub(super) fn width() -> usize {
    let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal
        .or_else(columns)
        .unwrap_or(WIDTH)
        .clamp(20, WIDTH_MAX)
}

/// Renders Markdown; ends with a line end unless empty.
pub(super) fn markdown(text: &str, width: usize) -> String {
    let mut page = Page {
        width,
        ..Page::default()
    };
    for event in Parser::new(text) {
        page.event(event);
    }
    page.end_block();
    page.out
}

#[derive(Default)]
struct Page {
    width: usize,
    out: String,
    /// The paragraph, item or heading that is being read.
    block: String,
    /// How deep in lists.
    depth: usize,
    /// The block is the first of an item, which has its mark.
    is_item: bool,
    in_code: bool,
    /// The next block follows without an empty line.
    is_tight: bool,
    links: Vec<String>,
}

impl Page {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code => self.code(&text),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.block.push_str(&text);
            }
            Event::Code(code) => self.styled(CODE, &code),
            Event::SoftBreak => self.block.push(' '),
            Event::HardBreak => self.block.push('\n'),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.end_block();
                self.write(heading(level).render());
            }
            Tag::Strong => self.write(BOLD.render()),
            Tag::List(_) => {
                self.end_block();
                self.depth += 1;
            }
            Tag::Item => {
                self.end_block();
                self.is_item = true;
            }
            Tag::CodeBlock(_) => {
                self.end_block();
                self.begin_block();
                self.in_code = true;
            }
            Tag::Link { dest_url, .. } => self.links.push(dest_url.to_string()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                self.write(heading(level).render_reset());
                self.end_block();
            }
            TagEnd::Strong => self.write(BOLD.render_reset()),
            TagEnd::Paragraph => self.end_block(),
            TagEnd::Item => {
                self.end_block();
                self.is_tight = true;
            }
            TagEnd::List(_) => {
                self.depth -= 1;
                self.is_tight = false;
            }
            TagEnd::CodeBlock => self.in_code = false,
            TagEnd::Link => {
                if let Some(address) = self.links.pop() {
                    self.styled(LINK, &format!(" <{address}>"));
                }
            }
            _ => {}
        }
    }

    fn write(&mut self, text: impl Display) {
        write!(self.block, "{text}").expect("a String takes any text");
    }

    fn styled(&mut self, style: Style, text: &str) {
        self.write(format_args!("{style}{text}{style:#}"));
    }

    fn code(&mut self, text: &str) {
        for line in text.lines() {
            writeln!(self.out, "    {CODE}{line}{CODE:#}").expect("a String takes any text");
        }
    }

    /// An empty line between two blocks, except between the items of a list.
    fn begin_block(&mut self) {
        if !self.out.is_empty() && !self.is_tight {
            self.out.push('\n');
        }
        self.is_tight = false;
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        if block.is_empty() {
            return;
        }
        self.begin_block();
        let indent = "  ".repeat(self.depth);
        let first = if self.is_item {
            format!("{}- ", "  ".repeat(self.depth.saturating_sub(1)))
        } else {
            indent.clone()
        };
        self.is_item = false;
        let options = textwrap::Options::new(self.width)
            .initial_indent(&first)
            .subsequent_indent(&indent)
            .break_words(false)
            // Words keep their hyphens: `allkeys-lru` is one name.
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .word_separator(textwrap::WordSeparator::AsciiSpace);
        self.out.push_str(&textwrap::fill(&block, options));
        self.out.push('\n');
    }
}

fn heading(level: HeadingLevel) -> Style {
    if level == HeadingLevel::H1 {
        TITLE
    } else {
        BOLD
    }
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let plain = anstream::adapter::strip_str(&markdown(text, 24)).to_string();
        assert_eq!(plain, expected);
    }

    #[test]
    fn blocks_are_wrapped_and_lists_indented() {
        check("", "");
        check(
            "# Title\n\nSome words that need two lines.",
            "Title\n\nSome words that need two\nlines.\n",
        );
        check(
            "**Pitfalls**\n\n- one `two`\n- three words that wrap here\n\nEnd",
            "Pitfalls\n\n- one two\n- three words that wrap\n  here\n\nEnd\n",
        );
        check(
            "Lead:\n\n```go\nx := <-c\n```\n\n[T](https://t)",
            "Lead:\n\n    x := <-c\n\nT <https://t>\n",
        );
        check(
            "allkeys-lru allkeys-lfu volatile-ttl",
            "allkeys-lru allkeys-lfu\nvolatile-ttl\n",
        );
    }

    #[test]
    fn code_is_coloured() {
        assert!(markdown("`x`", 80).contains("\u{1b}[36mx"));
    }
}
