//! Markdown: a heading with text below it is a topic, one with headings only is a section; questions
//! and answers stand for themselves, wherever they are.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};

use super::draft::{Draft, Page};
use super::links::beside_links;
use super::text::{has_words, shown};
use super::{answers, article};
use crate::mistake::Lines;
use crate::parse::{self, Rules};

/// What another format knows beside the Markdown that it was turned into.
#[derive(Debug, Default)]
pub(super) struct Extra {
    pub(super) title: Option<String>,
    /// By the lines of headings.
    pub(super) tags: HashMap<usize, Vec<String>>,
}

/// A heading and the text up to the next one.
struct Part<'a> {
    /// 0: the text before the first heading.
    level: u8,
    line: usize,
    title: &'a str,
    text: &'a str,
    text_line: usize,
}

/// Reads a Markdown file.
pub(super) fn read(text: &str, page: &mut Page<'_>) {
    let Some(end) = front_matter(text) else {
        return read_with(text, &Extra::default(), page);
    };
    let id = id_of(page.file);
    if let Ok(parsed) = parse::parse_by(Rules::Own, page.file, &id, text) {
        for (at, line) in text[..end].lines().enumerate() {
            if let Some(comment) = comment(line).filter(|comment| has_words(comment)) {
                page.leave_out(at + 1, format!("a comment: {}", shown(comment)));
            }
        }
        page.drafts.push(Draft {
            line: 1,
            section: id.split_once('/').map(|(section, _)| section.to_owned()),
            ready: Some(parsed.topic),
            ..Draft::default()
        });
        return;
    }
    let extra = read_front_matter(&text[..end], page);
    // The lines keep their numbers.
    let blank = "\n".repeat(text[..end].matches('\n').count());
    read_with(&format!("{blank}{}", &text[end..]), &extra, page);
}

/// The comment in a line of YAML; what looks like one in a text of several lines is taken for one too.
fn comment(line: &str) -> Option<&str> {
    let begins = |(at, _): &(usize, &str)| {
        let before = &line[..*at];
        let is_quoted = ['"', '\'']
            .iter()
            .any(|quote| before.matches(*quote).count() % 2 == 1);
        !is_quoted && (before.is_empty() || before.ends_with([' ', '\t']))
    };
    let (at, _) = line.match_indices('#').find(begins)?;
    Some(&line[at..])
}

/// The name of a topic's file and of the folder that it is in.
fn id_of(file: &str) -> String {
    let mut parts = file.rsplit(['/', '\\']);
    let name = parts.next().unwrap_or(file);
    let name = name.rsplit_once('.').map_or(name, |(name, _)| name);
    let section = parts
        .next()
        .filter(|part| !part.is_empty() && *part != "." && *part != "..");
    let slug = super::names::slug;
    format!("{}/{}", slug(section.unwrap_or("notes")), slug(name))
}

/// Where the text begins after lines `key: value` between two lines `---`.
fn front_matter(text: &str) -> Option<usize> {
    const LINES_MAX: usize = 200;
    let mut at = 4;
    let rest = text.strip_prefix("---\n")?;
    for line in rest.split_inclusive('\n').take(LINES_MAX) {
        at += line.len();
        if matches!(line.trim_end(), "---" | "...") {
            return Some(at);
        }
        let is_yaml =
            line.starts_with([' ', '-', '#', '\t']) || line.contains(':') || line.trim().is_empty();
        if !is_yaml {
            return None;
        }
    }
    None
}

/// Takes the title and tags of other programs' front matter.
fn read_front_matter(text: &str, page: &mut Page<'_>) -> Extra {
    let mut extra = Extra::default();
    let mut tags: Vec<String> = Vec::new();
    let mut in_tags = false;
    for (at, line) in text.lines().enumerate() {
        let number = at + 1;
        let (key, value) = line.split_once(':').unwrap_or(("", line));
        let value = value.trim().trim_matches(['"', '\'', '[', ']']);
        if in_tags && line.trim_start().starts_with("- ") {
            tags.push(
                line.trim_start()[2..]
                    .trim()
                    .trim_matches(['"', '\''])
                    .to_owned(),
            );
            continue;
        }
        in_tags = matches!(key, "tags" | "keywords" | "aliases");
        if in_tags {
            page.structure(number, format!("tags: {}", shown(value)));
            let each = value
                .split(',')
                .map(|tag| tag.trim().trim_matches(['"', '\'']).to_owned());
            tags.extend(each.filter(|tag| !tag.is_empty()));
        } else if key == "title" && !value.is_empty() {
            page.structure(number, format!("the file's title: {}", shown(value)));
            extra.title = Some(value.to_owned());
        } else if has_words(line) {
            page.leave_out(number, format!("front matter: {}", shown(line.trim())));
        }
    }
    // Of the whole file: every topic may have them.
    extra.tags.insert(0, tags);
    extra
}

