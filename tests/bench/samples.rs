//! Samples: the files of `tests/fixtures`, each with a place in it that the guide explains.

use viva::detect;
use viva::document::Document;
use viva_guide::Language;

/// A text and a place in it.
#[derive(Debug)]
pub(crate) struct Sample {
    /// The name of its file, from which servers tell the language.
    pub(crate) name: &'static str,
    pub(crate) language: Language,
    pub(crate) text: String,
    /// The byte offset of the place, inside a keyword.
    pub(crate) offset: usize,
}

impl Sample {
    /// The place is behind the last occurrence of `before`; the first may be in a comment.
    pub(crate) fn new(name: &'static str, text: &str, before: &str) -> Sample {
        let start = text.rfind(before).expect("the fixture has this text");
        Sample {
            name,
            language: detect::language("", name, text).expect("the name tells the language"),
            text: text.to_owned(),
            offset: start + before.len(),
        }
    }

    pub(crate) fn document(&self) -> Document {
        Document::new(1, Some(self.language), &self.text)
    }
}

pub(crate) const GO: &str = include_str!("../fixtures/queue/queue.go");

/// A method in the Go fixture, which takes knowing the type of a field.
pub(crate) const GO_PLACE: &str = "q.notFull.Wa";

/// One sample of each language that has a fixture.
pub(crate) fn all() -> [Sample; 5] {
    let dockerfile = include_str!("../fixtures/image/Dockerfile");
    let compose = include_str!("../fixtures/stack/compose.yaml");
    let sql = include_str!("../fixtures/shop/schema.sql");
    let redis = include_str!("../fixtures/cache/redis.conf");
    [
        Sample::new("queue.go", GO, GO_PLACE),
        Sample::new("Dockerfile", dockerfile, "COPY --fr"),
        Sample::new("compose.yaml", compose, "depends_"),
        Sample::new("schema.sql", sql, "    SKIP LO"),
        Sample::new("redis.conf", redis, "maxmemory-pol"),
    ]
}
