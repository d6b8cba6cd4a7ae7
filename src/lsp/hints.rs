//! Hints on the wire: told when asked for by clients that ask (`textDocument/diagnostic`), else sent a
//! moment after the last change; never both.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};
use viva_guide::Language;

use super::client::Client;
use super::packages::file_path;
use super::params::{CodeActionContext, DocumentDiagnostic, InlayHints, Range};
use super::server::{Server, State};
use super::{convert, diagnostics, open, workspace_file};
use crate::document::Document;
use crate::features::hints::{self, Choice, Hint, Tool};
use crate::features::titles;

/// For how long nobody may have typed before hints are looked for.
const QUIET: Duration = Duration::from_millis(300);

/// For how long an answer waits for that, or for the folder of a Go file to be read.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is remembered about hints between messages.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// When documents were last changed.
    changed: HashMap<String, Instant>,
    /// How often hints of a document were asked to be sent: only the last one is.
    asked: HashMap<String, u64>,
    /// Documents whose hints are sent when nobody has typed in them for a moment.
    waiting: HashSet<String>,
    /// What was found last in documents that did not change since.
    found: HashMap<String, Found>,
    /// Documents that are shown with hints.
    marked: HashSet<String>,
    /// Documents that are too long, of which the log was told.
    too_long: HashSet<String>,
    /// Tools whose findings the client passed along.
    seen: BTreeSet<Tool>,
}

/// The hints of a document.
#[derive(Debug)]
struct Found {
    document: Document,
    choice: Choice,
    hints: Vec<Hint>,
}

impl Told {
    pub(super) fn changed(&mut self, uri: &str) {
        self.changed.insert(uri.to_owned(), Instant::now());
        self.found.remove(uri);
    }

    /// Forgets a document; whether it was shown with hints.
    fn forget(&mut self, uri: &str) -> bool {
        self.changed.remove(uri);
        self.asked.remove(uri);
        self.found.remove(uri);
        self.too_long.remove(uri);
        self.marked.remove(uri)
    }

    fn quiet_for(&self, uri: &str) -> Duration {
        self.changed.get(uri).map_or(QUIET, Instant::elapsed)
    }

    /// Numbers a wish to send the hints of a document.
    fn ask(&mut self, uri: &str) -> u64 {
        let number = self.asked.entry(uri.to_owned()).or_default();
        *number += 1;
        *number
    }
}

impl State {
    /// Keeps what was found in a document, unless that has changed meanwhile.
    fn keep_hints(&mut self, uri: &str, found: Found) {
        let now = self.documents.get(uri);
        if now.is_some_and(|now| now.has_text_of(&found.document)) {
            self.told.found.insert(uri.to_owned(), found);
        }
    }
}

