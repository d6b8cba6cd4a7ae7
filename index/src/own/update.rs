//! Changed files → changed documents of the index.
//!
//! Files are read and parsed by several threads and written one by one, so that a guide of any size
//! needs little memory. Ids that several files are about (a topic and what is added to it, or the
//! same id in two folders) are put together at the end.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::{fs, io, thread};

use tantivy::indexer::NoMergePolicy;
use tantivy::{Index, IndexWriter, TantivyDocument, Term};

use super::manifest::{Entry, Manifest, What, hash};
use super::scan::{FILE_MAX, Key, Scan, Stamp};
use super::{MISTAKES_MAX, Progress, Root};
use crate::card::{self, Card};
use crate::guide::Guide;
use crate::mistake::{Mistake, line_at};
use crate::parse::{self, Parsed, Rules};
use crate::record::Fields;
use crate::store::Files;
use crate::topic::{Note, Topic};
use crate::{record, tokens};

/// Memory of the indexer before it starts another segment, in bytes: for many files, and for few.
const MEMORY_MANY: usize = 40 << 20;
const MEMORY_FEW: usize = 15 << 20;

/// More files than this are many.
const MANY: usize = 2_000;

/// How many parsed files may wait for the indexer.
const WAITING: usize = 256;

/// A segment with fewer documents is small; more small ones than this are merged.
const SMALL_SEGMENT: u32 = 5_000;
const SMALL_SEGMENTS: usize = 6;

/// A file after it was read.
struct Read {
    key: Key,
    stamp: Stamp,
    hash: u64,
    content: Content,
}

/// What a file holds.
pub(super) enum Content {
    /// As it was.
    Same,
    Topic(Box<Parsed>),
    Cards(Vec<Card>),
    Bad(Vec<Mistake>),
}

/// Brings an index up to date.
pub(super) struct Indexer<'a> {
    index: &'a Index,
    built_in: Guide,
    fields: Fields,
    roots: &'a [Root],
    manifest: Manifest,
    mistakes: Vec<Mistake>,
}

