//! Titles: which topics the lines of a document lead to, for those who like to see that while they
//! read.

use std::collections::HashSet;
use std::ops::Range;

use viva_guide::{Guide, Language};

use crate::document::{Document, Encoding};
use crate::features::explain;
use crate::keywords::Keyword;

/// A topic's title at the end of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// The end of the line, in bytes.
    pub offset: usize,
    pub title: String,
    /// The first sentence of the topic.
    pub headline: String,
}

/// The titles for the lines of a byte range: one a line, and each topic where it comes first.
pub fn titles(guide: &Guide, document: &Document, range: Range<usize>) -> Vec<Title> {
    let Some(language) = document.language else {
        return Vec::new();
    };
    let mut titles = Vec::new();
    let (mut lines, mut topics) = (HashSet::new(), HashSet::new());
    for keyword in document.keywords() {
        if !range.contains(&keyword.range.start) || !is_telling(language, &keyword) {
            continue;
        }
        let line = document.position(keyword.range.start, Encoding::Utf8).line;
        if lines.contains(&line) {
            continue;
        }
        let explained = explain(guide, language, &keyword).and_then(|explained| explained.topic);
        let Some(topic) = explained else { continue };
        if topics.insert(topic.id.clone()) {
            lines.insert(line);
            titles.push(Title {
                offset: document.line_end(line),
                headline: topic.headline().to_owned(),
                title: topic.title,
            });
        }
    }
    titles
}

/// Whether a keyword says what its line is about: of Go, what comes from a package or is predeclared,
/// and not `func` or `return`.
fn is_telling(language: Language, keyword: &Keyword) -> bool {
    language != Language::Go || keyword.names.iter().any(|name| name.contains('.'))
}

#[cfg(test)]
mod tests {
    use viva_guide::Language;

    use super::*;
    use crate::built_in;

    #[test]
    fn each_topic_is_named_once_at_the_end_of_its_line() {
        let text = "FROM golang:1.27\nCOPY a b\nCOPY c d\nFROM x\n# ADD\nADD a b";
        let document = Document::new(1, Some(Language::Dockerfile), text);
        let guide = built_in::guide();
        let titles = titles(&guide, &document, 0..text.len());
        let lines: Vec<usize> = titles
            .iter()
            .map(|title| text[..title.offset].matches('\n').count())
            .collect();
        // `ADD` leads to the topic that `COPY` has led to.
        assert_eq!(lines, [0, 1]);
        assert!(
            titles
                .iter()
                .all(|title| !title.title.is_empty() && !title.headline.is_empty())
        );
        assert_eq!(&text[..titles[0].offset], "FROM golang:1.27");
    }
}
