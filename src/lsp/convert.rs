//! Our answers as LSP's types.

use std::ops::Range;

use serde_json::{Value, json};
use tower_lsp::gen_lsp_types as lsp;
use viva_guide::Hit;

use super::client::Client;
use crate::document::{Document, Encoding, Position};
use crate::features::plain_text::plain_text;
use crate::features::questions::Asked;
use crate::features::related::Related;

/// The kind of a code action that opens an interview question.
pub(crate) const QUESTION_KIND: &str = "interview.question";

/// The same action where the client's menu shows only `source` actions.
pub(crate) const SOURCE_KIND: &str = "source.interview";

/// Opens a topic's page at a question: arguments topic id and, where one is meant, the number of the
/// question from 0.
pub(crate) const OPEN: &str = "viva.open";

/// Switches a rule off in the workspace: arguments the rule's id and a document's URI.
pub(crate) const SILENCE: &str = "viva.silence";

/// Returns the topics that a search finds: argument the words to search for.
pub(crate) const SEARCH: &str = "viva.search";

/// Returns the questions of an open document: argument its URI.
pub(crate) const QUESTIONS: &str = "viva.questions";

/// The commands that clients may ask for.
pub(crate) const COMMANDS: [&str; 4] = [OPEN, SEARCH, QUESTIONS, SILENCE];

pub(crate) fn position(position: Position) -> lsp::Position {
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    lsp::Position {
        line: narrow(position.line),
        character: narrow(position.column),
    }
}

pub(crate) fn range(document: &Document, range: &Range<usize>, encoding: Encoding) -> lsp::Range {
    lsp::Range {
        start: position(document.position(range.start, encoding)),
        end: position(document.position(range.end, encoding)),
    }
}

pub(crate) fn hover(
    document: &Document,
    about: &Range<usize>,
    markdown: &str,
    client: &Client,
) -> lsp::Hover {
    let content = if client.markdown {
        lsp::MarkupContent {
            kind: lsp::MarkupKind::Markdown,
            value: markdown.to_owned(),
        }
    } else {
        lsp::MarkupContent {
            kind: lsp::MarkupKind::PlainText,
            value: plain_text(markdown),
        }
    };
    lsp::Hover {
        contents: lsp::Contents::MarkupContent(content),
        range: Some(range(document, about, client.encoding)),
    }
}

/// The questions as code actions of a kind, and one that opens the whole topic.
pub(crate) fn code_actions(
    related: Related,
    kind: &str,
    client: &Client,
) -> Vec<lsp::CodeActionResponse> {
    let whole = (
        format!("Interview: all about {}", related.topic.title),
        json!([related.topic.id]),
    );
    let questions = related.questions.into_iter().map(|question| {
        (
            format!("Interview: {}", question.ask),
            json!([question.topic, question.number]),
        )
    });
    questions
        .chain([whole])
        .map(|(title, arguments)| {
            let command = lsp::Command {
                title: title.clone(),
                tooltip: None,
                command: OPEN.to_owned(),
                arguments: arguments.as_array().cloned(),
            };
            if client.code_action_literals {
                let kind = Some(lsp::CodeActionKind::from(kind.to_owned()));
                let action = lsp::CodeAction {
                    title,
                    kind,
                    command: Some(command),
                    ..lsp::CodeAction::default()
                };
                lsp::CodeActionResponse::CodeAction(action)
            } else {
                lsp::CodeActionResponse::Command(command)
            }
        })
        .collect()
}

/// The questions of a file, by topic, as the result of the command [`QUESTIONS`]; `number` is that
/// of [`OPEN`].
pub(crate) fn questions(asked: &[Asked]) -> Value {
    asked
        .iter()
        .map(|Asked { topic, keywords }| {
            let questions = topic.questions.iter().enumerate();
            json!({
                "id": topic.id,
                "title": topic.title,
                "keywords": keywords,
                "questions": questions
                    .map(|(number, question)| json!({ "number": number, "ask": question.ask }))
                    .collect::<Value>(),
            })
        })
        .collect()
}

/// A topic as a symbol; `uri` is that of its page.
pub(crate) fn symbol(uri: String, hit: Hit) -> lsp::WorkspaceSymbol {
    let start = lsp::Position {
        line: 0,
        character: 0,
    };
    let location = lsp::Location {
        uri: uri.into(),
        range: lsp::Range { start, end: start },
    };
    let section = hit.topic.section().to_owned();
    let name = hit.topic.title;
    lsp::WorkspaceSymbol::new(
        lsp::WorkspaceSymbolLocation::Location(location),
        None,
        lsp::BaseSymbolInformation {
            name,
            kind: lsp::SymbolKind::String,
            tags: None,
            container_name: Some(section),
        },
    )
}
