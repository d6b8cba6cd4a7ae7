//! Which packages the open Go documents belong to. Folders are read in the background: a question that
//! comes earlier is answered from the document alone.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;
use viva_guide::Language;

use crate::document::Document;
use crate::documents::Documents;
use crate::keywords::go::Package;
use crate::package::Folder;

/// For how long a folder is taken to be as it was.
const FRESH: Duration = Duration::from_secs(2);

/// What is known of the folders of open documents.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    folders: HashMap<PathBuf, Known>,
}

#[derive(Debug, Default)]
struct Known {
    folder: Option<Arc<Folder>>,
    /// The URIs of the open documents in it.
    open: BTreeSet<String>,
    /// Told when it was read for the first time, or when nobody needs it any more.
    settled: Arc<Notify>,
    /// The packages of open documents, by the names of their files.
    packages: HashMap<String, Arc<Package>>,
    /// How often a file or an open document of the folder has changed.
    changes: u64,
    /// Somebody reads it: a slow disk is asked once.
    is_being_read: bool,
    read: Option<Instant>,
}

/// A folder to read, and what it was like before.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) folder: PathBuf,
    pub(crate) earlier: Option<Arc<Folder>>,
}

impl Packages {
    /// The folder of an open document, if it is time to read it.
    pub(crate) fn task(&mut self, uri: &str) -> Option<Task> {
        let folder = file_path(uri)?.parent()?.to_owned();
        let known = self.folders.entry(folder.clone()).or_default();
        if !known.open.contains(uri) {
            known.open.insert(uri.to_owned());
        }
        if known.is_being_read || known.read.is_some_and(|read| read.elapsed() < FRESH) {
            return None;
        }
        known.is_being_read = true;
        Some(Task {
            folder,
            earlier: known.folder.clone(),
        })
    }

    /// The end of the first reading of a document's folder; None: it was read, or none is to come.
    pub(crate) fn first_reading(&self, uri: &str) -> Option<OwnedNotified> {
        let path = file_path(uri)?;
        let known = self.folders.get(path.parent()?)?;
        let is_awaited = known.folder.is_none() && known.open.contains(uri);
        is_awaited.then(|| Arc::clone(&known.settled).notified_owned())
    }

    /// Takes over what was read, unless nobody needs it any more.
    pub(crate) fn done(&mut self, path: &Path, folder: Folder) {
        if let Some(known) = self.folders.get_mut(path) {
            let is_as_before = known
                .folder
                .as_ref()
                .is_some_and(|before| before.is_same(&folder));
            if !is_as_before {
                known.folder = Some(Arc::new(folder));
                known.packages.clear();
                known.changes += 1;
            }
            known.is_being_read = false;
            known.read = Some(Instant::now());
            known.settled.notify_waiters();
        }
    }

    /// Notes that a document was closed; forgets its folder with the last one.
    pub(crate) fn closed(&mut self, uri: &str) {
        let Some(path) = file_path(uri) else { return };
        let Some(folder) = path.parent() else { return };
        if let Some(known) = self.folders.get_mut(folder) {
            known.open.remove(uri);
            if known.open.is_empty() {
                known.settled.notify_waiters();
                self.folders.remove(folder);
            }
        }
    }

    /// Notes that a document was opened, changed or closed: the packages of the other files of its folder
    /// are not what they were. Its own is, because that is what is known beside it.
    pub(crate) fn changed(&mut self, uri: &str) {
        let Some(path) = file_path(uri) else { return };
        let folder = path
            .parent()
            .and_then(|parent| self.folders.get_mut(parent));
        if let (Some(known), Some(own_name)) = (folder, name(&path)) {
            known.packages.retain(|name, _| *name == own_name);
            known.changes += 1;
        }
    }

    /// The package of a document, as far as it is known.
    pub(crate) fn of(&self, uri: &str, documents: &Documents) -> Option<Of> {
        let path = file_path(uri)?;
        let parent = path.parent()?;
        let known = self.folders.get(parent)?;
        let own_name = name(&path)?;
        if let Some(package) = known.packages.get(&own_name) {
            return Some(Of::Known(Arc::clone(package)));
        }
        let others = known.open.iter().filter(|other| *other != uri);
        let open = others.filter_map(|other| {
            let document = documents.get(other)?;
            let is_go = document.language == Some(Language::Go);
            is_go.then_some((name(&file_path(other)?)?, document))
        });
        Some(Of::Parts(Parts {
            own_name,
            open: open.collect(),
            folder: known.folder.clone()?,
            parent: parent.to_owned(),
            changes: known.changes,
        }))
    }

    /// Keeps a package until something in the folder changes. If that happened while it was put together,
    /// it is not kept.
    pub(crate) fn keep(&mut self, parts: Parts, package: &Arc<Package>) {
        if let Some(known) = self.folders.get_mut(&parts.parent)
            && known.changes == parts.changes
        {
            known.packages.insert(parts.own_name, Arc::clone(package));
        }
    }
}

/// The package of a document.
#[derive(Debug)]
pub(crate) enum Of {
    Known(Arc<Package>),
    Parts(Parts),
}

/// A document's package before it is put together, which may take longer than a lock may be held.
#[derive(Debug)]
pub(crate) struct Parts {
    own_name: String,
    open: Vec<(String, Document)>,
    folder: Arc<Folder>,
    parent: PathBuf,
    changes: u64,
}

impl Parts {
    pub(crate) fn package(&self) -> Arc<Package> {
        let open = self
            .open
            .iter()
            .map(|(name, document)| (name.clone(), document.outline()))
            .collect();
        Arc::new(self.folder.package(&self.own_name, open))
    }
}

fn name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}

/// The path in a `file:` URI (RFC 8089) of this machine.
pub(crate) fn file_path(uri: &str) -> Option<PathBuf> {
    let scheme = uri.get(..5)?;
    if !scheme.eq_ignore_ascii_case("file:") {
        return None;
    }
    let rest = &uri[5..];
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
        None => rest,
    };
    let path = percent_decoded(path.split(['?', '#']).next()?)?;
    if !path.starts_with('/') || path.contains('\0') {
        return None;
    }
    let is_drive = path.as_bytes().get(2) == Some(&b':');
    Some(PathBuf::from(if cfg!(windows) && is_drive {
        &path[1..]
    } else {
        &path
    }))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            u8::try_from(digit()? * 16 + digit()?).ok()?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_file_uris_of_this_machine_are_paths() {
        let cases = [
            ("file:///a/b%20c/%C3%9F.go", Some("/a/b c/ß.go")),
            ("FILE:///a.go", Some("/a.go")),
            ("file://localhost/a.go", Some("/a.go")),
            ("file:/a.go", Some("/a.go")),
            ("file:///a.go#L1", Some("/a.go")),
            ("file://host/a.go", None),
            ("file:a.go", None),
            ("file:///a%2", None),
            ("file:///a%ff.go", None),
            ("file:///a%00.go", None),
            ("untitled:a.go", None),
            ("viva:/a.go", None),
            ("ß", None),
            ("", None),
        ];
        for (uri, path) in cases {
            assert_eq!(file_path(uri), path.map(PathBuf::from), "{uri}");
        }
    }
}
