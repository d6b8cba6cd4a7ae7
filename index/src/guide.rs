//! The guide answers three questions from one index: what a name means, which questions are related
//! to a topic, and what a search finds.

use tantivy::collector::TopDocs;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, FuzzyTermQuery, MoreLikeThisQuery, Occur, Query,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption, OwnedValue};
use tantivy::snippet::SnippetGenerator;
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
    searcher: Searcher,
    fields: Fields,
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

/// A question, and the topic that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedQuestion {
    /// The topic's id.
    pub topic: String,
    /// Which question of the topic, from 0.
    pub number: usize,
    pub ask: String,
}

/// A topic that a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub topic: Topic,
    pub score: f32,
    /// The part of the text that fits the query best; plain text.
    pub snippet: String,
    /// Byte ranges of the query's words in the snippet.
    pub highlights: Vec<std::ops::Range<usize>>,
}

/// How much a word found in a field counts.
const WEIGHTS: Weights = Weights {
    title: 5.0,
    also: 4.0,
    words: 3.0,
    question: 1.6,
    summary: 1.6,
    pitfall: 0.7,
    body: 1.0,
};

/// How much less a word counts that is only nearly the one asked for.
const FUZZY: f32 = 0.35;

/// Shortest word, in characters, for which a mistyped letter is forgiven.
const FUZZY_MIN: usize = 4;

/// The longest query that is looked at, in words.
const QUERY_WORDS_MAX: usize = 16;

/// The longest snippet, in bytes.
const SNIPPET_MAX: usize = 160;

struct Weights {
    title: f32,
    also: f32,
    words: f32,
    question: f32,
    summary: f32,
    pitfall: f32,
    body: f32,
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

    /// Questions related to an explanation, at most `limit`: the topic's own, then one of each topic
    /// that mentions the same name, of each that the topic's author names as related, and of topics
    /// with similar text. `around` are qualified names that stand near the cursor; topics that they
    /// lead to come earlier among the similar ones.
    pub fn related(
        &self,
        explained: &Explanation,
        around: &[String],
        limit: usize,
    ) -> Vec<RelatedQuestion> {
        let Some(topic) = &explained.topic else {
            return Vec::new();
        };
        // Up to half of the places go to the topic itself.
        let own = topic.questions.len().min(limit.div_ceil(2));
        let mut questions: Vec<RelatedQuestion> = (0..own)
            .filter_map(|number| question(topic, number))
            .collect();
        let mut seen = vec![topic.id.clone()];
        // Mentions are many for common names; one leaves room for what the author chose.
        let mentioning = explained.others.iter().take(1).cloned();
        let named = topic.related.iter().filter_map(|id| self.topic(id));
        let similar = std::iter::once_with(|| self.similar(topic, around, limit)).flatten();
        for other in mentioning.chain(named).chain(similar) {
            if questions.len() >= limit {
                break;
            }
            if !seen.contains(&other.id) {
                questions.extend(question(&other, 0));
                seen.push(other.id);
            }
        }
        questions
    }

