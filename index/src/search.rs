//! Search: the topics that fit a query best.

pub(crate) mod lexicon;
mod query;
mod spelling;

use tantivy::collector::TopDocs;
use tantivy::query::{Bm25StatisticsProvider, Query};
use tantivy::schema::Field;
use tantivy::snippet::SnippetGenerator;
use tantivy::{Searcher, Term};

use crate::guide::Guide;
use crate::topic::Topic;

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

/// The longest snippet, in bytes.
const SNIPPET_MAX: usize = 160;

impl Guide {
    /// The topics that fit a query best, at most `limit`. Words are stemmed, words that the guide
    /// does not have are completed or corrected, and the last word may be unfinished.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        if limit == 0 {
            return Vec::new();
        }
        let Some(query) = query::Builder::new(&self.searcher, self.fields).query(query) else {
            return Vec::new();
        };
        let top = TopDocs::with_limit(limit).order_by_score();
        let topics = Topics {
            searcher: &self.searcher,
            count: self.topic_count() as u64,
        };
        let found = self
            .searcher
            .search_with_statistics_provider(&query, &top, &topics)
            .unwrap_or_default();
        found
            .into_iter()
            .filter_map(|(score, address)| {
                let topic = self.fields.read_topic(&self.doc(address)?)?;
                Some(self.hit(&query, score, topic))
            })
            .collect()
    }

    fn hit(&self, query: &dyn Query, score: f32, topic: Topic) -> Hit {
        let text = format!("{} {}", topic.summary, topic.body).replace('\n', " ");
        let snippet = SnippetGenerator::create(&self.searcher, query, self.fields.body)
            .ok()
            .map(|mut generator| {
                generator.set_max_num_chars(SNIPPET_MAX);
                generator.snippet(&text)
            });
        match snippet.filter(|snippet| !snippet.is_empty()) {
            Some(found) => Hit {
                score,
                snippet: found.fragment().to_owned(),
                highlights: tantivy::snippet::collapse_overlapped_ranges(found.highlighted()),
                topic,
            },
            None => Hit {
                score,
                snippet: topic.headline().to_owned(),
                highlights: Vec::new(),
                topic,
            },
        }
    }
}

/// Statistics of the topics alone: an index holds several times as many cards, which have none of the
/// searched fields and would make every field look empty on average.
struct Topics<'a> {
    searcher: &'a Searcher,
    count: u64,
}

impl Bm25StatisticsProvider for Topics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.count)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.searcher.doc_freq(term)
    }
}
