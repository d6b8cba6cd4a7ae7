//! The directory of an index with guides of one's own: the files of the built-in index lie below, those
//! that were written since above, in memory or in a folder.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, Lock, OwnedBytes, WatchCallback, WatchHandle, WritePtr,
};

use crate::store::Files;

#[derive(Clone, Debug)]
pub(super) struct Layered {
    over: Box<dyn Directory>,
    under: Below,
}

/// The built-in files; too many bytes for a message.
#[derive(Clone, Copy)]
struct Below(Files);

impl std::fmt::Debug for Below {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} files", self.0.len())
    }
}

impl Layered {
    pub(super) fn new(over: Box<dyn Directory>, under: Files) -> Layered {
        Layered {
            over,
            under: Below(under),
        }
    }

    fn below(&self, path: &Path) -> Option<&'static [u8]> {
        let files = self.under.0.iter();
        let found = files.into_iter().find(|(name, _)| Path::new(name) == path);
        found.map(|(_, bytes)| *bytes)
    }
}

impl Directory for Layered {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        // Segments have names of their own, so that few files are looked for twice.
        match (self.below(path), self.over.exists(path)) {
            (Some(bytes), Ok(false)) => Ok(Arc::new(OwnedBytes::new(bytes))),
            _ => self.over.get_file_handle(path),
        }
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.over.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        Ok(self.over.exists(path)? || self.below(path).is_some())
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.over.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        match (self.over.atomic_read(path), self.below(path)) {
            (Err(OpenReadError::FileDoesNotExist(_)), Some(bytes)) => Ok(bytes.to_vec()),
            (read, _) => read,
        }
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.over.atomic_write(path, data)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.over.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.over.acquire_lock(lock)
    }

    /// Nobody waits for changes: a new state is opened anew.
    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
