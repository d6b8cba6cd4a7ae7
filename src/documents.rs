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

/// How long the texts together may be whose syntax trees are kept, in bytes, besides that of the document
/// that is read: a tree takes up to fifty times as much (2.4 MB for 51 kB of Go).
pub const PARSED_MAX: usize = 4 << 20;

/// All open documents.
#[derive(Debug)]
pub struct Documents {
    open: HashMap<String, Open>,
    /// How many bytes of text may be open, and parsed beside the document that is read.
    texts_max: usize,
    parsed_max: usize,
    /// How often one was read.
    readings: u64,
    /// The lengths of all texts together, in bytes.
    bytes: usize,
}

#[derive(Debug)]
struct Open {
    document: Document,
    /// The number of the last reading.
    last_read: u64,
}

impl Default for Documents {
    fn default() -> Documents {
        Documents::with_room(TEXTS_MAX, PARSED_MAX)
    }
}

impl Documents {
    /// Room for texts of so many bytes, and for the trees of so many.
    fn with_room(texts_max: usize, parsed_max: usize) -> Documents {
        Documents {
            open: HashMap::new(),
            texts_max,
            parsed_max,
            readings: 0,
            bytes: 0,
        }
    }

    /// Opens a document, or opens it anew.
    pub fn open(
        &mut self,
        uri: &str,
        language_id: &str,
        version: i32,
        text: &str,
    ) -> Result<(), Full> {
        self.close(uri);
        if self.bytes.saturating_add(text.len()) > self.texts_max {
            return Err(Full);
        }
        self.bytes += text.len();
        let language = detect::language(language_id, uri, text);
        let open = Open {
            document: Document::new(version, language, text),
            last_read: 0,
        };
        self.open.insert(uri.to_owned(), open);
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
        let Some(Open { document, .. }) = self.open.get_mut(uri) else {
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
        if self.bytes > self.texts_max {
            self.close(uri);
            return Err(Full);
        }
        Ok(())
    }

    pub fn close(&mut self, uri: &str) {
        if let Some(open) = self.open.remove(uri) {
            self.bytes -= open.document.len();
        }
    }

    pub fn is_open(&self, uri: &str) -> bool {
        self.open.contains_key(uri)
    }

    /// A snapshot of a document; later changes do not reach it.
    pub fn get(&self, uri: &str) -> Option<Document> {
        Some(self.open.get(uri)?.document.clone())
    }

    /// A snapshot of a document that is about to be read. Where all trees together would be too large
    /// (see [`PARSED_MAX`]), those that nobody needed for longest are forgotten, and made again when somebody
    /// does.
    pub fn read(&mut self, uri: &str) -> Option<Document> {
        self.readings += 1;
        let open = self.open.get_mut(uri)?;
        open.last_read = self.readings;
        let document = open.document.clone();
        let gets_a_tree = matches!(document.language, Some(Language::Go | Language::Compose));
        if gets_a_tree && !document.is_parsed() {
            self.make_room_beside(uri);
        }
        Some(document)
    }

    fn make_room_beside(&mut self, uri: &str) {
        let is_other =
            |(other, open): &(&String, &Open)| *other != uri && open.document.is_parsed();
        let others = self.open.iter().filter(is_other);
        let mut bytes: usize = others.map(|(_, open)| open.document.len()).sum();
        while bytes > self.parsed_max {
            let others = self.open.iter_mut();
            let others = others.filter(|(other, open)| *other != uri && open.document.is_parsed());
            let oldest = others
                .map(|(_, open)| open)
                .min_by_key(|open| open.last_read);
            let Some(Open { document, .. }) = oldest else {
                return;
            };
            bytes -= document.len();
            document.forget_parsed();
        }
    }

    /// The language of a document that Viva reads.
    pub fn language(&self, uri: &str) -> Option<Language> {
        self.open.get(uri)?.document.language
    }

    /// All documents with their URIs, in no order.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.open
            .iter()
            .map(|(uri, open)| (uri.as_str(), &open.document))
    }

    pub fn len(&self) -> usize {
        self.open.len()
    }

    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_kept_of_the_documents_that_were_read_last() {
        let text = "package p // a comment\n";
        let room = 3;
        let mut documents = Documents::with_room(TEXTS_MAX, room * text.len() + 1);
        let read = |documents: &mut Documents, name: &str| {
            let document = documents.read(name).expect("it is open");
            assert!(document.keyword_at(1).is_some(), "{name}");
        };
        let names: Vec<String> = (0..8).map(|number| format!("{number}.go")).collect();
        for name in &names {
            documents.open(name, "go", 1, text).expect("room");
            read(&mut documents, name);
            // One that is always needed.
            read(&mut documents, "0.go");
        }
        let mut kept: Vec<&str> = documents
            .all()
            .filter(|(_, document)| document.is_parsed())
            .map(|(name, _)| name)
            .collect();
        kept.sort_unstable();
        // The one that is read comes on top.
        assert_eq!(kept, ["0.go", "5.go", "6.go", "7.go"]);
        for name in &names {
            read(&mut documents, name);
        }
    }

    #[test]
    fn there_is_room_for_so_many_bytes_and_closing_gives_them_back() {
        let mut documents = Documents::with_room(100, 100);
        let open =
            |documents: &mut Documents, name: &str| documents.open(name, "", 1, &"x".repeat(49));
        assert_eq!(open(&mut documents, "a"), Ok(()));
        assert_eq!(open(&mut documents, "b"), Ok(()));
        assert_eq!(open(&mut documents, "b"), Ok(()), "opened anew");
        assert_eq!(open(&mut documents, "c"), Err(Full));
        assert!(!documents.is_open("c") && documents.is_open("a"));
        let more = [Change {
            range: None,
            text: "y".repeat(52),
        }];
        let change = |documents: &mut Documents, name: &str| {
            documents.change(name, Some(2), &more, Encoding::Utf8)
        };
        assert_eq!(change(&mut documents, "a"), Err(Full));
        assert!(!documents.is_open("a"));
        assert_eq!(change(&mut documents, "b"), Ok(()));
        documents.close("b");
        assert_eq!(open(&mut documents, "c"), Ok(()));
        assert_eq!(open(&mut documents, "a"), Ok(()));
    }
}
