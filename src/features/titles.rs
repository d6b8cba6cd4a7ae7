//! Titles: which topics the lines of a document lead to, for those who like to see that while they
//! read.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use viva_guide::{Guide, Language};

use crate::document::{Document, Encoding};
use crate::features::explain;
use crate::keywords::Keyword;

/// How much of a range is looked at, in bytes: far more than a window shows. Some editors ask for the
/// whole document, and that may be large.
const RANGE_MAX: usize = 1 << 20;

/// A topic's title at the end of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// The end of the line, in bytes.
    pub offset: usize,
    pub title: String,
    /// The first sentence of the topic.
    pub headline: String,
}

/// The titles for the lines of a byte range, up to [`RANGE_MAX`]: one a line, and each topic where it
/// comes first.
pub fn titles(guide: &Guide, document: &Document, range: Range<usize>) -> Vec<Title> {
    let Some(language) = document.language else {
        return Vec::new();
    };
    // The keyword that says most of each line.
    let mut lines: BTreeMap<usize, Keyword> = BTreeMap::new();
    let end = range.end.min(range.start.saturating_add(RANGE_MAX));
    for keyword in document.keywords_in(range.start..end) {
        if depth(language, &keyword) > 0 {
            let line = document.position(keyword.range.start, Encoding::Utf8).line;
            let best = lines.entry(line).or_insert_with(|| keyword.clone());
            if depth(language, &keyword) > depth(language, best) {
                *best = keyword;
            }
        }
    }
    let mut topics = HashSet::new();
    lines
        .into_iter()
        .filter_map(|(line, keyword)| {
            let topic = explain(guide, language, &keyword)?.topic?;
            topics.insert(topic.id.clone()).then(|| Title {
                offset: document.line_end(line),
                headline: topic.headline().to_owned(),
                title: topic.title,
            })
        })
        .collect()
}

/// How much a keyword says about its line; 0: nothing. Of Go a method says more than a function or a
/// type, and `func` and `return` nothing.
fn depth(language: Language, keyword: &Keyword) -> usize {
    match (language, keyword.names.first()) {
        (Language::Go, Some(name)) => name.matches('.').count(),
        _ => 1,
    }
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
