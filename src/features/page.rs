//! A topic's page: everything that the guide says about it, as a Markdown document of its own.

use pulldown_cmark::{Event, Parser, Tag};
use viva_guide::topic::Source;
use viva_guide::{Guide, Topic};

use crate::features::hover::fenced;

/// A topic as a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub markdown: String,
    /// The line (from 0) of each question's heading.
    pub question_lines: Vec<usize>,
}

/// The page of a topic. `address` gives the link target of another topic by its id.
pub fn page(guide: &Guide, topic: &Topic, address: impl Fn(&str) -> String) -> Page {
    let mut out = Lines::default();
    out.paragraph(&format!("# {}", topic.title));
    out.paragraph(&with_topic_links(&topic.summary, &address));
    out.paragraph(&with_topic_links(&topic.body, &address));
    if !topic.pitfalls.is_empty() {
        out.paragraph("## Pitfalls");
        let items: Vec<String> = topic
            .pitfalls
            .iter()
            .map(|pitfall| format!("- {}", with_topic_links(&pitfall.text, &address)))
            .collect();
        out.paragraph(&items.join("\n"));
    }
    if !topic.example.is_empty() {
        out.paragraph("## Example");
        topic
            .example
            .iter()
            .for_each(|block| out.paragraph(&fenced(block)));
    }
    out.paragraph("## Questions");
    let mut question_lines = Vec::new();
    for question in &topic.questions {
        question_lines.push(out.count);
        out.paragraph(&format!("### {}", question.ask));
        out.paragraph(&with_topic_links(&question.answer, &address));
        out.paragraph(&format!(
            "**Follow-up:** {}",
            with_topic_links(&question.follow_up, &address)
        ));
    }
    let related: Vec<Topic> = topic
        .related
        .iter()
        .filter_map(|id| guide.topic(id))
        .collect();
    if !related.is_empty() {
        out.paragraph("## Related");
        let items: Vec<String> = related
            .iter()
            .map(|other| format!("- [{}]({})", other.title, address(&other.id)))
            .collect();
        out.paragraph(&items.join("\n"));
    }
    out.paragraph("## Versions and sources");
    out.paragraph(&facts(topic).join("\n"));
    Page {
        markdown: out.text,
        question_lines,
    }
}

fn facts(topic: &Topic) -> Vec<String> {
    let since = topic
        .since
        .iter()
        .map(|version| format!("- Since {version}"));
    let changed = topic
        .changed
        .iter()
        .map(|change| format!("- {}: {}", change.version, change.what));
    let sources = topic
        .sources
        .iter()
        .map(|source| format!("- {}", link(source)));
    let checked = format!(
        "- Asked at level {}; checked {}",
        topic.level.name(),
        topic.checked
    );
    since
        .chain(changed)
        .chain(sources)
        .chain([checked])
        .collect()
}

/// A source as a Markdown link.
pub(crate) fn link(source: &Source) -> String {
    format!("[{}]({})", source.label, source.url)
}

/// The text with links to other topics replaced by their words: a hover cannot open them.
pub(crate) fn without_topic_links(markdown: &str) -> String {
    replace_topic_links(markdown, |text, _| text.to_owned())
}

fn with_topic_links(markdown: &str, address: &impl Fn(&str) -> String) -> String {
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

/// A text that knows how many lines it has.
#[derive(Default)]
struct Lines {
    text: String,
    count: usize,
}

impl Lines {
    /// Adds a paragraph and the empty line after it; an empty one adds nothing.
    fn paragraph(&mut self, text: &str) {
        if !text.is_empty() {
            self.text.push_str(text);
            self.text.push_str("\n\n");
            self.count += text.lines().count() + 1;
        }
    }
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
