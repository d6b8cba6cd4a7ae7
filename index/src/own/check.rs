//! What is wrong with files of a guide, for those who write them: their own mistakes, names of topics that
//! there are not, and lines of notes that are in no topic.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::content::{Content, Reader, bytes};
use super::key::Key;
use super::scan::Scan;
use super::{Place, Root};
use crate::folder::no_such_topic;
use crate::guide::Guide;
use crate::mistake::Mistake;
use crate::parse::Parsed;
use crate::topic::KeywordName;

/// With how many ids one that there is not is compared, to say which may be meant, and how many of these are
/// compared: each takes a moment.
const IDS_MAX: usize = 20_000;
const COMPARED: usize = 20;

/// What a folder or file holds and every mistake in it, in the order of files and lines.
#[derive(Debug, Default)]
pub struct Checked {
    pub topics: usize,
    pub cards: usize,
    pub mistakes: Vec<Mistake>,
    /// Lines of notes that are in no topic, and why: no mistakes, but worth knowing.
    pub unplaced: Vec<Mistake>,
}

/// Checks all files of a folder: each by itself, and against each other and the topics of `built_in`.
pub fn folder(built_in: &Guide, folder: &Path) -> Checked {
    let roots = [Root {
        place: Place::Settings,
        folder: folder.to_owned(),
        shown: folder.display().to_string(),
        within: None,
    }];
    let scan = Scan::all(&roots);
    let reader = Reader::nameless(&roots, built_in);
    let mut names = Names::default();
    let mut checked = Checked {
        mistakes: scan.mistakes,
        ..Checked::default()
    };
    for (key, _) in &scan.files {
        let file = key.shown(&roots);
        let content = match bytes(&key.absolute(&roots)) {
            Ok(bytes) => reader.content(key, &file, &bytes),
            Err(what) => Content::Bad(vec![Mistake::new(&file, 1, what)]),
        };
        match content {
            Content::Same => {}
            Content::Bad(mistakes) => checked.mistakes.extend(mistakes),
            Content::Cards(cards) => checked.cards += cards.len(),
            Content::Imported(imported) => {
                checked.topics += imported.topics.len();
                checked.unplaced.extend(imported.unplaced);
                let ids = imported.topics.into_iter().map(|placed| placed.topic.id);
                names.imported(&file, key, ids, &mut checked.mistakes);
            }
            Content::Topic(parsed) => {
                checked.topics += 1;
                names.topic(&file, *parsed, &mut checked.mistakes);
            }
        }
    }
    names.check_mentioned(built_in, &mut checked.mistakes);
    checked.mistakes.sort();
    checked.unplaced.sort();
    checked
}

/// The names in a folder, and who has them.
#[derive(Default)]
struct Names {
    /// A name of code, and the topic that has it.
    owners: HashMap<KeywordName, String>,
    /// An id or the section of a file of notes, and the file.
    files: HashMap<String, String>,
    /// The ids of imported topics.
    imported: HashSet<String>,
    /// File, line and id.
    mentioned: Vec<(String, usize, String)>,
}

impl Names {
    fn topic(&mut self, file: &str, parsed: Parsed, mistakes: &mut Vec<Mistake>) {
        let topic = parsed.topic;
        for (name, line) in topic.keywords.into_iter().zip(parsed.keyword_lines) {
            if let Some(owner) = self.owners.get(&name) {
                let what = format!(
                    "the name `{}` belongs to `{owner}`; list it under `mentions` here or there",
                    name.name
                );
                mistakes.push(Mistake::new(file, line, what));
            } else {
                self.owners.insert(name, topic.id.clone());
            }
        }
        let is_added = parsed.extends.is_some();
        let named = parsed.mentioned.into_iter().chain(parsed.extends);
        let named = named.map(|(line, id)| (file.to_owned(), line, id));
        self.mentioned.extend(named);
        if !is_added {
            self.take(file, topic.id, mistakes);
        }
    }

    fn imported(
        &mut self,
        file: &str,
        key: &Key,
        ids: impl Iterator<Item = String>,
        mistakes: &mut Vec<Mistake>,
    ) {
        self.imported.extend(ids);
        self.take(file, key.import_section(), mistakes);
    }

    fn take(&mut self, file: &str, id: String, mistakes: &mut Vec<Mistake>) {
        if let Some(other) = self.files.get(&id) {
            let what = format!("the id `{id}` is taken by {other}; rename one");
            mistakes.push(Mistake::new(file, 1, what));
        } else {
            self.files.insert(id, file.to_owned());
        }
    }

    fn check_mentioned(self, built_in: &Guide, mistakes: &mut Vec<Mistake>) {
        let is_known = |id: &String| {
            self.files.contains_key(id) || self.imported.contains(id) || built_in.has(id)
        };
        let known = || [self.files.keys().cloned().collect(), built_in.ids(IDS_MAX)].concat();
        let unknown = self.mentioned.iter().filter(|(_, _, id)| !is_known(id));
        mistakes.extend(unknown_topics(unknown, known));
    }
}

/// A mistake for each id, at its file and line.
fn unknown_topics<'a>(
    unknown: impl Iterator<Item = &'a (String, usize, String)>,
    known: impl FnOnce() -> Vec<String>,
) -> Vec<Mistake> {
    let mut unknown = unknown.peekable();
    let known = unknown.peek().map(|_| known()).unwrap_or_default();
    let known = &known[..known.len().min(IDS_MAX)];
    let mistake = |(number, (file, line, id)): (usize, &(String, usize, String))| {
        let compared = if number < COMPARED { known } else { &[] };
        let what = no_such_topic(id, compared.iter().map(String::as_str));
        Mistake::new(file, *line, what)
    };
    unknown.enumerate().map(mistake).collect()
}

/// The mistakes of a text that stands, or will stand, in this file.
pub(super) fn text(guide: &Guide, key: &Key, file: &str, text: &str) -> Checked {
    let mut checked = Checked::default();
    match Reader::nameless(&[], guide).content(key, file, text.as_bytes()) {
        Content::Same => {}
        Content::Bad(mistakes) => checked.mistakes = mistakes,
        Content::Cards(cards) => checked.cards = cards.len(),
        Content::Imported(imported) => {
            checked.topics = imported.topics.len();
            checked.unplaced = imported.unplaced;
        }
        Content::Topic(parsed) => {
            checked.topics = 1;
            let mentioned = parsed.mentioned.into_iter().chain(parsed.extends);
            checked.mistakes = wrong_ids(guide, &key.id(), file, mentioned);
        }
    }
    checked
}

/// Ids of topics that there are not, and that of the topic itself.
fn wrong_ids(
    guide: &Guide,
    own: &str,
    file: &str,
    mentioned: impl Iterator<Item = (usize, String)>,
) -> Vec<Mistake> {
    let mentioned: Vec<_> = mentioned
        .map(|(line, id)| (file.to_owned(), line, id))
        .collect();
    let (own, others): (Vec<_>, Vec<_>) = mentioned.into_iter().partition(|(_, _, id)| id == own);
    let unknown = others.iter().filter(|(_, _, id)| !guide.has(id));
    let mut mistakes = unknown_topics(unknown, || guide.ids(IDS_MAX));
    let own = own
        .iter()
        .map(|(file, line, _)| Mistake::new(file, *line, "a topic is not related to itself"));
    mistakes.extend(own);
    mistakes.sort();
    mistakes.dedup();
    mistakes
}
