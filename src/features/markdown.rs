//! The guide's texts as Markdown that editors show: blocks, sources, links between topics.

use pulldown_cmark::{Event, Parser, Tag};
use viva_guide::topic::{Block, Source};

/// A block as an editor highlights it: only the language stays of its info string.
pub(super) fn fenced(block: &Block) -> String {
    let language = match block.language() {
        "output" | "redis-cli" => "text",
        "redis" => "conf",
        language => language,
    };
    format!("```{language}\n{}```", block.code)
}

/// A source as a Markdown link.
pub(super) fn link(source: &Source) -> String {
    format!("[{}]({})", source.label, source.url)
}

/// The text with links to other topics replaced by their words: a hover cannot open them.
pub(super) fn without_topic_links(markdown: &str) -> String {
    replace_topic_links(markdown, |text, _| text.to_owned())
}

/// The text with links to other topics led to their addresses.
pub(super) fn with_topic_links(markdown: &str, address: &impl Fn(&str) -> String) -> String {
    replace_topic_links(markdown, |text, id| format!("[{text}]({})", address(id)))
}

fn replace_topic_links(markdown: &str, replace: impl Fn(&str, &str) -> String) -> String {
    if !markdown.contains("](") {
        return markdown.to_owned();
    }
    let mut out = String::with_capacity(markdown.len());
    let mut copied = 0;
    for (event, range) in Parser::new(markdown).into_offset_iter() {
        if let Event::Start(Tag::Link { dest_url, .. }) = event
            && !dest_url.contains(':')
        {
            let source = &markdown[range.clone()];
            let text = source
                .rsplit_once("](")
                .map_or(source, |(text, _)| text)
                .trim_start_matches('[');
            out.push_str(&markdown[copied..range.start]);
            out.push_str(&replace(text, &dest_url));
            copied = range.end;
        }
    }
    out.push_str(&markdown[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topic_links_become_words_or_addresses_and_others_stay() {
        let text = "See [`Mutex`](go/mutex) and [Go](https://go.dev), not `[x](y)`.";
        assert_eq!(
            without_topic_links(text),
            "See `Mutex` and [Go](https://go.dev), not `[x](y)`."
        );
        let linked = with_topic_links(text, &|id: &str| format!("viva:/{id}.md"));
        assert_eq!(
            linked,
            "See [`Mutex`](viva:/go/mutex.md) and [Go](https://go.dev), not `[x](y)`."
        );
    }
}
