//! Viva serves the files of its guides too: what is wrong with an open one is shown where it stands, ids,
//! names and keys are completed, and the topic that is named there can be gone to.

use serde_json::{Value, json};
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;
use viva_guide::{Mistake, own};

use super::convert;
use super::guides::{Keeper, Say};
use super::open;
use super::packages::file_path;
use super::params::At;
use super::server::Server;
use crate::document::{Document, Encoding, Position};
use crate::features::guide_file;
use crate::lock::lock;

/// Where mistakes are said to come from.
const SOURCE: &str = "viva";

/// How many mistakes of one file are shown.
const SHOWN_MAX: usize = 100;

impl Keeper {
    /// Shows what is wrong with an open file of a guide; other files are left alone.
    pub(super) fn check(&self, uri: &str) {
        let roots = self.roots();
        let Some(path) = file_path(uri).filter(|path| own::is_file(&roots, path)) else {
            return;
        };
        // Held until it is said, so that what is shown last is about the newest text.
        let mut shown = self.shown();
        let (document, encoding) = {
            let state = lock(&self.state);
            (state.documents.get(uri), state.client.encoding)
        };
        let Some(document) = document else {
            return;
        };
        let found = own::check(&roots, &self.guide(), &path, document.text()).unwrap_or_default();
        let mistakes = found.mistakes.into_iter();
        let mistakes = mistakes.map(|mistake| (lsp::DiagnosticSeverity::Error, mistake));
        let unplaced = found.unplaced.into_iter();
        let unplaced = unplaced.map(|line| (lsp::DiagnosticSeverity::Information, line));
        let diagnostics: Vec<lsp::Diagnostic> = mistakes
            .chain(unplaced)
            .take(SHOWN_MAX)
            .map(|(severity, what)| diagnostic(&document, severity, what, encoding))
            .collect();
        let now = (document.version, diagnostics.clone());
        let before = if diagnostics.is_empty() {
            shown.remove(uri)
        } else {
            shown.insert(uri.to_owned(), now.clone())
        };
        let is_nothing = before.is_none() && diagnostics.is_empty();
        if !is_nothing && before != Some(now) {
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
        if self.shown().remove(uri).is_some() {
            self.say(Say::Diagnostics(uri.to_owned(), Vec::new(), None));
        }
    }
}

#[expect(
    clippy::unused_async,
    reason = "the service takes asynchronous methods only"
)]
impl Server {
    /// Offers what follows for Markdown files alone, where the client can be told so: nobody else should
    /// be asked at every key.
    pub(super) fn offer_help_with_topics(&self) {
        let client = self.state().client.clone();
        let options = json!({ "documentSelector": [{ "language": "markdown" }] });
        let offered = [
            (client.registers_completion, "textDocument/completion"),
            (client.registers_definition, "textDocument/definition"),
        ];
        let registrations: Vec<lsp::Registration> = offered
            .into_iter()
            .filter(|(can, _)| *can)
            .map(|(_, method)| lsp::Registration {
                id: format!("viva.{method}"),
                method: method.to_owned(),
                register_options: Some(options.clone()),
            })
            .collect();
        if !registrations.is_empty() {
            let connection = self.connection.clone();
            tokio::spawn(async move { connection.register_capability(registrations).await });
        }
    }

    /// A file of a guide, and the byte offset of a place in it.
    fn guide_file(&self, at: &At) -> Option<(Document, usize, Encoding)> {
        let path = file_path(&at.text_document.uri)?;
        if !own::is_file(&self.guides.roots(), &path) {
            return None;
        }
        let (document, encoding) = {
            let state = self.state();
            (
                state.documents.get(&at.text_document.uri)?,
                state.client.encoding,
            )
        };
        let offset = document.offset(at.position.into(), encoding);
        Some((document, offset, encoding))
    }

    pub(crate) async fn completion(&self, params: At) -> Result<Vec<Value>> {
        let Some((document, offset, encoding)) = self.guide_file(&params) else {
            return Ok(vec![]);
        };
        let found = guide_file::completion(&self.guide(), document.text(), offset);
        let Some(found) = found else {
            return Ok(vec![]);
        };
        let range = convert::range(&document, &found.range, encoding);
        let texts = found.texts.into_iter();
        Ok(texts
            .map(|text| json!({ "label": text.trim_end(), "textEdit": { "range": range, "newText": text } }))
            .collect())
    }

    pub(crate) async fn definition(&self, params: At) -> Result<Option<lsp::Location>> {
        let Some((document, offset, _)) = self.guide_file(&params) else {
            return Ok(None);
        };
        let id = guide_file::topic_at(document.text(), offset);
        let Some(topic) = id.and_then(|id| self.guide().topic(id)) else {
            return Ok(None);
        };
        let own = topic.from.as_deref();
        let own = own.and_then(|from| own::path_of(&self.guides.roots(), from));
        let (uri, line) = match own {
            Some((path, line)) => (open::file_uri(&path), line.max(1) - 1),
            None if self.state().client.virtual_documents => (open::virtual_uri(&topic.id), 0),
            None => match self.pages_folder(vec![topic.id.clone()]).await {
                Some(folder) => (open::file_uri(&open::file_in(&folder, &topic.id)), 0),
                None => return Ok(None),
            },
        };
        let start = convert::position(Position { line, column: 0 });
        Ok(Some(lsp::Location {
            uri: uri.into(),
            range: lsp::Range { start, end: start },
        }))
    }
}

/// What is wrong as a diagnostic over its whole line.
fn diagnostic(
    document: &Document,
    severity: lsp::DiagnosticSeverity,
    Mistake { line, what, .. }: Mistake,
    encoding: Encoding,
) -> lsp::Diagnostic {
    let at = |line, column| Position { line, column };
    // Counted from 1.
    let line = line.clamp(1, document.line_count()) - 1;
    let end = document.offset(at(line, usize::MAX), encoding);
    lsp::Diagnostic {
        range: lsp::Range {
            start: convert::position(at(line, 0)),
            end: convert::position(document.position(end, encoding)),
        },
        severity: Some(severity),
        source: Some(SOURCE.to_owned()),
        message: what.into(),
        ..lsp::Diagnostic::default()
    }
}
