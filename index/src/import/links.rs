//! What a text has beside its words: the addresses of names (`[name]: https://…`), titles of links, and what the parser
//! of Markdown says nothing about. None of it is lost in silence.

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, RefDefs, Tag};

use super::text::{has_words, shown};

/// What names with addresses have that is not shown with a link: all of those that no link and no picture refers to,
/// and titles. Each with the byte where the name stands, how many lines below, and what is said of it.
pub(super) fn beside_links(
    text: &str,
    definitions: &RefDefs<'_>,
    events: &[(Event<'_>, Range<usize>)],
) -> Vec<(usize, usize, String)> {
    let mut used = HashSet::new();
    for (event, _) in events {
        if let Event::Start(Tag::Link { link_type, id, .. } | Tag::Image { link_type, id, .. }) =
            event
            && matches!(
                link_type,
                LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut
            )
            && let Some(definition) = definitions.get(id)
        {
            used.insert(definition.span.start);
        }
    }
    let mut found = Vec::new();
    for (_, definition) in definitions.iter() {
        let span = &definition.span;
        let (lines, what) = match &definition.title {
            _ if !used.contains(&span.start) => (
                // The name may go over several lines.
                lines_with("", &text[span.clone()]),
                format!("no link uses this address: {}", shown(&definition.dest)),
            ),
            Some(title) => (lines_with(title, &text[span.clone()]), title_of_link(title)),
            None => continue,
        };
        found.extend(
            lines
                .into_iter()
                .map(|below| (span.start, below, what.clone())),
        );
    }
    found.sort();
    found
}

pub(super) fn title_of_link(title: &str) -> String {
    format!("the title of a link: {}", shown(title.trim()))
}

/// The numbers of the lines with words that have a part of a title; of all where it is written in another way.
pub(super) fn lines_with(title: &str, source: &str) -> Vec<usize> {
    let parts = title.lines().map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| has_words(part)).collect();
    let lines = source.lines().enumerate();
    let lines: Vec<_> = lines.filter(|(_, line)| has_words(line)).collect();
    let has_part = |line: &str| parts.iter().any(|part| line.contains(part));
    let is_seen = |part: &&str| lines.iter().any(|(_, line)| line.contains(*part));
    let is_written_so = !parts.is_empty() && parts.iter().all(is_seen);
    let those = lines
        .iter()
        .filter(|(_, line)| !is_written_so || has_part(line));
    those.map(|(number, _)| *number).collect()
}

/// The lines with words, and where they begin, that are neither in what the parser tells nor in these ranges.
pub(super) fn unread<'t>(
    text: &'t str,
    events: &[(Event<'_>, Range<usize>)],
    mut told: Vec<Range<usize>>,
) -> Vec<(usize, &'t str)> {
    let is_told = |event: &Event<'_>| match event {
        // What they contain tells of itself.
        Event::Start(tag) => !matches!(
            tag,
            Tag::Paragraph | Tag::BlockQuote(_) | Tag::List(_) | Tag::Item
        ),
        Event::End(_) => false,
        _ => true,
    };
    let events = events.iter().filter(|(event, _)| is_told(event));
    told.extend(events.map(|(_, range)| range.clone()));
    told.sort_by_key(|range| range.start);
    let mut told = told.into_iter().peekable();
    let mut reached = 0;
    let mut at = 0;
    let mut unread = Vec::new();
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let begins_told = reached > at;
        while let Some(range) = told.next_if(|range| range.start < end) {
            reached = reached.max(range.end);
        }
        if !begins_told && reached <= at && has_words(line) {
            unread.push((at, line));
        }
        at = end;
    }
    unread
}
