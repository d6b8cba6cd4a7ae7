//! The methods of the server. Each one converts, asks a feature, and converts back; state changes
//! before the first wait, so that the order of messages is the order of changes.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Request, Result};
use tower_lsp::{ClientSocket, LanguageServer, LspService};
use viva_guide::{Guide, Language};

use super::client::Client;
use super::packages::Packages;
use super::params::{
    At, CodeActionContext, CodeActionParams, DidChange, DidChangeConfiguration, DidClose, DidOpen,
    ExecuteCommand, SymbolQuery, VirtualDocument,
};
use super::settings::{CodeActions, SECTION, Settings};
use super::{convert, open};
use crate::document::Document;
use crate::documents::Documents;
use crate::features::{hover, related, search};
use crate::package::Folder;

/// How many questions are offered at a place; menus with more are not read.
const QUESTIONS_MAX: usize = 5;

/// How many topics a symbol search gives.
const SYMBOLS_MAX: usize = 20;

/// Returns the topics that a search finds: argument the words to search for.
const SEARCH: &str = "viva.search";

/// The server's side of one connection.
#[derive(Debug)]
pub(crate) struct Server {
    connection: tower_lsp::Client,
    guide: Arc<Guide>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    client: Client,
    settings: Settings,
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
        let capabilities = capabilities(&self.state().client);
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
        let Client {
            options,
            configuration,
            ..
        } = self.state().client.clone();
        self.log(format!(
            "viva {}: {} topics, {} cards",
            env!("CARGO_PKG_VERSION"),
            self.guide.topic_count(),
            self.guide.card_count()
        ));
        self.warn(apply(&self.state, &options));
        if configuration {
            self.pull_settings();
        }
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }
}

