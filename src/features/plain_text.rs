//! Markdown as plain text, for clients that show no Markdown.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The text without its marks; list items keep a dash, links their address.
pub fn plain_text(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut links = Vec::new();
    for event in Parser::new(markdown) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                out.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak => out.push('\n'),
            Event::Start(Tag::Item) => {
                start_line(&mut out);
                out.push_str("- ");
            }
            // The first paragraph of an item stays on the item's line.
            Event::Start(
                Tag::Paragraph | Tag::CodeBlock(_) | Tag::List(_) | Tag::Heading { .. },
            ) if !out.ends_with("- ") => start_paragraph(&mut out),
            Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url),
            Event::End(TagEnd::Link) => {
                if let Some(address) = links.pop() {
                    out.push_str(" (");
                    out.push_str(&address);
                    out.push(')');
                }
            }
            _ => {}
        }
    }
    out.trim_end().to_owned()
}

fn start_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

fn start_paragraph(out: &mut String) {
    start_line(out);
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn marks_go_and_words_stay() {
        let cases = [
            ("One `two` **three**.\nFour", "One two three.\nFour"),
            ("A\n\n- b\n- c `d`\n\nE", "A\n\n- b\n- c d\n\nE"),
            ("**Pitfalls**\n- b\n- c", "Pitfalls\n\n- b\n- c"),
            (
                "A\n\n```go\nx := <-c\n```\n\n[T](https://t) | [U](https://u)",
                "A\n\nx := <-c\n\nT (https://t) | U (https://u)",
            ),
            ("", ""),
        ];
        for (markdown, expected) in cases {
            assert_eq!(plain_text(markdown), expected, "{markdown:?}");
        }
    }
}
