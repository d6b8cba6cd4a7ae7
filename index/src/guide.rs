//! The guide answers from one index what a name means; [`crate::related`] answers which questions are
//! related, [`crate::search`] what a search finds.

use std::cmp::Reverse;
use std::sync::OnceLock;

use tantivy::columnar::Column;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    DocAddress, DocId, DocSet as _, Index, ReloadPolicy, Searcher, SegmentReader, TERMINATED, Term,
};

use crate::Language;
use crate::card::Card;
use crate::entry::Entry;
use crate::folder::Contents;
use crate::record::{self, Fields, Stored};
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
    /// The qualified name that led to the topic, or else to the card.
    pub name: String,
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
        let mut known: Option<(Card, String)> = None;
        for name in names {
            let name = qualified(language, name);
            let (found, topic) = self.claimed(&name);
            if let Some(found) = found.filter(|_| known.is_none()) {
                known = Some((found, name.clone()));
            }
            if topic.is_some() {
                let card = known.map(|(card, _)| card);
                return Some(Explanation { card, topic, name });
            }
        }
        known.map(|(card, name)| Explanation {
            card: Some(card),
            topic: None,
            name,
        })
    }

    /// The card of a name, and the topic that it leads to: one that has the name, or mentions it, or that
    /// its card names. Where guides differ, the most important one counts.
    fn claimed(&self, name: &str) -> (Option<Card>, Option<Topic>) {
        let (mut card, mut topic) = (None, None);
        for entry in self.ranked(self.fields.keyword, name) {
            match entry {
                Entry::Topic(found) if topic.is_none() => topic = Some(found),
                Entry::Card(found) if card.is_none() => card = Some(found),
                _ => {}
            }
        }
        let named = |card: &Card| self.topic(card.topic.as_deref()?);
        let topic = topic
            .or_else(|| self.topics_with(self.fields.mention, name).next())
            .or_else(|| card.as_ref().and_then(named));
        (card, topic)
    }

    /// The other topics that have the name of an explanation, then those that mention it.
    pub fn others(&self, explained: &Explanation) -> Vec<Topic> {
        let mut others: Vec<Topic> = Vec::new();
        for field in [self.fields.keyword, self.fields.mention] {
            for topic in self.topics_with(field, &explained.name) {
                let mut known = explained.topic.iter().chain(&others);
                if known.all(|known| known.id != topic.id) {
                    others.push(topic);
                }
            }
        }
        others
    }

    /// The topics with a term, those of the most important guide first.
    fn topics_with(&self, field: Field, text: &str) -> impl Iterator<Item = Topic> {
        let found = self.ranked(field, text);
        found.into_iter().filter_map(Entry::topic)
    }

    /// The entries with a term, those of the most important guide first; in one guide its own topics before
    /// those that it only adds to, then by id: never by when they were written. Not all where they are very many.
    fn ranked(&self, field: Field, text: &str) -> Vec<Entry> {
        let mut found: Vec<(u64, DocAddress)> = Vec::new();
        for (segment, docs) in self.docs(field, text) {
            let places = docs.map(|doc| DocAddress::new(segment, doc));
            found.extend(
                places
                    .take(RANKED_MAX)
                    .map(|place| (self.rank(place), place)),
            );
        }
        found.sort_by_key(|(rank, _)| Reverse(*rank));
        found.truncate(READ_MAX);
        let mut entries: Vec<(u64, Entry)> = found
            .into_iter()
            .filter_map(|(rank, place)| Some((rank, self.entry(place)?)))
            .collect();
        entries.sort_by(|(rank, entry), (other_rank, other)| {
            let by_rank = other_rank.cmp(rank);
            by_rank.then_with(|| entry.precedence().cmp(&other.precedence()))
        });
        entries.into_iter().map(|(_, entry)| entry).collect()
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
        self.entries(self.fields.id, id).next()?.topic()
    }

    /// All topics, by id.
    pub fn topics(&self) -> Vec<Topic> {
        let entries = self.entries(self.fields.kind, record::TOPIC);
        let mut topics: Vec<Topic> = entries.filter_map(Entry::topic).collect();
        topics.sort_by(|a, b| a.id.cmp(&b.id));
        topics
    }

    /// All cards of a language, by keyword.
    pub fn cards(&self, language: Language) -> Vec<Card> {
        let entries = self.entries(self.fields.kind, record::CARD);
        let mut cards: Vec<Card> = entries
            .filter_map(Entry::card)
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

    /// The topic at a place of the index.
    pub(crate) fn topic_at(&self, place: DocAddress) -> Option<Topic> {
        self.entry(place)?.topic()
    }

    fn entry(&self, place: DocAddress) -> Option<Entry> {
        self.searcher.doc::<Stored>(place).ok()?.entry
    }

    /// The entries with exactly this term.
    fn entries(&self, field: Field, text: &str) -> impl Iterator<Item = Entry> {
        self.docs(field, text).flat_map(move |(segment, docs)| {
            docs.filter_map(move |doc| self.entry(DocAddress::new(segment, doc)))
        })
    }

    /// The documents with exactly this term, by segment.
    fn docs(
        &self,
        field: Field,
        text: &str,
    ) -> impl Iterator<Item = (u32, impl Iterator<Item = DocId> + use<>)> {
        let term = Term::from_field_text(field, text);
        let segments = (0..).zip(self.searcher.segment_readers());
        segments.map(move |(segment, reader)| (segment, addresses(reader, &term)))
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
