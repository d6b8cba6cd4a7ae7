//! The requests that an editor sends about a place, a query or a command. Each one converts, asks a
//! feature, and converts back.

use std::path::PathBuf;

use serde_json::{Value, json};
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};

use super::params::{
    At, CodeActionContext, CodeActionParams, ExecuteCommand, SymbolQuery, VirtualDocument,
    WirePosition,
};
use super::server::Server;
use super::settings::CodeActions;
use super::{convert, open};
use crate::document::Position;
use crate::features::{Address, questions, related, search};

/// How many questions are offered at a place; menus with more are not read.
const QUESTIONS_MAX: usize = 5;

/// How many topics a symbol search gives.
const SYMBOLS_MAX: usize = 20;

#[expect(
    clippy::unused_async,
    reason = "the service takes asynchronous methods only"
)]
impl Server {
    pub(crate) async fn hover(&self, params: At) -> Result<Option<lsp::Hover>> {
        let Some((document, client, settings)) = self.snapshot(&params.text_document.uri) else {
            return Ok(None);
        };
        if !settings.hover {
            return Ok(None);
        }
        let offset = document.offset(params.position.into(), client.encoding);
        let keyword = document.keyword_at(offset);
        let (Some(language), Some(keyword)) = (document.language, keyword) else {
            return Ok(None);
        };
        let address: &Address = &|id| open::command_uri(convert::OPEN, id);
        let answer = self.answers.of(
            &self.guide(),
            language,
            &keyword,
            settings.hover_max_lines,
            client.command_links.then_some(address),
        );
        Ok(answer.map(|answer| convert::hover(&document, &keyword.range, &answer, &client)))
    }

    pub(crate) async fn code_action(
        &self,
        params: CodeActionParams,
    ) -> Result<Vec<lsp::CodeActionResponse>> {
        let uri = params.text_document.uri;
        let context = params.context.unwrap_or_default();
        let Some((document, client, settings)) = self.snapshot(&uri) else {
            return Ok(vec![]);
        };
        let mut actions = Vec::new();
        if wants_fixes(&context) {
            actions = self.hint_actions(&uri, params.range, &context).await;
        }
        if let Some(kind) = offered_kind(settings.code_actions, &context) {
            let offset = |position: WirePosition| document.offset(position.into(), client.encoding);
            let selected = offset(params.range.start)..offset(params.range.end);
            let found = related::related_in(&self.guide(), &document, selected, QUESTIONS_MAX);
            let questions = found.map(|found| convert::code_actions(found, kind, &client));
            actions.extend(questions.unwrap_or_default());
        }
        Ok(actions)
    }

