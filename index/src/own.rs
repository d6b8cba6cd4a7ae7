//! Guides beside the built-in one: folders of topics that people and teams keep themselves, in one index
//! together with the built-in topics.
//!
//! Code map, in reading order:
//! - this file: which folders there are, and the [`Library`] that keeps their index up to date.
//! - `key`: how files are named, and the ids that their paths give. `scan`: which files there are, within
//!   bounds. `manifest`: what is known of each file.
//! - `content`: what stands in a file. `update`: changed files → changed documents of the index;
//!   `together`: topics merged with what is added to them.
//! - `check`: what is wrong with one file, for those who write it.
//! - `layered`: the directory of the index: the built-in one below, what was written above.
//! - `shelf`: where indexes lie in the cache folder, so that a kill at any moment loses nothing.

mod check;
mod content;
mod key;
mod layered;
mod manifest;
mod scan;
mod shelf;
mod together;
mod update;

use std::path::{Path, PathBuf};

use tantivy::Index;
use tantivy::directory::RamDirectory;

use crate::guide::Guide;
use crate::mistake::Mistake;
use crate::store::Files;
use key::key_of;
use layered::Layered;
use manifest::Manifest;
use shelf::Shelf;
use update::Indexer;

pub use check::{Checked, folder as check_folder};
pub use content::{FILE_MAX, IMPORTED_MAX, NOTES_MAX};
pub use key::id_of;
pub use scan::FILES_MAX;

/// Up to this many files of so many bytes together, an index in memory is built at every start: that takes less
/// time than looking after a folder in the cache.
const SMALL: usize = 300;
const SMALL_BYTES: u64 = 1 << 20;

/// Whose folder it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Below a folder that is open in the editor: written by anybody.
    Workspace,
    /// In the user's own configuration.
    User,
    /// Named in the settings.
    Settings,
}

impl Place {
    /// How an answer says where it comes from.
    pub fn name(self) -> &'static str {
        match self {
            Place::Workspace => "team notes",
            Place::User => "your notes",
            Place::Settings => "notes",
        }
    }
}

/// A folder of topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    pub place: Place,
    pub folder: PathBuf,
    /// The folder as answers name it: `.viva/guide`.
    pub shown: String,
    /// The folder must lie in this one, whatever links lead elsewhere.
    pub within: Option<PathBuf>,
}

impl Root {
    /// A file of the folder as answers name it.
    fn from(&self, relative: &str) -> String {
        format!("{}, {}/{relative}", self.place.name(), self.shown)
    }
}

/// How far an update is: files read, of how many.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// What an update found.
#[derive(Debug, Default)]
pub struct Updated {
    /// The guide with all of it; None: nothing changed.
    pub guide: Option<Guide>,
    /// How many files there are.
    pub files: usize,
    /// How many of them are left out because of mistakes.
    pub skipped: usize,
    /// What was wrong with the folders and with the files read this time; only the first.
    pub mistakes: Vec<Mistake>,
}

impl Updated {
    fn new(manifest: &Manifest, scan: &scan::Scan, read: Vec<Mistake>) -> Updated {
        Updated {
            guide: None,
            files: manifest.len(),
            skipped: manifest.skipped(),
            mistakes: scan
                .mistakes
                .iter()
                .cloned()
                .chain(read)
                .take(MISTAKES_MAX)
                .collect(),
        }
    }
}

/// How many mistakes an update keeps; a folder of something else would give one for each file.
const MISTAKES_MAX: usize = 100;

/// The folders in use and the index of what is in them.
#[derive(Debug)]
pub struct Library {
    /// The most important first.
    roots: Vec<Root>,
    built_in: Files,
    shelf: Option<Shelf>,
    kept: Kept,
}

/// Where the index of the last update is.
#[derive(Debug)]
enum Kept {
    Nothing,
    Memory(Index, Manifest),
    /// A generation of the shelf, by its name.
    Shelf(String),
}

/// What `viva doctor` tells.
#[derive(Debug)]
pub struct CacheSize {
    pub folder: PathBuf,
    pub bytes: u64,
}

impl Library {
    /// `fingerprint` tells guides apart that differ in what is built in; `cache` is the folder for
    /// indexes, None where there is none.
    pub fn new(
        roots: Vec<Root>,
        built_in: Files,
        fingerprint: &str,
        cache: Option<&Path>,
    ) -> Library {
        let shelf = cache.map(|cache| Shelf::new(cache, fingerprint, &roots));
        Library {
            roots,
            built_in,
            shelf,
            kept: Kept::Nothing,
        }
    }

    pub fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// The guide as it was when its index was last brought up to date, without a look at the files.
    pub fn open(&mut self) -> Option<Guide> {
        let (name, guide) = self.shelf.as_ref()?.open(self.built_in)?;
        self.kept = Kept::Shelf(name);
        Some(guide)
    }

