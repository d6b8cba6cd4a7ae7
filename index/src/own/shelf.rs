//! Where indexes lie in the cache folder.
//!
//! ```text
//! guides/v2-FINGERPRINT-ROOTS/     a shelf: one set of folders with one built-in guide
//!     lock                         held by the process that makes a generation
//!     current                      the name of the generation in force
//!     CONTENT/                     a generation: an index and the manifest of its files
//!     new-PID                      a generation in the making
//! ```
//!
//! A generation never changes. A new one is made aside, from links to the files of the one before, then
//! renamed into place; then `current` is replaced, in one step too. Whoever is killed leaves a `new-`
//! folder, which the next one removes. The system takes the lock from the dead.

use std::ffi::OsStr;
use std::fs::{self, File, FileTimes};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use arcstr::ArcStr;
use tantivy::Index;
use tantivy::directory::MmapDirectory;

use super::layered::Layered;
use super::manifest::{Manifest, hash};
use super::scan::Scan;
use super::update::{self, Indexer};
use super::{CacheSize, Progress, Root, Updated};
use crate::guide::Guide;
use crate::store::Files;

/// Grows with the schema of the index and the layout of the shelf.
const VERSION: u32 = 2;

const GUIDES: &str = "guides";
const CURRENT: &str = "current";
const LOCK: &str = "lock";
const MANIFEST: &str = "manifest";
const NEW: &str = "new-";

/// How old a generation is that goes when another has taken its place. Who has just read the name of a younger
/// one still finds it; who does not find it reads `current` again.
const SUPERSEDED: Duration = Duration::from_mins(1);

/// A shelf that nobody opened for this long goes.
const UNUSED: Duration = Duration::from_hours(30 * 24);

/// How often a generation is looked for that went between two looks.
const ATTEMPTS: usize = 5;

#[derive(Clone, Debug)]
pub(super) struct Shelf {
    /// `guides`.
    all: PathBuf,
    folder: PathBuf,
}

impl Shelf {
    pub(super) fn new(cache: &Path, fingerprint: &str, roots: &[Root]) -> Shelf {
        let mut named = Vec::new();
        for root in roots {
            named.extend_from_slice(root.folder.as_os_str().as_encoded_bytes());
            named.push(0);
            named.extend_from_slice(root.shown.as_bytes());
            named.push(root.place as u8);
        }
        let all = cache.join(GUIDES);
        let folder = all.join(format!("v{VERSION}-{fingerprint}-{:016x}", hash(&named)));
        Shelf { all, folder }
    }

    /// The guide in force and the name of its generation; None: there is none that can be opened.
    pub(super) fn open(&self, built_in: Files) -> Option<(String, Guide)> {
        for _ in 0..ATTEMPTS {
            let name = self.current()?;
            if let Ok(guide) = open(&self.folder.join(&name), built_in) {
                self.touch();
                return Some((name, guide));
            }
            if self.current()? == name {
                // Damaged: whoever updates makes another.
                return None;
            }
        }
        None
    }

    /// Brings the shelf up to date; the name of the generation in force, and what was found. None:
    /// the folder cannot be used.
    pub(super) fn update(
        &self,
        built_in: Files,
        roots: &[Root],
        scan: &Scan,
        progress: Progress<'_>,
    ) -> Option<tantivy::Result<(String, Updated)>> {
        fs::create_dir_all(&self.folder).ok()?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join(LOCK))
            .ok()?;
        lock.lock().ok()?;
        let before = self.current().and_then(|name| {
            let manifest = whole(&self.folder.join(&name), built_in)?;
            Some((name, manifest))
        });
        let rescanned;
        let scan = if before.is_some() || scan.is_all {
            scan
        } else {
            rescanned = Scan::all(roots);
            &rescanned
        };
        let made = self.make(built_in, roots, scan, before, progress);
        self.tidy();
        match made {
            Err(Trouble::Folder(_)) => None,
            Err(Trouble::Index(error)) => Some(Err(error)),
            Ok(made) => Some(Ok(made)),
        }
    }

    fn make(
        &self,
        built_in: Files,
        roots: &[Root],
        scan: &Scan,
        before: Option<(String, Manifest)>,
        progress: Progress<'_>,
    ) -> Result<(String, Updated), Trouble> {
        if let Some((name, manifest)) = &before
            && !update::is_stale(manifest, scan)
        {
            let mut updated = Updated::new(manifest, scan, Vec::new());
            updated.guide = Some(open(&self.folder.join(name), built_in)?);
            return Ok((name.clone(), updated));
        }
        let aside = self.folder.join(format!("{NEW}{}", std::process::id()));
        let _ = fs::remove_dir_all(&aside);
        fs::create_dir(&aside)?;
        let (old, manifest) = match before {
            Some((name, manifest)) => {
                link_all(&self.folder.join(&name), &aside)?;
                (Some(name), manifest)
            }
            None => (None, Manifest::default()),
        };
        let directory = MmapDirectory::open(&aside).map_err(tantivy::TantivyError::from)?;
        let index = Index::open(Layered::new(Box::new(directory), built_in))?;
        let built_in_guide = Guide::open(built_in)?;
        let mut indexer = Indexer::new(&index, &built_in_guide, roots, manifest);
        let is_different = indexer.apply(scan, progress)?;
        let (manifest, mistakes) = indexer.finish();
        drop(index);
        let mut updated = Updated::new(&manifest, scan, mistakes);
        let name = format!("{:016x}", manifest.hash());
        let place = self.folder.join(&name);
        write_whole(&aside.join(MANIFEST), manifest.write().as_bytes())?;
        if old.as_ref() == Some(&name) && !is_different {
            // Only the times of files are others.
            fs::rename(aside.join(MANIFEST), place.join(MANIFEST))?;
            fs::remove_dir_all(&aside)?;
            updated.guide = Some(open(&place, built_in)?);
            return Ok((name, updated));
        }
        // The same content was there before, perhaps until a moment ago; or it is damaged.
        if fs::rename(&aside, &place).is_err() {
            if whole(&place, built_in).is_some() {
                fs::remove_dir_all(&aside)?;
            } else {
                fs::remove_dir_all(&place)?;
                fs::rename(&aside, &place)?;
            }
        }
        let guide = open(&place, built_in)?;
        let pointer = self
            .folder
            .join(format!("{CURRENT}-{}", std::process::id()));
        write_whole(&pointer, name.as_bytes())?;
        fs::rename(&pointer, self.folder.join(CURRENT))?;
        updated.guide = Some(guide);
        Ok((name, updated))
    }

    /// The name of the generation in force.
    fn current(&self) -> Option<String> {
        let name = fs::read_to_string(self.folder.join(CURRENT)).ok()?;
        let is_name = name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_name.then_some(name)
    }

    /// Notes that the shelf is in use.
    fn touch(&self) {
        let now = FileTimes::new().set_modified(SystemTime::now());
        let current = File::options().write(true).open(self.folder.join(CURRENT));
        // Best effort: without it the shelf is made again some day.
        let _ = current.and_then(|current| current.set_times(now));
    }

    /// Removes generations that nobody needs any more. Called with the lock, so that nothing here is in the
    /// making.
    fn tidy(&self) {
        let current = self.current();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let is_left = starts_with(&name, NEW) || starts_with(&name, "current-");
            let is_generation = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let is_current = current.as_deref().is_some_and(|current| name == current);
            if is_left || is_generation && !is_current && age(&entry.path()) > SUPERSEDED {
                remove(&entry.path());
            }
        }
    }

    /// Removes other shelves that nobody has used for long: of folders that are no more, or of older versions.
    pub(super) fn remove_unused(&self) {
        for entry in fs::read_dir(&self.all).into_iter().flatten().flatten() {
            let path = entry.path();
            if path != self.folder && age(&path.join(CURRENT)) > UNUSED && age(&path) > UNUSED {
                remove(&path);
            }
        }
    }
}

