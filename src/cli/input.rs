//! Files as the commands read them: UTF-8, in a language that Viva knows, a Go file with its package.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use viva_guide::Language;
use viva_guide::mistake::line_at;

use super::Failure;
use crate::detect;
use crate::document::Document;
use crate::keywords::go;
use crate::package::Folder;

/// Reads a file that the user named.
pub(super) fn read(file: &Path, lang: Option<Language>) -> Result<Document, Failure> {
    let mut document = read_alone(file, lang)?;
    if document.language == Some(Language::Go) {
        document.package = package_of(file, &document);
    }
    Ok(document)
}

/// Reads a file without the other files of its package.
pub(super) fn read_alone(file: &Path, lang: Option<Language>) -> Result<Document, Failure> {
    let shown = file.display();
    let unusable = |problem: String| Failure::Unusable(format!("{shown}: {problem}"));
    if file.is_dir() {
        return Err(unusable("is a folder; name a file in it".to_owned()));
    }
    let bytes = fs::read(file).map_err(|error| unusable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = line_at(error.as_bytes(), error.utf8_error().valid_up_to());
        unusable(format!(
            "line {line} is not UTF-8; Viva reads text files in UTF-8"
        ))
    })?;
    let language = lang.or_else(|| detect::language("", &shown.to_string(), &text));
    Ok(Document::new(0, language, &text))
}

/// Why nothing can be said about a file whose language is not known, and what helps.
pub(super) fn unknown_language(file: &Path) -> Failure {
    let known = Language::ALL.map(Language::name).join(", ");
    Failure::Unusable(format!(
        "{}: not a file that Viva knows; name its language with --lang ({known})",
        file.display()
    ))
}

/// The package of a Go file. Its folder is read while the file itself is parsed.
fn package_of(file: &Path, document: &Document) -> Option<Arc<go::Package>> {
    let path = std::path::absolute(file).ok()?;
    let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
    let roots: Vec<PathBuf> = std::env::current_dir().into_iter().collect();
    let folder = thread::scope(|scope| {
        let reading = scope.spawn(|| Folder::read(folder, &roots, None));
        document.text();
        reading.join().ok()
    })?;
    Some(Arc::new(folder.package(name, Vec::new())))
}
