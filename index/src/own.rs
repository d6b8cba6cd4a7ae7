//! Guides beside the built-in one: folders of topics that people and teams keep themselves, in one index
//! together with the built-in topics.
//!
//! Code map, in reading order:
//! - this file: which folders there are, and the [`Library`] that keeps their index up to date.
//! - `scan`: which files there are, within bounds. `manifest`: what is known of each file.
//! - `update`: changed files → changed documents of the index, topics merged with those they add to.
//! - `check`: what is wrong with one file, for those who write it.
//! - `layered`: the directory of the index: the built-in one below, what was written above.
//! - `shelf`: where indexes lie in the cache folder, so that a kill at any moment loses nothing.

mod check;
mod layered;
mod manifest;
mod scan;
mod shelf;
mod update;

use std::path::{Path, PathBuf};

use tantivy::Index;
use tantivy::directory::RamDirectory;

use crate::guide::Guide;
use crate::mistake::Mistake;
use crate::store::Files;
use layered::Layered;
use manifest::Manifest;
use shelf::Shelf;
use update::Indexer;

pub use check::{Checked, folder as check_folder};
pub use scan::{FILE_MAX, FILES_MAX, id_of};

/// Up to this many files an index in memory is built at every start: that takes less time than
/// looking after a folder in the cache.
const SMALL: usize = 300;

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
        if matches!(self.kept, Kept::Nothing) && scanned.files.is_empty() {
            return Ok(Updated {
                mistakes: scanned.mistakes,
                ..Updated::default()
            });
        }
        let is_small = match &self.kept {
            Kept::Nothing => scanned.files.len() <= SMALL,
            Kept::Memory(_, manifest) => manifest.len() + scanned.files.len() <= 2 * SMALL,
            Kept::Shelf(_) => scanned.is_all && scanned.files.len() <= SMALL,
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
        let mut indexer = Indexer::new(&index, self.built_in, &self.roots, manifest)?;
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

/// What is wrong with a text that is a file of a guide, on its own and beside the topics of a guide that
/// may hold it already; None: the path belongs to no guide.
pub fn check(roots: &[Root], guide: &Guide, path: &Path, text: &str) -> Option<Vec<Mistake>> {
    let key = scan::key_of(roots, path)?;
    Some(check::text(guide, &key, &path.display().to_string(), text))
}

/// Whether a path is that of a topic in one of these folders, be there a file or not.
pub fn is_topic(roots: &[Root], path: &Path) -> bool {
    scan::key_of(roots, path).is_some_and(|key| key.cards().is_none())
}

/// The file that an answer says it comes from.
pub fn path_of(roots: &[Root], from: &str) -> Option<PathBuf> {
    roots.iter().find_map(|root| {
        let start = root.from("");
        Some(root.folder.join(from.strip_prefix(&start)?))
    })
}

/// How much the indexes in a cache folder take.
pub fn cache_size(cache: &Path) -> CacheSize {
    shelf::size(cache)
}

#[cfg(test)]
mod tests;