/// Why no generation was made.
enum Trouble {
    Folder(
        #[expect(
            dead_code,
            reason = "shown by nobody: memory takes the place of the folder"
        )]
        io::Error,
    ),
    Index(tantivy::TantivyError),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Folder(error)
    }
}

impl From<tantivy::TantivyError> for Trouble {
    fn from(error: tantivy::TantivyError) -> Trouble {
        match error {
            // A full disk, a folder that went: what is left can be done in memory. What befalls a thread
            // that writes comes without its cause.
            tantivy::TantivyError::IoError(_)
            | tantivy::TantivyError::InternalError(_)
            | tantivy::TantivyError::ErrorInThread(_)
            | tantivy::TantivyError::OpenWriteError(_)
            | tantivy::TantivyError::OpenDirectoryError(_)
            | tantivy::TantivyError::LockFailure(..) => {
                Trouble::Folder(io::Error::other("the index"))
            }
            error => Trouble::Index(error),
        }
    }
}

/// The manifest of a generation that can be used.
fn whole(generation: &Path, built_in: Files) -> Option<Manifest> {
    let manifest = fs::read_to_string(generation.join(MANIFEST)).ok()?;
    open(generation, built_in).ok()?;
    Manifest::read(&ArcStr::from(manifest))
}

fn open(generation: &Path, built_in: Files) -> tantivy::Result<Guide> {
    if !generation.join("meta.json").is_file() {
        // The built-in index below would be taken for this one.
        return Err(tantivy::TantivyError::SystemError(
            "no such index".to_owned(),
        ));
    }
    let directory = MmapDirectory::open(generation)?;
    let index = Index::open(Layered::new(Box::new(directory), built_in))?;
    Guide::new(&index)
}

/// Links the files of an index into another folder; copies them where there are no links.
fn link_all(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        // The manifest is written anew, and locks are nobody's.
        if name == MANIFEST || starts_with(&name, ".tantivy") {
            continue;
        }
        let place = to.join(&name);
        if fs::hard_link(entry.path(), &place).is_err() {
            fs::copy(entry.path(), &place)?;
        }
    }
    Ok(())
}

/// Writes a file so that a crash of the machine after the rename that follows finds it whole.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

fn starts_with(name: &OsStr, start: &str) -> bool {
    name.to_string_lossy().starts_with(start)
}

/// How long ago something was changed; what cannot be told is young.
fn age(path: &Path) -> Duration {
    let modified = fs::metadata(path).and_then(|data| data.modified());
    match modified {
        Ok(modified) => modified.elapsed().unwrap_or_default(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Duration::MAX,
        Err(_) => Duration::ZERO,
    }
}

/// Best effort: what is open elsewhere may refuse on some systems, and goes another time.
fn remove(path: &Path) {
    let _ = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
}

/// How much the indexes of a cache folder take; files that generations share count once.
pub(super) fn size(cache: &Path) -> CacheSize {
    let folder = cache.join(GUIDES);
    let mut names = std::collections::HashSet::new();
    let mut bytes = 0;
    let mut open = vec![folder.clone()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(data) if data.is_dir() => open.push(entry.path()),
                // Names of segments are unique; those of other files are small.
                Ok(data) if names.insert((entry.file_name(), data.len())) => bytes += data.len(),
                _ => {}
            }
        }
    }
    CacheSize { folder, bytes }
}
