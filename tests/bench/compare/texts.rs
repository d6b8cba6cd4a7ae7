//! The files that servers are asked about: a fixture again and again up to a length, with other names in
//! each copy, so that it stays correct.

use std::fmt;
use std::ops::Range;

use viva::document::{Document, Encoding, Position};
use viva_guide::Language;

/// How many copies of its fixture are asked about in a long file.
const COPIES_ASKED: usize = 5;

/// How many words of each copy are asked about.
pub(crate) const WORDS: usize = 3;

/// How long a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Size {
    /// The fixture once.
    Fixture,
    Lines(usize),
    /// In units of 2^20 bytes.
    Megabytes(usize),
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Size::Fixture => write!(f, "the fixture's length"),
            Size::Lines(lines) if *lines >= 1_000 => write!(f, "{},000 lines", lines / 1_000),
            Size::Lines(lines) => write!(f, "{lines} lines"),
            Size::Megabytes(megabytes) => write!(f, "{megabytes} MB"),
        }
    }
}

/// A file, and where in it is asked.
#[derive(Debug)]
pub(crate) struct Text {
    /// The name, from which servers tell the language.
    pub(crate) file: &'static str,
    pub(crate) language_id: &'static str,
    pub(crate) document: Document,
    pub(crate) places: Vec<Place>,
}

/// A word that is asked about.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Which of the language's words it is.
    pub(crate) word: usize,
    /// In bytes.
    pub(crate) offset: usize,
    pub(crate) position: Position,
    /// Where a letter is typed before it is asked, in another line of the same copy.
    pub(crate) edit: Position,
    /// The same in the first copy.
    pub(crate) far_edit: Position,
}

/// How a language's files are made.
struct Recipe {
    file: &'static str,
    language_id: &'static str,
    fixture: &'static str,
    /// What of the fixture comes again.
    repeated: Range<&'static str>,
    /// Names that get the number of the copy.
    names: &'static [&'static str],
    /// What a place that is asked about stands behind; each stands in each copy.
    words: [&'static str; WORDS],
    /// What the place stands behind where is typed.
    typed: &'static str,
}

fn recipe(language: Language) -> Recipe {
    match language {
        Language::Go => Recipe {
            file: "queue.go",
            language_id: "go",
            fixture: include_str!("../../fixtures/queue/queue.go"),
            repeated: "// Queue holds".."",
            names: &["Queue", "func New", "func Drain"],
            words: ["q.notFull.Wa", "sync.NewCo", "jobs: mak"],
            typed: "append(q.jobs, job",
        },
        Language::Dockerfile => Recipe {
            file: "Dockerfile",
            language_id: "dockerfile",
            fixture: include_str!("../../fixtures/image/Dockerfile"),
            repeated: "FROM golang".."",
            names: &["AS build", "--from=build"],
            words: ["HEALTHC", "COP", "ENTRYP"],
            typed: "WORKDIR /src",
        },
        Language::Sql => Recipe {
            file: "schema.sql",
            language_id: "sql",
            fixture: include_str!("../../fixtures/shop/schema.sql"),
            repeated: "".."",
            names: &["customer", "purchase"],
            words: ["SKIP LO", "UNION AL", "AUTO_INCR"],
            typed: "SELECT 'all",
        },
        Language::Redis => Recipe {
            file: "redis.conf",
            language_id: "redis",
            fixture: include_str!("../../fixtures/cache/redis.conf"),
            repeated: "".."",
            names: &[],
            words: ["maxmemory-pol", "appendfs", "client-output-bu"],
            typed: "a long and random",
        },
        Language::Compose => Recipe {
            file: "compose.yaml",
            language_id: "yaml",
            fixture: include_str!("../../fixtures/stack/compose.yaml"),
            repeated: "  queue:".."networks:\n  back:",
            names: &["  queue", "  cache", "  shop"],
            words: ["depends_", "    imag", "    networ"],
            typed: "redis:8-alpine",
        },
    }
}

impl Text {
    pub(crate) fn new(language: Language, size: Size) -> Text {
        let recipe = recipe(language);
        let (text, copies) = repeat(&recipe, language, size);
        let document = Document::new(1, Some(language), &text);
        let position = |offset| document.position(offset, Encoding::Utf16);
        let behind = |copy: &Range<usize>, what: &str| {
            let within = text[copy.clone()].find(what);
            copy.start + within.expect("each copy has the words") + what.len()
        };
        let far_edit = position(behind(&copies[0], recipe.typed));
        let mut places = Vec::new();
        for copy in asked(&copies) {
            let edit = position(behind(copy, recipe.typed));
            for (word, what) in recipe.words.iter().enumerate() {
                let offset = behind(copy, what);
                places.push(Place {
                    word,
                    offset,
                    position: position(offset),
                    edit,
                    far_edit,
                });
            }
        }
        Text {
            file: recipe.file,
            language_id: recipe.language_id,
            document,
            places,
        }
    }
}

/// Some of the copies, all over the file; the last stands at nine tenths.
fn asked(copies: &[Range<usize>]) -> impl Iterator<Item = &Range<usize>> {
    let number = copies.len().min(COPIES_ASKED);
    (1..=number).map(move |part| &copies[(copies.len() - 1) * part * 9 / (number * 10)])
}

/// The text, and where its copies stand.
fn repeat(recipe: &Recipe, language: Language, size: Size) -> (String, Vec<Range<usize>>) {
    let at = |what: &str| recipe.fixture.find(what).expect("the fixture has it");
    let start = at(recipe.repeated.start);
    let end = match recipe.repeated.end {
        "" => recipe.fixture.len(),
        what => at(what),
    };
    let (head, tail) = (&recipe.fixture[..start], &recipe.fixture[end..]);
    let mut text = head.to_owned();
    let mut lines = head.lines().count() + tail.lines().count();
    let mut copies = Vec::new();
    loop {
        let mut copy = recipe.fixture[start..end].to_owned();
        let number = copies.len() + 1;
        for name in recipe.names {
            copy = copy.replace(name, &format!("{name}{number}"));
        }
        if language == Language::Sql && matches!(size, Size::Megabytes(_)) {
            copy.push_str(&dumped(number));
        }
        copies.push(text.len()..text.len() + copy.len());
        lines += copy.lines().count() + 1;
        text.push_str(&copy);
        text.push('\n');
        let is_long = match size {
            Size::Fixture => true,
            Size::Lines(least) => lines >= least,
            Size::Megabytes(least) => text.len() + tail.len() >= least << 20,
        };
        if is_long {
            text.push_str(tail);
            return (text, copies);
        }
    }
}

/// A table's rows as a dump has them, on one line.
fn dumped(number: usize) -> String {
    let row = "(1,'it''s a row with some text',NULL,3.14),";
    let rows = row.repeat(2_000);
    format!("INSERT INTO `orders{number}` VALUES {rows}(2,'',NULL,0);\n")
}
