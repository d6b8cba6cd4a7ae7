//! Markdown with front matter → [`Topic`], or every mistake with its line. The format is described
//! in `index/guide/README.md`.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use crate::Level;
use crate::front_matter;
use crate::front_matter::KEYS;
pub use crate::front_matter::Rules;
pub(crate) use crate::front_matter::is_version;
use crate::hidden;
use crate::mistake::{Lines, Mistake};
use crate::topic::{Block, HEADLINE_MAX, Pitfall, Question, Topic, split_headline};

/// A topic, and where the ids that it mentions stand: lines (1-based) and ids, for the check that
/// they exist.
#[derive(Debug)]
pub struct Parsed {
    pub topic: Topic,
    pub mentioned: Vec<(usize, String)>,
    /// The lines of the topic's keywords, in their order.
    pub keyword_lines: Vec<usize>,
    /// The id of the topic that this only adds to, and its line: its text is then a note.
    pub extends: Option<(usize, String)>,
}

/// How many mistakes of the Markdown of one file are reported.
const MISTAKES_MAX: usize = 100;

/// How many links to other topics one file has, and how many questions: far more than anybody reads.
const LINKS_MAX: usize = 1_000;
const QUESTIONS_MAX: usize = 1_000;

const SECTIONS: [&str; 3] = ["Pitfalls", "Example", "Questions"];

/// Reads one topic of the built-in guide. `file` names it in the mistakes; all mistakes are reported, not only
/// the first.
pub fn parse(file: &str, id: &str, text: &str) -> Result<Parsed, Vec<Mistake>> {
    parse_by(Rules::BuiltIn, file, id, text)
}

/// Reads one topic by the rules of a guide.
pub fn parse_by(rules: Rules, file: &str, id: &str, text: &str) -> Result<Parsed, Vec<Mistake>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Lines end as editors and YAML see it.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let Some((yaml, body_at)) = split_front_matter(&text) else {
        let what = "a topic begins with front matter between two lines `---`";
        return Err(vec![Mistake::new(file, 1, what)]);
    };
    // The YAML begins on line 2.
    let (front, wrong) = front_matter::parse(yaml, rules);
    let mut mistakes: Vec<Mistake> = wrong
        .into_iter()
        .map(|(line, what)| Mistake::new(file, line + 1, what))
        .collect();
    if rules == Rules::Own {
        mistakes.extend(hidden_characters(file, &text));
    }
    let mut body = Body {
        // The end of the text is on its last line.
        lines: Lines::of(text.trim_end_matches('\n')),
        kind: match (rules, &front.extends) {
            (_, Some(_)) => Kind::Note,
            (Rules::Own, None) => Kind::Own,
            (Rules::BuiltIn, None) => Kind::BuiltIn,
        },
        text: &text,
        at: body_at,
        file,
        mistakes: Vec::new(),
        mentioned: Vec::new(),
    };
    let parts = body.read();
    mistakes.append(&mut body.mistakes);
    let mut mentioned: Vec<_> = front
        .related
        .iter()
        .map(|(line, id)| (line + 1, id.clone()))
        .collect();
    mentioned.append(&mut body.mentioned);
    if !mistakes.is_empty() {
        mistakes.sort();
        return Err(mistakes);
    }
    let keyword_lines = front.keywords.iter().map(|(line, _)| line + 1).collect();
    let topic = Topic {
        from: None,
        notes: Vec::new(),
        id: id.to_owned(),
        title: front.title,
        level: front.level.unwrap_or(Level::Middle),
        covers: front.covers,
        also: front.also,
        keywords: without_lines(front.keywords),
        mentions: without_lines(front.mentions),
        related: without_lines(front.related),
        since: front.since,
        changed: front.changed,
        sources: front.sources,
        checked: front.checked,
        summary: parts.summary,
        body: parts.body,
        pitfalls: parts.pitfalls,
        example: parts.example,
        questions: parts.questions,
    };
    Ok(Parsed {
        topic,
        mentioned,
        keyword_lines,
        extends: front.extends.map(|(line, id)| (line + 1, id)),
    })
}

/// Characters that hide something, by the lines on which they stand.
fn hidden_characters(file: &str, text: &str) -> Vec<Mistake> {
    let lines = (1..).zip(text.lines());
    let found = lines.filter_map(|(line, text)| {
        let what = hidden::complaint(hidden::first_in(text)?);
        Some(Mistake::new(file, line, what))
    });
    found.take(MISTAKES_MAX).collect()
}

fn without_lines<T>(lined: Vec<(usize, T)>) -> Vec<T> {
    lined.into_iter().map(|(_, value)| value).collect()
}

