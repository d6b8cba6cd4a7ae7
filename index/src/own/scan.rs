//! Which files the folders of a guide have. What lies in a workspace was written by anybody: links are
//! not followed out of it, and there are bounds.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::ops::Range;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use arcstr::ArcStr;

use super::Root;
use super::key::{Key, is_wanted};
use crate::mistake::Mistake;

/// How many files are read at most.
pub const FILES_MAX: usize = 2_000_000;

/// How deep folders are read below that of the guide.
pub(super) const FOLDERS_MAX: usize = 8;

/// How much of paths becomes one text, in bytes.
const PATHS: usize = 1 << 20;

/// A file that was changed so short before it was looked at may be changed again without looking
/// different: some file systems count in seconds.
const RACY: Duration = Duration::from_secs(2);

/// What tells a changed file without reading it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    /// In bytes.
    pub(super) size: u64,
    /// Nanoseconds since 1970; 0: unknown, so that the file is read again.
    pub(super) modified: u64,
}

/// What a look at the folders found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Whether all files were looked at; else only those of [`Scan::files`] and [`Scan::gone`].
    pub(super) is_all: bool,
    /// In the order of their keys.
    pub(super) files: Vec<(Key, Stamp)>,
    /// Of a look at some files: those that are not there any more.
    pub(super) gone: Vec<Key>,
    pub(super) mistakes: Vec<Mistake>,
}

impl Scan {
    pub(super) fn all(roots: &[Root]) -> Scan {
        let mut scan = Scan {
            is_all: true,
            ..Scan::default()
        };
        for (number, root) in (0_u16..).zip(roots) {
            scan.folder(number, root);
        }
        scan.files.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        scan
    }

    /// Looks at some files only; those of no root are left out. A folder that changed is looked at
    /// with all that is in it.
    pub(super) fn some(roots: &[Root], paths: &[PathBuf]) -> Scan {
        let mut keys = HashSet::new();
        for path in paths {
            for (number, root) in (0_u16..).zip(roots) {
                if root.folder.starts_with(path) {
                    // It came or went as a whole.
                    return Scan::all(roots);
                }
                let Ok(relative) = path.strip_prefix(&root.folder) else {
                    continue;
                };
                let parts: Vec<&str> = relative.iter().filter_map(|part| part.to_str()).collect();
                let path = parts.join("/");
                if is_wanted(&path) {
                    keys.insert(Key::new(number, path));
                } else if fs::symlink_metadata(root.folder.join(&path))
                    .is_ok_and(|data| data.is_dir())
                    || !path.contains('.')
                {
                    // A folder came, went or was renamed.
                    return Scan::all(roots);
                }
            }
        }
        let mut scan = Scan::default();
        for key in keys {
            match key_stamp(&key, roots) {
                Some(stamp) => scan.files.push((key, stamp)),
                None => scan.gone.push(key),
            }
        }
        scan.files.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        scan
    }

    /// Whether a file was looked at and is there.
    pub(super) fn has(&self, key: &Key) -> bool {
        let found = self.files.binary_search_by(|(other, _)| other.cmp(key));
        found.is_ok()
    }

