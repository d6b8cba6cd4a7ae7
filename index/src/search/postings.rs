//! Words and phrases in the index: in which documents they are, and how much they count there. It is what a nest
//! of tantivy's unions would compute, without the buffers of thousands of documents that each of them fills.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings as _, SegmentPostings, TermInfo};
use tantivy::query::{Bm25StatisticsProvider as _, Bm25Weight, EnableScoring, PhraseQuery, Query};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    DocAddress, DocId, DocSet as _, InvertedIndexReader, Searcher, SeekDangerResult, TERMINATED,
    Term,
};

use super::scores::{Pool, Scores};
use super::topics::Topics;

/// A term where it stands in each segment.
pub(super) struct Located {
    pub(super) term: Term,
    /// In how many documents it is, deleted ones among them.
    pub(super) count: u64,
    infos: Vec<Option<TermInfo>>,
    weight: Bm25Weight,
}

impl Located {
    /// The most that it can count in a document.
    pub(super) fn most(&self) -> f32 {
        self.weight.max_score()
    }
}

/// Scores of single words and phrases.
pub(super) struct Index<'a> {
    pub(super) searcher: &'a Searcher,
    topics: Topics<'a>,
    pub(super) pool: Pool,
    /// Terms that were looked for: the same ones are asked for again and again.
    located: RefCell<HashMap<Term, Rc<Located>>>,
    /// The fields of each segment: tantivy makes one that has nothing anew each time.
    fields: RefCell<HashMap<Field, Inverted>>,
}

/// A field in each segment.
type Inverted = Rc<[Option<Arc<InvertedIndexReader>>]>;