    fn similar(&self, topic: &Topic, around: &[String], limit: usize) -> Vec<Topic> {
        let text = |value: &String| OwnedValue::Str(value.clone());
        let like = MoreLikeThisQuery::builder()
            // The defaults (5 documents, 2 times) find nothing in a guide of short texts.
            .with_min_doc_frequency(1)
            .with_min_term_frequency(1)
            .with_max_doc_frequency((self.searcher.num_docs() / 4).max(8))
            .with_max_query_terms(25)
            .with_document_fields(vec![
                (self.fields.title, vec![text(&topic.title)]),
                (self.fields.also, topic.also.iter().map(text).collect()),
                (self.fields.summary, vec![text(&topic.summary)]),
                (self.fields.body, vec![text(&topic.body)]),
            ]);
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Should, Box::new(like))];
        for name in around {
            let near = exactly(self.fields.keyword, name);
            clauses.push((Occur::Should, Box::new(ConstScoreQuery::new(near, 4.0))));
        }
        self.find_topics(clauses, limit + 1)
            .into_iter()
            .map(|(_, topic)| topic)
            .filter(|other| other.id != topic.id)
            .collect()
    }

    /// The topics that fit a query best, at most `limit`. Words are stemmed, one wrong letter in
    /// longer words is forgiven, and the last word may be unfinished.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        let words = words(query);
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for (number, word) in words.iter().enumerate() {
            let is_last = number + 1 == words.len();
            clauses.push((Occur::Should, self.word_query(word, is_last)));
        }
        if clauses.is_empty() || limit == 0 {
            return Vec::new();
        }
        let query = BooleanQuery::new(clauses);
        let hits = self.find_topics(vec![(Occur::Must, Box::new(query.clone()))], limit);
        hits.into_iter()
            .map(|(score, topic)| self.hit(&query, score, topic))
            .collect()
    }

    fn word_query(&self, word: &str, may_be_unfinished: bool) -> Box<dyn Query> {
        let fields = self.fields;
        let weighted = [
            (fields.title, WEIGHTS.title),
            (fields.also, WEIGHTS.also),
            (fields.words, WEIGHTS.words),
            (fields.question, WEIGHTS.question),
            (fields.summary, WEIGHTS.summary),
            (fields.pitfall, WEIGHTS.pitfall),
            (fields.body, WEIGHTS.body),
        ];
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for (field, weight) in weighted {
            clauses.push((
                Occur::Should,
                Box::new(BoostQuery::new(exactly(field, word), weight)),
            ));
        }
        if word.chars().count() >= FUZZY_MIN {
            for (field, weight) in [
                (fields.title, WEIGHTS.title),
                (fields.also, WEIGHTS.also),
                (fields.words, WEIGHTS.words),
            ] {
                let term = Term::from_field_text(field, word);
                let fuzzy: Box<dyn Query> = if may_be_unfinished {
                    Box::new(FuzzyTermQuery::new_prefix(term, 1, true))
                } else {
                    Box::new(FuzzyTermQuery::new(term, 1, true))
                };
                clauses.push((
                    Occur::Should,
                    Box::new(BoostQuery::new(fuzzy, weight * FUZZY)),
                ));
            }
        }
        Box::new(BooleanQuery::new(clauses))
    }

    fn hit(&self, query: &dyn Query, score: f32, topic: Topic) -> Hit {
        let text = format!("{} {}", topic.summary, topic.body).replace('\n', " ");
        let snippet = SnippetGenerator::create(&self.searcher, query, self.fields.body)
            .ok()
            .map(|mut generator| {
                generator.set_max_num_chars(SNIPPET_MAX);
                generator.snippet(&text)
            });
        match snippet.filter(|snippet| !snippet.is_empty()) {
            Some(found) => Hit {
                score,
                snippet: found.fragment().to_owned(),
                highlights: tantivy::snippet::collapse_overlapped_ranges(found.highlighted()),
                topic,
            },
            None => Hit {
                score,
                snippet: topic.headline().to_owned(),
                highlights: Vec::new(),
                topic,
            },
        }
    }

    /// Topics that match, the best first.
    fn find_topics(
        &self,
        mut clauses: Vec<(Occur, Box<dyn Query>)>,
        limit: usize,
    ) -> Vec<(f32, Topic)> {
        let is_topic = ConstScoreQuery::new(exactly(self.fields.kind, record::TOPIC), 0.0);
        clauses = vec![
            (Occur::Must, Box::new(is_topic) as Box<dyn Query>),
            (Occur::Must, Box::new(BooleanQuery::new(clauses))),
        ];
        let top = TopDocs::with_limit(limit.max(1)).order_by_score();
        let found = self
            .searcher
            .search(&BooleanQuery::new(clauses), &top)
            .unwrap_or_default();
        found
            .into_iter()
            .filter_map(|(score, address)| {
                Some((score, self.fields.read_topic(&self.doc(address)?)?))
            })
            .collect()
    }

    fn doc(&self, address: DocAddress) -> Option<TantivyDocument> {
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

/// A question of a topic as a related one.
fn question(topic: &Topic, number: usize) -> Option<RelatedQuestion> {
    let ask = topic.questions.get(number)?.ask.clone();
    Some(RelatedQuestion {
        topic: topic.id.clone(),
        number,
        ask,
    })
}

fn exactly(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_text(field, text),
        IndexRecordOption::WithFreqs,
    ))
}

/// The words of a query, as the index spells them.
fn words(query: &str) -> Vec<String> {
    let mut analyzer = tokens::english();
    let split = tokens::split_identifier(query);
    let mut stream = analyzer.token_stream(&split);
    let mut words: Vec<String> = Vec::new();
    while words.len() < QUERY_WORDS_MAX && stream.advance() {
        let word = &stream.token().text;
        if !words.contains(word) {
            words.push(word.clone());
        }
    }
    words
}