impl<'a> Indexer<'a> {
    /// `manifest` says what is in the index.
    pub(super) fn new(
        index: &'a Index,
        built_in: Files,
        roots: &'a [Root],
        manifest: Manifest,
    ) -> tantivy::Result<Indexer<'a>> {
        tokens::register(index);
        let (_, fields) = record::schema();
        Ok(Indexer {
            index,
            built_in: Guide::open(built_in)?,
            fields,
            roots,
            manifest,
            mistakes: Vec::new(),
        })
    }

    /// What is known now, and what was wrong in the files that were read.
    pub(super) fn finish(self) -> (Manifest, Vec<Mistake>) {
        (self.manifest, self.mistakes)
    }

    /// Reads what has changed and commits; whether the index is another than before.
    pub(super) fn apply(&mut self, scan: &Scan, progress: Progress<'_>) -> tantivy::Result<bool> {
        let gone = gone(&self.manifest, scan);
        let changed = changed(&self.manifest, scan);
        if gone.is_empty() && changed.is_empty() {
            return Ok(false);
        }
        let (threads, memory) = if changed.len() > MANY {
            (2, 2 * MEMORY_MANY)
        } else {
            (1, MEMORY_FEW)
        };
        let mut writer: IndexWriter<TantivyDocument> =
            self.index.writer_with_num_threads(threads, memory)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let is_different = self.write(&writer, scan, &changed, &gone, progress)?;
        if is_different {
            writer.commit()?;
            self.merge(&mut writer)?;
        }
        writer.wait_merging_threads()?;
        Ok(is_different)
    }

    fn write(
        &mut self,
        writer: &IndexWriter<TantivyDocument>,
        scan: &Scan,
        changed: &[(Key, Stamp)],
        gone: &[Key],
        progress: Progress<'_>,
    ) -> tantivy::Result<bool> {
        let mut together = self.shared_ids(scan);
        let mut is_different = false;
        for entry in gone.iter().filter_map(|key| self.manifest.get(key)) {
            is_different |= entry.what != What::Bad;
            self.forget(writer, entry, &mut together);
        }
        let mut entries = Vec::with_capacity(changed.len());
        let is_first = self.manifest.is_empty();
        let (manifest, roots) = (&self.manifest, self.roots);
        let mut mistakes = Vec::new();
        let done: tantivy::Result<()> = read_all(changed, roots, manifest, |count, read| {
            progress(count, changed.len());
            let before = manifest.get(&read.key);
            let what = match (read.content, before) {
                (Content::Same, Some(before)) => before.what.clone(),
                (content, before) => {
                    is_different |= before.is_none_or(|before| before.what != What::Bad)
                        || !matches!(content, Content::Bad(_));
                    if let Some(before) = before {
                        self.forget(writer, before, &mut together);
                    }
                    let target = Target {
                        key: &read.key,
                        is_first,
                        together: &mut together,
                    };
                    self.put(writer, target, content, &mut mistakes)?
                }
            };
            entries.push(Entry {
                key: read.key,
                stamp: read.stamp,
                hash: read.hash,
                what,
            });
            Ok(())
        });
        done?;
        self.mistakes.extend(mistakes);
        self.manifest.replace(entries, gone);
        self.put_together(writer, &together)?;
        Ok(is_different)
    }

    /// Ids that several files have by their paths.
    fn shared_ids(&self, scan: &Scan) -> Together {
        let scanned = scan.files.iter().map(|(key, _)| key);
        let known = self.manifest.entries().iter().map(|entry| &entry.key);
        // A look at some files does not see the others; a look at all sees again what is known.
        let known = known.filter(|key| {
            !scan.is_all
                && scan
                    .files
                    .binary_search_by(|(other, _)| other.cmp(key))
                    .is_err()
        });
        let keys = scanned.chain(known).filter(|key| key.cards().is_none());
        let mut ids: Vec<u64> = keys.map(|key| hash(key.id().as_bytes())).collect();
        ids.sort_unstable();
        let shared = ids.windows(2).filter(|pair| pair[0] == pair[1]);
        let extended = self
            .manifest
            .entries()
            .iter()
            .filter_map(|entry| match &entry.what {
                What::Extends(id) => Some(hash(id.as_bytes())),
                _ => None,
            });
        Together {
            hashes: shared.map(|pair| pair[0]).chain(extended).collect(),
            ids: BTreeSet::new(),
        }
    }

    /// Takes out what a file said before.
    fn forget(
        &self,
        writer: &IndexWriter<TantivyDocument>,
        before: &Entry,
        together: &mut Together,
    ) {
        match &before.what {
            // Even a bad one took the place of a file that is good.
            What::Topic | What::Bad => _ = together.ids.insert(before.key.id()),
            What::Extends(id) => _ = together.ids.insert(id.clone()),
            What::Cards => {
                writer.delete_term(Term::from_field_text(
                    self.fields.file,
                    &self.name(&before.key),
                ));
            }
        }
    }

    /// Writes what a file says, or notes its id to be put together.
    fn put(
        &self,
        writer: &IndexWriter<TantivyDocument>,
        target: Target<'_>,
        content: Content,
        mistakes: &mut Vec<Mistake>,
    ) -> tantivy::Result<What> {
        let Target {
            key,
            is_first,
            together,
        } = target;
        match content {
            // Only a file that is known is the same.
            Content::Same => Ok(What::Bad),
            Content::Bad(found) => {
                let room = MISTAKES_MAX.saturating_sub(mistakes.len());
                mistakes.extend(found.into_iter().take(room));
                together.ids.insert(key.id());
                Ok(What::Bad)
            }
            Content::Cards(cards) => {
                for mut card in cards {
                    card.from = Some(self.from(key));
                    let mut doc = self.fields.write_card(&card);
                    doc.add_text(self.fields.file, self.name(key));
                    self.fields.write_rank(&mut doc, self.rank(key));
                    writer.add_document(doc)?;
                }
                Ok(What::Cards)
            }
            Content::Topic(parsed) => {
                if let Some((_, id)) = parsed.extends {
                    together.ids.insert(id.clone());
                    together.hashes.insert(hash(id.as_bytes()));
                    return Ok(What::Extends(id));
                }
                let mut topic = parsed.topic;
                if together.hashes.contains(&hash(topic.id.as_bytes())) {
                    together.ids.insert(topic.id);
                } else {
                    // Nothing of it is there in a first index, unless it is built in.
                    if !is_first || self.built_in.has(&topic.id) {
                        writer.delete_term(Term::from_field_text(self.fields.id, &topic.id));
                    }
                    together.ids.remove(&topic.id);
                    topic.from = Some(self.from(key));
                    self.add(writer, &topic, self.rank(key))?;
                }
                Ok(What::Topic)
            }
        }
    }

    fn add(
        &self,
        writer: &IndexWriter<TantivyDocument>,
        topic: &Topic,
        rank: u64,
    ) -> tantivy::Result<()> {
        let mut doc = self.fields.write_topic(topic);
        self.fields.write_rank(&mut doc, rank);
        writer.add_document(doc)?;
        Ok(())
    }

    /// Writes the topics that several files are about, or that lost a file.
    fn put_together(
        &self,
        writer: &IndexWriter<TantivyDocument>,
        together: &Together,
    ) -> tantivy::Result<()> {
        if together.ids.is_empty() {
            return Ok(());
        }
        let mut files: HashMap<String, Vec<&Entry>> = HashMap::new();
        for entry in self.manifest.entries() {
            let id = match &entry.what {
                What::Topic => entry.key.id(),
                What::Extends(id) => id.clone(),
                What::Cards | What::Bad => continue,
            };
            if together.ids.contains(&id) {
                files.entry(id).or_default().push(entry);
            }
        }
        for id in &together.ids {
            writer.delete_term(Term::from_field_text(self.fields.id, id));
            let files = files.get(id).map_or(&[][..], Vec::as_slice);
            if let Some((topic, rank)) = self.together(id, files) {
                self.add(writer, &topic, rank)?;
            }
        }
        Ok(())
    }

    /// The most important topic of an id with what is added to it; `files` are in the order of the
    /// roots.
    fn together(&self, id: &str, files: &[&Entry]) -> Option<(Topic, u64)> {
        let parsed = |entry: &&&Entry| match read(&entry.key, self.roots, None).content {
            Content::Topic(parsed) => Some((entry.key.clone(), *parsed)),
            _ => None,
        };
        let mut own = files.iter().filter(|entry| entry.what == What::Topic);
        let own = own.find_map(|entry| parsed(&entry));
        let mut rank = 0;
        let mut topic = match own {
            Some((key, parsed)) => {
                rank = self.rank(&key);
                let from = Some(self.from(&key));
                Topic {
                    from,
                    ..parsed.topic
                }
            }
            None => self.built_in.topic(id)?,
        };
        let added = files.iter().filter(|entry| entry.what != What::Topic);
        let added: Vec<(Key, Parsed)> = added.filter_map(|entry| parsed(&entry)).collect();
        // The last is put before the others, so that the most important is the first.
        for (key, parsed) in added.into_iter().rev() {
            rank = rank.max(self.rank(&key));
            extend(&mut topic, parsed.topic, self.from(&key));
        }
        Some((topic, rank))
    }

    /// Merges many small segments, and rewrites one that is mostly deleted.
    fn merge(&self, writer: &mut IndexWriter<TantivyDocument>) -> tantivy::Result<()> {
        let metas = self.index.searchable_segment_metas()?;
        let small = metas.iter().filter(|meta| {
            meta.max_doc() < SMALL_SEGMENT && meta.id().uuid_string() != crate::store::SEGMENT_ID
        });
        let small: Vec<_> = small.map(tantivy::SegmentMeta::id).collect();
        if small.len() > SMALL_SEGMENTS {
            writer.merge(&small).wait()?;
        }
        let emptied = metas.iter().filter(|meta| {
            meta.max_doc() >= SMALL_SEGMENT && meta.num_deleted_docs() > meta.num_docs()
        });
        for meta in emptied {
            writer.merge(&[meta.id()]).wait()?;
        }
        Ok(())
    }

    fn from(&self, key: &Key) -> String {
        let root = self.roots.get(usize::from(key.root));
        root.map_or_else(String::new, |root| root.from(&key.path))
    }

    /// A file as mistakes and terms name it.
    fn name(&self, key: &Key) -> String {
        name(key, self.roots)
    }

    /// Roots that come first matter most.
    fn rank(&self, key: &Key) -> u64 {
        (self.roots.len() - usize::from(key.root).min(self.roots.len())) as u64
    }
}

