//! An open file as the editor sees it: a plain string, changed at random, with positions counted
//! letter by letter.

use serde_json::{Value, json};
use viva::document::Encoding;
use viva_guide::Language;

use crate::random::Random;

/// A file of the workspace.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) uri: String,
    pub(crate) language: Language,
    pub(crate) language_id: &'static str,
    pub(crate) text: String,
    /// How it was first.
    original: String,
    version: i32,
}

/// The samples: name, language, its id, text.
pub(crate) const SAMPLES: [(&str, Language, &str, &str); 5] = [
    (
        "queue.go",
        Language::Go,
        "go",
        include_str!("../fixtures/queue/queue.go"),
    ),
    (
        "Dockerfile",
        Language::Dockerfile,
        "dockerfile",
        include_str!("../fixtures/image/Dockerfile"),
    ),
    (
        "schema.sql",
        Language::Sql,
        "sql",
        include_str!("../fixtures/shop/schema.sql"),
    ),
    (
        "redis.conf",
        Language::Redis,
        "redis",
        include_str!("../fixtures/cache/redis.conf"),
    ),
    (
        "compose.yaml",
        Language::Compose,
        "dockercompose",
        include_str!("../fixtures/stack/compose.yaml"),
    ),
];

/// What is typed, in any file.
const TYPED: [&str; 24] = [
    "",
    "",
    "",
    "x",
    " ",
    "\n",
    "\r\n",
    "\"",
    "'",
    "`",
    "(",
    ")",
    "{",
    "}",
    ":",
    "#",
    "/*",
    "\\\n",
    "é",
    "💣",
    "SELECT ",
    "RUN ",
    "sync.",
    "maxmemory 1mb\n",
];

impl File {
    pub(crate) fn new(uri: String, sample: (&str, Language, &'static str, &str)) -> File {
        let (_, language, language_id, text) = sample;
        File {
            uri,
            language,
            language_id,
            text: text.to_owned(),
            original: text.to_owned(),
            version: 1,
        }
    }

    /// The same text again and again, so that it is read in parts.
    pub(crate) fn lengthened(mut self, times: usize) -> File {
        self.text = self.text.repeat(times);
        self.original.clone_from(&self.text);
        self
    }

    pub(crate) fn opened(&self) -> Value {
        json!({ "textDocument": {
            "uri": self.uri, "languageId": self.language_id, "version": self.version, "text": self.text,
        } })
    }

    pub(crate) fn id(&self) -> Value {
        json!({ "uri": self.uri })
    }

    /// Changes the text once or a few times; the parameters that say so.
    pub(crate) fn edit(&mut self, random: &mut Random, encoding: Encoding) -> Value {
        self.version += 1;
        let mut changes = Vec::new();
        // It neither grows without end nor stays torn.
        let is_long = self.text.len() > self.original.len() * 2 + 1000;
        if is_long || random.below(200) == 0 {
            self.text.clone_from(&self.original);
            changes.push(json!({ "text": self.text }));
        }
        for _ in 0..=random.below(3) {
            let start = boundary(&self.text, random.below(self.text.len() + 1));
            let length = if random.below(30) == 0 {
                random.below(200)
            } else {
                random.below(4)
            };
            let end = boundary(&self.text, start.saturating_add(length));
            let range = start..end.max(start);
            let piece = if random.below(60) == 0 {
                let from = boundary(&self.original, random.below(self.original.len()));
                let to = boundary(&self.original, from.saturating_add(300));
                self.original[from..to].to_owned()
            } else {
                (*random.one_of(&TYPED)).to_owned()
            };
            changes.push(json!({
                "range": {
                    "start": position(&self.text, range.start, encoding),
                    "end": position(&self.text, range.end, encoding),
                },
                "text": piece,
            }));
            self.text.replace_range(range, &piece);
        }
        json!({
            "textDocument": { "uri": self.uri, "version": self.version },
            "contentChanges": changes,
        })
    }
}

/// The place at or before an offset that a position can name: not within a character or a line end.
pub(crate) fn boundary(text: &str, offset: usize) -> usize {
    let at = text.floor_char_boundary(offset);
    let splits_line_end = text[..at].ends_with('\r') && text[at..].starts_with('\n');
    at - usize::from(splits_line_end)
}

/// The position of such a place.
pub(crate) fn position(text: &str, offset: usize, encoding: Encoding) -> Value {
    let (mut line, mut start) = (0, 0);
    for (at, letter) in text[..offset].char_indices() {
        if letter == '\n' || letter == '\r' && !text[at + 1..].starts_with('\n') {
            line += 1;
            start = at + 1;
        }
    }
    let before = &text[start..offset];
    let column = match encoding {
        Encoding::Utf8 => before.len(),
        Encoding::Utf16 => before.encode_utf16().count(),
        Encoding::Utf32 => before.chars().count(),
    };
    json!({ "line": line, "character": column })
}