    /// How many bytes the files have.
    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, stamp)| stamp.size).sum()
    }

    fn folder(&mut self, number: u16, root: &Root) {
        if !root.folder.exists() {
            return;
        }
        if !is_inside(root) {
            let what = "leads out of the workspace by a link and is left out";
            return self.wrong(&root.shown, what);
        }
        let mut open = vec![(root.folder.clone(), String::new())];
        while let Some((folder, below)) = open.pop() {
            let shown = || format!("{}/{below}", root.shown);
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    self.wrong(&shown(), &format!("cannot be read: {error}"));
                    continue;
                }
            };
            let mut found = Found::default();
            for entry in entries.flatten() {
                let name = entry.file_name();
                let Some(name) = name.to_str() else {
                    let name = name.to_string_lossy();
                    self.wrong(
                        &format!("{}{name}", shown()),
                        "the name is not UTF-8; rename the file",
                    );
                    continue;
                };
                let path = format!("{below}{name}");
                // Links are not followed: this is the kind of the link itself.
                let Ok(kind) = entry.file_type() else {
                    continue;
                };
                if kind.is_dir() && !name.starts_with('.') {
                    if path.split('/').count() <= FOLDERS_MAX {
                        open.push((entry.path(), format!("{path}/")));
                    } else {
                        let what = format!("folders are read {FOLDERS_MAX} deep; move it up");
                        self.wrong(&format!("{}/{path}", root.shown), &what);
                    }
                } else if is_wanted(&path) {
                    if let Some(stamp) = self.file(root, &path, &entry, found.files.len()) {
                        found.add(&path, stamp);
                    }
                    if found.paths.len() > PATHS {
                        self.files.extend(found.take(number));
                    }
                }
            }
            self.files.extend(found.take(number));
        }
    }

    /// The stamp of a file that may hold topics or cards; None: it is left out. `waiting` is how many were found
    /// that are not in [`Scan::files`] yet.
    fn file(
        &mut self,
        root: &Root,
        path: &str,
        entry: &fs::DirEntry,
        waiting: usize,
    ) -> Option<Stamp> {
        let data = entry.metadata().ok()?;
        let shown = format!("{}/{path}", root.shown);
        if data.is_symlink() {
            self.wrong(&shown, "is a link, which is not followed; copy the file");
        } else if self.files.len() + waiting >= FILES_MAX {
            let what = format!("is one of more than {FILES_MAX} files and left out");
            self.wrong(&shown, &what);
        } else if data.is_file() {
            // Anything else, such as a pipe, would be waited for.
            return Some(stamp(&data));
        }
        None
    }

    fn wrong(&mut self, file: &str, what: &str) {
        if self.mistakes.len() < super::MISTAKES_MAX {
            self.mistakes.push(Mistake::new(file, 1, what));
        }
    }
}

/// Files of a folder before they have keys.
#[derive(Default)]
struct Found {
    /// One after the other.
    paths: String,
    files: Vec<(Range<usize>, Stamp)>,
}

impl Found {
    fn add(&mut self, path: &str, stamp: Stamp) {
        let start = self.paths.len();
        self.paths.push_str(path);
        self.files.push((start..self.paths.len(), stamp));
    }

    fn take(&mut self, root: u16) -> impl Iterator<Item = (Key, Stamp)> + use<> {
        let Found { paths, files } = std::mem::take(self);
        let paths = ArcStr::from(paths);
        files.into_iter().map(move |(range, stamp)| {
            let path = paths.substr(range);
            (Key { root, path }, stamp)
        })
    }
}

/// Whether a root lies where it has to.
fn is_inside(root: &Root) -> bool {
    let Some(within) = &root.within else {
        return true;
    };
    match (root.folder.canonicalize(), within.canonicalize()) {
        (Ok(folder), Ok(within)) => folder.starts_with(within),
        _ => false,
    }
}

fn key_stamp(key: &Key, roots: &[Root]) -> Option<Stamp> {
    let root = roots.get(usize::from(key.root))?;
    let data = fs::symlink_metadata(key.absolute(roots)).ok()?;
    // A folder on the way may be a link too.
    let is_linked = key.path.match_indices('/').any(|(at, _)| {
        let folder = root.folder.join(&key.path[..at]);
        fs::symlink_metadata(folder).is_ok_and(|data| data.is_symlink())
    });
    (data.is_file() && !is_linked && is_inside(root)).then(|| stamp(&data))
}

fn stamp(data: &Metadata) -> Stamp {
    let modified = data.modified().ok();
    let is_racy = modified.is_none_or(|modified| {
        SystemTime::now()
            .duration_since(modified)
            .is_ok_and(|age| age < RACY)
    });
    let since = modified.and_then(|modified| modified.duration_since(SystemTime::UNIX_EPOCH).ok());
    let nanoseconds = since.and_then(|since| u64::try_from(since.as_nanos()).ok());
    Stamp {
        size: data.len(),
        modified: nanoseconds.filter(|_| !is_racy).unwrap_or(0),
    }
}
