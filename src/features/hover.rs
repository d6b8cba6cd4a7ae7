//! Hover: the explanation of the keyword at a place, short enough to be stacked with the answers of
//! other language servers.

use std::borrow::Cow;
use std::ops::Range;

use viva_guide::{Card, Explanation, Guide, Language, Topic};

use crate::document::Document;
use crate::features::markdown::{defused, fenced, link, with_topic_links, without_topic_links};
use crate::features::{Address, explain};
use crate::keywords::{Keyword, Sense};

/// An answer and the bytes of the text that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    pub range: Range<usize>,
    /// First line plain text that already answers; no headings, tables or HTML; links last.
    pub markdown: String,
}

/// Explains the keyword at a byte offset in at most `max_lines` lines. Where there is an `address`, topics
/// are linked to; most editors cannot follow such a link from a hover.
pub fn hover(
    guide: &Guide,
    document: &Document,
    offset: usize,
    max_lines: usize,
    address: Option<&Address>,
) -> Option<Hover> {
    let keyword = document.keyword_at(offset)?;
    let markdown = answer(guide, document.language?, &keyword, max_lines, address)?;
    Some(Hover {
        range: keyword.range.clone(),
        markdown,
    })
}

/// What [`hover`] says about a keyword of a file in this language; where it stands does not matter.
pub fn answer(
    guide: &Guide,
    language: Language,
    keyword: &Keyword,
    max_lines: usize,
    address: Option<&Address>,
) -> Option<String> {
    let explanation = explain(guide, language, keyword)?;
    let sense = keyword.sense.as_ref();
    Some(markdown(&explanation, sense, max_lines, address))
}

/// The explanation as Markdown. What does not fit is left out, the least important first: the
/// example, what versions changed, the pitfalls, the end of the body.
pub fn markdown(
    explanation: &Explanation,
    sense: Option<&Sense>,
    max_lines: usize,
    address: Option<&Address>,
) -> String {
    let note = sense
        .and_then(|sense| sense.note.as_deref())
        .map(|note| format!("Here: {note}."));
    let mut answer = Answer::default();
    match (&explanation.card, &explanation.topic) {
        (Some(card), topic) => {
            let meaning = format!("{}.", card.meaning);
            answer.add_lines(Importance::Answer, [Some(meaning), details(card), note]);
            if let Some(topic) = topic {
                // Behind a card the topic may be about more than the keyword, so it says its name.
                let headline = format!("**{}:** {}", topic.title, topic.headline());
                answer.add_lines(
                    Importance::Topic,
                    [Some(headline), Some(topic.rest_of_summary().to_owned())],
                );
            }
        }
        (None, Some(topic)) => {
            let headline = topic.headline().to_owned();
            answer.add_lines(
                Importance::Answer,
                [
                    Some(headline),
                    note,
                    Some(topic.rest_of_summary().to_owned()),
                ],
            );
        }
        (None, None) => {}
    }
    if let Some(topic) = &explanation.topic {
        add_topic(&mut answer, topic);
        let all = address.map(|_| format!("[All about {}]({})", topic.title, topic.id));
        let links: Vec<String> = all
            .into_iter()
            .chain(topic.sources.iter().map(link))
            .collect();
        answer.add(Importance::Links, links.join(" | "));
    }
    let card = explanation
        .card
        .as_ref()
        .and_then(|card| card.from.as_ref());
    let topic = explanation.topic.as_ref();
    let from = topic.and_then(|topic| topic.from.as_ref()).or(card);
    if let Some(from) = from {
        answer.add(Importance::From, format!("From: {from}"));
    }
    let fitted = answer.fit(max_lines);
    // Before the links are led anywhere: a command is no address that a foreign text may have.
    let harmless = if from.is_some() || topic.is_some_and(Topic::is_foreign) {
        defused(&fitted)
    } else {
        fitted
    };
    match address {
        Some(address) => with_topic_links(&harmless, address),
        None => without_topic_links(&harmless),
    }
}

/// One line: how it is written, its type, default, versions and values. None where a card says
/// nothing of this.
fn details(card: &Card) -> Option<String> {
    let code = |text: &String| format!("`{text}`");
    let values: Vec<String> = card.values.iter().map(code).collect();
    let details: Vec<String> = [
        card.syntax.as_ref().map(code),
        card.value_type.clone(),
        card.default
            .as_ref()
            .map(|default| format!("default `{default}`")),
        (!values.is_empty()).then(|| values.join(", ")),
        card.since
            .as_ref()
            .map(|version| format!("since {version}")),
        card.deprecated
            .as_ref()
            .map(|version| format!("deprecated since {version}")),
        card.alias.as_ref().map(|name| format!("now `{name}`")),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!details.is_empty()).then(|| details.join(" · "))
}

/// Everything of a topic but its summary and its links.
fn add_topic(answer: &mut Answer, topic: &Topic) {
    // A note was written for those who read this; its first paragraph comes before all of the topic's.
    for note in topic.notes.iter().filter(|note| !note.text.is_empty()) {
        let (first, rest) = note.text.split_once("\n\n").unwrap_or((&note.text, ""));
        answer.add(
            Importance::Team,
            format!("**Note** ({}): {first}", note.from),
        );
        answer.add(Importance::Note, rest.to_owned());
    }
    for part in topic.body.split("\n\n").filter(|part| !part.is_empty()) {
        answer.add(Importance::Body, part.to_owned());
    }
    if !topic.pitfalls.is_empty() {
        let items = topic
            .pitfalls
            .iter()
            .map(|pitfall| format!("- {}", pitfall.text));
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
}

/// How much a part of an answer matters, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Importance {
    /// Who says it: readers must know that before they trust it.
    From,
    /// Cut where there is too little room even for that, but never left out.
    Answer,
    Team,
    Topic,
    Links,
    Note,
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
        if !text.is_empty() {
            self.parts.push((importance, text));
        }
    }

    /// Adds the lines that there are as one part.
    fn add_lines(
        &mut self,
        importance: Importance,
        lines: impl IntoIterator<Item = Option<String>>,
    ) {
        let lines: Vec<String> = lines
            .into_iter()
            .flatten()
            .filter(|line| !line.is_empty())
            .collect();
        self.add(importance, lines.join("\n"));
    }

    /// The most important parts that fit into this many lines, with an empty line between two.
    fn fit(&self, max_lines: usize) -> String {
        let mut order: Vec<usize> = (0..self.parts.len()).collect();
        order.sort_by_key(|index| self.parts[*index].0);
        // Each part is followed by an empty line, and the last one by none.
        let mut room = max_lines + 1;
        let mut chosen: Vec<(usize, Cow<'_, str>)> = Vec::new();
        for index in order {
            let (importance, text) = &self.parts[index];
            let lines = text.lines().count();
            if lines < room {
                room -= lines + 1;
                chosen.push((index, text.into()));
            } else if *importance == Importance::Answer && room > 1 {
                let first: Vec<&str> = text.lines().take(room - 1).collect();
                room = 0;
                chosen.push((index, first.join("\n").into()));
            }
        }
        chosen.sort_unstable();
        let texts: Vec<Cow<'_, str>> = chosen.into_iter().map(|(_, text)| text).collect();
        texts.join("\n\n")
    }
}

#[cfg(test)]
mod tests;
