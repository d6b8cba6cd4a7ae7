//! Hover: the explanation of the keyword at a place, short enough to be stacked with the answers of
//! other language servers.

use std::ops::Range;

use viva_guide::{Card, Explanation, Guide, Topic};

use crate::document::Document;
use crate::features::explain;
use crate::features::markdown::{fenced, link, without_topic_links};
use crate::keywords::Sense;

/// An answer and the bytes of the text that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    pub range: Range<usize>,
    /// First line plain text that already answers; no headings, tables or HTML; links last.
    pub markdown: String,
}

/// Explains the keyword at a byte offset in at most `max_lines` lines.
pub fn hover(guide: &Guide, document: &Document, offset: usize, max_lines: usize) -> Option<Hover> {
    let keyword = document.keyword_at(offset)?;
    let explanation = explain(guide, document.language?, &keyword)?;
    let markdown = markdown(&explanation, keyword.sense.as_ref(), max_lines);
    Some(Hover {
        range: keyword.range,
        markdown,
    })
}

/// The explanation as Markdown. What does not fit is left out, the least important first: the
/// example, what versions changed, the pitfalls, the end of the body.
pub fn markdown(explanation: &Explanation, sense: Option<&Sense>, max_lines: usize) -> String {
    let mut answer = Answer::default();
    if let Some(card) = &explanation.card {
        answer.add(
            Importance::Answer,
            format!("{}.\n{}", card.meaning, card_details(card)),
        );
    }
    let note = sense
        .and_then(|sense| sense.note.as_deref())
        .map(|note| format!("Here: {note}."));
    match &explanation.topic {
        Some(topic) => add_topic(&mut answer, topic, note),
        None => note
            .into_iter()
            .for_each(|note| answer.add(Importance::Answer, note)),
    }
    answer.fit(max_lines)
}

/// One line: how it is written, its type, default, versions and values.
fn card_details(card: &Card) -> String {
    let mut details = vec![format!(
        "`{}`",
        card.syntax.as_ref().unwrap_or(&card.keyword.name)
    )];
    details.extend(card.value_type.clone());
    details.extend(
        card.default
            .as_ref()
            .map(|default| format!("default `{default}`")),
    );
    if !card.values.is_empty() {
        let values: Vec<String> = card
            .values
            .iter()
            .map(|value| format!("`{value}`"))
            .collect();
        details.push(values.join(", "));
    }
    details.extend(
        card.since
            .as_ref()
            .map(|version| format!("since {version}")),
    );
    details.extend(
        card.deprecated
            .as_ref()
            .map(|version| format!("deprecated since {version}")),
    );
    details.extend(card.alias.as_ref().map(|name| format!("now `{name}`")));
    details.join(" · ")
}

fn add_topic(answer: &mut Answer, topic: &Topic, note: Option<String>) {
    let mut lead = vec![topic.headline().to_owned()];
    lead.extend(note);
    lead.push(without_topic_links(topic.rest_of_summary()));
    lead.retain(|line| !line.is_empty());
    answer.add(Importance::Answer, lead.join("\n"));
    for part in topic.body.split("\n\n").filter(|part| !part.is_empty()) {
        answer.add(Importance::Body, without_topic_links(part));
    }
    if !topic.pitfalls.is_empty() {
        let items = topic
            .pitfalls
            .iter()
            .map(|pitfall| format!("- {}", without_topic_links(&pitfall.text)));
        let list: Vec<String> = std::iter::once("**Pitfalls**".to_owned())
            .chain(items)
            .collect();
        answer.add(Importance::Pitfalls, list.join("\n"));
    }
    let shown: Vec<String> = topic
        .example
        .iter()
        .filter(|block| !block.is_setup())
        .map(fenced)
        .collect();
    if !shown.is_empty() {
        answer.add(Importance::Example, shown.join("\n"));
    }
    let since = topic.since.iter().map(|version| format!("since {version}"));
    let changed = topic
        .changed
        .iter()
        .map(|change| format!("{}: {}", change.version, change.what));
    let versions: Vec<String> = since.chain(changed).collect();
    if !versions.is_empty() {
        answer.add(
            Importance::Versions,
            format!("**Versions** {}", versions.join(" · ")),
        );
    }
    let links: Vec<String> = topic.sources.iter().map(link).collect();
    answer.add(Importance::Answer, links.join(" | "));
}

/// How much a part of an answer matters, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Importance {
    Answer,
    Body,
    Pitfalls,
    Versions,
    Example,
}

/// Parts in the order in which they are shown.
#[derive(Debug, Default)]
struct Answer {
    parts: Vec<(Importance, String)>,
}

impl Answer {
    fn add(&mut self, importance: Importance, text: String) {
        self.parts.push((importance, text));
    }

    /// The most important parts that fit into this many lines, with an empty line between two.
    fn fit(&self, max_lines: usize) -> String {
        let mut order: Vec<usize> = (0..self.parts.len()).collect();
        order.sort_by_key(|index| self.parts[*index].0);
        let mut room = max_lines + 1;
        let mut chosen = Vec::new();
        for index in order {
            let lines = self.parts[index].1.lines().count() + 1;
            if lines <= room || self.parts[index].0 == Importance::Answer {
                room = room.saturating_sub(lines);
                chosen.push(index);
            }
        }
        chosen.sort_unstable();
        let texts: Vec<&str> = chosen
            .into_iter()
            .map(|index| self.parts[index].1.as_str())
            .collect();
        texts.join("\n\n")
    }
}

#[cfg(test)]
mod tests;