fn capabilities(client: &Client) -> lsp::ServerCapabilities {
    use crate::document::Encoding;
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
        commands: vec![convert::OPEN.to_owned(), SEARCH.to_owned()],
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

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// A snapshot of a document, and what is needed to answer about it.
    fn snapshot(&self, uri: &str) -> Option<(Document, Client, Settings)> {
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

    async fn hover(&self, params: At) -> Result<Option<lsp::Hover>> {
        let Some((document, client, settings)) = self.snapshot(&params.text_document.uri) else {
            return Ok(None);
        };
        if !settings.hover {
            return Ok(None);
        }
        let offset = document.offset(params.position.into(), client.encoding);
        let found = hover::hover(&self.guide, &document, offset, settings.hover_max_lines);
        Ok(found.map(|found| convert::hover(&document, found, &client)))
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Vec<lsp::CodeActionResponse>> {
        let Some((document, client, settings)) = self.snapshot(&params.text_document.uri) else {
            return Ok(vec![]);
        };
        let Some(kind) = offered_kind(settings.code_actions, &params.context.unwrap_or_default())
        else {
            return Ok(vec![]);
        };
        let offset = document.offset(params.range.start.into(), client.encoding);
        let found = related::related(&self.guide, &document, offset, QUESTIONS_MAX);
        Ok(found.map_or_else(Vec::new, |found| {
            convert::code_actions(found, kind, &client)
        }))
    }

    async fn symbol(&self, params: SymbolQuery) -> Result<Vec<lsp::WorkspaceSymbol>> {
        let (when, has_virtual) = {
            let state = self.state();
            (state.settings.symbols, state.client.virtual_documents)
        };
        let hits = search::symbols(&self.guide, &params.query, when, SYMBOLS_MAX);
        if hits.is_empty() {
            return Ok(vec![]);
        }
        let folder = if has_virtual {
            None
        } else {
            self.pages_folder().await
        };
        let uri = |id: &str| match &folder {
            Some(folder) => open::file_uri(&open::file_in(folder, id)),
            None => open::virtual_uri(id),
        };
        Ok(hits
            .into_iter()
            .map(|hit| convert::symbol(uri(&hit.topic.id), hit))
            .collect())
    }

    async fn execute_command(&self, params: ExecuteCommand) -> Result<Option<Value>> {
        let arguments = params.arguments.unwrap_or_default();
        let text = arguments.first().and_then(Value::as_str);
        match (params.command.as_str(), text) {
            (convert::OPEN, Some(id)) => {
                let question = arguments
                    .get(1)
                    .and_then(Value::as_u64)
                    .and_then(|number| usize::try_from(number).ok());
                Ok(self.open(id, question).await.map(Value::String))
            }
            (SEARCH, Some(words)) => {
                let hits = self.guide.search(words, SYMBOLS_MAX);
                Ok(Some(hits.iter().map(|hit| json!({
                    "id": hit.topic.id, "title": hit.topic.title, "snippet": hit.snippet,
                })).collect()))
            }
            (convert::OPEN | SEARCH, None) => Err(Error::invalid_params(format!(
                "`{}` takes a text as its first argument",
                params.command
            ))),
            (unknown, _) => Err(Error::invalid_params(format!(
                "unknown command `{unknown}`"
            ))),
        }
    }

    /// Shows a topic's page at a question, as well as the client can; its text is returned too.
    async fn open(&self, id: &str, question: Option<usize>) -> Option<String> {
        let topic = self.guide.topic(id)?;
        let client = self.state().client.clone();
        let folder = match (client.virtual_documents, client.show_document) {
            (false, true) => self.pages_folder().await,
            _ => None,
        };
        let (page, uri) = match folder {
            Some(folder) => (
                open::file_page(&self.guide, &topic),
                Some(open::file_uri(&open::file_in(&folder, id))),
            ),
            None => (
                open::virtual_page(&self.guide, &topic),
                client.virtual_documents.then(|| open::virtual_uri(id)),
            ),
        };
        let line = question
            .and_then(|number| page.question_lines.get(number))
            .copied()
            .unwrap_or_default();
        let connection = self.connection.clone();
        match uri.filter(|_| client.show_document) {
            Some(uri) => {
                let start = convert::position(crate::document::Position { line, column: 0 });
                let params = lsp::ShowDocumentParams {
                    uri: uri.into(),
                    external: None,
                    take_focus: Some(true),
                    selection: Some(lsp::Range { start, end: start }),
                };
                // Not awaited: clients may open the document only after this command is answered.
                tokio::spawn(async move { connection.show_document(params).await });
            }
            None => {
                let text = question
                    .and_then(|number| topic.questions.get(number))
                    .map_or_else(
                        || topic.summary.clone(),
                        |question| format!("{}\n\n{}", question.ask, question.answer),
                    );
                tokio::spawn(
                    async move { connection.show_message(lsp::MessageType::Info, text).await },
                );
            }
        }
        Some(page.markdown)
    }

    async fn text_document_content(
        &self,
        params: VirtualDocument,
    ) -> Result<Option<lsp::TextDocumentContentResult>> {
        let topic = open::topic_id(&params.uri).and_then(|id| self.guide.topic(id));
        Ok(topic.map(|topic| lsp::TextDocumentContentResult {
            text: open::virtual_page(&self.guide, &topic).markdown,
        }))
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
            let answers = connection
                .configuration(vec![item])
                .await
                .unwrap_or_default();
            let Some(sent) = answers.into_iter().next().filter(|sent| !sent.is_null()) else {
                return;
            };
            for complaint in apply(&state, &sent) {
                connection
                    .log_message(lsp::MessageType::Warning, complaint)
                    .await;
            }
        });
    }

    /// The folder with the topics' pages; where it cannot be written, none and a line in the log.
    async fn pages_folder(&self) -> Option<PathBuf> {
        let guide = Arc::clone(&self.guide);
        let written = tokio::task::spawn_blocking(move || open::pages_folder(&guide)).await;
        let problem = match written.map_err(std::io::Error::other) {
            Ok(Ok(folder)) => return Some(folder),
            Ok(Err(error)) | Err(error) => error,
        };
        self.warn(vec![format!(
            "the pages of the topics cannot be written to the cache folder: {problem}"
        )]);
        None
    }

    fn log(&self, text: String) {
        self.say(lsp::MessageType::Info, text);
    }

    fn warn(&self, texts: Vec<String>) {
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

/// The kind that actions are given for what the client asks, or none where it wants none of ours.
///
/// An editor that asks by itself on a move of the cursor gets nothing, so that no light bulb glows;
/// a client that does not say why it asks is taken to ask for the user.
fn offered_kind(setting: CodeActions, context: &CodeActionContext) -> Option<&'static str> {
    let by_itself = context.trigger_kind == Some(2);
    match (setting, context.only.as_deref().unwrap_or_default()) {
        (CodeActions::Off, _) => None,
        (CodeActions::Invoked, []) if by_itself => None,
        (_, []) => Some(convert::QUESTION_KIND),
        (_, only) => [convert::QUESTION_KIND, convert::SOURCE_KIND]
            .into_iter()
            .find(|kind| only.iter().any(|wanted| is_under(kind, wanted))),
    }
}

/// Whether a kind is another or below it: `interview.question` is under `interview` and under the
/// empty kind.
fn is_under(kind: &str, wanted: &str) -> bool {
    kind.strip_prefix(wanted)
        .is_some_and(|rest| wanted.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_offered_when_the_user_asks_and_not_to_light_a_bulb() {
        let question = Some("interview.question");
        let source = Some("source.interview");
        let cases: [(CodeActions, Option<&[&str]>, Option<u8>, Option<&str>); 12] = [
            (CodeActions::Invoked, None, Some(1), question),
            (CodeActions::Invoked, None, None, question),
            (CodeActions::Invoked, Some(&[]), None, question),
            (CodeActions::Invoked, None, Some(2), None),
            (CodeActions::Always, None, Some(2), question),
            (CodeActions::Off, None, Some(1), None),
            (CodeActions::Off, Some(&["interview"]), Some(1), None),
            (
                CodeActions::Invoked,
                Some(&["interview"]),
                Some(2),
                question,
            ),
            (CodeActions::Invoked, Some(&[""]), Some(1), question),
            (CodeActions::Invoked, Some(&["source"]), Some(1), source),
            (
                CodeActions::Invoked,
                Some(&["source.organizeImports", "quickfix"]),
                Some(1),
                None,
            ),
            (CodeActions::Invoked, Some(&["inter"]), Some(1), None),
        ];
        for (setting, only, trigger_kind, expected) in cases {
            let only = only.map(|only| only.iter().map(ToString::to_string).collect());
            let context = CodeActionContext { only, trigger_kind };
            assert_eq!(
                offered_kind(setting, &context),
                expected,
                "{setting:?} {context:?}"
            );
        }
    }
}
