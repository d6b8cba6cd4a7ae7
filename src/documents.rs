//! The open documents, by URI exactly as the client wrote it: a URI is never turned into a path to
//! find a document.

use std::collections::HashMap;
use std::fmt;

use viva_guide::Language;

use crate::detect;
use crate::document::{Document, Encoding, Position};

/// One change of a text: a range and its new text, or a whole new text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// From and to; None: the whole text.
    pub range: Option<(Position, Position)>,
    pub text: String,
}

/// How long the texts of all open documents may be together, in bytes: far above what anybody has open
/// who reads it, and far below what a machine has.
pub const TEXTS_MAX: usize = 512 << 20;

/// The texts of all documents would be longer than [`TEXTS_MAX`]; this one was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = TEXTS_MAX >> 20;
        write!(
            f,
            "the open documents have more than {megabytes} MiB together"
        )
    }
}

/// All open documents.
#[derive(Debug, Default)]
pub struct Documents {
    open: HashMap<String, Document>,
    /// The lengths of all texts together, in bytes.
    bytes: usize,
}

impl Documents {
    /// Opens a document, or opens it anew.
    pub fn open(
        &mut self,
        uri: &str,
        language_id: &str,
        version: i32,
        text: &str,
    ) -> Result<(), Full> {
        self.close(uri);
        if self.bytes.saturating_add(text.len()) > TEXTS_MAX {
            return Err(Full);
        }
        self.bytes += text.len();
        let language = detect::language(language_id, uri, text);
        self.open
            .insert(uri.to_owned(), Document::new(version, language, text));
        Ok(())
    }

    /// Applies changes in their order. A change of a document that is not open is ignored; a
    /// reversed range is taken the right way round.
    pub fn change(
        &mut self,
        uri: &str,
        version: Option<i32>,
        changes: &[Change],
        encoding: Encoding,
    ) -> Result<(), Full> {
        let Some(document) = self.open.get_mut(uri) else {
            return Ok(());
        };
        let others = self.bytes - document.len();
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
        self.bytes = others + document.len();
        if self.bytes > TEXTS_MAX {
            self.close(uri);
            return Err(Full);
        }
        Ok(())
    }

    pub fn close(&mut self, uri: &str) {
        if let Some(document) = self.open.remove(uri) {
            self.bytes -= document.len();
        }
    }

    /// A snapshot of a document; later changes do not reach it.
    pub fn get(&self, uri: &str) -> Option<Document> {
        self.open.get(uri).cloned()
    }

    /// The language of a document that Viva reads.
    pub fn language(&self, uri: &str) -> Option<Language> {
        self.open.get(uri)?.language
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
