//! Changed files → changed documents of the index.
//!
//! Files are read and parsed by several threads and written one by one, so that a guide of any size
//! needs little memory. What several files are about is put together at the end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::indexer::NoMergePolicy;
use tantivy::{Index, IndexWriter, TantivyDocument, Term};

use super::content::{Content, Reader};
use super::key::Key;
use super::manifest::{Entry, Manifest, What};
use super::scan::{Scan, Stamp};
use super::together::{self, Together};
use super::{MISTAKES_MAX, Progress, Root};
use crate::guide::Guide;
use crate::import::{Imported, Placed};
use crate::mistake::Mistake;
use crate::record::{self, Fields};
use crate::store::SEGMENT_ID;
use crate::tokens;
use crate::topic::Topic;

/// Memory of the indexer before it starts another segment, in bytes: for much text, and for little.
const MEMORY_MUCH: usize = 48 << 20;
const MEMORY_LITTLE: usize = 15 << 20;

/// More bytes of text than these are much: those of some thousand topics.
const MUCH: u64 = 4 << 20;

/// How many parsed files may wait for the indexer.
const WAITING: usize = 32;

/// Segments with fewer documents than these are small, and large those with at least so many; of the small ones
/// and of those between, more than `ALIKE` are merged until they are large.
const SMALL: u32 = 5_000;
const LARGE: u32 = 80_000;
const ALIKE: usize = 6;

/// A file after it was read.
struct Read<'a> {
    key: &'a Key,
    stamp: Stamp,
    hash: u64,
    content: Content,
}

/// Brings an index up to date.
pub(super) struct Indexer<'a> {
    index: &'a Index,
    built_in: &'a Guide,
    fields: Fields,
    roots: &'a [Root],
    reader: Reader<'a>,
    manifest: Manifest,
    mistakes: Vec<Mistake>,
}

