//! `viva.toml` in a folder of the workspace: settings that hold for everyone who works there, by the
//! same names as in the editor.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use serde_json::Value;

use crate::lock::lock;

/// The name of the file.
pub(crate) const NAME: &str = "viva.toml";

/// A larger file is not read, in bytes.
const SIZE_MAX: u64 = 1 << 20;

/// The files of all folders of the workspace, as they were last read.
#[derive(Clone, Debug, Default)]
pub(crate) struct WorkspaceFiles {
    files: Vec<WorkspaceFile>,
}

#[derive(Clone, Debug)]
struct WorkspaceFile {
    path: PathBuf,
    stamp: Option<Stamp>,
    /// None: it is not there, or cannot be understood.
    settings: Option<Value>,
    complaint: Option<String>,
}

/// What tells that a file was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

impl WorkspaceFiles {
    /// Reads what changed since the last time. None: nothing did.
    pub(crate) fn reread(&self, roots: &[PathBuf]) -> Option<WorkspaceFiles> {
        let paths: Vec<PathBuf> = roots.iter().map(|root| root.join(NAME)).collect();
        let is_same = self.files.len() == paths.len()
            && self
                .files
                .iter()
                .zip(&paths)
                .all(|(file, path)| file.path == *path && file.stamp == stamp(path));
        (!is_same).then(|| WorkspaceFiles {
            files: paths.into_iter().map(WorkspaceFile::read).collect(),
        })
    }

    /// The settings of each file.
    pub(crate) fn settings(&self) -> impl Iterator<Item = (&Path, &Value)> {
        self.files
            .iter()
            .filter_map(|file| Some((file.path.as_path(), file.settings.as_ref()?)))
    }

    /// What is wrong with files that could not be read.
    pub(crate) fn complaints(&self) -> impl Iterator<Item = &str> {
        self.files
            .iter()
            .filter_map(|file| file.complaint.as_deref())
    }
}

impl WorkspaceFile {
    fn read(path: PathBuf) -> WorkspaceFile {
        let stamp = stamp(&path);
        let read = match stamp {
            None => Ok(None),
            Some(stamp) if stamp.length > SIZE_MAX => Err(format!("larger than {SIZE_MAX} bytes")),
            Some(_) => fs::read_to_string(&path)
                .map_err(|error| error.to_string())
                .and_then(|text| parse(&text).map(Some)),
        };
        let (settings, complaint) = match read {
            Ok(settings) => (settings, None),
            Err(problem) => (None, Some(format!("{}: {problem}", path.display()))),
        };
        WorkspaceFile {
            path,
            stamp,
            settings,
            complaint,
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some(Stamp {
        modified: metadata.modified().ok(),
        length: metadata.len(),
    })
}

/// The settings in the text of a file.
///
/// # Errors
/// It is no TOML; says the line.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    toml::from_str(text).map_err(|error| {
        let at = error
            .span()
            .map_or(0, |span| text.floor_char_boundary(span.start));
        let line = text[..at].matches('\n').count() + 1;
        format!("line {line}: {}", error.message())
    })
}

/// Adds a rule to `hints.off` in the file of a folder, which is made where it is not there; the rest
/// of the file stays as it is. Returns the file's path.
///
/// # Errors
/// The file cannot be read or written, or `hints.off` in it is not a list.
pub(crate) fn silence(root: &Path, rule: &str) -> io::Result<PathBuf> {
    // One after the other: of two that read the same text, the later would undo the earlier.
    static WRITING: Mutex<()> = Mutex::new(());
    let _turn = lock(&WRITING);
    let path = root.join(NAME);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let text = with_rule_off(&text, rule)
        .map_err(|problem| io::Error::new(io::ErrorKind::InvalidData, problem))?;
    // Written aside and renamed, so that nobody reads half of it.
    let aside = root.join(format!(".{NAME}-{}", std::process::id()));
    let written = fs::write(&aside, text).and_then(|()| fs::rename(&aside, &path));
    written.inspect_err(|_| {
        let _ = fs::remove_file(&aside);
    })?;
    Ok(path)
}

fn with_rule_off(text: &str, rule: &str) -> Result<String, String> {
    let mut file: toml_edit::DocumentMut = text.parse().map_err(|_| {
        parse(text)
            .err()
            .unwrap_or_else(|| "it is no TOML".to_owned())
    })?;
    let hints = file
        .entry("hints")
        .or_insert_with(toml_edit::table)
        .as_table_like_mut()
        .ok_or("`hints` is no table")?;
    let off = hints
        .entry("off")
        .or_insert_with(|| toml_edit::value(toml_edit::Array::new()))
        .as_array_mut()
        .ok_or("`hints.off` is no list")?;
    if !off.iter().any(|name| name.as_str() == Some(rule)) {
        off.push(rule);
    }
    Ok(file.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rule_is_added_and_the_rest_stays() {
        let cases = [
            ("", "[hints]\noff = [\"go/x\"]\n"),
            ("[hints]\noff = [\"go/x\"]\n", "[hints]\noff = [\"go/x\"]\n"),
            (
                "# ours\nhover.maxLines = 9 # short\n[hints]\noff = [\"a\"] # why\n",
                "# ours\nhover.maxLines = 9 # short\n[hints]\noff = [\"a\", \"go/x\"] # why\n",
            ),
            (
                "hints = { enable = true }\n",
                "hints = { enable = true , off = [\"go/x\"] }\n",
            ),
        ];
        for (before, after) in cases {
            assert_eq!(
                with_rule_off(before, "go/x").as_deref(),
                Ok(after),
                "{before}"
            );
        }
        for (bad, problem) in [
            ("hints = 1", "`hints` is no table"),
            ("[hints]\noff = 1", "`hints.off` is no list"),
            ("\n[hints", "line 2"),
        ] {
            let error = with_rule_off(bad, "go/x").expect_err(bad);
            assert!(error.starts_with(problem), "{bad}: {error}");
        }
    }

    #[test]
    fn files_are_read_again_when_they_change() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let roots = [folder.path().to_owned()];
        let none = WorkspaceFiles::default()
            .reread(&roots)
            .expect("a new folder");
        assert_eq!(none.settings().count(), 0);
        assert!(none.reread(&roots).is_none());
        let path = silence(folder.path(), "docker/sudo").expect("the folder can be written");
        let one = none.reread(&roots).expect("the file is new");
        let settings: Vec<_> = one.settings().collect();
        assert_eq!(
            settings,
            [(
                path.as_path(),
                &json!({ "hints": { "off": ["docker/sudo"] } })
            )]
        );
        fs::write(&path, "a = 1\nb = \n").expect("the folder can be written");
        let bad = one.reread(&roots).expect("the file changed");
        assert_eq!(bad.settings().count(), 0);
        let complaint = bad.complaints().next().expect("it is no TOML");
        assert!(complaint.contains("viva.toml: line 2: "), "{complaint}");
    }
}
