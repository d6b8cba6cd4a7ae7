//! Samples: the files of `tests/fixtures`, each with a place in it that the guide explains.

use viva::document::Document;
use viva_guide::Language;

/// A text and a place in it.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) language: Language,
    pub(crate) text: String,
    /// The byte offset of the place, inside a keyword.
    pub(crate) offset: usize,
}

impl Sample {
    /// The place is behind the last occurrence of `before`; the first may be in a comment.
    pub(crate) fn new(language: Language, text: &str, before: &str) -> Sample {
        let start = text.rfind(before).expect("the fixture has this text");
        Sample {
            language,
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
        Sample::new(Language::Go, GO, GO_PLACE),
        Sample::new(Language::Dockerfile, dockerfile, "COPY --fr"),
        Sample::new(Language::Compose, compose, "depends_"),
        Sample::new(Language::Sql, sql, "    SKIP LO"),
        Sample::new(Language::Redis, redis, "maxmemory-pol"),
    ]
}
