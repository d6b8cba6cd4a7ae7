//! Where an index lives: in the bytes of the program, or in memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, io};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, Lock, META_LOCK, OwnedBytes, RamDirectory, WatchCallback,
    WatchHandle, WritePtr,
};
use tantivy::indexer::NoMergePolicy;
use tantivy::{Directory, Index, IndexSettings, IndexWriter, TantivyDocument};

use crate::folder::Contents;
use crate::{record, tokens};

/// The files of an index that is part of the program: names and contents.
pub type Files = &'static [(&'static str, &'static [u8])];

/// Memory that the indexer may use before it would start a second segment, in bytes.
const WRITER_MEMORY: usize = 256 << 20;

/// A block of stored entries, in bytes: all of one is read for one entry.
const BLOCK: usize = 4 << 10;

/// Stands for the random id that tantivy gives a segment, so that equal guides make equal bytes.
pub(crate) const SEGMENT_ID: &str = "00000000000000000000000000000001";

/// Writes an index of topics and cards into memory, as one segment.
pub(crate) fn build(contents: &Contents) -> tantivy::Result<(Index, RamDirectory)> {
    let (schema, fields) = record::schema();
    let directory = RamDirectory::create();
    let settings = IndexSettings {
        docstore_blocksize: BLOCK,
        ..IndexSettings::default()
    };
    let index = Index::create(directory.clone(), schema, settings)?;
    tokens::register(&index);
    // One thread, so that the order of the documents is ours.
    let mut writer: IndexWriter<TantivyDocument> =
        index.writer_with_num_threads(1, WRITER_MEMORY)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    for topic in &contents.topics {
        writer.add_document(fields.write_topic(topic))?;
    }
    for card in &contents.cards {
        writer.add_document(fields.write_card(card))?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok((index, directory))
}

/// The files of an index of these contents, to be embedded in a program; byte for byte the same for
/// the same contents.
pub fn files(contents: &Contents) -> tantivy::Result<BTreeMap<String, Vec<u8>>> {
    let (index, directory) = build(contents)?;
    let segments = index.searchable_segment_ids()?;
    let ids: Vec<(String, String)> = segments
        .iter()
        .map(|id| (id.uuid_string(), hyphenated(&id.uuid_string())))
        .collect();
    let rename = |text: &str| {
        ids.iter().fold(text.to_owned(), |text, (simple, hyphens)| {
            text.replace(simple, SEGMENT_ID)
                .replace(hyphens, &hyphenated(SEGMENT_ID))
        })
    };
    let mut files = BTreeMap::new();
    for path in index.directory().list_managed_files() {
        let name = path.to_string_lossy();
        // Only files of the segment are needed to read; the rest is bookkeeping of the writer.
        if !ids.iter().any(|(id, _)| name.starts_with(id.as_str())) {
            continue;
        }
        files.insert(
            rename(&name),
            directory
                .open_read(&path)?
                .read_bytes()?
                .as_slice()
                .to_vec(),
        );
    }
    let meta = directory.atomic_read(Path::new("meta.json"))?;
    files.insert(
        "meta.json".to_owned(),
        rename(&String::from_utf8_lossy(&meta)).into_bytes(),
    );
    Ok(files)
}

/// `8-4-4-4-12`, as meta.json writes ids.
fn hyphenated(id: &str) -> String {
    let cuts = [0, 8, 12, 16, 20, 32];
    let parts: Vec<&str> = cuts
        .windows(2)
        .filter_map(|cut| id.get(cut[0]..cut[1]))
        .collect();
    parts.join("-")
}

/// A tantivy directory over bytes that live as long as the program: nothing is copied, written or
/// locked.
#[derive(Clone, Copy)]
pub(crate) struct StaticDirectory(pub(crate) Files);

impl fmt::Debug for StaticDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StaticDirectory({} files)", self.0.len())
    }
}

impl StaticDirectory {
    fn find(self, path: &Path) -> Result<&'static [u8], OpenReadError> {
        let found = self.0.iter().find(|(name, _)| Path::new(name) == path);
        found
            .map(|(_, bytes)| *bytes)
            .ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_path_buf()))
    }
}

fn read_only() -> io::Error {
    io::Error::new(
        io::ErrorKind::PermissionDenied,
        "the built-in index is read-only",
    )
}

impl Directory for StaticDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        Ok(Arc::new(OwnedBytes::new(self.find(path)?)))
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        Ok(self.find(path).is_ok())
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        Ok(self.find(path)?.to_vec())
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError {
            io_error: Arc::new(read_only()),
            filepath: path.to_path_buf(),
        })
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::IoError {
            io_error: Arc::new(read_only()),
            filepath: path.to_path_buf(),
        })
    }

    fn atomic_write(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(read_only())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    /// Readers take `META_LOCK` while they open; nothing can change under them, so it is granted.
    /// The writer's lock is refused.
    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        if lock.filepath == META_LOCK.filepath {
            Ok(DirectoryLock::from(Box::new(PathBuf::new())))
        } else {
            Err(LockError::wrap_io_error(read_only()))
        }
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
