//! Hints on the wire: told when asked for by clients that ask (`textDocument/diagnostic`), else sent a
//! moment after the last change; never both.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use serde_json::Value;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};
use viva_guide::Language;

use super::client::Client;
use super::guides::Say;
use super::packages::file_path;
use super::params::{CodeActionContext, DocumentDiagnostic, InlayHints, Range};
use super::server::{Server, State};
use super::{convert, diagnostics, fault, open, workspace_file};
use crate::document::{Document, Identity};
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
    /// Documents whose hints are to be sent, and who does.
    wanted: HashMap<String, Wanted>,
    /// How many numbers were given away.
    numbers: u64,
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
    of: Identity,
    choice: Choice,
    hints: Vec<Hint>,
}

/// Hints that are to be sent: by one task, and as often as they are asked for until then only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    /// The number of the task.
    by: u64,
    /// The number of the last wish: it is gone when that was fulfilled.
    last: u64,
}

impl Told {
    pub(super) fn changed(&mut self, uri: &str) {
        self.changed.insert(uri.to_owned(), Instant::now());
        self.found.remove(uri);
    }

    /// Forgets a document; whether it was shown with hints.
    fn forget(&mut self, uri: &str) -> bool {
        self.changed.remove(uri);
        self.wanted.remove(uri);
        self.found.remove(uri);
        self.too_long.remove(uri);
        self.marked.remove(uri)
    }

    fn quiet_for(&self, uri: &str) -> Duration {
        self.changed.get(uri).map_or(QUIET, Instant::elapsed)
    }

    /// Notes a wish to send the hints of a document; the number of the task that is to do it, unless
    /// one does already.
    fn want(&mut self, uri: &str) -> Option<u64> {
        self.numbers += 1;
        let number = self.numbers;
        if let Some(wanted) = self.wanted.get_mut(uri) {
            wanted.last = number;
            return None;
        }
        let wanted = Wanted {
            by: number,
            last: number,
        };
        self.wanted.insert(uri.to_owned(), wanted);
        Some(number)
    }

    /// What is wanted of a task; None: nothing any more.
    fn wanted_of(&self, uri: &str, task: u64) -> Option<Wanted> {
        let wanted = self.wanted.get(uri)?;
        (wanted.by == task).then_some(*wanted)
    }
}

impl State {
    /// Keeps what was found in a document, unless that has changed meanwhile.
    fn keep_hints(&mut self, uri: &str, found: Found) {
        let now = self.documents.get(uri);
        if now.is_some_and(|now| now.has_text_of(&found.of)) {
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
        let task = {
            let mut state = self.state();
            if state.client.pulls_diagnostics {
                return;
            }
            state.told.want(uri)
        };
        let Some(task) = task else { return };
        let (server, uri) = (self.clone(), uri.to_owned());
        tokio::spawn(async move {
            let sent = AssertUnwindSafe(server.send_when_quiet(&uri, task));
            if sent.catch_unwind().await.is_err() {
                // The next change tries again.
                let told = &mut server.state().told;
                if told.wanted_of(&uri, task).is_some() {
                    told.wanted.remove(&uri);
                }
            }
        });
    }

    /// Sends the hints of a document as they are wanted last, unless it is closed before.
    async fn send_when_quiet(&self, uri: &str, task: u64) {
        let wanted = || self.state().told.wanted_of(uri, task);
        while let Some(wanted) = wanted() {
            let left = QUIET.saturating_sub(self.state().told.quiet_for(uri));
            if !left.is_zero() {
                tokio::time::sleep(left).await;
                continue;
            }
            let Some((document, client, hints)) = self.find_hints(uri).await else {
                return;
            };
            let items = self.diagnostics(&document, &client, &hints).await;
            self.publish(uri, wanted, document.version, items);
        }
    }

    /// Sends hints if nothing else was wanted since.
    fn publish(&self, uri: &str, wanted: Wanted, version: i32, items: Vec<lsp::Diagnostic>) {
        // Held until they are on their way, so that nobody takes them away before they are there.
        let mut state = self.state();
        let told = &mut state.told;
        if told.wanted.get(uri) != Some(&wanted) {
            return;
        }
        told.wanted.remove(uri);
        let was_marked = if items.is_empty() {
            told.marked.remove(uri)
        } else {
            told.marked.insert(uri.to_owned());
            true
        };
        if was_marked {
            self.guides
                .say(Say::Diagnostics(uri.to_owned(), items, Some(version)));
        }
    }

    /// Takes the hints of a closed document away.
    pub(super) fn forget_hints(&self, uri: &str) {
        let mut state = self.state();
        if state.told.forget(uri) {
            self.guides
                .say(Say::Diagnostics(uri.to_owned(), Vec::new(), None));
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
            if let Some(found) = found.filter(|found| document.is(&found.of)) {
                return Some((document, client, found.hints.clone()));
            }
        }
        let (snapshot, wanted) = (document.clone(), choice.clone());
        // A file may take milliseconds; hovers do not wait for that.
        let found = tokio::task::spawn_blocking(move || hints::hints(&snapshot, &wanted)).await;
        let hints = found.unwrap_or_default();
        let found = Found {
            of: document.identity(),
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
        self.read_package(uri);
        let reading = self.state().packages.first_reading(uri);
        if let Some(reading) = reading {
            // After that the document alone must do.
            let _ = tokio::time::timeout(PATIENCE, reading).await;
        }
    }

    /// Takes over what changed in the `viva.toml` of the workspace's folders. A disk that does not
    /// answer is not waited for: then what it says comes into force later.
    pub(super) async fn reread_workspace_files(&self) {
        let server = self.clone();
        let reread = tokio::spawn(async move { server.reread().await });
        let _ = tokio::time::timeout(PATIENCE, reread).await;
    }

    async fn reread(&self) {
        let _turn = self.rereading.lock().await;
        let (files, roots) = {
            let state = self.state();
            (state.workspace_files.clone(), state.client.roots.clone())
        };
        let read = move || {
            fault::stuck_at(workspace_file::NAME);
            files.reread(&roots)
        };
        let reread = tokio::task::spawn_blocking(read).await;
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
