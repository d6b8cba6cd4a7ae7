//! Search: the topics that fit a query best.

mod candidates;
mod filter;
pub(crate) mod lexicon;
mod postings;
mod query;
mod scores;
mod snippet;
mod spelling;
mod topics;

use std::collections::BTreeMap;

use tantivy::DocAddress;

use crate::guide::Guide;
use crate::topic::Topic;
use filter::{Allowed, Filters};
use query::{Look, Query};
use snippet::{Snippet, snippet};
use topics::Topics;

/// In an index with more documents than this, only the topics that may fit best are looked at closely.
const LARGE: u64 = 20_000;

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

/// A part of a score: what was looked for, where it was found, and what it gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub what: String,
    pub score: f32,
    /// For words: the fields that have them with what each gives alone, the best first.
    pub fields: Vec<(&'static str, f32)>,
}

impl Guide {
    /// The topics that fit a query best, at most `limit`. Words are stemmed, words that the guide
    /// does not have are completed or corrected, and the last word may be unfinished. Words such as
    /// `lang:go`, `level:senior` and `section:redis` leave out other topics; alone they list what is left.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        let hits = self.found(query, limit, self.look(), |_, _| ());
        hits.into_iter().map(|(hit, ())| hit).collect()
    }

    /// The same with the parts of each score.
    pub fn search_explained(&self, query: &str, limit: usize) -> Vec<(Hit, Vec<Part>)> {
        let explain = |query: &Query<'_>, doc| query.explain(doc);
        self.found(query, limit, self.look(), explain)
    }

    fn look(&self) -> Look {
        if self.searcher.num_docs() > LARGE {
            Look::Candidates(candidates::LARGE)
        } else {
            Look::Everywhere
        }
    }

    fn found<T: Default>(
        &self,
        query: &str,
        limit: usize,
        look: Look,
        explain: impl Fn(&Query<'_>, DocAddress) -> T,
    ) -> Vec<(Hit, T)> {
        let (filters, words) = Filters::split(self.fields, query);
        let allowed = filters.allowed(&self.searcher);
        let topics = self.statistics();
        let Some(mut query) = Query::read(&self.searcher, self.fields, topics, &words) else {
            return self.listed(allowed.as_ref(), limit);
        };
        let shown = query.shown();
        let readers = self.searcher.segment_readers();
        let is_wanted = |doc: DocAddress| {
            let reader = readers.get(doc.segment_ord as usize);
            reader.is_some_and(|reader| !reader.is_deleted(doc.doc_id))
                && allowed.as_ref().is_none_or(|allowed| allowed.has(doc))
        };
        let found = query.best(limit, look, is_wanted).into_iter();
        found
            .filter_map(|(score, address)| {
                let topic = self.topic_at(address)?;
                Some((hit(&shown, score, topic), explain(&query, address)))
            })
            .collect()
    }

    /// Topics that filters alone leave.
    fn listed<T: Default>(&self, allowed: Option<&Allowed>, limit: usize) -> Vec<(Hit, T)> {
        let readers = self.searcher.segment_readers();
        let docs = allowed.into_iter().flat_map(Allowed::docs);
        let docs = docs.filter(|doc| !readers[doc.segment_ord as usize].is_deleted(doc.doc_id));
        let topics = docs.filter_map(|doc| self.topic_at(doc));
        let hits = topics.take(limit);
        hits.map(|topic| (hit(&BTreeMap::new(), 0.0, topic), T::default()))
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

#[cfg(test)]
mod tests;
