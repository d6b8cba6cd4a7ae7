//! The server's side of a connection: its life, the state of open documents and settings, and which
//! methods it serves. State changes before the first wait, so that the order of messages is the order
//! of changes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Request, Result};
use tower_lsp::{ClientSocket, LanguageServer, LspService};
use viva_guide::{Guide, Language};

use super::client::Client;
use super::packages::Packages;
use super::params::{DidChange, DidChangeConfiguration, DidClose, DidOpen};
use super::settings::{SECTION, Settings};
use super::{convert, open};
use crate::document::{Document, Encoding};
use crate::documents::Documents;
use crate::package::Folder;

/// The server's side of one connection.
#[derive(Debug)]
pub(crate) struct Server {
    pub(super) connection: tower_lsp::Client,
    pub(super) guide: Arc<Guide>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) client: Client,
    pub(super) settings: Settings,
    documents: Documents,
    packages: Packages,
}

/// The service with the methods that Viva serves, and its way back to the client.
pub(crate) fn service(guide: Guide) -> (LspService<Server>, ClientSocket) {
    LspService::build_with_lifecycle_methods(|connection| Server {
        connection,
        guide: Arc::new(guide),
        state: Arc::default(),
    })
    .custom_method("textDocument/didOpen", Server::did_open)
    .custom_method("textDocument/didChange", Server::did_change)
    .custom_method("textDocument/didClose", Server::did_close)
    .custom_method("textDocument/hover", Server::hover)
    .custom_method("textDocument/codeAction", Server::code_action)
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
    .finish()
}

impl LanguageServer for Server {
    async fn initialize(&self, _: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        let client = self.state().client.clone();
        // In force at once: some clients never send `initialized`.
        self.warn(apply(&self.state, &client.options));
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
            self.guide.topic_count(),
            self.guide.card_count()
        ));
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
        ]),
        ..lsp::CodeActionOptions::default()
    };
    let commands = lsp::ExecuteCommandOptions {
        commands: convert::COMMANDS.map(str::to_owned).to_vec(),
        ..lsp::ExecuteCommandOptions::default()
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
        execute_command_provider: Some(commands),
        workspace: client.virtual_documents.then(|| lsp::WorkspaceOptions {
            text_document_content: Some(content.into()),
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
        if request.method() != "initialize" {
            return request;
        }
        let (method, id, params) = request.into_parts();
        self.state().client = Client::from_initialize(&params.unwrap_or_default());
        let request = Request::build(method).params(json!({ "capabilities": {} }));
        match id {
            Some(id) => request.id(id).finish(),
            None => request.finish(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// A snapshot of a document, and what is needed to answer about it.
    pub(super) fn snapshot(&self, uri: &str) -> Option<(Document, Client, Settings)> {
        self.read_package(uri);
        let (mut document, parts, client, settings) = {
            let state = self.state();
            (
                state.documents.get(uri)?,
                state.packages.parts(uri, &state.documents),
                state.client.clone(),
                state.settings.clone(),
            )
        };
        if document.language == Some(Language::Go) {
            document.package = parts.map(|parts| Arc::new(parts.package()));
        }
        Some((document, client, settings))
    }

    /// Reads the folder of a Go document in the background, unless that was just done.
    fn read_package(&self, uri: &str) {
        let (task, roots) = {
            let mut state = self.state();
            let is_go = |document: Document| document.language == Some(Language::Go);
            if !state.documents.get(uri).is_some_and(is_go) {
                return;
            }
            match state.packages.task(uri) {
                Some(task) => (task, state.client.roots.clone()),
                None => return,
            }
        };
        let state = Arc::clone(&self.state);
        tokio::task::spawn_blocking(move || {
            let folder = Folder::read(&task.folder, &roots, task.earlier.as_deref());
            lock(&state).packages.done(&task.folder, folder);
        });
    }

    async fn did_open(&self, params: DidOpen) {
        let document = params.text_document;
        self.state().documents.open(
            &document.uri,
            &document.language_id,
            document.version,
            &document.text,
        );
        self.read_package(&document.uri);
    }

    async fn did_change(&self, params: Value) {
        let uri = params
            .pointer("/textDocument/uri")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        match serde_json::from_value::<DidChange>(params) {
            Ok(params) => {
                let changes: Vec<_> = params.content_changes.into_iter().map(Into::into).collect();
                let mut state = self.state();
                let encoding = state.client.encoding;
                state
                    .documents
                    .change(&uri, params.text_document.version, &changes, encoding);
            }
            Err(error) => {
                // From here on our text would differ from the client's: better silent than wrong.
                self.state().documents.close(&uri);
                self.warn(vec![format!(
                    "{uri}: a change could not be read ({error}); silent until it is opened again"
                )]);
            }
        }
    }

    async fn did_close(&self, params: DidClose) {
        let mut state = self.state();
        let State {
            documents,
            packages,
            ..
        } = &mut *state;
        documents.close(&params.text_document.uri);
        packages.forget(documents);
    }

    async fn did_change_configuration(&self, params: DidChangeConfiguration) {
        // Clients that are asked for settings announce a change with nothing or with all they have.
        if self.state().client.configuration {
            return self.pull_settings();
        }
        self.warn(apply(&self.state, &params.settings));
    }

    /// Asks the client for the settings without waiting: the client may take its time, and the next
    /// message must not.
    fn pull_settings(&self) {
        let connection = self.connection.clone();
        let state = Arc::clone(&self.state);
        tokio::spawn(async move {
            let item = lsp::ConfigurationItem {
                scope_uri: None,
                section: Some(SECTION.to_owned()),
            };
            let Ok(answers) = connection.configuration(vec![item]).await else {
                return;
            };
            // Nothing set any more means what was said at the start.
            let sent = answers.into_iter().next().filter(|sent| !sent.is_null());
            let sent = sent.unwrap_or_else(|| lock(&state).client.options.clone());
            for complaint in apply(&state, &sent) {
                connection
                    .log_message(lsp::MessageType::Warning, complaint)
                    .await;
            }
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
        let connection = self.connection.clone();
        tokio::spawn(async move { connection.log_message(kind, text).await });
    }
}

/// The state. A panic elsewhere while it was locked left it whole: every change is one step.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes over the settings that a client sent; returns what was wrong with them.
fn apply(state: &Mutex<State>, sent: &Value) -> Vec<String> {
    let (settings, complaints) = Settings::read(sent);
    lock(state).settings = settings;
    complaints
}
