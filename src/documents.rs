//! The open documents, by URI exactly as the client wrote it: a URI is never turned into a path to
//! find a document.

use std::collections::HashMap;

use crate::detect;
use crate::document::{Document, Encoding, Position};

/// One change of a text: a range and its new text, or a whole new text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// From and to; None: the whole text.
    pub range: Option<(Position, Position)>,
    pub text: String,
}

/// All open documents.
#[derive(Debug, Default)]
pub struct Documents {
    open: HashMap<String, Document>,
}

impl Documents {
    pub fn open(&mut self, uri: &str, language_id: &str, version: i32, text: &str) {
        let language = detect::language(language_id, uri, text);
        self.open
            .insert(uri.to_owned(), Document::new(version, language, text));
    }

    /// Applies changes in their order. A change of a document that is not open is ignored; a
    /// reversed range is taken the right way round.
    pub fn change(
        &mut self,
        uri: &str,
        version: Option<i32>,
        changes: &[Change],
        encoding: Encoding,
    ) {
        let Some(document) = self.open.get_mut(uri) else {
            return;
        };
        for change in changes {
            match change.range {
                None => document.replace_all(&change.text),
                Some((from, to)) => {
                    let from = document.offset(from, encoding);
                    let to = document.offset(to, encoding);
                    document.replace(from.min(to)..from.max(to), &change.text);
                }
            }
        }
        document.version = version.unwrap_or(document.version);
    }

    pub fn close(&mut self, uri: &str) {
        self.open.remove(uri);
    }

    /// A snapshot of a document; later changes do not reach it.
    pub fn get(&self, uri: &str) -> Option<Document> {
        self.open.get(uri).cloned()
    }

    /// All documents with their URIs, in no order.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.open
            .iter()
            .map(|(uri, document)| (uri.as_str(), document))
    }

    pub fn len(&self) -> usize {
        self.open.len()
    }

    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}
