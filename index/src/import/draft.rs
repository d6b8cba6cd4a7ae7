//! What a reader of a format found, and how a topic is made of it.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::escape::{code_span, escaped};
use super::names::{Taken, slug};
use super::render::{self, Clean, plain};
use super::text::{has_words, shown};
use super::{Imported, Placed};
use crate::mistake::Mistake;
use crate::parse::{self, Rules};
use crate::topic::{
    Block, HEADLINE_MAX, KeywordName, Level, Question, Source, Topic, split_headline,
};
use crate::write::{fenced, write};

/// The longest title, in characters, as the front matter has it.
const TITLE_MAX: usize = 60;

/// One thing that a file explains, as it stands there.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) line: usize,
    /// None: the file's name.
    pub(super) section: Option<String>,
    /// Markdown on one line; a question where `asks`.
    pub(super) title: String,
    pub(super) asks: bool,
    /// Markdown.
    pub(super) text: String,
    /// Where it begins.
    pub(super) text_line: usize,
    /// Where each of its lines stands; empty where one follows the other.
    pub(super) text_lines: Vec<usize>,
    pub(super) follow_up: String,
    pub(super) tags: Vec<String>,
    /// Names that the file itself gives.
    pub(super) names: Vec<String>,
    pub(super) level: Option<Level>,
    pub(super) sources: Vec<String>,
    /// It was a topic already.
    pub(super) ready: Option<Topic>,
}

impl Draft {
    /// The line of the file that a line of the text (from 1) stands on.
    fn line_of(&self, line: usize) -> usize {
        let known = self.text_lines.get(line - 1).or(self.text_lines.last());
        known.copied().unwrap_or(self.text_line + line - 1)
    }
}

/// A file while it is read.
#[derive(Debug)]
pub(super) struct Page<'a> {
    /// As people name it.
    pub(super) file: &'a str,
    /// Without folders and ending.
    pub(super) stem: String,
    pub(super) drafts: Vec<Draft>,
    pub(super) unplaced: Vec<Mistake>,
    pub(super) structure: Vec<Mistake>,
}

