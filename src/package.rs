//! Reads what the other files of a Go file's package declare, so that recognisers get it as data and
//! read nothing themselves.
//!
//! Only the folder of the file is read, and `go.mod` there or in a folder above it that is still in
//! the workspace. Symbolic links are not followed, and what is too large is left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::keywords::go::{self, GoVersion, PackageFile};

/// The largest file that is read, in bytes.
const LARGEST_FILE: u64 = 4 << 20;

/// The most that is read of a folder, in bytes.
const LARGEST_FOLDER: u64 = 64 << 20;

/// How many files of a folder are read.
const MOST_FILES: usize = 1000;

/// How many entries of a folder are looked at to find them.
const MOST_ENTRIES: usize = 20_000;

/// The Go files of a folder as they were when it was read.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    files: BTreeMap<String, Read>,
    /// What the module's `go` line says.
    version: Option<GoVersion>,
}

#[derive(Clone, Debug)]
struct Read {
    stamp: Stamp,
    file: Arc<PackageFile>,
}

/// A file with the same stamp has not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
}

impl Folder {
    /// Reads a folder; what has not changed since an earlier time is not read again. A folder or file
    /// that cannot be read is left out. `roots` are the folders of the workspace.
    pub fn read(path: &Path, roots: &[PathBuf], earlier: Option<&Folder>) -> Folder {
        let mut folder = Folder {
            files: BTreeMap::new(),
            version: go_version(path, roots),
        };
        let mut bytes = 0;
        for entry in entries(path) {
            // Of the entry itself: what a symbolic link leads to may be anywhere.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            let stamp = Stamp {
                modified: metadata.modified().ok(),
                bytes: metadata.len(),
            };
            if !metadata.is_file() || stamp.bytes > LARGEST_FILE {
                continue;
            }
            bytes += stamp.bytes;
            if bytes > LARGEST_FOLDER || folder.files.len() >= MOST_FILES {
                break;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let known = earlier
                .and_then(|earlier| earlier.files.get(&name))
                .filter(|read| read.stamp == stamp && stamp.modified.is_some());
            let file = match known {
                Some(read) => Arc::clone(&read.file),
                None => match fs::read(entry.path()) {
                    Ok(bytes) => Arc::new(PackageFile::new(&text(bytes))),
                    Err(_) => continue,
                },
            };
            folder.files.insert(name, Read { stamp, file });
        }
        folder
    }

    /// Whether nothing has changed between two readings that know of each other.
    pub fn is_same(&self, other: &Folder) -> bool {
        self.version == other.version
            && self.files.len() == other.files.len()
            && self
                .files
                .iter()
                .zip(&other.files)
                .all(|(a, b)| a.0 == b.0 && Arc::ptr_eq(&a.1.file, &b.1.file))
    }

    /// The package of one file of the folder. `open` are files with the text that they have in an
    /// editor, which counts more than that on the disk.
    pub fn package(&self, own_name: &str, open: Vec<(String, Arc<PackageFile>)>) -> go::Package {
        let mut files: BTreeMap<String, Arc<PackageFile>> = self
            .files
            .iter()
            .map(|(name, read)| (name.clone(), Arc::clone(&read.file)))
            .collect();
        files.extend(open);
        go::Package::new(own_name, files, self.version)
    }
}

/// The text of a file; what is not UTF-8 becomes replacement characters.
fn text(bytes: Vec<u8>) -> String {
    // Most files are, and a look at that is faster than the other way.
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The Go files of a folder that Go itself does not ignore, in the order of their names.
fn entries(path: &Path) -> Vec<fs::DirEntry> {
    let mut entries: Vec<fs::DirEntry> = fs::read_dir(path)
        .into_iter()
        .flatten()
        .take(MOST_ENTRIES)
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.ends_with(".go") && !name.starts_with(['.', '_'])
        })
        .collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    entries
}

/// The `go` line of the module that a folder belongs to. Folders above it are looked at only within
/// the workspace.
fn go_version(folder: &Path, roots: &[PathBuf]) -> Option<GoVersion> {
    let root = roots
        .iter()
        .filter(|root| folder.starts_with(root))
        .min_by_key(|root| root.as_os_str().len());
    let stop = root.map_or(folder, PathBuf::as_path);
    for folder in folder.ancestors() {
        let file = folder.join("go.mod");
        let is_readable = fs::symlink_metadata(&file)
            .is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST_FILE);
        if is_readable {
            return GoVersion::of_module(&fs::read_to_string(file).ok()?);
        }
        if folder == stop {
            break;
        }
    }
    None
}

#[cfg(test)]
mod tests;
