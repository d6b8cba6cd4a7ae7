//! What stands in a file of a guide of one's own: a topic, notes in a format that can be imported, or cards.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::OnceLock;

use super::key::{Key, Kind};
use super::manifest::{Entry, What, hash};
use super::{MISTAKES_MAX, Root};
use crate::card::{self, Card};
use crate::guide::Guide;
use crate::import::{self, Imported, Known};
use crate::mistake::{Mistake, line_at};
use crate::parse::{self, Parsed, Rules};

/// The largest file with a topic or cards that is read, in bytes; a topic has a few thousand.
pub const FILE_MAX: u64 = 256 << 10;

/// The largest file of notes that is read, in bytes: 200,000 words.
pub const NOTES_MAX: u64 = 1 << 20;

/// How many topics are made of one file of notes.
pub const IMPORTED_MAX: usize = 5_000;

/// What a file holds.
pub(super) enum Content {
    /// As it was.
    Same,
    Topic(Box<Parsed>),
    Imported(Imported),
    Cards(Vec<Card>),
    Bad(Vec<Mistake>),
}

/// Reads files.
pub(super) struct Reader<'a> {
    roots: &'a [Root],
    built_in: &'a Guide,
    /// Names that notes may be about; found out when the first notes are read.
    known: OnceLock<Known>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(roots: &'a [Root], built_in: &'a Guide) -> Reader<'a> {
        Reader {
            roots,
            built_in,
            known: OnceLock::new(),
        }
    }

    /// Looks for mistakes alone: the topics of notes have no names.
    pub(super) fn nameless(roots: &'a [Root], guide: &'a Guide) -> Reader<'a> {
        Reader {
            known: OnceLock::from(Known::default()),
            ..Reader::new(roots, guide)
        }
    }

    /// Reads a file, unless it is as it was `before`; its content and the hash of its bytes.
    pub(super) fn read(&self, key: &Key, before: Option<&Entry>) -> (u64, Content) {
        let bytes = match bytes(&key.absolute(self.roots)) {
            Ok(bytes) => bytes,
            Err(what) => {
                let mistake = Mistake::new(&key.shown(self.roots), 1, what);
                return (0, Content::Bad(vec![mistake]));
            }
        };
        let hash = hash(&bytes);
        let is_same = before.is_some_and(|before| before.hash == hash && before.what != What::Bad);
        let content = if is_same {
            Content::Same
        } else {
            self.content(key, &key.shown(self.roots), &bytes)
        };
        (hash, content)
    }

    /// What these bytes say, were they in this file; `file` names it in mistakes.
    pub(super) fn content(&self, key: &Key, file: &str, bytes: &[u8]) -> Content {
        let bad = |line, what: String| Content::Bad(vec![Mistake::new(file, line, what)]);
        if bytes.len() as u64 > NOTES_MAX {
            return bad(1, too_large());
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let line = line_at(bytes, error.valid_up_to());
                return bad(line, "is not UTF-8 here; save the file as UTF-8".to_owned());
            }
        };
        let kind = key.kind();
        let is_imported = match kind {
            Kind::Markdown => parse::is_notes(text),
            Kind::Importable => true,
            Kind::Cards(_) => false,
        };
        if is_imported {
            return self.imported(key, file, text);
        }
        if bytes.len() as u64 > FILE_MAX {
            let what = format!(
                "has more than {FILE_MAX} bytes, which is the most that a topic has; split it"
            );
            return bad(1, what);
        }
        match kind {
            Kind::Cards(language) => match card::parse(file, language, text) {
                Ok(cards) => Content::Cards(cards.into_iter().map(|(_, card)| card).collect()),
                Err(mistakes) => Content::Bad(mistakes),
            },
            Kind::Markdown | Kind::Importable => topic(key, file, text),
        }
    }

    /// The topics of notes, with ids that depend on no other file.
    fn imported(&self, key: &Key, file: &str, text: &str) -> Content {
        let known = || Known::new(self.built_in.vocabulary());
        let known = self.known.get_or_init(known);
        let mut imported = import::read_some(IMPORTED_MAX, text, file, None, known);
        imported.place_in(&key.import_section());
        // Nobody reads more, and many files wait to be indexed.
        imported.unplaced.truncate(MISTAKES_MAX);
        imported.structure = Vec::new();
        if imported.topics.is_empty() {
            if imported.unplaced.is_empty() {
                let what = "there is nothing in it to make a topic of";
                imported.unplaced.push(Mistake::new(file, 1, what));
            }
            return Content::Bad(imported.unplaced);
        }
        Content::Imported(imported)
    }
}

fn topic(key: &Key, file: &str, text: &str) -> Content {
    let bad = |line, what: String| Content::Bad(vec![Mistake::new(file, line, what)]);
    if !key.can_be_topic() {
        let what =
            "a topic lies in the guide's folder or in one of its folders, not deeper; move it up";
        return bad(1, what.to_owned());
    }
    match parse::parse_by(Rules::Own, file, &key.id(), text) {
        Ok(Parsed {
            extends: Some((line, id)),
            ..
        }) if Key::is_imported(&id) => {
            let what = format!("`{id}` stands in notes; add to it there");
            bad(line, what)
        }
        Ok(parsed) => Content::Topic(Box::new(parsed)),
        Err(mistakes) => Content::Bad(mistakes),
    }
}

/// The bytes of a file of bounded size.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}");
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    // One more byte than allowed, should it grow while it is read.
    let mut bounded = file.take(NOTES_MAX + 1);
    bounded.read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > NOTES_MAX {
        return Err(too_large());
    }
    Ok(bytes)
}

fn too_large() -> String {
    format!(
        "has more than {NOTES_MAX} bytes, which is the most that is read; split it, or make topics of it with `viva guide import`"
    )
}
