//! Statistics of the topics alone.

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

/// How often words stand in topics: an index holds several times as many cards, which have none of
/// the searched fields and would make every field look empty on average.
#[derive(Clone, Copy)]
pub(crate) struct Topics<'a> {
    pub(crate) searcher: &'a Searcher,
    /// How many topics there are.
    pub(crate) count: u64,
}

impl Bm25StatisticsProvider for Topics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.count)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        // Deleted topics count, too, until their segment is merged; more than all would be an error.
        Ok(self.searcher.doc_freq(term)?.min(self.count))
    }
}
