//! The server's side of a connection: its life, the state of open documents and settings, and which
//! methods it serves. State changes before the first wait, so that the order of messages is the order
//! of changes.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Request, Result};
use tower_lsp::{ClientSocket, LanguageServer, LspService};
use viva_guide::{Guide, Language};

use super::answers::Answers;
use super::client::Client;
use super::guides::Keeper;
use super::hints::Told;
use super::packages::{Of, Packages};
use super::params::{DidChange, DidChangeConfiguration, DidClose, DidOpen};
use super::settings::{SECTION, Settings};
use super::workspace_file::WorkspaceFiles;
use super::{convert, fault, open, parent};
use crate::document::{Document, Encoding};
use crate::documents::Documents;
use crate::lock::lock;
use crate::package::Folder;

/// The server's side of one connection. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(super) connection: tower_lsp::Client,
    pub(super) guides: Keeper,
    pub(super) state: Arc<Mutex<State>>,
    pub(super) answers: Arc<Answers>,
    /// Held by whoever reads the workspace's files: the newest reading is the last.
    pub(super) rereading: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// The client has said what it can.
    is_introduced: bool,
    /// Shared, because every request takes a copy.
    pub(super) client: Arc<Client>,
    pub(super) settings: Arc<Settings>,
    /// What the client last said about the settings.
    sent: Value,
    /// How often it was asked for them or sent them, and what of that was taken over last.
    asked: u64,
    taken: u64,
    pub(super) workspace_files: WorkspaceFiles,
    pub(super) documents: Documents,
    pub(super) packages: Packages,
    pub(super) told: Told,
}

impl State {
    /// Puts the settings of the client and of the workspace's files together; returns what was wrong
    /// with them. What a file sets holds for all who work there, so it is added last.
    pub(super) fn apply_settings(&mut self) -> Vec<String> {
        let (mut settings, mut complaints) = Settings::read(&self.sent);
        complaints.extend(self.workspace_files.complaints().map(str::to_owned));
        // Paths in a file start at its folder; whoever reads guides reads them there.
        let paths = settings.guide_paths.clone();
        for (path, sent) in self.workspace_files.settings() {
            let of_file = settings.add(sent);
            complaints.extend(
                of_file
                    .into_iter()
                    .map(|text| format!("{}: {text}", path.display())),
            );
        }
        settings.guide_paths = paths;
        self.settings = Arc::new(settings);
        complaints
    }
}

/// The service with the methods that Viva serves, and its way back to the client.
pub(crate) fn service(guide: Guide) -> (LspService<Server>, ClientSocket) {
    LspService::build_with_lifecycle_methods(|connection| {
        let state = Arc::default();
        Server {
            guides: Keeper::new(guide, connection.clone(), Arc::clone(&state)),
            connection,
            state,
            answers: Arc::default(),
            rereading: Arc::default(),
        }
    })
    .custom_method("textDocument/didOpen", Server::did_open)
    .custom_method("textDocument/didChange", Server::did_change)
    .custom_method("textDocument/didClose", Server::did_close)
    .custom_method("textDocument/hover", Server::hover)
    .custom_method("textDocument/completion", Server::completion)
    .custom_method("textDocument/definition", Server::definition)
    .custom_method("textDocument/codeAction", Server::code_action)
    .custom_method("textDocument/diagnostic", Server::diagnostic)
    .custom_method("textDocument/inlayHint", Server::inlay_hint)
    .custom_method("workspace/symbol", Server::symbol)
    .custom_method("workspace/executeCommand", Server::execute_command)
    .custom_method(
        "workspace/textDocumentContent",
        Server::text_document_content,
    )
    .custom_method(
        "workspace/didChangeConfiguration",
        Server::did_change_configuration,
    )
    .custom_method(
        "workspace/didChangeWatchedFiles",
        Server::did_change_watched_files,
    )
    .custom_method(
        "workspace/didChangeWorkspaceFolders",
        Server::did_change_workspace_folders,
    )
    .finish()
}

impl LanguageServer for Server {
    async fn initialize(&self, _: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        let client = self.state().client.clone();
        self.reread_workspace_files().await;
        // In force at once: some clients never send `initialized`.
        let turn = self.next_turn();
        self.apply(client.options.clone(), turn);
        let capabilities = capabilities(&client);
        let info = lsp::ServerInfo {
            name: "viva".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        };
        Ok(lsp::InitializeResult {
            capabilities,
            server_info: Some(info),
        })
    }

    async fn initialized(&self, _: lsp::InitializedParams) {
        self.log(format!(
            "viva {}: {} topics, {} cards",
            env!("CARGO_PKG_VERSION"),
            self.guide().topic_count(),
            self.guide().card_count()
        ));
        self.guides.watch();
        self.offer_help_with_topics();
        if self.state().client.configuration {
            self.pull_settings();
        }
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }
}

