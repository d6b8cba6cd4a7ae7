//! What several files are about: a topic with what is added to it, and files of one name in several folders,
//! of which the most important counts.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Root;
use super::content::{Content, Reader};
use super::key::Key;
use super::manifest::{Entry, Manifest, What, hash};
use super::scan::Scan;
use crate::guide::Guide;
use crate::topic::{Note, Topic};

/// What needs a look at all files about it.
#[derive(Debug)]
pub(super) struct Together {
    /// Hashes of the ids and sections that several files have by their paths, or that something is added to.
    shared: HashSet<u64>,
    /// Topics to be written anew.
    ids: BTreeSet<String>,
    /// Sections of imported topics to be written anew.
    sections: BTreeSet<String>,
}

impl Together {
    pub(super) fn new(manifest: &Manifest, scan: &Scan) -> Together {
        let mut seen = HashSet::new();
        let mut shared = HashSet::new();
        for (key, _) in &scan.files {
            for name in key.may_be_named() {
                let name = hash(name.as_bytes());
                if !seen.insert(name) {
                    shared.insert(name);
                }
            }
        }
        // A look at some files does not see the others; a look at all sees again what is known.
        let unseen = |key: &Key| !scan.is_all && !scan.has(key);
        for Entry { key, what, .. } in manifest.entries() {
            let name = match what {
                What::Extends(id) => {
                    shared.insert(hash(id.as_bytes()));
                    continue;
                }
                What::Topic if unseen(key) => key.id(),
                What::Imported if unseen(key) => key.import_section(),
                _ => continue,
            };
            let name = hash(name.as_bytes());
            if seen.contains(&name) {
                shared.insert(name);
            }
        }
        Together {
            shared,
            ids: BTreeSet::new(),
            sections: BTreeSet::new(),
        }
    }

    /// Whether several files may be about the topic of this id, or the imported ones of this section.
    pub(super) fn is_shared(&self, name: &str) -> bool {
        self.shared.contains(&hash(name.as_bytes()))
    }

    /// A topic is to be written anew.
    pub(super) fn again(&mut self, id: String) {
        self.ids.insert(id);
    }

    /// Something is added to a topic.
    pub(super) fn extends(&mut self, id: String) {
        self.shared.insert(hash(id.as_bytes()));
        self.ids.insert(id);
    }

    /// A topic was written.
    pub(super) fn done(&mut self, id: &str) {
        self.ids.remove(id);
    }

    /// The topics of a section of imported ones are to be written anew.
    pub(super) fn import_again(&mut self, section: String) {
        self.sections.insert(section);
    }

    /// The topics of a section of imported ones were written.
    pub(super) fn import_done(&mut self, section: &str) {
        self.sections.remove(section);
    }

    /// The topics to be written anew, each with the files about it in the order of the roots.
    pub(super) fn topics<'a>(
        &'a self,
        manifest: &'a Manifest,
    ) -> BTreeMap<&'a str, Vec<&'a Entry>> {
        let mut files: BTreeMap<&str, Vec<&Entry>> = self
            .ids
            .iter()
            .map(|id| (id.as_str(), Vec::new()))
            .collect();
        if files.is_empty() {
            return files;
        }
        for entry in manifest.entries() {
            let of_path;
            let id = match &entry.what {
                What::Topic => {
                    of_path = entry.key.id();
                    &of_path
                }
                What::Extends(id) => id,
                What::Imported | What::Cards | What::Bad => continue,
            };
            if let Some(files) = files.get_mut(id.as_str()) {
                files.push(entry);
            }
        }
        files
    }

    /// The sections to be written anew, each with the most important file of that name.
    pub(super) fn imported<'a>(
        &'a self,
        manifest: &'a Manifest,
    ) -> BTreeMap<&'a str, Option<&'a Entry>> {
        let sections = self.sections.iter();
        let mut files: BTreeMap<&str, Option<&Entry>> =
            sections.map(|section| (section.as_str(), None)).collect();
        if files.is_empty() {
            return files;
        }
        for entry in manifest.entries() {
            if entry.what == What::Imported
                && let Some(file) = files.get_mut(entry.key.import_section().as_str())
            {
                file.get_or_insert(entry);
            }
        }
        files
    }
}

/// The most important topic of an id with what is added to it, and the place of the most important root
/// that says something about it; `files` are in the order of the roots.
pub(super) fn merged(
    id: &str,
    files: &[&Entry],
    roots: &[Root],
    reader: &Reader<'_>,
    built_in: &Guide,
) -> Option<(Topic, Option<u16>)> {
    let mut topic = None;
    let mut added = Vec::new();
    for Entry { key, what, .. } in files {
        if topic.is_some() && *what == What::Topic {
            continue;
        }
        // It may be another file by now, which the next update will find.
        if let (_, Content::Topic(parsed)) = reader.read(key, None) {
            match parsed.extends {
                Some(_) => added.push((key, parsed.topic)),
                None => topic = Some((key, parsed.topic)),
            }
        }
    }
    let roots_of = topic.iter().chain(&added).map(|(key, _)| key.root);
    let most_important = roots_of.min();
    let mut topic = match topic {
        Some((key, topic)) => Topic {
            from: Some(key.from(roots)),
            ..topic
        },
        None => built_in.topic(id)?,
    };
    // The last is put before the others, so that the most important is the first.
    for (key, added) in added.into_iter().rev() {
        extend(&mut topic, added, key.from(roots));
    }
    Some((topic, most_important))
}

/// Adds to a topic: questions and names before its own, and the text as a note.
fn extend(topic: &mut Topic, added: Topic, from: String) {
    fn before<T: PartialEq>(all: &mut Vec<T>, mut added: Vec<T>) {
        added.retain(|new| !all.contains(new));
        all.splice(0..0, added);
    }
    before(&mut topic.questions, added.questions);
    before(&mut topic.pitfalls, added.pitfalls);
    before(&mut topic.keywords, added.keywords);
    before(&mut topic.mentions, added.mentions);
    before(&mut topic.related, added.related);
    before(&mut topic.also, added.also);
    topic.changed.extend(added.changed);
    topic.sources.extend(added.sources);
    topic.example.extend(added.example);
    let text = added.body;
    topic.notes.insert(0, Note { text, from });
}