impl Server {
    /// `textDocument/diagnostic`.
    pub(crate) async fn diagnostic(
        &self,
        params: DocumentDiagnostic,
    ) -> Result<lsp::DocumentDiagnosticReport> {
        let uri = params.text_document.uri;
        self.wait_for_quiet(&uri).await;
        let items = match self.find_hints(&uri).await {
            Some((document, client, hints)) => self.diagnostics(&document, &client, &hints).await,
            None => Vec::new(),
        };
        let id = fingerprint(&items);
        if params.previous_result_id.as_ref() == Some(&id) {
            let report = lsp::RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport {
                    result_id: id,
                },
            };
            return Ok(report.into());
        }
        let report = lsp::RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport {
                result_id: Some(id),
                items,
            },
        };
        Ok(report.into())
    }

    /// Sends the hints of a document once nobody has typed in it for a moment, to a client that does
    /// not ask.
    pub(super) fn send_hints(&self, uri: &str) {
        {
            let mut state = self.state();
            if state.client.pulls_diagnostics {
                return;
            }
            state.told.ask(uri);
            // One task waits, however many changes come.
            if !state.told.waiting.insert(uri.to_owned()) {
                return;
            }
        }
        let (server, uri) = (self.clone(), uri.to_owned());
        tokio::spawn(async move {
            let Some(number) = server.asked_for_when_quiet(&uri).await else {
                return;
            };
            let Some((document, client, hints)) = server.find_hints(&uri).await else {
                return;
            };
            let items = server.diagnostics(&document, &client, &hints).await;
            if !server.is_newest(&uri, number) {
                return;
            }
            let was_marked = {
                let told = &mut server.state().told;
                if items.is_empty() {
                    told.marked.remove(&uri)
                } else {
                    told.marked.insert(uri.clone());
                    true
                }
            };
            if was_marked {
                let version = Some(document.version);
                let connection = &server.connection;
                connection
                    .publish_diagnostics(uri.into(), items, version)
                    .await;
            }
        });
    }

    /// Waits until nobody has typed for a moment; the number of the last wish, none if the document
    /// was closed.
    async fn asked_for_when_quiet(&self, uri: &str) -> Option<u64> {
        loop {
            let left = {
                let told = &mut self.state().told;
                let left = QUIET.saturating_sub(told.quiet_for(uri));
                if left.is_zero() {
                    told.waiting.remove(uri);
                    return told.asked.get(uri).copied();
                }
                left
            };
            tokio::time::sleep(left).await;
        }
    }

    fn is_newest(&self, uri: &str, number: u64) -> bool {
        self.state().told.asked.get(uri) == Some(&number)
    }

    /// Takes the hints of a closed document away.
    pub(super) fn forget_hints(&self, uri: &str) {
        if self.state().told.forget(uri) {
            let (connection, uri) = (self.connection.clone(), uri.to_owned());
            tokio::spawn(async move {
                connection
                    .publish_diagnostics(uri.into(), Vec::new(), None)
                    .await;
            });
        }
    }

    /// Shows the hints of all documents anew, as after a change of settings.
    pub(super) fn refresh_hints(&self) {
        let (client, uris) = {
            let state = self.state();
            let uris: Vec<String> = state
                .documents
                .all()
                .map(|(uri, _)| uri.to_owned())
                .collect();
            (state.client.clone(), uris)
        };
        for uri in &uris {
            self.send_hints(uri);
        }
        let connection = self.connection.clone();
        tokio::spawn(async move {
            if client.pulls_diagnostics && client.refreshes_diagnostics {
                let _ = connection.workspace_diagnostic_refresh().await;
            }
            if client.refreshes_inlay_hints {
                let _ = connection.inlay_hint_refresh().await;
            }
        });
    }

    /// Notes which other tools found something in a document, by what the client passes along.
    fn note_companions(&self, uri: &str, context: &CodeActionContext) {
        let is_new = {
            let mut state = self.state();
            let language = state
                .documents
                .get(uri)
                .and_then(|document| document.language);
            let tools = context
                .diagnostics
                .iter()
                .filter_map(|diagnostic| tool_of(diagnostic, language));
            let seen = &mut state.told.seen;
            let before = seen.len();
            seen.extend(tools);
            seen.len() > before
        };
        if is_new {
            self.refresh_hints();
        }
    }

    /// What can be done about the hints in a range.
    pub(super) async fn hint_actions(
        &self,
        uri: &str,
        range: Range,
        context: &CodeActionContext,
    ) -> Vec<lsp::CodeActionResponse> {
        self.note_companions(uri, context);
        let Some((document, client, hints)) = self.find_hints(uri).await else {
            return Vec::new();
        };
        let [start, end] =
            [range.start, range.end].map(|place| document.offset(place.into(), client.encoding));
        let here: Vec<Hint> = hints
            .into_iter()
            .filter(|hint| hint.range.start <= end && start <= hint.range.end)
            .collect();
        let shown = self.diagnostics(&document, &client, &here).await;
        here.iter()
            .zip(&shown)
            .flat_map(|(hint, diagnostic)| {
                let topic = self.guide().topic(hint.rule.topic);
                let title = topic.map_or_else(String::new, |topic| topic.title);
                diagnostics::actions(uri, &document, hint, diagnostic, &title, &client)
            })
            .collect()
    }

    /// The hints of a document as they are wanted now; none where they are switched off.
    async fn find_hints(&self, uri: &str) -> Option<(Document, Arc<Client>, Vec<Hint>)> {
        self.reread_workspace_files().await;
        self.wait_for_package(uri).await;
        let (document, client, settings) = self.snapshot(uri)?;
        if !settings.hints || document.language.is_none() {
            return Some((document, client, Vec::new()));
        }
        if document.len() > hints::TEXT_MAX {
            self.tell_too_long(uri);
            return Some((document, client, Vec::new()));
        }
        let mut choice = settings.choice.clone();
        {
            let told = &self.state().told;
            choice.companions.extend(&told.seen);
            let found = told.found.get(uri);
            let found = found.filter(|found| found.choice == choice);
            if let Some(found) = found.filter(|found| found.document.is_as(&document)) {
                return Some((document, client, found.hints.clone()));
            }
        }
        let (snapshot, wanted) = (document.clone(), choice.clone());
        // A file may take milliseconds; hovers do not wait for that.
        let found = tokio::task::spawn_blocking(move || hints::hints(&snapshot, &wanted)).await;
        let hints = found.unwrap_or_default();
        let found = Found {
            document: document.clone(),
            choice,
            hints: hints.clone(),
        };
        self.state().keep_hints(uri, found);
        Some((document, client, hints))
    }

    fn tell_too_long(&self, uri: &str) {
        if self.state().told.too_long.insert(uri.to_owned()) {
            self.warn(vec![format!(
                "{uri}: no hints, the file is longer than {} bytes",
                hints::TEXT_MAX
            )]);
        }
    }

    async fn diagnostics(
        &self,
        document: &Document,
        client: &Client,
        hints: &[Hint],
    ) -> Vec<lsp::Diagnostic> {
        let folder = if hints.is_empty() || client.virtual_documents || !client.code_descriptions {
            None
        } else {
            let topics = hints.iter().map(|hint| hint.rule.topic.to_owned());
            self.pages_folder(topics.collect()).await
        };
        let page = |id: &str| {
            if client.virtual_documents {
                return Some(open::virtual_uri(id));
            }
            let folder = folder.as_ref()?;
            Some(open::file_uri(&open::file_in(folder, id)))
        };
        hints
            .iter()
            .map(|hint| diagnostics::diagnostic(document, hint, page(hint.rule.topic), client))
            .collect()
    }

    async fn wait_for_quiet(&self, uri: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = QUIET.saturating_sub(self.state().told.quiet_for(uri));
            if left.is_zero() || Instant::now() >= end {
                return;
            }
            tokio::time::sleep(left).await;
        }
    }

    /// Waits until the folder of a Go document was read: names that it declares are nobody else's.
    async fn wait_for_package(&self, uri: &str) {
        let end = Instant::now() + PATIENCE;
        let is_read = || {
            let state = self.state();
            let is_go = state.documents.get(uri).map(|document| document.language)
                == Some(Some(Language::Go));
            !is_go || state.packages.is_read(uri)
        };
        while !is_read() && Instant::now() < end {
            self.read_package(uri);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Takes over what changed in the `viva.toml` of the workspace's folders.
    pub(super) async fn reread_workspace_files(&self) {
        let (files, roots) = {
            let state = self.state();
            (state.workspace_files.clone(), state.client.roots.clone())
        };
        let reread = tokio::task::spawn_blocking(move || files.reread(&roots)).await;
        if let Ok(Some(files)) = reread {
            let complaints = {
                let mut state = self.state();
                state.workspace_files = files;
                state.apply_settings()
            };
            self.warn(complaints);
        }
    }

    /// Switches a rule off in the folder of the workspace that a document is in.
    pub(super) async fn silence(&self, rule: &str, uri: &str) -> Result<()> {
        if hints::rule(rule).is_none() {
            return Err(Error::invalid_params(format!("there is no rule `{rule}`")));
        }
        let roots = self.state().client.roots.clone();
        let root = root_of(&roots, uri).ok_or_else(|| {
            Error::invalid_params(format!("{uri} is in no folder of the workspace"))
        })?;
        let (root, name) = (root.to_owned(), rule.to_owned());
        let written =
            tokio::task::spawn_blocking(move || workspace_file::silence(&root, &name)).await;
        let (kind, text) = match written.map_err(std::io::Error::other) {
            Ok(Ok(path)) => {
                let text = format!("{rule} is off in {}", path.display());
                (lsp::MessageType::Info, text)
            }
            Ok(Err(error)) | Err(error) => {
                let text = format!("{} could not be changed: {error}", workspace_file::NAME);
                (lsp::MessageType::Error, text)
            }
        };
        self.reread_workspace_files().await;
        self.refresh_hints();
        let connection = self.connection.clone();
        tokio::spawn(async move { connection.show_message(kind, text).await });
        Ok(())
    }

    /// `textDocument/inlayHint`.
    #[expect(
        clippy::unused_async,
        reason = "the service takes asynchronous methods only"
    )]
    pub(crate) async fn inlay_hint(&self, params: InlayHints) -> Result<Vec<lsp::InlayHint>> {
        let Some((document, client, settings)) = self.snapshot(&params.text_document.uri) else {
            return Ok(vec![]);
        };
        if !settings.inlay_hints {
            return Ok(vec![]);
        }
        let [start, end] = [params.range.start, params.range.end]
            .map(|place| document.offset(place.into(), client.encoding));
        let titles = titles::titles(&self.guide(), &document, start..end);
        Ok(titles
            .into_iter()
            .map(|title| lsp::InlayHint {
                position: convert::position(document.position(title.offset, client.encoding)),
                label: title.title.into(),
                kind: None,
                text_edits: None,
                tooltip: Some(title.headline.into()),
                padding_left: Some(true),
                padding_right: None,
                data: None,
            })
            .collect())
    }
}