fn capabilities(client: &Client) -> lsp::ServerCapabilities {
    let sync = lsp::TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(lsp::TextDocumentSyncKind::Incremental),
        ..lsp::TextDocumentSyncOptions::default()
    };
    let actions = lsp::CodeActionOptions {
        code_action_kinds: Some(vec![
            convert::QUESTION_KIND.into(),
            convert::SOURCE_KIND.into(),
            lsp::CodeActionKind::QuickFix,
        ]),
        ..lsp::CodeActionOptions::default()
    };
    let commands = lsp::ExecuteCommandOptions {
        commands: convert::COMMANDS.map(str::to_owned).to_vec(),
        ..lsp::ExecuteCommandOptions::default()
    };
    let diagnostics = lsp::DiagnosticOptions {
        identifier: Some("viva".to_owned()),
        inter_file_dependencies: false,
        workspace_diagnostics: false,
        ..lsp::DiagnosticOptions::default()
    };
    let content = lsp::TextDocumentContentOptions {
        schemes: vec![open::SCHEME.to_owned()],
    };
    lsp::ServerCapabilities {
        position_encoding: Some(match client.encoding {
            Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
            Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
            Encoding::Utf32 => lsp::PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(sync.into()),
        hover_provider: Some(true.into()),
        code_action_provider: Some(actions.into()),
        workspace_symbol_provider: Some(true.into()),
        diagnostic_provider: client.pulls_diagnostics.then(|| diagnostics.into()),
        inlay_hint_provider: Some(true.into()),
        execute_command_provider: Some(commands),
        workspace: Some(lsp::WorkspaceOptions {
            text_document_content: client.virtual_documents.then(|| content.into()),
            workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(true.into()),
            }),
            ..lsp::WorkspaceOptions::default()
        }),
        ..lsp::ServerCapabilities::default()
    }
}

