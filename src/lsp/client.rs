//! What the client can do, read once from `initialize`.
//!
//! Read leniently, value by value: clients announce odd things (`"clientInfo": {}`), and a server
//! that refuses to start over them helps nobody.

use std::path::PathBuf;

use serde_json::Value;

use super::convert::OPEN;
use super::packages::file_path;
use crate::document::Encoding;

/// The client's capabilities, as far as they matter here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that a client announces"
)]
pub struct Client {
    /// What columns count.
    pub encoding: Encoding,
    /// Hover may be Markdown.
    pub markdown: bool,
    /// A link in a hover may run `viva.open` (`command:viva.open?ARGUMENTS`). LSP has no word for this: our
    /// extension for VS Code announces `experimental.commandLinks`, the commands that its links may run.
    pub command_links: bool,
    /// Code actions may be more than commands.
    pub code_action_literals: bool,
    /// `window/showDocument`.
    pub show_document: bool,
    /// `workspace/textDocumentContent`: virtual documents.
    pub virtual_documents: bool,
    /// `workspace/configuration`: settings can be asked for.
    pub configuration: bool,
    /// `window/workDoneProgress`: a long update may be shown.
    pub progress: bool,
    /// `workspace/didChangeWatchedFiles` can be registered, and for folders outside of the workspace.
    pub watches: bool,
    pub watches_outside: bool,
    /// Requests about topics' files can be registered for these alone.
    pub registers_completion: bool,
    pub registers_definition: bool,
    /// `textDocument/diagnostic`: it asks for diagnostics.
    pub pulls_diagnostics: bool,
    /// It can be told to ask for all diagnostics anew.
    pub refreshes_diagnostics: bool,
    /// It can be told to ask for all inlay hints anew.
    pub refreshes_inlay_hints: bool,
    /// The code of a diagnostic may be a link.
    pub code_descriptions: bool,
    /// Diagnostics may have tags.
    pub diagnostic_tags: bool,
    /// Edits may name the version of the document that they are for.
    pub document_changes: bool,
    /// The folders of the workspace.
    pub roots: Vec<PathBuf>,
    /// What the client said about Viva's settings.
    pub options: Value,
}

impl Default for Client {
    fn default() -> Client {
        Client::from_initialize(&Value::Null)
    }
}

impl Client {
    /// Reads the parameters of `initialize`.
    pub fn from_initialize(params: &Value) -> Client {
        let capability = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let is_true = |path: &str| capability(path) == Some(&Value::Bool(true));
        Client {
            encoding: encoding(capability("general/positionEncodings")),
            markdown: prefers_markdown(capability("textDocument/hover/contentFormat")),
            command_links: capability("experimental/commandLinks")
                .and_then(Value::as_array)
                .is_some_and(|commands| commands.iter().any(|command| command == OPEN)),
            code_action_literals: capability("textDocument/codeAction/codeActionLiteralSupport")
                .is_some_and(Value::is_object),
            show_document: is_true("window/showDocument/support") || shows_unannounced(params),
            virtual_documents: capability("workspace/textDocumentContent")
                .is_some_and(Value::is_object),
            configuration: is_true("workspace/configuration"),
            progress: is_true("window/workDoneProgress"),
            watches: is_true("workspace/didChangeWatchedFiles/dynamicRegistration"),
            watches_outside: is_true("workspace/didChangeWatchedFiles/relativePatternSupport"),
            registers_completion: is_true("textDocument/completion/dynamicRegistration"),
            registers_definition: is_true("textDocument/definition/dynamicRegistration"),
            pulls_diagnostics: capability("textDocument/diagnostic").is_some_and(Value::is_object),
            refreshes_diagnostics: is_true("workspace/diagnostics/refreshSupport"),
            refreshes_inlay_hints: is_true("workspace/inlayHint/refreshSupport"),
            code_descriptions: is_true("textDocument/publishDiagnostics/codeDescriptionSupport")
                || is_true("textDocument/diagnostic/codeDescriptionSupport"),
            diagnostic_tags: ["publishDiagnostics", "diagnostic"].iter().any(|kind| {
                capability(&format!("textDocument/{kind}/tagSupport")).is_some_and(Value::is_object)
            }),
            document_changes: is_true("workspace/workspaceEdit/documentChanges"),
            roots: roots(params),
            options: params
                .get("initializationOptions")
                .cloned()
                .unwrap_or_default(),
        }
    }
}

