//! Scores of topics, by document: what a nest of tantivy's unions would compute, without the buffers
//! of thousands of documents that each of them fills.

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

use super::topics::Topics;

/// The score of each document of a [`Pool`], 0 where nothing fits.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    /// By the places of the documents. Zeroed memory that nobody touches costs next to nothing.
    values: Vec<f32>,
    /// The places that may have a score.
    touched: Vec<usize>,
}

impl Scores {
    fn at(&mut self, place: usize) -> &mut f32 {
        let score = &mut self.values[place];
        if *score == 0.0 {
            self.touched.push(place);
        }
        score
    }

    /// Every place with a score.
    fn all(&self) -> impl Iterator<Item = (usize, f32)> {
        let scores = self
            .touched
            .iter()
            .map(|place| (*place, self.values[*place]));
        scores.filter(|(_, score)| *score > 0.0)
    }

    pub(super) fn add(&mut self, other: &Scores, weight: f32) {
        for (place, score) in other.all() {
            *self.at(place) += score * weight;
        }
    }

    /// Each document keeps the better of its scores.
    pub(super) fn or(&mut self, other: &Scores, weight: f32) {
        for (place, score) in other.all() {
            let own = self.at(place);
            *own = own.max(score * weight);
        }
    }

    /// Only documents that have a score get more.
    pub(super) fn add_where_some(&mut self, other: &Scores) {
        for (place, score) in other.all() {
            if self.values[place] > 0.0 {
                *self.at(place) += score;
            }
        }
    }
}

/// The documents that a search looks at, each at its place.
#[derive(Debug)]
pub(super) enum Pool {
    /// All, those of a segment after those of the one before; where each segment begins, and the end.
    All(Vec<usize>),
    /// Only these, in their order.
    Some(Vec<DocAddress>),
}

impl Pool {
    pub(super) fn all(searcher: &Searcher) -> Pool {
        let sizes = searcher.segment_readers().iter();
        let sizes = sizes.map(|reader| reader.max_doc() as usize);
        let starts = sizes.scan(0, |end, size| {
            *end += size;
            Some(*end)
        });
        Pool::All([0].into_iter().chain(starts).collect())
    }

    pub(super) fn some(mut docs: Vec<DocAddress>) -> Pool {
        docs.sort_unstable();
        Pool::Some(docs)
    }

    fn len(&self) -> usize {
        match self {
            Pool::All(starts) => starts.last().copied().unwrap_or(0),
            Pool::Some(docs) => docs.len(),
        }
    }

    fn place(&self, doc: DocAddress) -> Option<usize> {
        match self {
            Pool::All(starts) => Some(starts.get(doc.segment_ord as usize)? + doc.doc_id as usize),
            Pool::Some(docs) => docs.binary_search(&doc).ok(),
        }
    }

    fn doc(&self, place: usize) -> DocAddress {
        match self {
            Pool::All(starts) => {
                let segment = starts.partition_point(|start| *start <= place) - 1;
                let doc = place - starts[segment];
                #[expect(clippy::cast_possible_truncation, reason = "they were u32 before")]
                DocAddress::new(segment as u32, doc as DocId)
            }
            Pool::Some(docs) => docs[place],
        }
    }
}

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

    /// No scores yet.
    pub(super) fn nothing(&self) -> Scores {
        Scores {
            values: vec![0.0; self.pool.len()],
            touched: Vec::new(),
        }
    }

    /// The score of a document.
    pub(super) fn score(&self, scores: &Scores, doc: DocAddress) -> f32 {
        let place = self.pool.place(doc);
        place.map_or(0.0, |place| scores.values[place])
    }

    /// The best of those that are wanted, at most `limit`; equal ones in the order of the documents.
    pub(super) fn best(
        &self,
        scores: &Scores,
        limit: usize,
        is_wanted: impl Fn(DocAddress) -> bool,
    ) -> Vec<(f32, DocAddress)> {
        let mut best: Vec<(f32, usize)> = Vec::with_capacity(2 * limit + 1);
        let order = |(a, first): &(f32, usize), (b, second): &(f32, usize)| {
            b.total_cmp(a).then(first.cmp(second))
        };
        // What is not better than this is not among the best.
        let mut least = 0.0;
        for (place, score) in scores.all() {
            if score < least || !is_wanted(self.pool.doc(place)) {
                continue;
            }
            best.push((score, place));
            if best.len() > 2 * limit {
                best.sort_unstable_by(order);
                best.truncate(limit);
                least = best.last().map_or(0.0, |(score, _)| *score);
            }
        }
        best.sort_unstable_by(order);
        best.truncate(limit);
        let best = best.into_iter();
        best.map(|(score, place)| (score, self.pool.doc(place)))
            .collect()
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
        let mut best = self.nothing();
        let mut sum = self.nothing();
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
        let mut scores = self.nothing();
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