pub(super) fn read_with(text: &str, extra: &Extra, page: &mut Page<'_>) {
    let text = with_addresses(text, page);
    let parts = parts(&text);
    let mut unused: BTreeMap<usize, &Vec<String>> = extra
        .tags
        .iter()
        .map(|(line, tags)| (*line, tags))
        .collect();
    let split: Vec<_> = parts
        .iter()
        .map(|part| answers::split(part.text, part.text_line))
        .collect();
    let sections = sections(&parts, &split);
    for (at, part) in parts.iter().enumerate() {
        let (lead, pairs) = &split[at];
        let has_parts = parts
            .get(at + 1)
            .is_some_and(|next| next.level > part.level);
        let says_something = has_words(lead);
        let own_tags = extra
            .tags
            .get(&part.line)
            .into_iter()
            .chain(extra.tags.get(&0));
        let tags: Vec<String> = own_tags.flatten().cloned().collect();
        let above = if part.level == 0 {
            None
        } else {
            sections[at]
                .map(str::to_owned)
                .or_else(|| extra.title.clone())
        };
        let here = if part.level == 0 {
            extra.title.clone()
        } else {
            Some(part.title.to_owned())
        };
        let drafts = page.drafts.len();
        if glossary(lead, part.text_line, here.as_ref(), page) {
            section_title(part, page);
        } else if says_something {
            let title = if part.level == 0 {
                here.clone().unwrap_or_else(|| page.stem.clone())
            } else {
                part.title.to_owned()
            };
            let asked = answers::asked(&title);
            page.drafts.push(Draft {
                line: part.line,
                section: above,
                asks: asked.is_some(),
                title: asked.unwrap_or(title),
                text: answers::answer(lead),
                text_line: part.text_line,
                tags: tags.clone(),
                ..Draft::default()
            });
        } else if part.level > 0 && (has_parts || !pairs.is_empty()) {
            section_title(part, page);
        } else if part.level > 0 && has_words(part.title) {
            page.leave_out_lines(part.line, part.title, "a heading without a text");
        }
        for pair in pairs {
            if has_words(&pair.answer) {
                page.drafts.push(Draft {
                    line: pair.line,
                    section: here.clone(),
                    title: pair.ask.clone(),
                    asks: true,
                    text: pair.answer.clone(),
                    text_line: pair.answer_line,
                    tags: tags.clone(),
                    ..Draft::default()
                });
            } else {
                page.leave_out_lines(pair.line, &pair.ask, "a question without an answer");
            }
        }
        let is_tagged = page.drafts[drafts..]
            .iter()
            .any(|draft| !draft.tags.is_empty());
        if is_tagged {
            unused.remove(&part.line);
        }
    }
    for (line, tags) in unused.into_iter().filter(|(line, _)| *line > 0) {
        page.leave_out(
            line,
            format!("tags of no topic: {}", shown(&tags.join(" "))),
        );
    }
}