/// The folder of the workspace that a document is in: the deepest, if several.
fn root_of<'a>(roots: &'a [PathBuf], uri: &str) -> Option<&'a Path> {
    let path = file_path(uri)?;
    roots
        .iter()
        .filter(|root| path.starts_with(root))
        .max_by_key(|root| root.components().count())
        .map(PathBuf::as_path)
}

/// The tool that a client's diagnostic comes from, by the name that tools put there. gopls puts there
/// which of its analyzers, or what else, has found it.
fn tool_of(diagnostic: &Value, language: Option<Language>) -> Option<Tool> {
    let is_analyzer = |name: &str| {
        hints::rules()
            .flat_map(|rule| rule.elsewhere)
            .any(|elsewhere| elsewhere.tool == Tool::Gopls && elsewhere.code == name)
    };
    match (diagnostic.get("source")?.as_str()?, language?) {
        ("hadolint", _) => Some(Tool::Hadolint),
        ("docker-language-server" | "buildkit", _) => Some(Tool::BuildKit),
        ("compiler" | "go list" | "go mod tidy", Language::Go) => Some(Tool::Gopls),
        (name, Language::Go) if is_analyzer(name) => Some(Tool::Gopls),
        _ => None,
    }
}

/// Tells equal lists: the same hints at the same places.
fn fingerprint(items: &[lsp::Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(items)
        .unwrap_or_default()
        .hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