/// Whether a Markdown file is notes rather than a topic: it has no front matter, or that of another program,
/// with none of the keys that only topics have.
pub(crate) fn is_notes(text: &str) -> bool {
    let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines();
    if lines.next() != Some("---") {
        return true;
    }
    let lines = lines.take_while(|line| *line != "---");
    let keys = lines.filter_map(|line| line.split_once(':').map(|(key, _)| key));
    let mut is_others = false;
    for key in keys.filter(|key| !key.starts_with([' ', '\t', '-', '#'])) {
        let is_ours = KEYS.contains(&key);
        if is_ours && key != "title" {
            return false;
        }
        is_others |= !is_ours;
    }
    is_others
}

/// The YAML, and the byte offset at which the Markdown begins.
fn split_front_matter(text: &str) -> Option<(&str, usize)> {
    let yaml_at = "---\n".len();
    let rest = text.strip_prefix("---\n")?;
    let end = rest.find("\n---\n").map(|at| at + 1)?;
    Some((&rest[..end], yaml_at + end + "---\n".len()))
}

#[derive(Default)]
struct Parts {
    summary: String,
    body: String,
    pitfalls: Vec<Pitfall>,
    example: Vec<Block>,
    questions: Vec<Question>,
}

/// What is read: it decides which parts must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    BuiltIn,
    Own,
    /// What is added to another topic.
    Note,
}

/// The Markdown of one file while it is read.
struct Body<'a> {
    kind: Kind,
    text: &'a str,
    lines: Lines,
    /// Where the Markdown begins, in bytes.
    at: usize,
    file: &'a str,
    mistakes: Vec<Mistake>,
    mentioned: Vec<(usize, String)>,
}

/// A heading and the range of the text below it, up to the next heading of the same level.
struct Section {
    title: String,
    heading_at: usize,
    content: Range<usize>,
}

