//! Scores of topics, by document: what a nest of tantivy's unions would compute, without the buffers
//! of thousands of documents that each of them fills.

use tantivy::query::{EnableScoring, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocSet as _, Searcher, TERMINATED, Term};

use super::topics::Topics;

/// The score of each document, 0 where nothing fits. Topics are the first documents of a segment,
/// so that these are short.
#[derive(Clone, Debug, Default)]
pub(super) struct Scores(Vec<Vec<f32>>);

impl Scores {
    fn at(&mut self, doc: DocAddress) -> &mut f32 {
        let segment = doc.segment_ord as usize;
        if self.0.len() <= segment {
            self.0.resize_with(segment + 1, Vec::new);
        }
        let scores = &mut self.0[segment];
        let doc = doc.doc_id as usize;
        if scores.len() <= doc {
            scores.resize(doc + 1, 0.0);
        }
        &mut scores[doc]
    }

    /// Every document with a score.
    fn all(&self) -> impl Iterator<Item = (DocAddress, f32)> {
        (0..).zip(&self.0).flat_map(|(segment, scores)| {
            let scores = (0..).zip(scores);
            scores
                .filter(|(_, score)| **score > 0.0)
                .map(move |(doc, score)| (DocAddress::new(segment, doc), *score))
        })
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
            let own = self.at(doc);
            if *own > 0.0 {
                *own += score;
            }
        }
    }

    /// The score of a document.
    pub(super) fn of(&self, doc: DocAddress) -> f32 {
        let segment = self.0.get(doc.segment_ord as usize);
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
            if score <= least || !is_wanted(doc) {
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

/// Scores of single words and phrases.
pub(super) struct Index<'a> {
    pub(super) searcher: &'a Searcher,
    pub(super) topics: Topics<'a>,
}

impl Index<'_> {
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
        let mut best = Scores::default();
        let mut sum = Scores::default();
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
        let mut scores = Scores::default();
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
        for (segment, reader) in (0..).zip(self.searcher.segment_readers()) {
            let Ok(mut scorer) = weight.scorer(reader, 1.0) else {
                continue;
            };
            while scorer.doc() != TERMINATED {
                let doc = DocAddress::new(segment, scorer.doc());
                let score = scorer.score();
                found(doc, score);
                scorer.advance();
            }
        }
    }
}