/// Ids that need a look at all files about them.
struct Together {
    /// Hashes of ids that several files may be about.
    hashes: HashSet<u64>,
    /// Those to be written anew.
    ids: BTreeSet<String>,
}

/// Where something is written.
struct Target<'a> {
    key: &'a Key,
    /// The index has nothing of one's own yet.
    is_first: bool,
    together: &'a mut Together,
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

fn name(key: &Key, roots: &[Root]) -> String {
    let root = roots.get(usize::from(key.root));
    root.map_or_else(String::new, |root| format!("{}/{}", root.shown, key.path))
}

/// Whether an index with this manifest needs an update.
pub(super) fn is_stale(manifest: &Manifest, scan: &Scan) -> bool {
    !gone(manifest, scan).is_empty() || !changed(manifest, scan).is_empty()
}

/// Files that were there and are not any more.
fn gone(manifest: &Manifest, scan: &Scan) -> Vec<Key> {
    if !scan.is_all {
        return scan
            .gone
            .iter()
            .filter(|key| manifest.get(key).is_some())
            .cloned()
            .collect();
    }
    let is_there = |key: &Key| {
        scan.files
            .binary_search_by(|(other, _)| other.cmp(key))
            .is_ok()
    };
    let entries = manifest.entries().iter().map(|entry| &entry.key);
    entries.filter(|key| !is_there(key)).cloned().collect()
}

