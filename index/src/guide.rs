//! The guide answers from one index what a name means; [`crate::related`] answers which questions are
//! related, [`crate::search`] what a search finds.

use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    DocAddress, DocSet as _, Index, ReloadPolicy, Searcher, TERMINATED, TantivyDocument, Term,
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
}

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

    fn new(index: &Index) -> tantivy::Result<Guide> {
        tokens::register(index);
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        let (_, fields) = record::schema();
        Ok(Guide {
            searcher: reader.searcher(),
            fields,
        })
    }

    /// How many topics there are.
    pub fn topic_count(&self) -> usize {
        self.count(record::TOPIC)
    }

    /// How many cards there are.
    pub fn card_count(&self) -> usize {
        self.count(record::CARD)
    }

    fn count(&self, kind: &str) -> usize {
        let term = Term::from_field_text(self.fields.kind, kind);
        self.searcher
            .doc_freq(&term)
            .map_or(0, |count| usize::try_from(count).unwrap_or(usize::MAX))
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
    fn claimed(&self, language: Language, name: &str) -> (Option<Card>, Vec<Topic>) {
        let name = qualified(language, name);
        let mut card = None;
        let mut topics = Vec::new();
        for doc in self.docs(self.fields.keyword, &name) {
            if self.fields.is_topic(&doc) {
                topics.extend(self.fields.read_topic(&doc));
            } else {
                card = self.fields.read_card(&doc);
            }
        }
        topics.extend(
            self.docs(self.fields.mention, &name)
                .iter()
                .filter_map(|doc| self.fields.read_topic(doc)),
        );
        (card, topics)
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
        let mut names = Vec::new();
        for segment in self.searcher.segment_readers() {
            let Ok(index) = segment.inverted_index(self.fields.keyword) else {
                continue;
            };
            let Ok(mut terms) = index.terms().stream() else {
                continue;
            };
            while terms.advance() {
                names.extend(std::str::from_utf8(terms.key()).map(KeywordName::from_qualified));
            }
        }
        names.sort();
        names.dedup();
        names
    }

    pub(crate) fn doc(&self, address: DocAddress) -> Option<TantivyDocument> {
        self.searcher.doc(address).ok()
    }

    /// The documents with exactly this term; read from the posting lists, without a query.
    fn docs(&self, field: Field, text: &str) -> Vec<TantivyDocument> {
        let term = Term::from_field_text(field, text);
        let mut found = Vec::new();
        for (segment, reader) in (0..).zip(self.searcher.segment_readers()) {
            let postings = reader.inverted_index(field).ok().and_then(|index| {
                index
                    .read_postings(&term, IndexRecordOption::Basic)
                    .ok()
                    .flatten()
            });
            let Some(mut postings) = postings else {
                continue;
            };
            while postings.doc() != TERMINATED {
                found.extend(self.doc(DocAddress::new(segment, postings.doc())));
                postings.advance();
            }
        }
        found
    }
}
