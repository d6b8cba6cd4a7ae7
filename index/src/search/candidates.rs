//! Which topics of a large index are looked at closely: those that fit best where all words are taken by
//! themselves, in one pass over their postings.
//!
//! What a word can add at most is known before its postings are read, so the words that say most are read
//! first (`MaxScore`, term at a time): the others tell those apart that can still be among the best.

use tantivy::{DocAddress, Term};

use super::postings::Index;

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    /// So many topics are looked at closely.
    pub(super) candidates: usize,
    /// So many postings are read for documents that were not seen before: frequent words in long texts make
    /// nobody the best.
    pub(super) read: u64,
}

/// Bounds with which a search takes a few milliseconds, and a test still finds what a look at all topics finds.
pub(super) const LARGE: Bounds = Bounds {
    candidates: 300,
    read: 10_000,
};

/// What a word counts that stands twice in a text of average length, of what it can count at most: more is rare.
const USUAL: f32 = 0.6;

/// A word in a field, and how much it counts there.
pub(super) struct List {
    pub(super) term: Term,
    pub(super) weight: f32,
}

/// The documents that may fit best among those that are wanted, at least `limit` if there are so many.
pub(super) fn candidates(
    index: &Index<'_>,
    lists: &[List],
    limit: usize,
    bounds: Bounds,
    is_wanted: impl Fn(DocAddress) -> bool,
) -> Vec<DocAddress> {
    let limit = limit.max(bounds.candidates);
    let lists = lists.iter().map(|List { term, weight }| {
        let term = index.locate(term);
        let most = weight * term.most();
        (term, *weight, most)
    });
    let mut lists: Vec<_> = lists.filter(|(term, _, _)| term.count > 0).collect();
    lists.sort_by(|(_, _, a), (_, _, b)| b.total_cmp(a));
    let mut lists = lists.into_iter().peekable();

    let readers = index.searcher.segment_readers().iter();
    let mut scores: Vec<Vec<f32>> = readers
        .map(|reader| vec![0.0; reader.max_doc() as usize])
        .collect();
    let mut seen: Vec<DocAddress> = Vec::new();
    let mut read = 0;
    let has_room = |seen: &[DocAddress], count| seen.len() < limit || count <= bounds.read;
    while let Some((term, weight, _)) =
        lists.next_if(|(term, _, _)| has_room(&seen, read + term.count))
    {
        read += term.count;
        index.each_document(&term, |doc, postings| {
            let sum = &mut scores[doc.segment_ord as usize][doc.doc_id as usize];
            if *sum == 0.0 {
                if !is_wanted(doc) {
                    return;
                }
                seen.push(doc);
            }
            *sum += weight * postings.score();
        });
    }

    let score = |doc: DocAddress| scores[doc.segment_ord as usize][doc.doc_id as usize];
    let mut best: Vec<(f32, DocAddress)> = seen.iter().map(|doc| (score(*doc), *doc)).collect();
    let rest: Vec<_> = lists.collect();
    if !rest.is_empty() {
        let most: f32 = rest.iter().map(|(_, _, most)| USUAL * most).sum();
        let least = least_of_best(&mut best, limit) - most;
        best.retain(|(score, _)| *score >= least);
        best.sort_unstable_by_key(|(_, doc)| *doc);
        let docs: Vec<DocAddress> = best.iter().map(|(_, doc)| *doc).collect();
        for (term, weight, _) in rest {
            index.each_among(&term, &docs, |place, score| best[place].0 += weight * score);
        }
    }
    least_of_best(&mut best, limit);
    best.truncate(limit);
    best.into_iter().map(|(_, doc)| doc).collect()
}

/// Puts the best first, in no order among them, and returns the least score of these.
fn least_of_best(docs: &mut [(f32, DocAddress)], limit: usize) -> f32 {
    let count = limit.min(docs.len());
    if count == 0 {
        return 0.0;
    }
    let order = |(a, first): &(f32, DocAddress), (b, second): &(f32, DocAddress)| {
        b.total_cmp(a).then(first.cmp(second))
    };
    let (_, (least, _), _) = docs.select_nth_unstable_by(count - 1, order);
    *least
}