impl<'a> Index<'a> {
    pub(super) fn new(searcher: &'a Searcher, topics: Topics<'a>) -> Index<'a> {
        Index {
            searcher,
            topics,
            pool: Pool::all(searcher),
            located: RefCell::default(),
            fields: RefCell::default(),
        }
    }

    pub(super) fn locate(&self, term: &Term) -> Rc<Located> {
        if let Some(located) = self.located.borrow().get(term) {
            return Rc::clone(located);
        }
        let segments = self.inverted(term.field());
        let info = |index: &Option<Arc<InvertedIndexReader>>| {
            let index = index.as_ref()?;
            index.get_term_info(term).ok()?
        };
        let infos: Vec<Option<TermInfo>> = segments.iter().map(info).collect();
        let counts = infos.iter().flatten().map(|info| u64::from(info.doc_freq));
        let count = counts.sum();
        let located = Rc::new(Located {
            term: term.clone(),
            count,
            infos,
            weight: self.weight(term.field(), count),
        });
        let mut all = self.located.borrow_mut();
        all.insert(term.clone(), Rc::clone(&located));
        located
    }

    fn weight(&self, field: Field, count: u64) -> Bm25Weight {
        let topics = self.topics.count.max(1);
        let tokens = self.searcher.total_num_tokens(field).unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "an average")]
        let average = tokens as f32 / topics as f32;
        // Deleted topics count, too, until their segment is merged.
        Bm25Weight::for_one_term_without_explain(count.min(topics), topics, average)
    }

    fn inverted(&self, field: Field) -> Inverted {
        let mut fields = self.fields.borrow_mut();
        let readers = self.searcher.segment_readers().iter();
        let index = || {
            readers
                .map(|reader| reader.inverted_index(field).ok())
                .collect()
        };
        Rc::clone(fields.entry(field).or_insert_with(index))
    }

    pub(super) fn has(&self, term: &Term) -> bool {
        self.locate(term).count > 0
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
        let mut best = self.pool.nothing();
        let mut sum = self.pool.nothing();
        for (field, weight) in fields {
            self.words(*field, stems, slop, |place, score| {
                let score = score * weight;
                let own = best.at(place);
                *own = own.max(score);
                *sum.at(place) += score;
            });
        }
        for (place, score) in sum.all() {
            let own = best.at(place);
            *own += tie * (score - *own);
        }
        best
    }

    /// The same score for every document with a term.
    pub(super) fn constant(&self, term: &Term, score: f32) -> Scores {
        let mut scores = self.pool.nothing();
        self.each_with(&self.locate(term), |place, _| *scores.at(place) = score);
        scores
    }

    /// The documents with these words in this order in a field, and how well they fit.
    fn words(&self, field: Field, stems: &[String], slop: u32, found: impl FnMut(usize, f32)) {
        let terms = stems.iter().map(|stem| Term::from_field_text(field, stem));
        let terms: Vec<Term> = terms.collect();
        if !terms.iter().all(|term| self.has(term)) {
            return;
        }
        match &terms[..] {
            [] => {}
            [term] => self.each_with(&self.locate(term), found),
            _ => {
                let terms = terms.into_iter().enumerate().collect();
                let phrase = PhraseQuery::new_with_offset_and_slop(terms, slop);
                self.each_phrase(&phrase, found);
            }
        }
    }

    fn each_with(&self, term: &Located, mut found: impl FnMut(usize, f32)) {
        match &self.pool {
            Pool::All(starts) => self.each_document(term, |doc, postings| {
                let place = starts[doc.segment_ord as usize] + doc.doc_id as usize;
                found(place, postings.score());
            }),
            Pool::Some(docs) => self.each_among(term, docs, found),
        }
    }

    /// The places of those among some documents that have a term, and how well each fits; the documents are in
    /// their order.
    pub(super) fn each_among(
        &self,
        term: &Located,
        docs: &[DocAddress],
        mut found: impl FnMut(usize, f32),
    ) {
        for (segment, mut postings) in self.postings(term) {
            for (place, doc) in of_segment(docs, segment) {
                if postings.seek(doc) == doc {
                    found(place, postings.score());
                }
            }
        }
    }

    /// Every document with a term, deleted ones among them; its score is that of the postings.
    pub(super) fn each_document(
        &self,
        term: &Located,
        mut found: impl FnMut(DocAddress, &Weighted),
    ) {
        for (segment, mut postings) in self.postings(term) {
            let mut doc = postings.docs.doc();
            while doc != TERMINATED {
                found(DocAddress::new(segment, doc), &postings);
                doc = postings.docs.advance();
            }
        }
    }

    /// The documents with a term in each segment that has one.
    fn postings(&self, term: &Located) -> impl Iterator<Item = (u32, Weighted)> {
        let field = term.term.field();
        let segments = self.inverted(field);
        let readers = (0..).zip(self.searcher.segment_readers());
        let readers = readers.zip(&term.infos);
        readers.filter_map(move |((segment, reader), info)| {
            let info = info.as_ref()?;
            let index = segments[segment as usize].as_ref()?;
            let docs = index.read_postings_from_terminfo(info, IndexRecordOption::WithFreqs);
            let postings = Weighted {
                docs: docs.ok()?,
                lengths: reader.get_fieldnorms_reader(field).ok(),
                weight: term.weight.clone(),
            };
            Some((segment, postings))
        })
    }

    fn each_phrase(&self, phrase: &PhraseQuery, mut found: impl FnMut(usize, f32)) {
        let scoring = EnableScoring::enabled_from_statistics_provider(&self.topics, self.searcher);
        let Ok(weight) = phrase.weight(scoring) else {
            return;
        };
        for (segment, reader) in (0_u32..).zip(self.searcher.segment_readers()) {
            let Ok(mut scorer) = weight.scorer(reader, 1.0) else {
                continue;
            };
            match &self.pool {
                Pool::All(starts) => {
                    while scorer.doc() != TERMINATED {
                        let place = starts[segment as usize] + scorer.doc() as usize;
                        let score = scorer.score();
                        found(place, score);
                        scorer.advance();
                    }
                }
                Pool::Some(docs) => {
                    let mut least = scorer.doc();
                    for (place, doc) in of_segment(docs, segment) {
                        if doc < least {
                            continue;
                        }
                        // Does not look for the next document that has the phrase.
                        match scorer.seek_danger(doc) {
                            SeekDangerResult::Found => found(place, scorer.score()),
                            SeekDangerResult::SeekLowerBound(next) => least = next,
                        }
                    }
                }
            }
        }
    }
}

/// The places of the documents of a segment, and which they are.
fn of_segment(docs: &[DocAddress], segment: u32) -> impl Iterator<Item = (usize, DocId)> {
    let first = docs.partition_point(|doc| doc.segment_ord < segment);
    let docs = (first..).zip(&docs[first..]);
    let docs = docs.take_while(move |(_, doc)| doc.segment_ord == segment);
    docs.map(|(place, doc)| (place, doc.doc_id))
}

/// The documents of a segment that have a term, and what it counts in them.
pub(super) struct Weighted {
    docs: SegmentPostings,
    /// How long the field is in each document.
    lengths: Option<FieldNormReader>,
    weight: Bm25Weight,
}

impl Weighted {
    /// The next document from this one on.
    fn seek(&mut self, doc: DocId) -> DocId {
        if self.docs.doc() < doc {
            self.docs.seek(doc)
        } else {
            self.docs.doc()
        }
    }

    /// How well the document fits at which it stands.
    pub(super) fn score(&self) -> f32 {
        let length = self.lengths.as_ref();
        let length = length.map_or(1, |lengths| lengths.fieldnorm_id(self.docs.doc()));
        self.weight.score(length, self.docs.term_freq())
    }
}