impl Client {
    /// Takes over `workspace/didChangeWorkspaceFolders`.
    pub fn change_roots(&mut self, params: &Value) {
        let paths = |which: &str| -> Vec<PathBuf> {
            let folders = params.pointer(&format!("/event/{which}"));
            let folders = folders.and_then(Value::as_array).into_iter().flatten();
            let uris = folders.filter_map(|folder| folder.get("uri")?.as_str());
            uris.filter_map(file_path).collect()
        };
        let removed = paths("removed");
        self.roots.retain(|root| !removed.contains(root));
        for added in paths("added") {
            if !self.roots.contains(&added) {
                self.roots.push(added);
            }
        }
    }
}

/// UTF-16 unless the client offers only others: editors warn when two servers on one buffer differ,
/// and most servers know UTF-16 only.
fn encoding(offered: Option<&Value>) -> Encoding {
    let offered: Vec<&str> = offered
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if offered.is_empty() || offered.contains(&"utf-16") {
        return Encoding::Utf16;
    }
    match offered
        .iter()
        .find(|name| ["utf-8", "utf-32"].contains(name))
    {
        Some(&"utf-8") => Encoding::Utf8,
        Some(_) => Encoding::Utf32,
        None => Encoding::Utf16,
    }
}

/// The workspace's folders, or the one root that older clients send.
fn roots(params: &Value) -> Vec<PathBuf> {
    let folders = params
        .get("workspaceFolders")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|folder| folder.get("uri"));
    let root = params.get("rootUri");
    folders
        .chain(root)
        .filter_map(|uri| file_path(uri.as_str()?))
        .collect()
}

/// Helix shows documents since 24.03 (helix-editor/helix#8865) and announces it since late 2025 (#14892).
fn shows_unannounced(params: &Value) -> bool {
    params.pointer("/clientInfo/name").and_then(Value::as_str) == Some("helix")
}

/// A client that says nothing may not know Markdown.
fn prefers_markdown(formats: Option<&Value>) -> bool {
    let formats = formats.and_then(Value::as_array);
    formats
        .and_then(|formats| formats.first())
        .and_then(Value::as_str)
        == Some("markdown")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn utf16_is_chosen_wherever_it_is_offered() {
        let cases = [
            (json!(null), Encoding::Utf16),
            (json!([]), Encoding::Utf16),
            (json!(["utf-8", "utf-16", "utf-32"]), Encoding::Utf16),
            (json!(["utf-8"]), Encoding::Utf8),
            (json!(["utf-32", "utf-8"]), Encoding::Utf32),
            (json!(["utf-7", 3]), Encoding::Utf16),
        ];
        for (offered, expected) in cases {
            assert_eq!(encoding(Some(&offered)), expected, "{offered}");
        }
    }

    #[test]
    fn odd_announcements_are_read_as_far_as_they_can_be() {
        let client = Client::from_initialize(&json!({
            "clientInfo": {}, "trace": "compact", "processId": -1,
            "rootUri": "file:///old", "workspaceFolders": [{"uri": "file:///a%20b"}, {"uri": 3}, null],
            "capabilities": {
                "window": { "showDocument": true },
                "workspace": { "configuration": true, "textDocumentContent": {} },
                "textDocument": { "hover": { "contentFormat": ["markdown", "html"] } },
            },
        }));
        assert_eq!(client.roots, [PathBuf::from("/a b"), PathBuf::from("/old")]);
        assert!(!client.show_document);
        assert!(client.configuration && client.virtual_documents && client.markdown);
    }
}
