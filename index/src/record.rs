//! How topics and cards lie in the index: the tantivy schema, and both directions of the conversion.
//!
//! Fields are for finding. What is found is read from one more field, which holds the whole [`Entry`].

use tantivy::TantivyDocument;
use tantivy::schema::document::{DeserializeError, DocumentDeserialize, DocumentDeserializer};
use tantivy::schema::{
    FAST, Field, IndexRecordOption, OwnedValue, STORED, STRING, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};

use crate::card::Card;
use crate::entry::{self, Entry};
use crate::search::lexicon::{self, LEXICON};
use crate::tokens;
use crate::topic::Topic;

/// The fields of the index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    /// `topic` or `card`.
    pub(crate) kind: Field,
    /// A topic's id.
    pub(crate) id: Field,
    /// Qualified names, exactly: what a keyword is looked up by.
    pub(crate) keyword: Field,
    /// Qualified names for which a topic is worth reading too.
    pub(crate) mention: Field,
    pub(crate) title: Field,
    pub(crate) also: Field,
    /// The words inside keywords and ids, for search only.
    pub(crate) words: Field,
    pub(crate) summary: Field,
    pub(crate) body: Field,
    pub(crate) pitfall: Field,
    /// The questions themselves, for search only.
    pub(crate) ask: Field,
    /// The model answers and follow-ups, for search only.
    pub(crate) answer: Field,
    /// Titles and other names as exact searches compare them.
    pub(crate) name: Field,
    /// The first part of the id.
    pub(crate) section: Field,
    /// The words of names, keywords, questions and summaries as they are written: the dictionary
    /// that spelling is compared with.
    pub(crate) spelled: Field,
    /// Languages of the names that lead to a topic, for filters.
    pub(crate) language: Field,
    /// A level's name.
    pub(crate) level: Field,
    /// The file of a card that is not built in: its cards go when it changes.
    pub(crate) file: Field,
    /// An [`Entry`].
    entry: Field,
    /// [`RANK`].
    rank: Field,
}

/// The column that says how much an entry matters where one name leads to several: the highest first. Built-in
/// ones have none.
pub(crate) const RANK: &str = "rank";

/// What a document of the index is.
pub(crate) const TOPIC: &str = "topic";
pub(crate) const CARD: &str = "card";

/// An entry as it was found.
#[derive(Debug)]
pub(crate) struct Stored {
    /// None: another version of this crate wrote it.
    pub(crate) entry: Option<Entry>,
}

impl DocumentDeserialize for Stored {
    fn deserialize<'de, D>(mut fields: D) -> Result<Stored, DeserializeError>
    where
        D: DocumentDeserializer<'de>,
    {
        let mut entry = None;
        while let Some((_, value)) = fields.next_field::<OwnedValue>()? {
            if let OwnedValue::Str(text) = value {
                entry = Entry::read(&text);
            }
        }
        Ok(Stored { entry })
    }
}

pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = SchemaBuilder::new();
    let fields = Fields {
        kind: schema.add_text_field("kind", STRING),
        id: schema.add_text_field("id", STRING),
        keyword: schema.add_text_field("keyword", STRING),
        mention: schema.add_text_field("mention", STRING),
        title: schema.add_text_field("title", searched()),
        also: schema.add_text_field("also", searched()),
        words: schema.add_text_field("words", searched()),
        summary: schema.add_text_field("summary", searched()),
        body: schema.add_text_field("body", searched()),
        pitfall: schema.add_text_field("pitfall", searched()),
        ask: schema.add_text_field("ask", searched()),
        answer: schema.add_text_field("answer", searched()),
        name: schema.add_text_field("name", STRING),
        section: schema.add_text_field("section", STRING),
        spelled: schema.add_text_field("spelled", spelled()),
        language: schema.add_text_field("language", STRING),
        level: schema.add_text_field("level", STRING),
        file: schema.add_text_field("file", STRING),
        entry: schema.add_text_field("entry", STORED),
        rank: schema.add_u64_field(RANK, FAST),
    };
    (schema.build(), fields)
}

/// English text with stemming and positions.
fn searched() -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(tokens::ENGLISH)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    )
}

/// Words as they are written, without places.
fn spelled() -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(tokens::SPELLED)
            .set_index_option(IndexRecordOption::Basic),
    )
}

impl Fields {
    pub(crate) fn write_topic(&self, topic: &Topic) -> TantivyDocument {
        let mut doc = TantivyDocument::new();
        doc.add_text(self.entry, entry::write_topic(topic));
        doc.add_text(self.kind, TOPIC);
        doc.add_text(self.id, &topic.id);
        for keyword in &topic.keywords {
            doc.add_text(self.keyword, keyword.qualified());
        }
        for keyword in &topic.mentions {
            doc.add_text(self.mention, keyword.qualified());
        }
        doc.add_text(self.level, topic.level.name());
        self.write_search(&mut doc, topic);
        doc
    }

    /// Says how much an entry of a guide of one's own matters where a name leads to several.
    pub(crate) fn write_rank(&self, doc: &mut TantivyDocument, rank: u64) {
        doc.add_u64(self.rank, rank);
    }

    /// The fields that only searches need.
    fn write_search(&self, doc: &mut TantivyDocument, topic: &Topic) {
        doc.add_text(self.title, &topic.title);
        doc.add_text(self.summary, &topic.summary);
        doc.add_text(self.body, &topic.body);
        add_all(doc, self.also, &topic.also);
        for pitfall in &topic.pitfalls {
            doc.add_text(self.pitfall, &pitfall.text);
        }
        doc.add_text(self.section, topic.section());
        let all = topic.keywords.iter().chain(&topic.mentions);
        let mut languages: Vec<&str> = all.map(|name| name.language.name()).collect();
        languages.sort_unstable();
        languages.dedup();
        add_all(doc, self.language, languages);
        for note in &topic.notes {
            doc.add_text(self.answer, &note.text);
        }
        let words = [&topic.id]
            .into_iter()
            .chain(topic.keywords.iter().map(|keyword| &keyword.name));
        let names = [&topic.title].into_iter().chain(&topic.also);
        let asked = topic.questions.iter().map(|question| &question.ask);
        for text in words.clone() {
            doc.add_text(self.words, text);
        }
        // `sync.Cond` is also called `Cond`.
        let unqualified = topic
            .title
            .rsplit_once('.')
            .filter(|_| !topic.title.contains(' '))
            .map(|(_, name)| name);
        for name in names.clone().map(String::as_str).chain(unqualified) {
            let words = tokens::words(name, |_| true);
            if let Some(bag) = lexicon::bag(LEXICON.meanings(&words)) {
                doc.add_text(self.name, bag);
            }
        }
        for question in &topic.questions {
            doc.add_text(self.ask, &question.ask);
            add_all(doc, self.answer, [&question.answer, &question.follow_up]);
        }
        for text in words.chain(names).chain(asked).chain([&topic.summary]) {
            doc.add_text(self.spelled, text);
        }
    }

    pub(crate) fn write_card(&self, card: &Card) -> TantivyDocument {
        let mut doc = TantivyDocument::new();
        doc.add_text(self.entry, entry::write_card(card));
        doc.add_text(self.kind, CARD);
        doc.add_text(self.keyword, card.keyword.qualified());
        doc
    }
}

fn add_all<T: AsRef<str>>(
    doc: &mut TantivyDocument,
    field: Field,
    values: impl IntoIterator<Item = T>,
) {
    for value in values {
        doc.add_text(field, value);
    }
}
