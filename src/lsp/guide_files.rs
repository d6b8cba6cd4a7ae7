//! Viva serves the files of its guides too: what is wrong with an open one is shown where it stands.

use tower_lsp::gen_lsp_types as lsp;
use viva_guide::own;

use super::convert;
use super::guides::{Keeper, Say};
use super::packages::file_path;
use super::server::lock;
use crate::document::{Document, Encoding, Position};

/// Where mistakes are said to come from.
const SOURCE: &str = "viva";

impl Keeper {
    /// Shows what is wrong with an open file of a guide; other files are left alone.
    pub(super) fn check(&self, uri: &str) {
        let is_candidate = [".md", ".toml"].iter().any(|end| uri.ends_with(end));
        let Some(path) = file_path(uri).filter(|_| is_candidate) else {
            return;
        };
        let (document, encoding) = {
            let state = lock(&self.state);
            (state.documents.get(uri), state.client.encoding)
        };
        let Some(document) = document else {
            return;
        };
        let found = own::check(&self.roots(), &self.guide(), &path, document.text());
        let diagnostics: Vec<lsp::Diagnostic> = found
            .into_iter()
            .flatten()
            .map(|mistake| diagnostic(&document, mistake.line, mistake.what, encoding))
            .collect();
        let is_marked = if diagnostics.is_empty() {
            self.marked().remove(uri)
        } else {
            self.marked().insert(uri.to_owned());
            true
        };
        if is_marked {
            let version = Some(document.version);
            self.say(Say::Diagnostics(uri.to_owned(), diagnostics, version));
        }
    }

    /// Checks every open file again: what a file names may be there now.
    pub(super) fn check_all(&self) {
        let uris: Vec<String> = {
            let state = lock(&self.state);
            state
                .documents
                .all()
                .map(|(uri, _)| uri.to_owned())
                .collect()
        };
        for uri in uris {
            self.check(&uri);
        }
    }

    /// Takes back what was shown for a file that is closed.
    pub(super) fn forget(&self, uri: &str) {
        if self.marked().remove(uri) {
            self.say(Say::Diagnostics(uri.to_owned(), Vec::new(), None));
        }
    }
}

/// A mistake as a diagnostic over its whole line, which is counted from 1.
fn diagnostic(
    document: &Document,
    line: usize,
    what: String,
    encoding: Encoding,
) -> lsp::Diagnostic {
    let at = |line, column| Position { line, column };
    let line = line.clamp(1, document.line_count()) - 1;
    let end = document.offset(at(line, usize::MAX), encoding);
    lsp::Diagnostic {
        range: lsp::Range {
            start: convert::position(at(line, 0)),
            end: convert::position(document.position(end, encoding)),
        },
        severity: Some(lsp::DiagnosticSeverity::Error),
        source: Some(SOURCE.to_owned()),
        message: what.into(),
        ..lsp::Diagnostic::default()
    }
}
