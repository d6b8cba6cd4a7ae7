//! Scores of topics, by document: what a nest of tantivy's unions would compute, without the buffers
//! of thousands of documents that each of them fills.

use tantivy::query::{EnableScoring, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, DocSet as _, Searcher, TERMINATED, Term};

use super::topics::Topics;

/// The score of each document, 0 where nothing fits.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    /// One number for each document of a segment, made when the segment has its first score: zeroed memory
    /// that nobody touches costs next to nothing.
    segments: Vec<Vec<f32>>,
    /// How many documents each segment has.
    sizes: Vec<usize>,
    /// The documents that may have a score.
    touched: Vec<DocAddress>,
}

impl Scores {
    fn at(&mut self, doc: DocAddress) -> &mut f32 {
        let segment = doc.segment_ord as usize;
        let scores = &mut self.segments[segment];
        if scores.is_empty() {
            *scores = vec![0.0; self.sizes[segment]];
        }
        let score = &mut scores[doc.doc_id as usize];
        if *score == 0.0 {
            self.touched.push(doc);
        }
        score
    }

    /// Every document with a score.
    fn all(&self) -> impl Iterator<Item = (DocAddress, f32)> {
        let scores = self.touched.iter().map(|doc| (*doc, self.of(*doc)));
        scores.filter(|(_, score)| *score > 0.0)
    }

    pub(super) fn add(&mut self, other: &Scores, weight: f32) {
        for (doc, score) in other.all() {
            *self.at(doc) += score * weight;
        }
    }

    /// Each document keeps the better of its scores.
    pub(super) fn or(&mut self, other: &Scores, weight: f32) {
        for (doc, score) in other.all() {
            let own = self.at(doc);
            *own = own.max(score * weight);
        }
    }

    /// Only documents that have a score get more.
    pub(super) fn add_where_some(&mut self, other: &Scores) {
        for (doc, score) in other.all() {
            if self.of(doc) > 0.0 {
                *self.at(doc) += score;
            }
        }
    }

    /// The score of a document.
    pub(super) fn of(&self, doc: DocAddress) -> f32 {
        let segment = self.segments.get(doc.segment_ord as usize);
        let score = segment.and_then(|scores| scores.get(doc.doc_id as usize));
        score.copied().unwrap_or(0.0)
    }

    /// The best of those that are wanted, at most `limit`; equal ones in the order of the documents.
    pub(super) fn best(
        &self,
        limit: usize,
        is_wanted: impl Fn(DocAddress) -> bool,
    ) -> Vec<(f32, DocAddress)> {
        let mut best: Vec<(f32, DocAddress)> = Vec::with_capacity(2 * limit + 1);
        let order = |(a, first): &(f32, DocAddress), (b, second): &(f32, DocAddress)| {
            b.total_cmp(a).then(first.cmp(second))
        };
        // What is not better than this is not among the best.
        let mut least = 0.0;
        for (doc, score) in self.all() {
            if score < least || !is_wanted(doc) {
                continue;
            }
            best.push((score, doc));
            if best.len() > 2 * limit {
                best.sort_unstable_by(order);
                best.truncate(limit);
                least = best.last().map_or(0.0, |(score, _)| *score);
            }
        }
        best.sort_unstable_by(order);
        best.truncate(limit);
        best
    }
}

/// Documents of each segment, in their order.
pub(super) struct Candidates(Vec<Vec<DocId>>);

impl Candidates {
    pub(super) fn new(docs: impl IntoIterator<Item = DocAddress>) -> Candidates {
        let mut found: Vec<Vec<DocId>> = Vec::new();
        for doc in docs {
            let segment = doc.segment_ord as usize;
            if found.len() <= segment {
                found.resize_with(segment + 1, Vec::new);
            }
            found[segment].push(doc.doc_id);
        }
        for docs in &mut found {
            docs.sort_unstable();
        }
        Candidates(found)
    }

    pub(super) fn has(&self, doc: DocAddress) -> bool {
        let docs = self.0.get(doc.segment_ord as usize);
        docs.is_some_and(|docs| docs.binary_search(&doc.doc_id).is_ok())
    }
}

/// Scores of single words and phrases.
pub(super) struct Index<'a> {
    pub(super) searcher: &'a Searcher,
    pub(super) topics: Topics<'a>,
    /// Only these documents are looked at; None: all.
    pub(super) only: Option<Candidates>,
}

impl Index<'_> {
    /// No scores yet.
    pub(super) fn nothing(&self) -> Scores {
        let readers = self.searcher.segment_readers();
        Scores {
            segments: vec![Vec::new(); readers.len()],
            sizes: readers
                .iter()
                .map(|reader| reader.max_doc() as usize)
                .collect(),
            touched: Vec::new(),
        }
    }

    pub(super) fn has(&self, term: &Term) -> bool {
        self.searcher.doc_freq(term).is_ok_and(|count| count > 0)
    }

    /// Words next to each other, with `slop` words between, in the field where they count most; a
    /// share of the others is added to it.
    pub(super) fn best_field(
        &self,
        stems: &[String],
        slop: u32,
        fields: &[(Field, f32)],
        tie: f32,
    ) -> Scores {
        let mut best = self.nothing();
        let mut sum = self.nothing();
        for (field, weight) in fields {
            let Some(query) = self.phrase(*field, stems, slop) else {
                continue;
            };
            self.each(&*query, |doc, score| {
                let score = score * weight;
                let own = best.at(doc);
                *own = own.max(score);
                *sum.at(doc) += score;
            });
        }
        for (doc, score) in sum.all() {
            let own = best.at(doc);
            *own += tie * (score - *own);
        }
        best
    }

    /// The same score for every document with a term.
    pub(super) fn constant(&self, term: Term, score: f32) -> Scores {
        let mut scores = self.nothing();
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        self.each(&query, |doc, _| *scores.at(doc) = score);
        scores
    }

    /// Words in this order in a field; `None` where the field lacks one.
    fn phrase(&self, field: Field, stems: &[String], slop: u32) -> Option<Box<dyn Query>> {
        let terms = stems.iter().map(|stem| Term::from_field_text(field, stem));
        let terms: Vec<Term> = terms.collect();
        if terms.is_empty() || !terms.iter().all(|term| self.has(term)) {
            return None;
        }
        if let [term] = &terms[..] {
            let term = TermQuery::new(term.clone(), IndexRecordOption::WithFreqs);
            return Some(Box::new(term));
        }
        let terms = terms.into_iter().enumerate().collect();
        Some(Box::new(PhraseQuery::new_with_offset_and_slop(terms, slop)))
    }

    fn each(&self, query: &dyn Query, mut found: impl FnMut(DocAddress, f32)) {
        let scoring = EnableScoring::enabled_from_statistics_provider(&self.topics, self.searcher);
        let Ok(weight) = query.weight(scoring) else {
            return;
        };
        for (segment, reader) in (0_u32..).zip(self.searcher.segment_readers()) {
            let Ok(mut scorer) = weight.scorer(reader, 1.0) else {
                continue;
            };
            if let Some(Candidates(only)) = &self.only {
                for doc in only.get(segment as usize).into_iter().flatten() {
                    if scorer.doc() < *doc {
                        scorer.seek(*doc);
                    }
                    if scorer.doc() == *doc {
                        let score = scorer.score();
                        found(DocAddress::new(segment, *doc), score);
                    }
                }
                continue;
            }
            while scorer.doc() != TERMINATED {
                let doc = DocAddress::new(segment, scorer.doc());
                let score = scorer.score();
                found(doc, score);
                scorer.advance();
            }
        }
    }
}