/// The text with the addresses of links where the links stand: `[text][label]` may have its address
/// below another heading.
fn with_addresses<'a>(text: &'a str, page: &mut Page<'_>) -> Cow<'a, str> {
    if !text.contains("]:") {
        return Cow::Borrowed(text);
    }
    let mut parser = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
    let events: Vec<_> = parser.by_ref().collect();
    let definitions = parser.reference_definitions();
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    for (event, range) in &events {
        let Event::Start(
            Tag::Link {
                link_type,
                dest_url,
                ..
            }
            | Tag::Image {
                link_type,
                dest_url,
                ..
            },
        ) = event
        else {
            continue;
        };
        let source = &text[range.clone()];
        let inner = match link_type {
            LinkType::Reference => source
                .rfind("][")
                .filter(|at| !source[*at..].contains('\n')),
            LinkType::Collapsed => source.rfind("][]"),
            LinkType::Shortcut => source.rfind(']'),
            _ => continue,
        };
        if let Some(inner) = inner {
            let address = dest_url.replace(['<', '>', '\n'], "");
            changes.push((range.start + inner..range.end, format!("](<{address}>)")));
        }
    }
    let lines = Lines::of(text);
    for (at, below, what) in beside_links(text, definitions, &events) {
        page.leave_out(lines.at(at) + below, what);
    }
    changes.extend(definitions.iter().map(|(_, definition)| {
        let span = definition.span.clone();
        let lines = "\n".repeat(text[span.clone()].matches('\n').count());
        (span, lines)
    }));
    if changes.is_empty() {
        return Cow::Borrowed(text);
    }
    changes.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (range, new) in changes {
        // A link inside of a link's text was copied with it.
        if range.start >= copied {
            out.push_str(&text[copied..range.start]);
            out.push_str(&new);
            copied = range.end;
        }
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Notes a heading that is a section, which may have several lines.
fn section_title(part: &Part<'_>, page: &mut Page<'_>) {
    for (at, line) in part.title.split('\n').enumerate() {
        page.structure(part.line + at, format!("a section: {}", shown(line.trim())));
    }
}

/// For each part the title of the nearest heading above that is no topic itself, else of the topmost.
fn sections<'a>(
    parts: &[Part<'a>],
    split: &[(String, Vec<answers::Pair>)],
) -> Vec<Option<&'a str>> {
    // The headings that a part is below of, each with the section of what is below it.
    let mut above: Vec<(u8, &str)> = Vec::new();
    let mut sections = Vec::with_capacity(parts.len());
    for (part, (lead, _)) in parts.iter().zip(split) {
        above.retain(|(level, _)| *level < part.level);
        sections.push(above.last().map(|(_, section)| *section));
        if part.level > 0 {
            let is_topic = has_words(lead);
            let section = match above.last() {
                Some((_, section)) if is_topic => section,
                _ => part.title,
            };
            above.push((part.level, section));
        }
    }
    sections
}

/// Where a text is nothing but a list of explained terms: a topic of each.
fn glossary(lead: &str, line: usize, section: Option<&String>, page: &mut Page<'_>) -> bool {
    let mut drafts: Vec<Draft> = Vec::new();
    for (at, text) in lead.split('\n').enumerate() {
        if text.starts_with(['-', '*', '+']) && text[1..].starts_with(' ') {
            let Some(term) = article::cut(text) else {
                return false;
            };
            let is_marked = term.name.starts_with("**") || term.name.starts_with('`');
            if !is_marked && term.separator == article::Separator::Colon {
                return false;
            }
            drafts.push(Draft {
                line: line + at,
                section: section.cloned(),
                title: term.name.replace("**", ""),
                text: term.explanation.to_owned(),
                text_line: line + at,
                ..Draft::default()
            });
        } else if let Some(draft) = drafts
            .last_mut()
            .filter(|_| text.starts_with(' ') || text.is_empty())
        {
            draft.text.push('\n');
            draft.text.push_str(text.strip_prefix("  ").unwrap_or(text));
        } else if has_words(text) {
            return false;
        }
    }
    let found = drafts.len() > 1;
    if found {
        page.drafts.extend(drafts);
    }
    found
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut headings = Vec::new();
    let mut depth = 0;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(tag) => {
                if let (Tag::Heading { level, .. }, 0) = (tag, depth) {
                    headings.push((level as u8, range));
                }
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            _ => {}
        }
    }
    lined(text, &headings)
}

fn lined<'a>(text: &'a str, headings: &[(u8, Range<usize>)]) -> Vec<Part<'a>> {
    let mut parts = Vec::with_capacity(headings.len() + 1);
    let first = headings
        .first()
        .map_or(text.len(), |(_, range)| range.start);
    parts.push(Part {
        level: 0,
        line: 1,
        title: "",
        text: &text[..first],
        text_line: 1,
    });
    let mut line = 1;
    let mut counted = 0;
    for (at, (level, range)) in headings.iter().enumerate() {
        line += text[counted..range.start].matches('\n').count();
        counted = range.start;
        let end = headings
            .get(at + 1)
            .map_or(text.len(), |(_, next)| next.start);
        let heading = &text[range.clone()];
        parts.push(Part {
            level: *level,
            line,
            title: title(heading),
            text: &text[range.end..end],
            text_line: line + heading.matches('\n').count(),
        });
    }
    parts
}

/// The title in the source of a heading.
fn title(heading: &str) -> &str {
    let heading = heading.trim();
    if heading.starts_with('#') {
        let title = heading.trim_start_matches('#').trim();
        // `# C #` ends with a mark, `# C#` does not.
        let end = title.trim_end_matches('#');
        return if end.ends_with([' ', '\t']) || end.is_empty() {
            end.trim()
        } else {
            title
        };
    }
    // The line under it is only a border.
    heading
        .rsplit_once('\n')
        .map_or(heading, |(title, _)| title.trim())
}
