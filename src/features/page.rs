//! A topic's page: everything that the guide says about it, as a Markdown document of its own.

use viva_guide::{Guide, Topic};

use crate::features::markdown::{defused, fenced, link, with_topic_links};

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
    for note in topic.notes.iter().filter(|note| !note.text.is_empty()) {
        out.paragraph(&format!("**Note** ({})", note.from));
        out.paragraph(&with_topic_links(&note.text, &address));
    }
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
    if !topic.questions.is_empty() {
        out.paragraph("## Questions");
    }
    let mut question_lines = Vec::new();
    for question in &topic.questions {
        question_lines.push(out.count);
        out.paragraph(&format!("### {}", question.ask));
        out.paragraph(&with_topic_links(&question.answer, &address));
        // Nobody has to have one in topics of their own.
        if !question.follow_up.is_empty() {
            let follow_up = with_topic_links(&question.follow_up, &address);
            out.paragraph(&format!("**Follow-up:** {follow_up}"));
        }
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
        // As a whole: what one part defines, another may use. No line becomes two.
        markdown: if topic.is_foreign() {
            defused(&out.text)
        } else {
            out.text
        },
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
    let level = topic.level.name();
    let checked = if topic.checked.is_empty() {
        format!("- Asked at level {level}")
    } else {
        format!("- Asked at level {level}; checked {}", topic.checked)
    };
    let from = topic.from.iter().map(|from| format!("- From: {from}"));
    since
        .chain(changed)
        .chain(sources)
        .chain([checked])
        .chain(from)
        .collect()
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