impl<'a> Page<'a> {
    pub(super) fn new(file: &'a str) -> Page<'a> {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        Page {
            file,
            stem: stem.to_owned(),
            drafts: Vec::new(),
            unplaced: Vec::new(),
            structure: Vec::new(),
        }
    }

    /// Reports a line that is in no topic.
    pub(super) fn leave_out(&mut self, line: usize, what: impl Into<String>) {
        self.unplaced.push(Mistake::new(self.file, line, what));
    }

    /// Reports every line of a text that is in no topic.
    pub(super) fn leave_out_lines(&mut self, first: usize, text: &str, why: &str) {
        for (number, line) in text.split('\n').enumerate() {
            if has_words(line) {
                self.leave_out(first + number, format!("{why}: {}", shown(line.trim())));
            }
        }
    }

    /// Notes a line that is no text but says how to read the others.
    pub(super) fn structure(&mut self, line: usize, what: impl Into<String>) {
        self.structure.push(Mistake::new(self.file, line, what));
    }
}

/// Makes the topics of a page, until there are `most`.
pub(super) fn place(page: Page<'_>, most: usize, taken: &mut Taken, out: &mut Imported) {
    let Page {
        file,
        stem,
        drafts,
        unplaced,
        structure,
    } = page;
    out.unplaced.extend(unplaced);
    out.structure.extend(structure);
    for draft in drafts {
        if out.topics.len() >= most {
            let what =
                format!("more than {most} topics; what begins here is left out, split the file");
            out.unplaced.push(Mistake::new(file, draft.line, what));
            return;
        }
        let line = draft.line;
        let names = draft.names.clone();
        let section = draft
            .section
            .as_deref()
            .map(|title| plain_line(&render::line(title)))
            .unwrap_or_default();
        let section = if section.is_empty() {
            stem.clone()
        } else {
            section
        };
        let mut text = String::new();
        let topic = match draft.ready {
            Some(topic) if taken.take(&topic.id) => topic,
            Some(mut topic) => {
                topic.id = taken.id(&slug(&section), &topic.title);
                topic
            }
            None => {
                let (mut topic, clean, left_out) = topic(&draft, &stem);
                text = clean;
                out.unplaced.extend(
                    left_out
                        .into_iter()
                        .map(|(line, what)| Mistake::new(file, line, what)),
                );
                if topic.title.is_empty() {
                    continue;
                }
                topic.id = taken.id(&slug(&section), &topic.title);
                topic
            }
        };
        out.topics.push(Placed {
            topic,
            file: file.to_owned(),
            line,
            section,
            names,
            text,
        });
    }
}

/// The words of a line that may begin as a list does.
fn plain_line(markdown: &str) -> String {
    let plain = plain(&format!("T {markdown}"));
    plain.strip_prefix('T').unwrap_or(&plain).trim().to_owned()
}

/// A topic that says nothing yet.
pub(super) fn blank() -> Topic {
    Topic {
        id: String::new(),
        title: String::new(),
        level: Level::Middle,
        covers: Vec::new(),
        also: Vec::new(),
        keywords: Vec::new(),
        mentions: Vec::new(),
        related: Vec::new(),
        since: None,
        changed: Vec::new(),
        sources: Vec::new(),
        checked: String::new(),
        summary: String::new(),
        body: String::new(),
        pitfalls: Vec::new(),
        example: Vec::new(),
        questions: Vec::new(),
        notes: Vec::new(),
        from: None,
    }
}

/// A topic without id and names, its text with the marks of code, and the lines that are not in it. Where it has
/// no title it has that of its file.
fn topic(draft: &Draft, file: &str) -> (Topic, String, Vec<(usize, String)>) {
    let clean = render::clean(&draft.text);
    let mut left_out: Vec<_> = clean
        .left_out
        .iter()
        .map(|(line, what)| (draft.line_of(*line), what.clone()))
        .collect();
    let mut topic = blank();
    topic.level = draft.level.unwrap_or(Level::Middle);
    let title = render::line(&draft.title);
    let whole = Some(plain_line(&title)).filter(|title| !title.is_empty());
    let whole = whole.unwrap_or_else(|| file.to_owned());
    topic.title = cut(&whole, TITLE_MAX);
    if topic.title != whole && !draft.asks {
        topic.also.push(whole.clone());
    }
    for tag in &draft.tags {
        let tag = plain_line(&render::line(tag));
        match Level::from_name(&tag.to_lowercase()) {
            Some(level) if draft.level.is_none() => topic.level = level,
            _ if !tag.is_empty() && !topic.also.contains(&tag) => topic.also.push(tag),
            _ => {}
        }
    }
    let mut clean = clean;
    for source in &draft.sources {
        let is_address = source.starts_with("https://") && !source.contains(char::is_whitespace);
        if is_address {
            let label = source["https://".len()..]
                .split('/')
                .next()
                .unwrap_or(source);
            topic.sources.push(Source {
                label: if label.is_empty() {
                    source.clone()
                } else {
                    label.to_owned()
                },
                url: source.clone(),
            });
        } else if has_words(source) {
            clean.blocks.push(render::Block {
                markdown: format!("Source: {}", render::line(source)),
                is_paragraph: true,
            });
        }
    }
    if clean.blocks.is_empty() {
        for (at, line) in draft.title.split('\n').enumerate() {
            let what = format!("no explanation of: {}", shown(line.trim()));
            left_out.push((draft.line + at, what));
        }
        topic.title.clear();
        return (topic, String::new(), left_out);
    }
    fill(&mut topic, draft, &whole, &clean);
    if !is_readable(&topic) {
        // A text that the rules of topics do not fit, whatever it is: as it stands, between fences.
        topic.questions.clear();
        topic.summary = headline(&clean, &whole);
        topic.body = fenced(&Block {
            info: "text".to_owned(),
            code: format!("{}\n{}\n", whole, draft.text.trim_end()),
        });
        if !is_readable(&topic) {
            "Imported as it stands.".clone_into(&mut topic.summary);
        }
    }
    (topic, clean.markdown(), left_out)
}

/// Summary, body and question.
fn fill(topic: &mut Topic, draft: &Draft, whole: &str, clean: &Clean) {
    let (summary, body) = summary_and_body(clean, whole, &mut topic.sources);
    topic.summary = summary;
    if !draft.asks {
        topic.body = body;
        if !draft.follow_up.is_empty() {
            topic.body = format!(
                "{}\n\n{}",
                topic.body,
                render::clean(&draft.follow_up).markdown()
            );
            topic.body = topic.body.trim().to_owned();
        }
        return;
    }
    // The answer stands in the question, so that it is there once.
    let title = Some(render::line(&draft.title)).filter(|title| has_words(title));
    let title = title.unwrap_or_else(|| whole.to_owned());
    let ask = title.trim_end_matches(['.', ':', ';', '!', ' ']);
    let ask = if ask.ends_with('?') {
        ask.to_owned()
    } else {
        format!("{ask}?")
    };
    let answer = clean.markdown();
    let joined = format!("\n\n{answer}");
    let (answer, follow_up) = match joined.rsplit_once("\n\nFollow-up:") {
        Some((before, after)) if !before.trim().is_empty() && !after.contains("\n\n") => {
            (before.trim().to_owned(), after.trim().to_owned())
        }
        _ => (answer, String::new()),
    };
    let follow_up = if draft.follow_up.is_empty() {
        follow_up
    } else {
        let more = render::clean(&draft.follow_up)
            .markdown()
            .replace("\n\n", " ");
        format!("{follow_up} {more}").trim().to_owned()
    };
    topic.questions.push(Question {
        ask,
        answer,
        follow_up,
    });
}

/// Whether the topic's file is read as the same topic.
fn is_readable(topic: &Topic) -> bool {
    let text = write(topic);
    parse::parse_by(Rules::Own, "", &topic.id, &text)
        .is_ok_and(|parsed| parsed.topic == *topic && parsed.mentioned.is_empty())
}

/// The first two sentences, and the rest. Where the first sentence does not fit the first line of a
/// hover, a shortened one, and all of the text.
fn summary_and_body(clean: &Clean, title: &str, sources: &mut Vec<Source>) -> (String, String) {
    let Some(first) = clean.blocks.first().filter(|block| block.is_paragraph) else {
        return (headline(clean, title), clean.markdown());
    };
    let (one, rest) = split_headline(&first.markdown);
    let (two, three) = split_headline(rest);
    // A mark that opens in one part and closes in another shows as itself.
    let parts = [one, two, three].map(plain).join(" ");
    let is_cut_well = parts.trim() == plain(&first.markdown) && !first.markdown.contains('\n');
    let spoken = plain(one);
    let Some(one) = [spoken.as_str(), one]
        .into_iter()
        .find(|text| is_headline(text, &spoken))
    else {
        return (headline(clean, title), clean.markdown());
    };
    if !is_cut_well {
        return (headline(clean, title), clean.markdown());
    }
    for (label, url) in links(split_headline(&first.markdown).0) {
        if sources.iter().all(|source| source.url != url) {
            sources.push(Source { label, url });
        }
    }
    let summary = format!("{one} {two}").trim().to_owned();
    let rest = clean.blocks[1..]
        .iter()
        .map(|block| block.markdown.as_str());
    let body: Vec<&str> = [three]
        .into_iter()
        .chain(rest)
        .filter(|text| !text.is_empty())
        .collect();
    (summary, body.join("\n\n"))
}

/// The texts and addresses of the links in a line: its first sentence shows without them.
fn links(markdown: &str) -> Vec<(String, String)> {
    let mut links: Vec<(String, String)> = Vec::new();
    let mut is_open = false;
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                is_open = true;
                links.push((String::new(), dest_url.to_string()));
            }
            Event::End(TagEnd::Link) => is_open = false,
            Event::Text(text) | Event::Code(text) if is_open => {
                if let Some((label, _)) = links.last_mut() {
                    label.push_str(&text);
                }
            }
            _ => {}
        }
    }
    for (label, url) in &mut links {
        if label.trim().is_empty() {
            url.clone_into(label);
        }
    }
    links
}

