//! The guide answers from one index what a name means; [`crate::related`] answers which questions are
//! related, [`crate::search`] what a search finds.

use std::cmp::Reverse;
use std::sync::OnceLock;

use tantivy::columnar::Column;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    DocAddress, DocId, DocSet as _, Index, ReloadPolicy, Searcher, SegmentReader, TERMINATED,
    TantivyDocument, Term,
};

use crate::Language;
use crate::card::Card;
use crate::folder::Contents;
use crate::record::{self, Fields};
use crate::store::{self, Files, StaticDirectory};
use crate::tokens;
use crate::topic::{KeywordName, Topic, qualified};

/// All topics and cards behind one index. Opening one costs well under a millisecond; it is
/// immutable and cheap to share between threads.
pub struct Guide {
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    /// Counted when first asked for.
    topic_count: OnceLock<usize>,
    /// The ranks of each segment's entries, opened when they are first needed.
    ranks: OnceLock<Vec<Option<Column<u64>>>>,
}

/// How many entries are read for one name, and among how many of a segment the most important are looked for:
/// thousands of notes may mention `SELECT`, and nobody reads them in a hover.
const READ_MAX: usize = 64;
const RANKED_MAX: usize = 10_000;

impl std::fmt::Debug for Guide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Guide({} entries)", self.searcher.num_docs())
    }
}

/// What the guide says about a keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub card: Option<Card>,
    pub topic: Option<Topic>,
    /// Other topics that mention the same name.
    pub others: Vec<Topic>,
}

impl Guide {
    /// Opens an index that was embedded in the program (see [`store::files`]).
    ///
    /// # Errors
    /// The files are not an index of this version of the crate.
    pub fn open(files: Files) -> tantivy::Result<Guide> {
        Guide::new(&Index::open(StaticDirectory(files))?)
    }

    /// Builds an index in memory.
    ///
    /// # Errors
    /// The indexer ran out of memory.
    pub fn build(contents: &Contents) -> tantivy::Result<Guide> {
        let (index, _) = store::build(contents)?;
        Guide::new(&index)
    }

    pub(crate) fn new(index: &Index) -> tantivy::Result<Guide> {
        tokens::register(index);
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        let (_, fields) = record::schema();
        Ok(Guide {
            searcher: reader.searcher(),
            fields,
            topic_count: OnceLock::new(),
            ranks: OnceLock::new(),
        })
    }

    /// How many topics there are.
    pub fn topic_count(&self) -> usize {
        *self.topic_count.get_or_init(|| self.count(record::TOPIC))
    }

    /// How many cards there are.
    pub fn card_count(&self) -> usize {
        self.count(record::CARD)
    }

    fn count(&self, kind: &str) -> usize {
        let term = Term::from_field_text(self.fields.kind, kind);
        let segments = self.searcher.segment_readers().iter();
        let counts = segments.map(|reader| {
            if reader.has_deletes() {
                addresses(reader, &term).count()
            } else {
                let index = reader.inverted_index(self.fields.kind);
                let count = index.and_then(|index| Ok(index.doc_freq(&term)?));
                count.map_or(0, |count| count as usize)
            }
        });
        counts.sum()
    }

    /// Whether there is a topic with this id.
    pub fn has(&self, id: &str) -> bool {
        let term = Term::from_field_text(self.fields.id, id);
        let mut segments = self.searcher.segment_readers().iter();
        segments.any(|reader| addresses(reader, &term).next().is_some())
    }

    /// What the guide says about the first of these names that it knows, from most to least
    /// specific. A card is given only for the very name that matched first; the topic may be that of
    /// a less specific name.
    pub fn explain<'a>(
        &self,
        language: Language,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Option<Explanation> {
        let mut card = None;
        for name in names {
            let (found, mut topics) = self.claimed(language, name);
            if topics.is_empty()
                && let Some(id) = found.as_ref().and_then(|card| card.topic.as_deref())
            {
                topics.extend(self.topic(id));
            }
            card = card.or(found);
            if !topics.is_empty() {
                let topic = Some(topics.remove(0));
                return Some(Explanation {
                    card,
                    topic,
                    others: topics,
                });
            }
        }
        card.map(|card| Explanation {
            card: Some(card),
            topic: None,
            others: Vec::new(),
        })
    }

    /// The card of a name, and its topics: the one that has it first, then those that mention it.
    /// Where guides differ, the most important one counts.
    fn claimed(&self, language: Language, name: &str) -> (Option<Card>, Vec<Topic>) {
        let name = qualified(language, name);
        let mut card = None;
        let mut topics: Vec<Topic> = Vec::new();
        for doc in self.ranked(self.fields.keyword, &name) {
            if self.fields.is_topic(&doc) {
                topics.extend(self.fields.read_topic(&doc));
            } else if card.is_none() {
                card = self.fields.read_card(&doc);
            }
        }
        for doc in self.ranked(self.fields.mention, &name) {
            let topic = self.fields.read_topic(&doc);
            topics.extend(topic.filter(|topic| topics.iter().all(|other| other.id != topic.id)));
        }
        (card, topics)
    }

    /// The documents with a term, those of the most important guide first; not all where they are very many.
    fn ranked(&self, field: Field, text: &str) -> Vec<TantivyDocument> {
        let term = Term::from_field_text(field, text);
        let mut found: Vec<DocAddress> = Vec::new();
        for (segment, reader) in (0..).zip(self.searcher.segment_readers()) {
            let docs = addresses(reader, &term).take(RANKED_MAX);
            found.extend(docs.map(|doc| DocAddress::new(segment, doc)));
        }
        if found.len() > 1 {
            found.sort_by_cached_key(|doc| Reverse(self.rank(*doc)));
            found.truncate(READ_MAX);
        }
        let docs = found.into_iter();
        docs.filter_map(|doc| self.doc(doc)).collect()
    }

