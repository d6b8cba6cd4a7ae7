//! `viva search`, `viva topics` and `viva show`: reading the guide without a file at hand.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::Style;
use serde::Serialize;
use viva_guide::folder::nearest;
use viva_guide::topic::section;
use viva_guide::{Hit, Topic};

use super::{Failure, Outcome, Output, own, render, write_json};
use crate::features::page::page;

/// The shape of `search --json`, one object a line.
#[derive(Debug, Serialize)]
struct Found<'a> {
    id: &'a str,
    title: &'a str,
    level: &'static str,
    score: f32,
    snippet: &'a str,
    /// Byte ranges of the words in the snippet.
    highlights: Vec<[usize; 2]>,
    /// With `--explain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<Vec<FoundPart<'a>>>,
}

/// A part of a score.
#[derive(Debug, Serialize)]
struct FoundPart<'a> {
    what: &'a str,
    score: f32,
    /// For words: what each field gives alone.
    fields: BTreeMap<&'a str, f32>,
}

/// The shape of `topics --json`, one object a line; `show --json` adds the page.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    section: &'a str,
    level: &'static str,
    summary: &'a str,
    keywords: Vec<String>,
    covers: &'a [u16],
    questions: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

/// Lists the topics that fit some words.
pub(super) fn search(out: &mut Output, words: &str, limit: usize, json: bool) -> Outcome {
    let hits = own::guide().search(words, limit);
    if hits.is_empty() {
        return nothing(words);
    }
    for hit in &hits {
        if json {
            write_json(out, &found(hit))?;
        } else {
            print(out, hit)?;
        }
    }
    Ok(())
}

/// The same with what gave each topic its score.
pub(super) fn search_explained(out: &mut Output, words: &str, limit: usize, json: bool) -> Outcome {
    let hits = own::guide().search_explained(words, limit);
    if hits.is_empty() {
        return nothing(words);
    }
    for (hit, parts) in &hits {
        if json {
            let parts = parts.iter().map(|part| FoundPart {
                what: &part.what,
                score: part.score,
                fields: part.fields.iter().copied().collect(),
            });
            let mut found = found(hit);
            found.explained = Some(parts.collect());
            write_json(out, &found)?;
            continue;
        }
        print(out, hit)?;
        writeln!(out, "    {:6.2}  in all", hit.score)?;
        for part in parts {
            let fields: Vec<String> = part
                .fields
                .iter()
                .map(|(name, score)| format!("{name} {score:.2}"))
                .collect();
            let fields = if fields.is_empty() {
                String::new()
            } else {
                format!(": {}", fields.join(", "))
            };
            writeln!(out, "    {:6.2}  {}{fields}", part.score, part.what)?;
        }
    }
    Ok(())
}

fn nothing(words: &str) -> Outcome {
    Err(Failure::Nothing(format!("no topic for `{words}`")))
}

fn print(out: &mut Output, hit: &Hit) -> Outcome {
    let id = Style::new().bold();
    writeln!(
        out,
        "{id}{}{id:#}  {} ({})",
        hit.topic.id,
        hit.topic.title,
        hit.topic.level.name()
    )?;
    Ok(writeln!(out, "    {}", highlighted(hit))?)
}

fn found(hit: &Hit) -> Found<'_> {
    Found {
        id: &hit.topic.id,
        title: &hit.topic.title,
        level: hit.topic.level.name(),
        score: hit.score,
        snippet: &hit.snippet,
        highlights: hit
            .highlights
            .iter()
            .map(|range| [range.start, range.end])
            .collect(),
        explained: None,
    }
}

/// The snippet with the query's words underlined.
fn highlighted(hit: &Hit) -> String {
    let mark = Style::new().underline();
    let mut text = String::new();
    let mut copied = 0;
    for range in &hit.highlights {
        text.push_str(&hit.snippet[copied..range.start]);
        let words = &hit.snippet[range.clone()];
        write!(text, "{mark}{words}{mark:#}").expect("a String takes any text");
        copied = range.end;
    }
    text.push_str(&hit.snippet[copied..]);
    text
}

/// Lists all topics, or those of one section.
pub(super) fn topics(out: &mut Output, wanted: Option<&str>, json: bool) -> Outcome {
    let all = own::guide().topics();
    let chosen: Vec<&Topic> = all
        .iter()
        .filter(|topic| wanted.is_none_or(|wanted| topic.section() == wanted))
        .collect();
    if chosen.is_empty() {
        let mut sections: Vec<&str> = all.iter().map(|topic| section(&topic.id)).collect();
        sections.dedup();
        let wanted = wanted.unwrap_or_default();
        return Err(Failure::Nothing(format!(
            "no section `{wanted}`; the sections are {}",
            sections.join(", ")
        )));
    }
    for topic in chosen {
        if json {
            write_json(out, &listed(topic, None))?;
        } else {
            writeln!(out, "{}\t{}\t{}", topic.id, topic.level.name(), topic.title)?;
        }
    }
    Ok(())
}

/// Shows a topic's page.
pub(super) fn show(out: &mut Output, id: &str, json: bool) -> Outcome {
    let guide = own::guide();
    let Some(topic) = guide.topic(id) else {
        let topics = guide.topics();
        let near = nearest(id, topics.iter().map(|topic| topic.id.as_str()))
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(Failure::Nothing(format!("there is no topic `{id}`{near}")));
    };
    let markdown = page(&guide, &topic, str::to_owned).markdown;
    if json {
        return write_json(out, &listed(&topic, Some(markdown)));
    }
    Ok(write!(
        out,
        "{}",
        render::markdown(&markdown, render::width())
    )?)
}

fn listed(topic: &Topic, markdown: Option<String>) -> Listed<'_> {
    Listed {
        id: &topic.id,
        title: &topic.title,
        section: topic.section(),
        level: topic.level.name(),
        summary: &topic.summary,
        keywords: topic
            .keywords
            .iter()
            .map(viva_guide::KeywordName::qualified)
            .collect(),
        covers: &topic.covers,
        questions: topic
            .questions
            .iter()
            .map(|question| question.ask.as_str())
            .collect(),
        markdown,
    }
}
