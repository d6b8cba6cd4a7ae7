//! Notes as people keep them → topics. Each format has a reader that makes drafts; what it cannot
//! place is reported with its line, so that nothing is lost in silence.
//!
//! Code map, in the order in which a file passes: `text` (bounds, invisible characters), the readers
//! `article`, `markdown` with `answers`, `table`, `org`; `render` (Markdown as topics have it) with
//! `html`, `links` and `escape`; `draft` (a topic of each draft), `names` (its id), `keywords` (the names
//! that lead to it).

mod answers;
mod article;
mod draft;
mod escape;
mod format;
mod html;
mod keywords;
mod links;
mod markdown;
mod names;
mod org;
mod render;
mod table;
mod text;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use self::draft::Page;
pub use self::format::Format;
use self::keywords::Context;
pub use self::keywords::Known;
use self::names::Taken;
pub(crate) use self::names::slug;
pub use self::text::{FILE_MAX, LINE_MAX};
use crate::mistake::Mistake;
use crate::topic::{KeywordName, Topic};

/// The most topics of one import.
pub const TOPICS_MAX: usize = 200_000;

/// The most files of a folder that are read.
pub const FILES_MAX: usize = 20_000;

/// The deepest folder that is read, below the one that is named.
const FOLDERS_MAX: usize = 8;

/// What an import found.
#[derive(Debug, Default)]
pub struct Imported {
    pub topics: Vec<Placed>,
    /// Lines that are in no topic, and why.
    pub unplaced: Vec<Mistake>,
    /// Lines that are no text but say how to read the others: headers, titles of sections.
    pub structure: Vec<Mistake>,
    /// The files, and how they were read.
    pub files: Vec<(String, Format)>,
}

impl Imported {
    /// Puts all topics into one section.
    pub(crate) fn place_in(&mut self, section: &str) {
        let mut taken = Taken::default();
        for placed in &mut self.topics {
            placed.topic.id = taken.id(section, &placed.topic.title);
        }
    }
}

/// A topic and where it stood.
#[derive(Debug)]
pub struct Placed {
    pub topic: Topic,
    pub file: String,
    /// 1-based.
    pub line: usize,
    /// The section's title as it was written; its short form is in the topic's id.
    pub section: String,
    /// Names that the file itself gives.
    names: Vec<String>,
    /// Its text as it was written: a headline has no marks of code.
    text: String,
}

/// Reads a text. `name` is the file's, for messages and as the section where the text has none;
/// without a `format`, it is found by the name and the text.
pub fn read(text: &str, name: &str, format: Option<Format>, known: &Known) -> Imported {
    read_some(TOPICS_MAX, text, name, format, known)
}

/// The same with so many topics at most.
pub(crate) fn read_some(
    most: usize,
    text: &str,
    name: &str,
    format: Option<Format>,
    known: &Known,
) -> Imported {
    let mut imported = Imported::default();
    let mut taken = Taken::default();
    add(text, name, format, most, &mut taken, &mut imported);
    finish(&mut imported, known);
    imported
}

/// Reads a file, or all files of a folder in the formats that there are.
pub fn path(path: &Path, format: Option<Format>, known: &Known) -> Imported {
    let mut imported = Imported::default();
    let mut taken = Taken::default();
    let files = if path.is_dir() {
        files(path, &mut imported.unplaced)
    } else {
        vec![path.to_path_buf()]
    };
    for file in files {
        let name = file.display().to_string();
        match text::open(&file, &name) {
            Ok(text) => add(&text, &name, format, TOPICS_MAX, &mut taken, &mut imported),
            Err(mistake) => imported.unplaced.push(mistake),
        }
    }
    finish(&mut imported, known);
    imported
}

fn add(
    text: &str,
    name: &str,
    format: Option<Format>,
    most: usize,
    taken: &mut Taken,
    imported: &mut Imported,
) {
    let mut page = Page::new(name);
    let text = text::prepared(text, name, &mut page.unplaced);
    let format = format.unwrap_or_else(|| Format::of(name, &text));
    match format {
        Format::Article => article::read(&text, &mut page),
        Format::Markdown => markdown::read(&text, &mut page),
        Format::Csv => table::csv(&text, &mut page),
        Format::Tsv => table::tsv(&text, &mut page),
        Format::Anki => table::anki(&text, &mut page),
        Format::Org => org::read(&text, &mut page),
    }
    imported.files.push((name.to_owned(), format));
    draft::place(page, most, taken, imported);
}

/// Gives the topics their names: to each name one topic, the others mention it.
fn finish(imported: &mut Imported, known: &Known) {
    imported.unplaced.sort();
    imported.unplaced.dedup();
    let mut owned: HashSet<KeywordName> = HashSet::new();
    for placed in &imported.topics {
        owned.extend(placed.topic.keywords.iter().cloned());
    }
    for placed in &mut imported.topics {
        let topic = &mut placed.topic;
        if !topic.keywords.is_empty() || !topic.mentions.is_empty() {
            continue;
        }
        let texts: Vec<&str> = [placed.text.as_str()]
            .into_iter()
            .chain(topic.questions.iter().map(|question| question.ask.as_str()))
            .collect();
        let mut context = Context::default();
        context.add(&placed.section, 3);
        context.add(&topic.title, 3);
        context.add(&placed.file, 1);
        for text in texts
            .iter()
            .chain(&topic.also.iter().map(String::as_str).collect::<Vec<_>>())
        {
            context.add(text, 1);
        }
        let mut mentions: Vec<KeywordName> = Vec::new();
        let mut keywords = keywords::in_title(&topic.title, &context, known);
        if !topic.questions.is_empty() {
            // The answer to a question about `sync.Cond` is no explanation of it: the guide has one.
            let (asked, own): (Vec<_>, Vec<_>) =
                keywords.into_iter().partition(|name| known.has(name));
            mentions.extend(asked);
            keywords = own;
        }
        for name in &placed.names {
            keywords.extend(keywords::given(name, &context, known));
        }
        keywords.retain(|name| {
            let is_new = owned.insert(name.clone());
            if !is_new {
                mentions.push(name.clone());
            }
            is_new
        });
        for text in texts {
            mentions.extend(keywords::in_text(text, &context, known));
        }
        draft::set_names(topic, keywords, mentions);
    }
}

/// The files of a folder in known formats, in order; links are not followed.
fn files(folder: &Path, unplaced: &mut Vec<Mistake>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let name = folder.display().to_string();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                unplaced.push(Mistake::new(&name, 1, format!("cannot be read: {error}")));
                continue;
            }
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let file = path.display().to_string();
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            let kind = entry.file_type();
            if is_hidden {
                continue;
            }
            if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
                if depth == FOLDERS_MAX {
                    unplaced.push(Mistake::new(
                        &file,
                        1,
                        format!("folders are read {FOLDERS_MAX} deep"),
                    ));
                } else {
                    folders.push((path, depth + 1));
                }
            } else if kind.is_ok_and(|kind| kind.is_file()) && Format::is_named(&file) {
                files.push(path);
            } else {
                unplaced.push(Mistake::new(
                    &file,
                    1,
                    format!(
                        "is no file of a known format ({})",
                        Format::ENDINGS.join(", ")
                    ),
                ));
            }
        }
    }
    files.sort();
    if files.len() > FILES_MAX {
        let what = format!("has {} files, the first {FILES_MAX} are read", files.len());
        unplaced.push(Mistake::new(&folder.display().to_string(), 1, what));
        files.truncate(FILES_MAX);
    }
    files
}

#[cfg(test)]
mod tests;
