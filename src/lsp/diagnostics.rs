//! Hints as LSP's diagnostics, code actions and edits.

use serde_json::json;
use tower_lsp::gen_lsp_types as lsp;

use super::client::Client;
use super::convert::{self, OPEN, SILENCE};
use crate::document::Document;
use crate::features::hints::{Fix, Hint, Level, Tag, silence};

/// A hint as it is shown. `page` is the URI of its topic's page.
pub(crate) fn diagnostic(
    document: &Document,
    hint: &Hint,
    page: Option<String>,
    client: &Client,
) -> lsp::Diagnostic {
    let severity = match hint.rule.level {
        Level::Hint => lsp::DiagnosticSeverity::Hint,
        Level::Information => lsp::DiagnosticSeverity::Information,
    };
    let tag = hint.rule.tag.map(|tag| match tag {
        Tag::Unnecessary => lsp::DiagnosticTag::Unnecessary,
        Tag::Deprecated => lsp::DiagnosticTag::Deprecated,
    });
    lsp::Diagnostic {
        range: convert::range(document, &hint.range, client.encoding),
        severity: Some(severity),
        code: Some(lsp::Code::String(hint.rule.id.to_owned())),
        code_description: page
            .filter(|_| client.code_descriptions)
            .map(|page| lsp::CodeDescription { href: page.into() }),
        source: Some("viva".to_owned()),
        message: hint.message.clone().into(),
        tags: tag.filter(|_| client.diagnostic_tags).map(|tag| vec![tag]),
        related_information: None,
        data: None,
    }
}

/// What can be done about a hint: mend it, read why, or silence it.
pub(crate) fn actions(
    uri: &str,
    document: &Document,
    hint: &Hint,
    diagnostic: &lsp::Diagnostic,
    topic: &str,
    client: &Client,
) -> Vec<lsp::CodeActionResponse> {
    let open = lsp::Command {
        title: format!("Why? Open “{topic}”"),
        tooltip: None,
        command: OPEN.to_owned(),
        arguments: json!([hint.rule.topic]).as_array().cloned(),
    };
    if !client.code_action_literals {
        return vec![lsp::CodeActionResponse::Command(open)];
    }
    let action = |title: String| lsp::CodeAction {
        // Menus show no Markdown.
        title: title.replace('`', ""),
        kind: Some(lsp::CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostic.clone()]),
        ..lsp::CodeAction::default()
    };
    let with_edit = |fix: &Fix| lsp::CodeAction {
        edit: Some(edit(uri, document, fix, client)),
        ..action(fix.title.clone())
    };
    let with_command = |command: lsp::Command| lsp::CodeAction {
        command: Some(command.clone()),
        ..action(command.title)
    };
    let mut actions = Vec::new();
    actions.extend(hint.fix.as_ref().map(|fix| lsp::CodeAction {
        is_preferred: Some(true),
        ..with_edit(fix)
    }));
    actions.push(with_command(open));
    actions.push(with_edit(&silence::above(document.text(), hint)));
    if !client.roots.is_empty() {
        actions.push(with_command(lsp::Command {
            title: format!("Silence {} in this workspace", hint.rule.id),
            tooltip: None,
            command: SILENCE.to_owned(),
            arguments: json!([hint.rule.id, uri]).as_array().cloned(),
        }));
    }
    actions
        .into_iter()
        .map(lsp::CodeActionResponse::CodeAction)
        .collect()
}

fn edit(uri: &str, document: &Document, fix: &Fix, client: &Client) -> lsp::WorkspaceEdit {
    let edits = fix.edits.iter().map(|edit| lsp::TextEdit {
        range: convert::range(document, &edit.range, client.encoding),
        new_text: edit.text.clone(),
    });
    let uri: lsp::Uri = uri.into();
    if !client.document_changes {
        return lsp::WorkspaceEdit {
            changes: Some([(uri, edits.collect())].into()),
            ..lsp::WorkspaceEdit::default()
        };
    }
    let edit = lsp::TextDocumentEdit {
        text_document: lsp::OptionalVersionedTextDocumentIdentifier {
            version: Some(document.version),
            text_document_identifier: lsp::TextDocumentIdentifier::new(uri),
        },
        edits: edits.map(Into::into).collect(),
    };
    lsp::WorkspaceEdit {
        document_changes: Some(vec![lsp::DocumentChange::TextDocumentEdit(edit)]),
        ..lsp::WorkspaceEdit::default()
    }
}
