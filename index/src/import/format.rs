//! The formats, and which one a file has.

use super::article::{self, Separator};
use super::text::has_words;

/// A format that people keep notes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `Section title` lines followed by lines `Term – explanation`.
    Article,
    /// Headings with paragraphs, questions and answers.
    Markdown,
    Csv,
    Tsv,
    /// Anki's "notes in plain text".
    Anki,
    Org,
}

/// How many lines of a text are looked at.
const LOOKED_AT: usize = 400;

impl Format {
    pub const ALL: [Format; 6] = [
        Format::Article,
        Format::Markdown,
        Format::Csv,
        Format::Tsv,
        Format::Anki,
        Format::Org,
    ];

    /// The endings of the files that are read in a folder.
    pub const ENDINGS: [&str; 8] = ["md", "markdown", "txt", "text", "csv", "tsv", "tab", "org"];

    /// The name used with `--as`.
    pub fn name(self) -> &'static str {
        match self {
            Format::Article => "article",
            Format::Markdown => "markdown",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Anki => "anki",
            Format::Org => "org",
        }
    }

    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Whether a file's name says that it can be imported.
    pub(crate) fn is_named(name: &str) -> bool {
        let ending = ending(name);
        Format::ENDINGS.contains(&ending.as_str())
    }

    /// The format of a text, by the name of its file and what stands in it.
    pub(super) fn of(name: &str, text: &str) -> Format {
        match ending(name).as_str() {
            "csv" => {
                return if is_anki(text) {
                    Format::Anki
                } else {
                    Format::Csv
                };
            }
            "tsv" | "tab" => {
                return if is_anki(text) {
                    Format::Anki
                } else {
                    Format::Tsv
                };
            }
            "org" => return Format::Org,
            _ => {}
        }
        let is_markdown = matches!(ending(name).as_str(), "md" | "markdown");
        if is_markdown {
            return if is_article(text, true) {
                Format::Article
            } else {
                Format::Markdown
            };
        }
        if is_anki(text) {
            return Format::Anki;
        }
        if is_tsv(text) {
            return Format::Tsv;
        }
        if is_org(text) {
            return Format::Org;
        }
        if is_article(text, false) {
            Format::Article
        } else {
            Format::Markdown
        }
    }
}

fn ending(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.rsplit_once('.')
        .map_or_else(String::new, |(_, ending)| ending.to_lowercase())
}

fn is_anki(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    [
        "#separator:",
        "#html:",
        "#columns:",
        "#deck",
        "#notetype",
        "#tags",
        "#guid",
    ]
    .iter()
    .any(|key| first.starts_with(key))
}

fn is_tsv(text: &str) -> bool {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| has_words(line))
        .take(20)
        .collect();
    !lines.is_empty() && lines.iter().all(|line| line.trim().contains('\t'))
}

fn is_org(text: &str) -> bool {
    let mut heads = 0;
    for line in text.lines().take(LOOKED_AT) {
        if line.starts_with("#+") {
            return true;
        }
        let stars = line.bytes().take_while(|byte| *byte == b'*').count();
        heads += usize::from(stars > 1 && line[stars..].starts_with(' '));
    }
    heads > 0
}

/// Whether most lines that can be are `Term – explanation`. Markdown has lists of such lines inside of
/// longer texts; there nearly all must be.
fn is_article(text: &str, is_markdown: bool) -> bool {
    let mut terms = 0;
    let mut dashes = 0;
    let mut others = 0;
    let mut headings = 0;
    let mut questions = 0;
    let mut before = "";
    for line in text.lines().take(LOOKED_AT) {
        let bare = line.trim();
        if bare.starts_with("```") {
            // Notes with code are Markdown.
            others += 3;
        } else if bare.starts_with('#') {
            headings += 1;
        } else if has_words(bare) {
            let found = article::cut(bare);
            let lower = bare.to_lowercase();
            let is_question = [
                "q:",
                "**q",
                "question:",
                "a:",
                "**a:",
                "answer:",
                "<summary",
                "<details",
            ]
            .iter()
            .any(|mark| lower.starts_with(mark));
            questions += usize::from(is_question);
            match found {
                Some(term) => {
                    terms += 1;
                    dashes += usize::from(term.separator == Separator::Dash);
                }
                // Lines of a paragraph and titles say nothing.
                None if before.is_empty() && bare.len() > 60 => others += 1,
                None => {}
            }
        }
        before = bare;
    }
    if questions > 0 || terms == 0 {
        return false;
    }
    let is_mostly = if is_markdown {
        terms > 2 && others == 0 && dashes * 2 > terms
    } else {
        terms > others
    };
    is_mostly && (headings == 0 || headings * 2 <= terms || !is_markdown)
}