    /// Brings the index up to date with all files, or only with those that may have `changed`. Until it
    /// returns, the guides that were given out before stay as they were.
    ///
    /// # Errors
    /// The indexer failed; the guides given out before are still good.
    pub fn update(
        &mut self,
        changed: Option<&[PathBuf]>,
        progress: Progress<'_>,
    ) -> tantivy::Result<Updated> {
        let scanned = match changed {
            Some(paths) => scan::Scan::some(&self.roots, paths),
            None => scan::Scan::all(&self.roots),
        };
        if let Some(shelf) = self.shelf.as_ref().filter(|_| scanned.is_all) {
            shelf.remove_unused();
        }
        if matches!(self.kept, Kept::Nothing) && scanned.files.is_empty() {
            return Ok(Updated {
                mistakes: scanned.mistakes,
                ..Updated::default()
            });
        }
        let is_small = match &self.kept {
            Kept::Nothing => is_small(scanned.files.len(), scanned.bytes()),
            // Where it grows, it moves when it is far from small: no guide moves to and fro.
            Kept::Memory(_, manifest) => is_small(
                usize::midpoint(manifest.len(), scanned.files.len()),
                u64::midpoint(manifest.bytes(), scanned.bytes()),
            ),
            Kept::Shelf(_) => scanned.is_all && is_small(scanned.files.len(), scanned.bytes()),
        };
        let place = self.shelf.clone().filter(|_| !is_small);
        let on_shelf = place.and_then(|place| self.update_shelf(&place, &scanned, progress));
        match on_shelf {
            Some(updated) => updated,
            // Small, or the cache cannot be written.
            None => self.update_memory(&scanned, progress),
        }
    }

    /// None: the cache folder cannot be used.
    fn update_shelf(
        &mut self,
        place: &Shelf,
        scanned: &scan::Scan,
        progress: Progress<'_>,
    ) -> Option<tantivy::Result<Updated>> {
        let open = match &self.kept {
            Kept::Shelf(name) => Some(name.clone()),
            Kept::Nothing | Kept::Memory(..) => None,
        };
        let rescanned;
        let scanned = if scanned.is_all || open.is_some() {
            scanned
        } else {
            // What was known of the other files was in memory.
            rescanned = scan::Scan::all(&self.roots);
            &rescanned
        };
        let done = place.update(self.built_in, &self.roots, scanned, progress)?;
        Some(done.map(|(name, mut updated)| {
            if open.as_deref() == Some(&name) {
                updated.guide = None;
            }
            self.kept = Kept::Shelf(name);
            updated
        }))
    }

    fn update_memory(
        &mut self,
        scanned: &scan::Scan,
        progress: Progress<'_>,
    ) -> tantivy::Result<Updated> {
        let all;
        let mut scanned = scanned;
        let (index, manifest) = match std::mem::replace(&mut self.kept, Kept::Nothing) {
            Kept::Memory(index, manifest) => (index, manifest),
            Kept::Nothing | Kept::Shelf(_) => {
                if !scanned.is_all {
                    all = scan::Scan::all(&self.roots);
                    scanned = &all;
                }
                let directory = Layered::new(Box::new(RamDirectory::create()), self.built_in);
                (Index::open(directory)?, Manifest::default())
            }
        };
        let is_new = manifest.is_empty();
        let built_in = Guide::open(self.built_in)?;
        let mut indexer = Indexer::new(&index, &built_in, &self.roots, manifest);
        let changed = indexer.apply(scanned, progress)?;
        let (manifest, mistakes) = indexer.finish();
        let mut updated = Updated::new(&manifest, scanned, mistakes);
        if changed || is_new {
            updated.guide = Some(Guide::new(&index)?);
        }
        self.kept = Kept::Memory(index, manifest);
        Ok(updated)
    }
}

fn is_small(files: usize, bytes: u64) -> bool {
    files <= SMALL && bytes <= SMALL_BYTES
}

/// What is wrong with a text that is a file of a guide, on its own and beside the topics of a guide that
/// may hold it already; None: the path belongs to no guide.
pub fn check(roots: &[Root], guide: &Guide, path: &Path, text: &str) -> Option<Checked> {
    let key = key_of(roots, path)?;
    Some(check::text(guide, &key, &path.display().to_string(), text))
}

/// Whether a change of this path may be one of these folders: it lies in one, or one lies in it.
pub fn is_near(roots: &[Root], path: &Path) -> bool {
    let mut folders = roots.iter().map(|root| &root.folder);
    folders.any(|folder| path.starts_with(folder) || folder.starts_with(path))
}

/// Whether a path is that of a file of these folders, be there one or not.
pub fn is_file(roots: &[Root], path: &Path) -> bool {
    key_of(roots, path).is_some()
}

/// The file that an answer says it comes from, and the line (from 1) where it is one of several topics in
/// there.
pub fn path_of(roots: &[Root], from: &str) -> Option<(PathBuf, usize)> {
    roots.iter().find_map(|root| {
        let start = root.from("");
        let relative = from.strip_prefix(&start)?;
        let lined = relative.rsplit_once(':');
        let lined = lined.and_then(|(file, line)| Some((file, line.parse().ok()?)));
        let (file, line) = lined.unwrap_or((relative, 1));
        Some((root.folder.join(file), line))
    })
}

/// How much the indexes in a cache folder take.
pub fn cache_size(cache: &Path) -> CacheSize {
    shelf::size(cache)
}

#[cfg(test)]
mod tests;
