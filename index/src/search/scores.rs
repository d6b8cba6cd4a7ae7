//! The topics that a search looks at, and a score of each.

use tantivy::{DocAddress, DocId, Searcher};

/// The score of each document of a [`Pool`], 0 where nothing fits.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    /// By the places of the documents. Zeroed memory that nobody touches costs next to nothing.
    values: Vec<f32>,
    /// The places that may have a score.
    touched: Vec<usize>,
}

impl Scores {
    pub(super) fn at(&mut self, place: usize) -> &mut f32 {
        let score = &mut self.values[place];
        if *score == 0.0 {
            self.touched.push(place);
        }
        score
    }

    /// Every place with a score.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, f32)> {
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

    /// No scores yet.
    pub(super) fn nothing(&self) -> Scores {
        Scores {
            values: vec![0.0; self.len()],
            touched: Vec::new(),
        }
    }

    /// The score of a document.
    pub(super) fn score(&self, scores: &Scores, doc: DocAddress) -> f32 {
        let place = self.place(doc);
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
            if score < least || !is_wanted(self.doc(place)) {
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
        best.map(|(score, place)| (score, self.doc(place)))
            .collect()
    }
}
