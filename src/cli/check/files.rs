//! Finds the files, reads them and asks for their hints, several folders at a time.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ignore::WalkBuilder;
use viva_guide::Language;

use super::Found;
use crate::cli::{Failure, input};
use crate::detect;
use crate::features::hints::{Choice, TEXT_MAX, hints};
use crate::lock::lock;
use crate::package::Folder;

/// What became of the files.
#[derive(Default)]
pub(super) struct Checked {
    /// Files with hints, in the order of their paths.
    pub(super) found: Vec<Found>,
    /// How many files were looked at.
    pub(super) count: usize,
    /// What was left out.
    pub(super) notes: Vec<String>,
    /// A file that the user named, and that could not be read.
    pub(super) unreadable: Option<String>,
}

/// A file to be checked.
struct Candidate {
    path: PathBuf,
    /// The user named the file itself, not a folder above it.
    is_named: bool,
}

/// Checks files, and the files of folders.
pub(super) fn check(paths: &[PathBuf], choice: &Choice) -> Result<Checked, Failure> {
    let mut checked = Checked::default();
    let folders = candidates(paths, &mut checked.notes)?;
    let total: usize = folders.iter().map(|(_, files)| files.len()).sum();
    let roots = roots(paths);
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let result = Mutex::new(checked);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((folder, files)) = folders.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    check_folder(folder, files, &roots, choice, &result, &done);
                }
            });
        }
        progress(&done, total);
    });
    let mut checked = result.into_inner().unwrap_or_else(PoisonError::into_inner);
    checked.found.sort_by(|a, b| a.file.cmp(&b.file));
    checked.notes.sort();
    Ok(checked)
}

/// The folders that count as the user's workspace: where a `go.mod` is looked for.
fn roots(paths: &[PathBuf]) -> Vec<PathBuf> {
    let named = paths
        .iter()
        .filter_map(|path| std::path::absolute(path).ok())
        .filter(|path| path.is_dir());
    std::env::current_dir().into_iter().chain(named).collect()
}

/// Every file that may be of a language that Viva knows, by folder.
fn candidates(
    paths: &[PathBuf],
    notes: &mut Vec<String>,
) -> Result<Vec<(PathBuf, Vec<Candidate>)>, Failure> {
    let mut folders: BTreeMap<PathBuf, BTreeMap<PathBuf, Candidate>> = BTreeMap::new();
    let mut add = |path: PathBuf, is_named| {
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let files = folders.entry(folder).or_default();
        files
            .entry(path.clone())
            .or_insert(Candidate { path, is_named });
    };
    for path in paths {
        let metadata = fs::metadata(path)
            .map_err(|error| Failure::Unusable(format!("{}: {error}", path.display())))?;
        if !metadata.is_dir() {
            add(path.clone(), true);
            continue;
        }
        let walk = WalkBuilder::new(path)
            // `.devcontainer/Dockerfile` is a file like others.
            .hidden(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build();
        for entry in walk {
            match entry {
                Ok(entry) => {
                    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                    if is_file && may_be_known(entry.path()) {
                        let path = entry.into_path();
                        add(
                            path.strip_prefix(".")
                                .map(Path::to_path_buf)
                                .unwrap_or(path),
                            false,
                        );
                    }
                }
                Err(error) => notes.push(format!("left out: {error}")),
            }
        }
    }
    Ok(folders
        .into_iter()
        .map(|(folder, files)| (folder, files.into_values().collect()))
        .collect())
}

/// Whether a file's name tells its language, or its content may.
fn may_be_known(path: &Path) -> bool {
    let is_conf = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("conf"));
    is_conf || detect::language("", &path.to_string_lossy(), "").is_some()
}

fn check_folder(
    folder: &Path,
    files: &[Candidate],
    roots: &[PathBuf],
    choice: &Choice,
    result: &Mutex<Checked>,
    done: &AtomicUsize,
) {
    let mut go_folder = None;
    for candidate in files {
        let outcome = check_file(candidate, choice, |name| {
            let go_folder = go_folder.get_or_insert_with(|| {
                let folder = std::path::absolute(folder.join(".")).unwrap_or_default();
                Folder::read(&folder, roots, None)
            });
            Arc::new(go_folder.package(name, Vec::new()))
        });
        done.fetch_add(1, Ordering::Relaxed);
        let mut result = lock(result);
        match outcome {
            Ok(Some(found)) => {
                result.count += 1;
                if !found.hints.is_empty() {
                    result.found.push(found);
                }
            }
            Ok(None) => {}
            Err(problem) if candidate.is_named => result.unreadable = Some(problem),
            Err(problem) => result.notes.push(problem),
        }
    }
}

/// The hints of a file. `Ok(None)`: it is in no language that Viva knows.
fn check_file(
    candidate: &Candidate,
    choice: &Choice,
    package: impl FnOnce(&str) -> Arc<crate::keywords::go::Package>,
) -> Result<Option<Found>, String> {
    let path = &candidate.path;
    let shown = path.display().to_string();
    let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
    if bytes > TEXT_MAX as u64 {
        return Err(format!(
            "{shown}: left out: {bytes} bytes; hints are for files of at most {TEXT_MAX}"
        ));
    }
    let mut document = match input::read_alone(path, None) {
        Ok(document) => document,
        Err(Failure::Unusable(problem) | Failure::Nothing(problem)) => return Err(problem),
        Err(Failure::Closed) => return Ok(None),
    };
    match document.language {
        None if candidate.is_named => {
            let known = Language::ALL.map(Language::name).join(", ");
            return Err(format!("{shown}: not a file that Viva knows ({known})"));
        }
        None => return Ok(None),
        Some(Language::Go) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            document.package = Some(package(&name));
        }
        Some(_) => {}
    }
    let hints = hints(&document, choice);
    Ok(Some(Found {
        file: shown,
        document,
        hints,
    }))
}

/// Says on a terminal how far the work is, once it takes long.
fn progress(done: &AtomicUsize, total: usize) {
    let mut stderr = io::stderr();
    if !stderr.is_terminal() {
        return;
    }
    let start = Instant::now();
    let mut is_shown = false;
    loop {
        let count = done.load(Ordering::Relaxed);
        if count >= total {
            break;
        }
        if start.elapsed() > Duration::from_secs(1) {
            is_shown = true;
            let _ = write!(stderr, "\r{count} of {total} files");
            let _ = stderr.flush();
        }
        thread::sleep(Duration::from_millis(50));
    }
    if is_shown {
        // The line is gone when the hints are printed.
        let _ = write!(stderr, "\r{:40}\r", "");
        let _ = stderr.flush();
    }
}