#[expect(
    clippy::unused_async,
    reason = "the service takes asynchronous methods only"
)]
impl Server {
    /// Looks at a request before the service does: the parameters of `initialize` are kept as they
    /// came, and the service gets ones that it can read whatever the client announced.
    pub(crate) fn prepare(&self, request: Request) -> Request {
        tracing::debug!(method = request.method(), id = ?request.id(), "received");
        if request.method() != "initialize" {
            return request;
        }
        let (method, id, params) = request.into_parts();
        let is_first =
            id.is_some() && !std::mem::replace(&mut self.state().is_introduced, id.is_some());
        if is_first {
            let params = params.unwrap_or_default();
            parent::watch(&params);
            let client = Client::from_initialize(&params);
            tracing::info!(name = ?params.pointer("/clientInfo/name"), encoding = ?client.encoding, "connected");
            self.state().client = Arc::new(client);
        }
        let request = Request::build(method).params(json!({ "capabilities": {} }));
        match id {
            Some(id) => request.id(id).finish(),
            None => request.finish(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// The guide as it is now; it stays as it is for as long as somebody has it.
    pub(super) fn guide(&self) -> Arc<Guide> {
        self.guides.guide()
    }

    /// A snapshot of a document, and what is needed to answer about it.
    pub(super) fn snapshot(&self, uri: &str) -> Option<(Document, Arc<Client>, Arc<Settings>)> {
        self.read_package(uri);
        let (mut document, package, client, settings) = {
            let mut state = self.state();
            fault::at(uri);
            (
                state.documents.read(uri)?,
                state.packages.of(uri, &state.documents),
                state.client.clone(),
                state.settings.clone(),
            )
        };
        if document.language == Some(Language::Go) {
            document.package = package.map(|package| match package {
                Of::Known(package) => package,
                Of::Parts(parts) => {
                    let package = parts.package();
                    self.state().packages.keep(parts, &package);
                    package
                }
            });
        }
        Some((document, client, settings))
    }

    /// Reads the folder of a Go document in the background, unless that was just done.
    pub(super) fn read_package(&self, uri: &str) {
        let (task, roots) = {
            let mut state = self.state();
            if state.documents.language(uri) != Some(Language::Go) {
                return;
            }
            match state.packages.task(uri) {
                Some(task) => (task, state.client.roots.clone()),
                None => return,
            }
        };
        let state = Arc::clone(&self.state);
        tokio::task::spawn_blocking(move || {
            let read = || {
                fault::at(&task.folder.to_string_lossy());
                Folder::read(&task.folder, &roots, task.earlier.as_deref())
            };
            // One that makes reading fail is taken for an empty one: somebody waits for it.
            let folder = panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_default();
            lock(&state).packages.done(&task.folder, folder);
        });
    }

    async fn did_open(&self, params: DidOpen) {
        let document = params.text_document;
        tracing::info!(uri = document.uri, bytes = document.text.len(), "opened");
        let opened = {
            let mut state = self.state();
            let opened = state.documents.open(
                &document.uri,
                &document.language_id,
                document.version.unwrap_or_default(),
                &document.text,
            );
            state.packages.changed(&document.uri);
            opened
        };
        if let Err(full) = opened {
            return self.silence_document(&document.uri, &full.to_string());
        }
        self.read_package(&document.uri);
        self.guides.check(&document.uri);
        self.send_hints(&document.uri);
    }

    async fn did_change(&self, params: Value) {
        let uri = params
            .pointer("/textDocument/uri")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        // Of documents that are not open nothing is remembered.
        if !self.state().documents.is_open(&uri) {
            return;
        }
        let change = || self.change(&uri, params);
        // After a panic our text may be any.
        let changed = panic::catch_unwind(AssertUnwindSafe(change));
        match changed.unwrap_or_else(|_| Err("it made the server fail".to_owned())) {
            Ok(()) => {
                self.guides.check(&uri);
                self.send_hints(&uri);
            }
            Err(problem) => self.silence_document(&uri, &problem),
        }
    }

    /// Applies changes of a document.
    fn change(&self, uri: &str, params: Value) -> std::result::Result<(), String> {
        let params = serde_json::from_value::<DidChange>(params).map_err(|error| {
            // The error may quote the text.
            tracing::debug!("{uri}: {error}");
            "a change could not be read".to_owned()
        })?;
        let changes: Vec<_> = params.content_changes.into_iter().map(Into::into).collect();
        let mut state = self.state();
        fault::at(uri);
        let encoding = state.client.encoding;
        let version = params.text_document.version;
        let outcome = state.documents.change(uri, version, &changes, encoding);
        state.packages.changed(uri);
        state.told.changed(uri);
        outcome.map_err(|full| full.to_string())
    }

    /// From here on our text would differ from the client's: better silent than wrong.
    fn silence_document(&self, uri: &str, problem: &str) {
        self.close(uri);
        self.warn(vec![format!(
            "{uri}: {problem}; silent until it is opened again"
        )]);
    }

    async fn did_close(&self, params: DidClose) {
        self.close(&params.text_document.uri);
    }

    /// Forgets a document, and takes away what is shown in it.
    fn close(&self, uri: &str) {
        {
            let mut state = self.state();
            state.documents.close(uri);
            state.packages.changed(uri);
            state.packages.closed(uri);
        }
        self.guides.forget(uri);
        self.forget_hints(uri);
    }

    async fn did_change_watched_files(&self, params: Value) {
        self.guides.changed(&params);
    }

    async fn did_change_workspace_folders(&self, params: Value) {
        Arc::make_mut(&mut self.state().client).change_roots(&params);
        let server = self.clone();
        // What comes next does not wait for a disk.
        tokio::spawn(async move {
            server.reread_workspace_files().await;
            server.guides.use_folders();
        });
    }

    async fn did_change_configuration(&self, params: DidChangeConfiguration) {
        // Clients that are asked for settings announce a change with nothing or with all they have.
        if self.state().client.configuration {
            return self.pull_settings();
        }
        let turn = self.next_turn();
        self.apply(params.settings, turn);
    }

    /// Numbers what a client says about its settings, in the order in which it was asked.
    fn next_turn(&self) -> u64 {
        let asked = &mut self.state().asked;
        *asked += 1;
        *asked
    }

    /// Takes over the settings that a client sent, unless those of a later turn came before; what is
    /// shown by others than before is shown anew.
    fn apply(&self, sent: Value, turn: u64) {
        let (complaints, is_other) = {
            let mut state = self.state();
            if turn < state.taken {
                return;
            }
            state.taken = turn;
            state.sent = sent;
            let before = state.settings.clone();
            let complaints = state.apply_settings();
            (complaints, state.settings.shows_other_hints_than(&before))
        };
        self.warn(complaints);
        self.guides.use_folders();
        if is_other {
            self.refresh_hints();
        }
    }

    /// Asks the client for the settings without waiting: the client may take its time, and the next
    /// message must not.
    fn pull_settings(&self) {
        let server = self.clone();
        let turn = self.next_turn();
        tokio::spawn(async move {
            let item = lsp::ConfigurationItem {
                scope_uri: None,
                section: Some(SECTION.to_owned()),
            };
            let Ok(answers) = server.connection.configuration(vec![item]).await else {
                return;
            };
            // Nothing set any more means what was said at the start.
            let sent = answers.into_iter().next().filter(|sent| !sent.is_null());
            let sent = sent.unwrap_or_else(|| server.state().client.options.clone());
            server.apply(sent, turn);
        });
    }

    fn log(&self, text: String) {
        self.say(lsp::MessageType::Info, text);
    }

    pub(super) fn warn(&self, texts: Vec<String>) {
        for text in texts {
            self.say(lsp::MessageType::Warning, text);
        }
    }

    /// Writes to the client's log without waiting for it.
    fn say(&self, kind: lsp::MessageType, text: String) {
        if kind == lsp::MessageType::Warning {
            tracing::warn!("{text}");
        } else {
            tracing::info!("{text}");
        }
        let connection = self.connection.clone();
        tokio::spawn(async move { connection.log_message(kind, text).await });
    }
}
