//! Search: the topics that fit a query best.

pub(crate) mod lexicon;
mod query;
mod scores;
mod snippet;
mod spelling;
mod topics;

use std::collections::BTreeMap;

use crate::guide::Guide;
use crate::topic::Topic;
use query::Query;
use snippet::{Snippet, snippet};
use topics::Topics;

/// A topic that a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub topic: Topic,
    pub score: f32,
    /// The part of the text that fits the query best; plain text.
    pub snippet: String,
    /// Byte ranges of the query's words in the snippet.
    pub highlights: Vec<std::ops::Range<usize>>,
}

impl Guide {
    /// The topics that fit a query best, at most `limit`. Words are stemmed, words that the guide
    /// does not have are completed or corrected, and the last word may be unfinished.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        let topics = self.statistics();
        let Some(query) = Query::read(&self.searcher, self.fields, topics, query) else {
            return Vec::new();
        };
        let shown = query.shown();
        let found = query.scores().best(limit).into_iter();
        found
            .filter_map(|(score, address)| {
                let topic = self.fields.read_topic(&self.doc(address)?)?;
                Some(hit(&shown, score, topic))
            })
            .collect()
    }

    pub(crate) fn statistics(&self) -> Topics<'_> {
        Topics {
            searcher: &self.searcher,
            count: self.topic_count() as u64,
        }
    }
}

fn hit(shown: &BTreeMap<String, f32>, score: f32, topic: Topic) -> Hit {
    let text = format!("{} {}", topic.summary, topic.body).replace('\n', " ");
    let snippet = snippet(&text, shown).unwrap_or_else(|| Snippet {
        text: topic.headline().to_owned(),
        highlights: Vec::new(),
    });
    Hit {
        topic,
        score,
        snippet: snippet.text,
        highlights: snippet.highlights,
    }
}
