//! The parameters of the requests that Viva serves, with only what it reads: a field that it does
//! not need cannot make a message unreadable.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::document::Position;
use crate::documents::Change;

#[derive(Debug, Deserialize)]
pub(crate) struct TextDocument {
    pub(crate) uri: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) version: Option<i32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DidOpen {
    pub(crate) text_document: TextDocumentItem,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TextDocumentItem {
    pub(crate) uri: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) language_id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) version: Option<i32>,
    pub(crate) text: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DidChange {
    pub(crate) text_document: TextDocument,
    pub(crate) content_changes: Vec<ContentChange>,
}

/// A range that is there but cannot be read is an error: taking it for none would replace the whole
/// text.
#[derive(Debug, Deserialize)]
pub(crate) struct ContentChange {
    #[serde(default)]
    range: Option<Range>,
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DidClose {
    pub(crate) text_document: TextDocument,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct At {
    pub(crate) text_document: TextDocument,
    pub(crate) position: WirePosition,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CodeActionParams {
    pub(crate) text_document: TextDocument,
    pub(crate) range: Range,
    #[serde(default)]
    pub(crate) context: Option<CodeActionContext>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CodeActionContext {
    #[serde(default)]
    pub(crate) only: Option<Vec<String>>,
    /// 1: the user asked; 2: the editor did, on a move of the cursor.
    #[serde(default)]
    pub(crate) trigger_kind: Option<u8>,
    /// What the client shows there, of all servers.
    #[serde(default)]
    pub(crate) diagnostics: Vec<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DocumentDiagnostic {
    pub(crate) text_document: TextDocument,
    #[serde(default)]
    pub(crate) previous_result_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InlayHints {
    pub(crate) text_document: TextDocument,
    pub(crate) range: Range,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SymbolQuery {
    #[serde(default)]
    pub(crate) query: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ExecuteCommand {
    pub(crate) command: String,
    #[serde(default)]
    pub(crate) arguments: Option<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct VirtualDocument {
    pub(crate) uri: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct DidChangeConfiguration {
    #[serde(default)]
    pub(crate) settings: Value,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Range {
    pub(crate) start: WirePosition,
    pub(crate) end: WirePosition,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct WirePosition {
    line: u32,
    character: u32,
}

/// What matters little and cannot be read is taken to be missing.
fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + serde::de::DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

impl From<WirePosition> for Position {
    fn from(position: WirePosition) -> Position {
        let wide = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        Position {
            line: wide(position.line),
            column: wide(position.character),
        }
    }
}

impl From<ContentChange> for Change {
    fn from(change: ContentChange) -> Change {
        Change {
            range: change
                .range
                .map(|range| (range.start.into(), range.end.into())),
            text: change.text,
        }
    }
}