    /// How much an entry matters where a name leads to several; 0 for built-in ones.
    fn rank(&self, doc: DocAddress) -> u64 {
        let ranks = self.ranks.get_or_init(|| {
            let segments = self.searcher.segment_readers().iter();
            let column = |reader: &SegmentReader| reader.fast_fields().u64(record::RANK).ok();
            segments.map(column).collect()
        });
        let column = ranks.get(doc.segment_ord as usize);
        let rank = column.and_then(|column| column.as_ref()?.first(doc.doc_id));
        rank.unwrap_or(0)
    }

    /// The topic with this id.
    pub fn topic(&self, id: &str) -> Option<Topic> {
        self.fields
            .read_topic(self.docs(self.fields.id, id).first()?)
    }

    /// All topics, by id.
    pub fn topics(&self) -> Vec<Topic> {
        let docs = self.docs(self.fields.kind, record::TOPIC);
        let mut topics: Vec<Topic> = docs
            .iter()
            .filter_map(|doc| self.fields.read_topic(doc))
            .collect();
        topics.sort_by(|a, b| a.id.cmp(&b.id));
        topics
    }

    /// All cards of a language, by keyword.
    pub fn cards(&self, language: Language) -> Vec<Card> {
        let docs = self.docs(self.fields.kind, record::CARD);
        let mut cards: Vec<Card> = docs
            .iter()
            .filter_map(|doc| self.fields.read_card(doc))
            .filter(|card| card.keyword.language == language)
            .collect();
        cards.sort_by(|a, b| a.keyword.name.cmp(&b.keyword.name));
        cards
    }

    /// Every name that a topic or a card claims.
    pub fn vocabulary(&self) -> Vec<KeywordName> {
        let mut names: Vec<KeywordName> = Vec::new();
        self.each_term(self.fields.keyword, |name| {
            names.push(KeywordName::from_qualified(name));
            true
        });
        names.sort();
        names.dedup();
        names
    }

    /// The ids of the topics, at most `limit` and perhaps a few that were there once; in no order.
    pub fn ids(&self, limit: usize) -> Vec<String> {
        let mut ids = Vec::new();
        self.each_term(self.fields.id, |id| {
            ids.push(id.to_owned());
            ids.len() < limit
        });
        ids
    }

    /// The ids of topics that begin with `start`, at most `limit`.
    pub fn ids_from(&self, start: &str, limit: usize) -> Vec<String> {
        self.terms_from(self.fields.id, start, limit)
    }

    /// The names of a language that begin with `start`, at most `limit`.
    pub fn names_from(&self, language: Language, start: &str, limit: usize) -> Vec<String> {
        let found = self.terms_from(self.fields.keyword, &qualified(language, start), limit);
        let names = found.iter().map(|name| KeywordName::from_qualified(name));
        let names = names.filter(|name| name.language == language);
        names.map(|name| name.name).collect()
    }

    fn terms_from(&self, field: Field, start: &str, limit: usize) -> Vec<String> {
        let mut found = Vec::new();
        for segment in self.searcher.segment_readers() {
            let Ok(index) = segment.inverted_index(field) else {
                continue;
            };
            let Ok(mut terms) = index.terms().range().ge(start).into_stream() else {
                continue;
            };
            let mut count = 0;
            while count < limit && terms.advance() {
                match std::str::from_utf8(terms.key()) {
                    Ok(term) if term.starts_with(start) => found.push(term.to_owned()),
                    _ => break,
                }
                count += 1;
            }
        }
        found.sort();
        found.dedup();
        found.truncate(limit);
        found
    }

    /// Hands over the terms of a field until somebody has enough.
    fn each_term(&self, field: Field, mut wants_more: impl FnMut(&str) -> bool) {
        for segment in self.searcher.segment_readers() {
            let Ok(index) = segment.inverted_index(field) else {
                continue;
            };
            let Ok(mut terms) = index.terms().stream() else {
                continue;
            };
            while terms.advance() {
                if std::str::from_utf8(terms.key()).is_ok_and(|term| !wants_more(term)) {
                    return;
                }
            }
        }
    }

    pub(crate) fn doc(&self, address: DocAddress) -> Option<TantivyDocument> {
        self.searcher.doc(address).ok()
    }

    /// The documents with exactly this term.
    fn docs(&self, field: Field, text: &str) -> Vec<TantivyDocument> {
        let term = Term::from_field_text(field, text);
        let mut found = Vec::new();
        for (segment, reader) in (0..).zip(self.searcher.segment_readers()) {
            let docs = addresses(reader, &term);
            found.extend(docs.filter_map(|doc| self.doc(DocAddress::new(segment, doc))));
        }
        found
    }
}

/// The documents of a segment with a term that were not deleted; read from the posting list,
/// without a query.
fn addresses(reader: &SegmentReader, term: &Term) -> impl Iterator<Item = DocId> + use<> {
    let index = reader.inverted_index(term.field());
    let postings = index.ok().and_then(|index| {
        index
            .read_postings(term, IndexRecordOption::Basic)
            .ok()
            .flatten()
    });
    let alive = reader.alive_bitset().cloned();
    postings
        .into_iter()
        .flat_map(|mut postings| {
            std::iter::from_fn(move || {
                let doc = postings.doc();
                (doc != TERMINATED).then(|| {
                    postings.advance();
                    doc
                })
            })
        })
        .filter(move |doc| alive.as_ref().is_none_or(|alive| alive.is_alive(*doc)))
}