    pub(crate) async fn symbol(&self, params: SymbolQuery) -> Result<Vec<lsp::WorkspaceSymbol>> {
        let (when, has_virtual) = {
            let state = self.state();
            (state.settings.symbols, state.client.virtual_documents)
        };
        let hits = search::symbols(&self.guide(), &params.query, when, SYMBOLS_MAX);
        if hits.is_empty() {
            return Ok(vec![]);
        }
        let folder = if has_virtual {
            None
        } else {
            let ids = hits.iter().map(|hit| hit.topic.id.clone());
            self.pages_folder(ids.collect()).await
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

    pub(crate) async fn execute_command(&self, params: ExecuteCommand) -> Result<Option<Value>> {
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
            (convert::SEARCH, Some(words)) => {
                let hits = self.guide().search(words, SYMBOLS_MAX);
                Ok(Some(hits.iter().map(|hit| json!({
                    "id": hit.topic.id, "title": hit.topic.title, "snippet": hit.snippet,
                })).collect()))
            }
            (convert::SILENCE, Some(rule)) => {
                let uri = arguments.get(1).and_then(Value::as_str).unwrap_or_default();
                self.silence(rule, uri).await?;
                Ok(None)
            }
            (convert::QUESTIONS, Some(uri)) => Ok(self.questions(uri).await),
            (known, None) if convert::COMMANDS.contains(&known) => Err(Error::invalid_params(
                format!("`{known}` takes a text as its first argument"),
            )),
            (unknown, _) => Err(Error::invalid_params(format!(
                "unknown command `{unknown}`"
            ))),
        }
    }

    /// The questions of an open document, by topic; nothing where it is not open.
    async fn questions(&self, uri: &str) -> Option<Value> {
        let (document, ..) = self.snapshot(uri)?;
        let guide = self.guide();
        // The whole file is read, which may take long.
        let asked = tokio::task::spawn_blocking(move || questions::questions(&guide, &document));
        Some(convert::questions(&asked.await.ok()?))
    }

    /// Shows a topic's page at a question, as well as the client can; its text is returned too.
    async fn open(&self, id: &str, question: Option<usize>) -> Option<String> {
        let topic = self.guide().topic(id)?;
        let client = self.state().client.clone();
        let folder = match (client.virtual_documents, client.show_document) {
            (false, true) => self.pages_folder(vec![id.to_owned()]).await,
            _ => None,
        };
        let page = open::topic_page(&self.guide(), &topic);
        let uri = match folder {
            Some(folder) => Some(open::file_uri(&open::file_in(&folder, id))),
            None => client.virtual_documents.then(|| open::virtual_uri(id)),
        };
        let line = question
            .and_then(|number| page.question_lines.get(number))
            .copied()
            .unwrap_or_default();
        let asked = question.and_then(|number| topic.questions.get(number));
        let text = asked.map_or_else(
            || topic.summary.clone(),
            |question| format!("{}\n\n{}", question.ask, question.answer),
        );
        let connection = self.connection.clone();
        // Not awaited: clients may open the document only after this command is answered.
        tokio::spawn(async move {
            if let Some(uri) = uri.filter(|_| client.show_document) {
                let start = convert::position(Position { line, column: 0 });
                let params = lsp::ShowDocumentParams {
                    uri: uri.into(),
                    external: None,
                    take_focus: Some(true),
                    selection: Some(lsp::Range { start, end: start }),
                };
                let answer = connection.show_document(params).await;
                let is_unknown = answer.is_err_and(|error| error.code == ErrorCode::MethodNotFound);
                // Any other answer says nothing: some clients open the document later.
                if !is_unknown {
                    return;
                }
            }
            connection.show_message(lsp::MessageType::Info, text).await;
        });
        Some(page.markdown)
    }

    pub(crate) async fn text_document_content(
        &self,
        params: VirtualDocument,
    ) -> Result<Option<lsp::TextDocumentContentResult>> {
        let topic = open::topic_id(&params.uri).and_then(|id| self.guide().topic(id));
        Ok(topic.map(|topic| lsp::TextDocumentContentResult {
            text: open::topic_page(&self.guide(), &topic).markdown,
        }))
    }

    /// The folder with the pages of these topics at least; where it cannot be written, none and a line in the log.
    pub(super) async fn pages_folder(&self, ids: Vec<String>) -> Option<PathBuf> {
        let guide = self.guide();
        let own = self.guides.is_own().then(|| self.guides.key());
        let written = tokio::task::spawn_blocking(move || match own {
            Some(key) => open::own_pages_folder(&guide, key, &ids),
            None => open::pages_folder(&guide),
        })
        .await;
        let problem = match written.map_err(std::io::Error::other) {
            Ok(Ok(folder)) => return Some(folder),
            Ok(Err(error)) | Err(error) => error,
        };
        self.warn(vec![format!(
            "the pages of the topics cannot be written to the cache folder: {problem}"
        )]);
        None
    }
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

/// Whether what can be done about hints is asked for.
fn wants_fixes(context: &CodeActionContext) -> bool {
    let only = context.only.as_deref().unwrap_or_default();
    only.is_empty() || only.iter().any(|wanted| is_under("quickfix", wanted))
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
        let by_user = |only: &[&str]| {
            (
                Some(only.iter().map(ToString::to_string).collect()),
                Some(1),
            )
        };
        let by_itself = |only: &[&str]| (by_user(only).0, Some(2));
        let cases = [
            (CodeActions::Invoked, by_user(&[]), question),
            (CodeActions::Invoked, (None, Some(1)), question),
            (CodeActions::Invoked, (None, None), question),
            (CodeActions::Invoked, (None, Some(2)), None),
            (CodeActions::Invoked, by_itself(&[]), None),
            (CodeActions::Always, (None, Some(2)), question),
            (CodeActions::Off, (None, Some(1)), None),
            (CodeActions::Off, by_user(&["interview"]), None),
            (CodeActions::Invoked, by_itself(&["interview"]), question),
            (CodeActions::Invoked, by_user(&[""]), question),
            (CodeActions::Invoked, by_user(&["source"]), source),
            (
                CodeActions::Invoked,
                by_user(&["source.organizeImports", "quickfix"]),
                None,
            ),
            (CodeActions::Invoked, by_user(&["inter"]), None),
        ];
        for (setting, (only, trigger_kind), expected) in cases {
            let context = CodeActionContext {
                only,
                trigger_kind,
                diagnostics: Vec::new(),
            };
            assert_eq!(
                offered_kind(setting, &context),
                expected,
                "{setting:?} {context:?}"
            );
        }
    }
}