impl Body<'_> {
    fn read(&mut self) -> Parts {
        let whole = self.at..self.text.len();
        self.check_markup(whole.clone());
        let sections = self.sections(whole.clone(), HeadingLevel::H2);
        let lead = self.at
            ..sections
                .first()
                .map_or(whole.end, |section| section.heading_at);
        let mut parts = Parts::default();
        if self.kind == Kind::Note {
            parts.body = self.unwrapped(lead);
        } else {
            (parts.summary, parts.body) = self.summary_and_body(lead);
        }
        self.check_section_order(&sections);
        for section in &sections {
            match section.title.as_str() {
                "Pitfalls" => parts.pitfalls = self.pitfalls(section),
                "Example" => parts.example = self.example(section),
                "Questions" => parts.questions = self.questions(section),
                _ => {}
            }
        }
        let has_questions = sections.iter().any(|section| section.title == "Questions");
        if self.kind == Kind::BuiltIn && !has_questions {
            self.wrong(whole.end, "a topic has a section `## Questions`");
        }
        parts
    }

    fn wrong(&mut self, offset: usize, what: impl Into<String>) {
        if self.mistakes.len() < MISTAKES_MAX {
            let line = self.lines.at(offset);
            self.mistakes.push(Mistake::new(self.file, line, what));
        }
    }

    /// The events of a part of the text, with ranges of the whole text.
    fn events(&self, range: Range<usize>) -> Vec<(Event<'_>, Range<usize>)> {
        Parser::new_ext(&self.text[range.clone()], Options::ENABLE_TABLES)
            .into_offset_iter()
            .map(|(event, at)| (event, at.start + range.start..at.end + range.start))
            .collect()
    }

    fn sections(&self, range: Range<usize>, level: HeadingLevel) -> Vec<Section> {
        let mut sections: Vec<Section> = Vec::new();
        for (event, at) in self.events(range.clone()) {
            if let Event::Start(Tag::Heading { level: found, .. }) = event
                && found == level
            {
                if let Some(before) = sections.last_mut() {
                    before.content.end = at.start;
                }
                let title = self.text[at.clone()]
                    .trim_start_matches('#')
                    .trim()
                    .to_owned();
                sections.push(Section {
                    title,
                    heading_at: at.start,
                    content: at.end..range.end,
                });
            }
        }
        sections
    }

    fn check_section_order(&mut self, sections: &[Section]) {
        let mut allowed = SECTIONS.as_slice();
        for section in sections {
            if let Some(at) = allowed.iter().position(|title| *title == section.title) {
                allowed = &allowed[at + 1..];
            } else {
                let what = format!(
                    "unexpected section `{}`; the sections are {}, once each and in this order",
                    section.title,
                    SECTIONS.join(", ")
                );
                self.wrong(section.heading_at, what);
            }
        }
    }

    /// What may stand nowhere in a topic, and the links to other topics.
    fn check_markup(&mut self, range: Range<usize>) {
        let mut found = Vec::new();
        let mut written = Vec::new();
        let mut links = Vec::new();
        for (event, at) in self.events(range) {
            let what = match event {
                // `&#x202e;` is written without one, and shows one.
                Event::Text(text) | Event::Code(text) => {
                    if let Some(letter) = hidden::first_in(&text) {
                        written.push((at.start, hidden::complaint(letter)));
                    }
                    continue;
                }
                Event::Start(Tag::Heading {
                    level: HeadingLevel::H2 | HeadingLevel::H3,
                    ..
                }) => continue,
                Event::Start(Tag::Heading { .. }) => {
                    "only headings of level 2 and 3 are used; write bold text instead"
                }
                Event::Start(Tag::Table(_)) => "tables do not show in every editor; write a list",
                Event::Start(Tag::Image { .. }) => {
                    "images do not show in every editor; describe it"
                }
                Event::Html(_) | Event::InlineHtml(_) => {
                    "HTML does not show in every editor; use Markdown, or backticks around code"
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                    "use a fenced block (```) for code"
                }
                Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    ..
                }) => {
                    if link_type != LinkType::Inline {
                        "write links as [text](section/name) or [text](https://…)"
                    } else if dest_url.starts_with("https://") {
                        continue;
                    } else {
                        links.push((at.start, dest_url.to_string()));
                        continue;
                    }
                }
                _ => continue,
            };
            found.push((at.start, what));
        }
        for (offset, what) in found {
            self.wrong(offset, what);
        }
        for (offset, what) in written {
            self.wrong(offset, what);
        }
        if let Some((offset, _)) = links.get(LINKS_MAX) {
            let what = format!("has more than {LINKS_MAX} links to topics; split it");
            self.wrong(*offset, what);
        }
        for (offset, id) in links {
            self.mentioned.push((self.lines.at(offset), id));
        }
    }

    fn summary_and_body(&mut self, range: Range<usize>) -> (String, String) {
        let first = self
            .events(range.clone())
            .into_iter()
            .find_map(|(event, at)| match event {
                Event::Start(Tag::Paragraph) => Some(Some(at)),
                Event::Start(_) => Some(None),
                _ => None,
            });
        let Some(Some(paragraph)) = first else {
            let text = &self.text[range.clone()];
            self.wrong(
                range.end - text.trim_start().len(),
                "a topic begins with its summary: a paragraph of one or two sentences",
            );
            return (String::new(), String::new());
        };
        let summary = self.unwrapped(paragraph.clone());
        self.check_headline(paragraph.start, &summary);
        (summary, self.unwrapped(paragraph.end..range.end))
    }

    fn check_headline(&mut self, at: usize, summary: &str) {
        let (headline, rest) = split_headline(summary);
        let length = headline.chars().count();
        if length > HEADLINE_MAX {
            let what = format!(
                "the first sentence of the summary has {length} characters; {HEADLINE_MAX} fit the first line of a hover"
            );
            self.wrong(at, what);
        }
        let is_plain = Parser::new(headline).all(|event| {
            matches!(
                event,
                Event::Text(_) | Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)
            )
        });
        if !is_plain {
            self.wrong(
                at,
                "the first sentence of the summary is plain text: no backticks, links or emphasis",
            );
        }
        if !split_headline(rest).1.is_empty() {
            self.wrong(
                at,
                "the summary has at most two sentences; move the rest to a new paragraph",
            );
        }
    }

    fn pitfalls(&mut self, section: &Section) -> Vec<Pitfall> {
        let mut pitfalls = Vec::new();
        for item in self.items(section.content.clone()) {
            let text = self.unwrapped(item.clone());
            let text = text.trim_start_matches(['-', '*', '+']).trim();
            let (text, hint) = match text
                .strip_suffix('}')
                .and_then(|text| text.rsplit_once("{hint: "))
            {
                Some((text, rule)) => (text.trim_end(), Some(rule.to_owned())),
                None => (text, None),
            };
            if hint.as_ref().is_some_and(|rule| !is_rule_id(rule)) {
                self.wrong(
                    item.start,
                    "a hint is named `{hint: language/what-is-wrong}` in small letters",
                );
            }
            pitfalls.push(Pitfall {
                text: text.to_owned(),
                hint,
            });
        }
        if pitfalls.is_empty() {
            self.wrong(section.heading_at, "`## Pitfalls` holds a list");
        }
        pitfalls
    }

    /// The ranges of the items of the lists in a part of the text, outermost only.
    fn items(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let mut depth = 0;
        let mut items = Vec::new();
        for (event, at) in self.events(range) {
            match event {
                Event::Start(Tag::Item) => {
                    if depth == 0 {
                        items.push(at);
                    }
                    depth += 1;
                }
                Event::End(TagEnd::Item) => depth -= 1,
                _ => {}
            }
        }
        items
    }

    fn example(&mut self, section: &Section) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut open = false;
        for (event, at) in self.events(section.content.clone()) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    open = true;
                    blocks.push(Block {
                        info: info.to_string(),
                        code: String::new(),
                    });
                }
                Event::End(TagEnd::CodeBlock) => {
                    open = false;
                    // The last line of a file may lack its end, and the fence below it.
                    if let Some(block) = blocks.last_mut()
                        && !block.code.is_empty()
                        && !block.code.ends_with('\n')
                    {
                        block.code.push('\n');
                    }
                }
                Event::Text(code) if open => {
                    if let Some(block) = blocks.last_mut() {
                        block.code.push_str(&code);
                    }
                }
                Event::Start(Tag::Paragraph | Tag::List(_)) => {
                    let line = Mistake::new(
                        self.file,
                        self.lines.at(at.start),
                        "`## Example` holds fenced blocks only; explain in the body",
                    );
                    return self.failed(line);
                }
                _ => {}
            }
        }
        if let Some(nameless) = blocks.iter().find(|block| block.language().is_empty()) {
            let what = format!(
                "name the language after ``` before `{}`",
                nameless.code.lines().next().unwrap_or_default()
            );
            self.wrong(section.heading_at, what);
        }
        if blocks.is_empty() {
            self.wrong(section.heading_at, "`## Example` holds a fenced block");
        }
        blocks
    }

    fn failed(&mut self, mistake: Mistake) -> Vec<Block> {
        self.mistakes.push(mistake);
        Vec::new()
    }

    fn questions(&mut self, section: &Section) -> Vec<Question> {
        let mut questions = Vec::new();
        let found = self.sections(section.content.clone(), HeadingLevel::H3);
        if let Some(question) = found.get(QUESTIONS_MAX) {
            let what = format!("has more than {QUESTIONS_MAX} questions; split it");
            self.wrong(question.heading_at, what);
        }
        for question in found {
            if !question.title.ends_with('?') {
                self.wrong(question.heading_at, "a question ends with `?`");
            }
            let text = self.unwrapped(question.content.clone());
            // The answer may be missing, so that the follow-up is the first paragraph.
            let text = format!("\n\n{text}");
            let (answer, follow_up) = text.rsplit_once("\n\nFollow-up:").unwrap_or_else(|| {
                if self.kind == Kind::BuiltIn {
                    let what = "the last paragraph of a question begins with `Follow-up:`";
                    self.wrong(question.heading_at, what);
                }
                (&text, "")
            });
            let (answer, follow_up) = (answer.trim(), follow_up.trim());
            if answer.is_empty() {
                self.wrong(question.heading_at, "a question needs a model answer");
            }
            if follow_up.contains("\n\n") {
                self.wrong(
                    question.heading_at,
                    "`Follow-up:` is the last paragraph of a question",
                );
            }
            questions.push(Question {
                ask: question.title,
                answer: answer.to_owned(),
                follow_up: follow_up.to_owned(),
            });
        }
        if questions.is_empty() {
            self.wrong(
                section.heading_at,
                "`## Questions` holds at least one `###` heading with a question",
            );
        }
        questions
    }

    /// The text with each paragraph and list item on one line: editors wrap to their own width.
    fn unwrapped(&self, range: Range<usize>) -> String {
        let mut out = String::with_capacity(range.len());
        let mut copied = range.start;
        for (event, at) in self.events(range.clone()) {
            if matches!(event, Event::SoftBreak) {
                out.push_str(self.text[copied..at.start].trim_end());
                out.push(' ');
                let rest = &self.text[at.start..range.end];
                copied = at.start + (rest.len() - rest.trim_start().len());
            }
        }
        out.push_str(&self.text[copied..range.end]);
        out.trim().to_owned()
    }
}

/// `language/what-is-wrong`, in small letters.
fn is_rule_id(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.split_once('/')
        .is_some_and(|(language, what)| is_word(language) && is_word(what))
}

#[cfg(test)]
mod tests;