impl<'a> Indexer<'a> {
    /// `manifest` says what is in the index.
    pub(super) fn new(
        index: &'a Index,
        built_in: &'a Guide,
        roots: &'a [Root],
        manifest: Manifest,
    ) -> Indexer<'a> {
        tokens::register(index);
        let (_, fields) = record::schema();
        Indexer {
            index,
            built_in,
            fields,
            roots,
            reader: Reader::new(roots, built_in),
            manifest,
            mistakes: Vec::new(),
        }
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
        let bytes: u64 = changed.iter().map(|(_, stamp)| stamp.size).sum();
        let memory = if bytes > MUCH {
            MEMORY_MUCH
        } else {
            MEMORY_LITTLE
        };
        // One thread fills segments, so that they are few; others read and parse meanwhile.
        let mut writer: IndexWriter<TantivyDocument> =
            self.index.writer_with_num_threads(1, memory)?;
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
        let mut together = Together::new(&self.manifest, scan);
        let mut is_different = false;
        for entry in gone.iter().filter_map(|key| self.manifest.get(key)) {
            is_different |= entry.what != What::Bad;
            self.forget(writer, entry, &mut together);
        }
        let mut entries = Vec::with_capacity(changed.len());
        let mut mistakes = Vec::new();
        let manifest = &self.manifest;
        read_all(changed, &self.reader, manifest, |count, read| {
            progress(count, changed.len());
            let before = manifest.get(read.key);
            let what = match (read.content, before) {
                (Content::Same, Some(before)) => before.what.clone(),
                (content, before) => {
                    is_different |= before.is_none_or(|before| before.what != What::Bad)
                        || !matches!(content, Content::Bad(_));
                    if let Some(before) = before {
                        self.forget(writer, before, &mut together);
                    }
                    self.put(writer, read.key, content, &mut together, &mut mistakes)?
                }
            };
            entries.push(Entry {
                key: read.key.clone(),
                stamp: read.stamp,
                hash: read.hash,
                what,
            });
            Ok(())
        })?;
        self.mistakes.extend(mistakes);
        self.manifest.replace(entries, gone);
        self.put_together(writer, &together)?;
        Ok(is_different)
    }

    /// Takes out what a file said before.
    fn forget(
        &self,
        writer: &IndexWriter<TantivyDocument>,
        before: &Entry,
        together: &mut Together,
    ) {
        match &before.what {
            What::Topic => together.again(before.key.id()),
            What::Extends(id) => together.again(id.clone()),
            What::Imported => together.import_again(before.key.import_section()),
            What::Cards => self.delete_file(writer, &before.key.shown(self.roots)),
            // Nothing was written.
            What::Bad => {}
        }
    }

    /// Writes what a file says, or notes that it is to be put together with others.
    fn put(
        &self,
        writer: &IndexWriter<TantivyDocument>,
        key: &Key,
        content: Content,
        together: &mut Together,
        mistakes: &mut Vec<Mistake>,
    ) -> tantivy::Result<What> {
        // Then there is nothing of one's own to be taken out.
        let is_first = self.manifest.is_empty();
        match content {
            // Only a file that is known is the same.
            Content::Same => Ok(What::Bad),
            Content::Bad(found) => {
                let room = MISTAKES_MAX.saturating_sub(mistakes.len());
                mistakes.extend(found.into_iter().take(room));
                Ok(What::Bad)
            }
            Content::Cards(cards) => {
                for mut card in cards {
                    card.from = Some(key.from(self.roots));
                    let mut doc = self.fields.write_card(&card);
                    doc.add_text(self.fields.file, key.shown(self.roots));
                    self.fields.write_rank(&mut doc, self.rank(key.root));
                    writer.add_document(doc)?;
                }
                Ok(What::Cards)
            }
            Content::Imported(imported) => {
                let section = key.import_section();
                if together.is_shared(&section) {
                    together.import_again(section);
                } else {
                    together.import_done(&section);
                    if !is_first {
                        self.delete_file(writer, &section);
                    }
                    self.add_imported(writer, key, imported)?;
                }
                Ok(What::Imported)
            }
            Content::Topic(parsed) => {
                if let Some((_, id)) = parsed.extends {
                    together.extends(id.clone());
                    return Ok(What::Extends(id));
                }
                let mut topic = parsed.topic;
                if together.is_shared(&topic.id) {
                    together.again(topic.id);
                } else {
                    together.done(&topic.id);
                    if !is_first || self.built_in.has(&topic.id) {
                        self.delete_topic(writer, &topic.id);
                    }
                    topic.from = Some(key.from(self.roots));
                    self.add(writer, &topic, self.rank(key.root))?;
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

    /// Writes the topics of notes, with the lines on which they stand.
    fn add_imported(
        &self,
        writer: &IndexWriter<TantivyDocument>,
        key: &Key,
        imported: Imported,
    ) -> tantivy::Result<()> {
        let (from, section) = (key.from(self.roots), key.import_section());
        for Placed {
            mut topic, line, ..
        } in imported.topics
        {
            topic.from = Some(format!("{from}:{line}"));
            let mut doc = self.fields.write_topic(&topic);
            doc.add_text(self.fields.file, &section);
            self.fields.write_rank(&mut doc, self.rank(key.root));
            writer.add_document(doc)?;
        }
        Ok(())
    }

    fn delete_topic(&self, writer: &IndexWriter<TantivyDocument>, id: &str) {
        writer.delete_term(Term::from_field_text(self.fields.id, id));
    }

    /// Deletes the cards or imported topics of a file.
    fn delete_file(&self, writer: &IndexWriter<TantivyDocument>, name: &str) {
        writer.delete_term(Term::from_field_text(self.fields.file, name));
    }

    /// Writes what several files are about, or what lost a file.
    fn put_together(
        &self,
        writer: &IndexWriter<TantivyDocument>,
        together: &Together,
    ) -> tantivy::Result<()> {
        for (id, files) in together.topics(&self.manifest) {
            self.delete_topic(writer, id);
            let topic = together::merged(id, &files, self.roots, &self.reader, self.built_in);
            if let Some((topic, root)) = topic {
                let rank = root.map_or(0, |root| self.rank(root));
                self.add(writer, &topic, rank)?;
            }
        }
        for (section, file) in together.imported(&self.manifest) {
            self.delete_file(writer, section);
            let content = file.map(|entry| (&entry.key, self.reader.read(&entry.key, None).1));
            if let Some((key, Content::Imported(imported))) = content {
                self.add_imported(writer, key, imported)?;
            }
        }
        Ok(())
    }

    /// Merges segments of about one size where they are many, as each is asked for every word, and rewrites those
    /// that are mostly deleted. One merge after the other: the files of one are in memory meanwhile.
    fn merge(&self, writer: &mut IndexWriter<TantivyDocument>) -> tantivy::Result<()> {
        for group in self.groups()? {
            writer.merge(&group).wait()?;
        }
        Ok(())
    }

    /// Which segments are to be merged with each other, or rewritten alone; the built-in one stays. Only names
    /// are returned: as long as somebody has what tantivy knows of a segment, its files are not removed.
    fn groups(&self) -> tantivy::Result<Vec<Vec<SegmentId>>> {
        let metas = self.index.searchable_segment_metas()?;
        let own = metas
            .iter()
            .filter(|meta| meta.id().uuid_string() != SEGMENT_ID);
        let groups = groups(own.collect()).into_iter();
        let ids = |group: Vec<&SegmentMeta>| group.iter().map(|meta| meta.id()).collect();
        Ok(groups.map(ids).collect())
    }

    /// Roots that come first matter most.
    fn rank(&self, root: u16) -> u64 {
        (self.roots.len() - usize::from(root).min(self.roots.len())) as u64
    }
}

/// Which segments are to be merged with each other, or rewritten alone.
fn groups(mut segments: Vec<&SegmentMeta>) -> Vec<Vec<&SegmentMeta>> {
    segments.sort_by_key(|meta| meta.num_docs());
    let begin = |least: u32| segments.partition_point(|meta| meta.num_docs() < least);
    let (small, others) = segments.split_at(begin(SMALL));
    let (middle, large) = others.split_at(begin(LARGE) - small.len());
    let mut groups: Vec<Vec<&SegmentMeta>> = large.iter().map(|meta| vec![*meta]).collect();
    for alike in [small, middle] {
        let enough = if alike.len() > ALIKE { LARGE } else { 0 };
        let mut docs = u32::MAX;
        for meta in alike {
            if docs >= enough {
                groups.push(Vec::new());
                docs = 0;
            }
            docs += meta.num_docs();
            groups.last_mut().expect("one was begun").push(meta);
        }
    }
    // One by itself stays, unless most of it is deleted.
    groups.retain(|group| {
        group.len() > 1
            || group
                .iter()
                .any(|meta| meta.num_deleted_docs() > meta.num_docs())
    });
    groups
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
    let entries = manifest.entries().iter().map(|entry| &entry.key);
    entries.filter(|key| !scan.has(key)).cloned().collect()
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
fn read_all<'a>(
    files: &'a [(Key, Stamp)],
    reader: &Reader<'_>,
    manifest: &Manifest,
    mut each: impl FnMut(usize, Read<'a>) -> tantivy::Result<()>,
) -> tantivy::Result<()> {
    let threads = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(8)
        .min(files.len());
    let next = AtomicUsize::new(0);
    let (sender, receiver): (SyncSender<Read<'_>>, Receiver<Read<'_>>) = sync_channel(WAITING);
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some((key, stamp)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (hash, content) = reader.read(key, manifest.get(key));
                    let read = Read {
                        key,
                        stamp: *stamp,
                        hash,
                        content,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Documents of each segment, and how many of them are deleted, → those of each group.
    #[test]
    fn segments_of_a_size_are_merged_where_they_are_many() {
        type Case = (&'static [(u32, u32)], &'static [&'static [u32]]);
        let cases: &[Case] = &[
            (&[], &[]),
            (&[(3, 0); 6], &[]),
            (&[(3, 0); 7], &[&[3; 7]]),
            (&[(20_000, 0); 6], &[]),
            (&[(20_000, 0); 8], &[&[20_000; 4], &[20_000; 4]]),
            // The last one stays as it is.
            (&[(16_000, 0); 6], &[]),
            (&[(30_000, 0); 7], &[&[30_000; 3], &[30_000; 3]]),
            (&[(100_000, 0); 20], &[]),
            // Sizes are not mixed: 6 and 2.
            (
                &[
                    (9, 0),
                    (9_000, 0),
                    (9, 0),
                    (9, 0),
                    (9_000, 0),
                    (9, 0),
                    (9, 0),
                    (9, 0),
                ],
                &[],
            ),
            // Only what is mostly deleted is rewritten alone.
            (&[(100_000, 60_000)], &[&[40_000]]),
            (&[(100_000, 50_000)], &[]),
            (&[(10_000, 9_000), (9, 0)], &[&[1_000]]),
        ];
        let (schema, _) = record::schema();
        let index = Index::create_in_ram(schema);
        for (segments, expected) in cases {
            let metas = segments.iter().map(|(docs, deleted)| {
                let meta = index.new_segment_meta(SegmentId::generate_random(), *docs);
                meta.with_delete_meta(*deleted, 1)
            });
            let metas: Vec<SegmentMeta> = metas.collect();
            let found = groups(metas.iter().collect());
            let docs = |group: &Vec<&SegmentMeta>| -> Vec<u32> {
                group.iter().map(|meta| meta.num_docs()).collect()
            };
            let found: Vec<Vec<u32>> = found.iter().map(docs).collect();
            assert_eq!(found, *expected, "{segments:?}");
        }
    }
}