/// Whether a text can be the first line of a hover: it reads as `spoken`.
fn is_headline(text: &str, spoken: &str) -> bool {
    let is_plain = Parser::new(text).all(|event| {
        matches!(
            event,
            Event::Text(_) | Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)
        )
    });
    is_plain
        && plain(text) == spoken
        && has_words(text)
        && text.chars().count() <= HEADLINE_MAX
        && split_headline(text).1.is_empty()
}

/// A first line made of the first words of a text, or of its title.
fn headline(clean: &Clean, title: &str) -> String {
    let first = clean.blocks.iter().find(|block| block.is_paragraph);
    let first = first
        .map(|block| plain(&block.markdown))
        .unwrap_or_default();
    for text in [first.as_str(), title] {
        let one = cut(split_headline(text).0, HEADLINE_MAX);
        let bare: String = one
            .chars()
            .filter(|letter| {
                !matches!(
                    letter,
                    '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '\\' | '|' | '&'
                )
            })
            .collect();
        let bare = bare.split_whitespace().collect::<Vec<_>>().join(" ");
        let bare = bare
            .trim_start_matches(|letter: char| !letter.is_alphanumeric())
            .to_owned();
        let fits = [
            (one.clone(), &one),
            (escaped(&one), &one),
            (bare.clone(), &bare),
        ];
        if let Some((found, _)) = fits
            .into_iter()
            .find(|(text, spoken)| is_headline(text, spoken))
        {
            return found;
        }
    }
    "Imported as it stands.".to_owned()
}

/// At most that many characters: the beginning, up to the end of a word, and an ellipsis.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let short: String = text.chars().take(most - 1).collect();
    let end = short.rfind(' ').filter(|at| *at > short.len() / 2);
    let short =
        short[..end.unwrap_or(short.len())].trim_end_matches([' ', ',', ';', ':', '.', '-', '–']);
    format!("{short}…")
}

/// The Markdown of a plain text that may have code between backticks.
pub(super) fn field(label: &str, text: &str) -> String {
    format!("{}: {}", code_span(label).trim_matches('`'), text)
}

/// Puts names into a topic: those that lead to it, and those for which it is worth reading too.
pub(super) fn set_names(topic: &mut Topic, keywords: Vec<KeywordName>, mentions: Vec<KeywordName>) {
    const NAMES_MAX: usize = 100;
    for name in keywords {
        if topic.keywords.len() < NAMES_MAX && !topic.keywords.contains(&name) {
            topic.keywords.push(name);
        }
    }
    for name in mentions {
        let is_new = !topic.keywords.contains(&name) && !topic.mentions.contains(&name);
        if topic.mentions.len() < NAMES_MAX && is_new {
            topic.mentions.push(name);
        }
    }
    // In the order in which files have them, so that reading the file gives the same.
    topic.keywords.sort_by_key(|name| name.language);
    topic.mentions.sort_by_key(|name| name.language);
}