/// Files that are to be read: new ones, those that look different, and those that somebody said have
/// changed.
fn changed(manifest: &Manifest, scan: &Scan) -> Vec<(Key, Stamp)> {
    let looks_same = |key: &Key, stamp: &Stamp| {
        scan.is_all
            && stamp.modified != 0
            && manifest.get(key).is_some_and(|entry| entry.stamp == *stamp)
    };
    let files = scan.files.iter();
    files
        .filter(|(key, stamp)| !looks_same(key, stamp))
        .cloned()
        .collect()
}

/// Reads and parses files on several threads; hands over each with the number of files read.
fn read_all(
    files: &[(Key, Stamp)],
    roots: &[Root],
    manifest: &Manifest,
    mut each: impl FnMut(usize, Read) -> tantivy::Result<()>,
) -> tantivy::Result<()> {
    let threads = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(8)
        .min(files.len());
    let next = AtomicUsize::new(0);
    let (sender, receiver): (SyncSender<Read>, Receiver<Read>) = sync_channel(WAITING);
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some((key, stamp)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let read = Read {
                        stamp: *stamp,
                        ..read(key, roots, manifest.get(key))
                    };
                    if sender.send(read).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        // The receiver is gone after this, so that a failure ends the threads too.
        for (count, read) in (1..).zip(receiver) {
            each(count, read)?;
        }
        Ok(())
    })
}

/// Reads and parses a file, unless it is as it was `before`.
fn read(key: &Key, roots: &[Root], before: Option<&Entry>) -> Read {
    let file = name(key, roots);
    let (hash, content) = match bytes(&key.absolute(roots)) {
        Err(what) => (0, Content::Bad(vec![Mistake::new(&file, 1, what)])),
        Ok(bytes) => {
            let hash = hash(&bytes);
            let is_same =
                before.is_some_and(|before| before.hash == hash && before.what != What::Bad);
            let content = if is_same {
                Content::Same
            } else {
                content(key, &file, &bytes)
            };
            (hash, content)
        }
    };
    Read {
        key: key.clone(),
        stamp: Stamp::default(),
        hash,
        content,
    }
}

/// What stands in a file of a guide of one's own.
pub(super) fn content(key: &Key, file: &str, bytes: &[u8]) -> Content {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let line = line_at(bytes, error.valid_up_to());
            let what = "is not UTF-8 here; save the file as UTF-8";
            return Content::Bad(vec![Mistake::new(file, line, what)]);
        }
    };
    if let Some(language) = key.cards() {
        return match card::parse(file, language, text) {
            Ok(cards) => Content::Cards(cards.into_iter().map(|(_, card)| card).collect()),
            Err(mistakes) => Content::Bad(mistakes),
        };
    }
    match parse::parse_by(Rules::Own, file, &key.id(), text) {
        Ok(parsed) => Content::Topic(Box::new(parsed)),
        Err(mistakes) => Content::Bad(mistakes),
    }
}

/// The bytes of a file of bounded size.
pub(super) fn bytes(path: &std::path::Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}");
    let mut file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    // One more byte than allowed, should it grow while it is read.
    let mut bounded = io::Read::take(&mut file, FILE_MAX + 1);
    io::Read::read_to_end(&mut bounded, &mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > FILE_MAX {
        return Err(too_large());
    }
    Ok(bytes)
}

pub(super) fn too_large() -> String {
    format!("has more than {FILE_MAX} bytes, which is the most that is read; split the topic")
}
