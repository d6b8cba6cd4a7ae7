//! How topics and cards lie in the index: the tantivy schema, and both directions of the conversion.
//! Stored fields hold all that an answer needs, so that opening the index parses nothing.

use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder, TextFieldIndexing,
    TextOptions, Value as _,
};

use crate::card::Card;
use crate::search::lexicon::{self, LEXICON};
use crate::tokens;
use crate::topic::{Block, Change, KeywordName, Level, Note, Pitfall, Question, Source, Topic};

/// The fields of the index. Texts with several parts (a question: ask, answer, follow-up) are
/// consecutive values of one field.
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
    question: Field,
    /// Text and file of each note.
    note: Field,
    /// The file of a topic that is not built in.
    from: Field,
    /// [`RANK`].
    rank: Field,
    covers: Field,
    related: Field,
    since: Field,
    changed: Field,
    source: Field,
    checked: Field,
    example: Field,
    /// A card's parts, in the order of [`CARD_PARTS`].
    card: Field,
    /// A card's enumerated values.
    value: Field,
}

/// The column that says how much an entry matters where one name leads to several: the highest first. Built-in
/// ones have none.
pub(crate) const RANK: &str = "rank";

/// What a document of the index is.
pub(crate) const TOPIC: &str = "topic";
pub(crate) const CARD: &str = "card";

/// `meaning, syntax, type, default, since, deprecated, alias, topic`.
const CARD_PARTS: usize = 8;

pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = SchemaBuilder::new();
    let fields = Fields {
        kind: schema.add_text_field("kind", STRING | STORED),
        id: schema.add_text_field("id", STRING | STORED),
        keyword: schema.add_text_field("keyword", STRING | STORED),
        mention: schema.add_text_field("mention", STRING | STORED),
        title: schema.add_text_field("title", searched().set_stored()),
        also: schema.add_text_field("also", searched().set_stored()),
        words: schema.add_text_field("words", searched()),
        summary: schema.add_text_field("summary", searched().set_stored()),
        body: schema.add_text_field("body", searched().set_stored()),
        pitfall: schema.add_text_field("pitfall", searched().set_stored()),
        ask: schema.add_text_field("ask", searched()),
        answer: schema.add_text_field("answer", searched()),
        name: schema.add_text_field("name", STRING),
        section: schema.add_text_field("section", STRING),
        spelled: schema.add_text_field("spelled", spelled()),
        language: schema.add_text_field("language", STRING),
        level: schema.add_text_field("level", STRING | STORED),
        file: schema.add_text_field("file", STRING),
        question: schema.add_text_field("question", STORED),
        note: schema.add_text_field("note", STORED),
        from: schema.add_text_field("from", STORED),
        rank: schema.add_u64_field(RANK, FAST),
        covers: schema.add_u64_field("covers", STORED),
        related: schema.add_text_field("related", STORED),
        since: schema.add_text_field("since", STORED),
        changed: schema.add_text_field("changed", STORED),
        source: schema.add_text_field("source", STORED),
        checked: schema.add_text_field("checked", STORED),
        example: schema.add_text_field("example", STORED),
        card: schema.add_text_field("card", STORED),
        value: schema.add_text_field("value", STORED),
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
        doc.add_text(self.kind, TOPIC);
        doc.add_text(self.id, &topic.id);
        for keyword in &topic.keywords {
            doc.add_text(self.keyword, keyword.qualified());
        }
        for keyword in &topic.mentions {
            doc.add_text(self.mention, keyword.qualified());
        }
        doc.add_text(self.title, &topic.title);
        doc.add_text(self.summary, &topic.summary);
        doc.add_text(self.body, &topic.body);
        doc.add_text(self.level, topic.level.name());
        doc.add_text(self.checked, &topic.checked);
        add_all(&mut doc, self.also, &topic.also);
        add_all(&mut doc, self.related, &topic.related);
        add_all(&mut doc, self.since, &topic.since);
        for number in &topic.covers {
            doc.add_u64(self.covers, u64::from(*number));
        }
        for change in &topic.changed {
            add_all(&mut doc, self.changed, [&change.version, &change.what]);
        }
        for source in &topic.sources {
            add_all(&mut doc, self.source, [&source.label, &source.url]);
        }
        for pitfall in &topic.pitfalls {
            add_all(
                &mut doc,
                self.pitfall,
                [&pitfall.text, pitfall.hint.as_deref().unwrap_or_default()],
            );
        }
        for block in &topic.example {
            add_all(&mut doc, self.example, [&block.info, &block.code]);
        }
        for question in &topic.questions {
            add_all(
                &mut doc,
                self.question,
                [&question.ask, &question.answer, &question.follow_up],
            );
        }
        for note in &topic.notes {
            add_all(&mut doc, self.note, [&note.text, &note.from]);
        }
        add_all(&mut doc, self.from, &topic.from);
        self.write_search(&mut doc, topic);
        doc
    }

    /// Says how much an entry of a guide of one's own matters where a name leads to several.
    pub(crate) fn write_rank(&self, doc: &mut TantivyDocument, rank: u64) {
        doc.add_u64(self.rank, rank);
    }

    /// The fields that only searches need.
    fn write_search(&self, doc: &mut TantivyDocument, topic: &Topic) {
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

    pub(crate) fn read_topic(&self, doc: &TantivyDocument) -> Option<Topic> {
        Some(Topic {
            id: text(doc, self.id)?.to_owned(),
            title: text(doc, self.title)?.to_owned(),
            level: text(doc, self.level).and_then(Level::from_name)?,
            covers: doc
                .get_all(self.covers)
                .filter_map(|value| value.as_u64()?.try_into().ok())
                .collect(),
            also: texts(doc, self.also),
            keywords: names(doc, self.keyword),
            mentions: names(doc, self.mention),
            related: texts(doc, self.related),
            since: text(doc, self.since).map(str::to_owned),
            changed: groups(doc, self.changed)
                .map(|[version, what]| Change { version, what })
                .collect(),
            sources: groups(doc, self.source)
                .map(|[label, url]| Source { label, url })
                .collect(),
            checked: text(doc, self.checked)?.to_owned(),
            summary: text(doc, self.summary)?.to_owned(),
            body: text(doc, self.body)?.to_owned(),
            pitfalls: groups(doc, self.pitfall)
                .map(|[text, hint]| Pitfall {
                    text,
                    hint: non_empty(hint),
                })
                .collect(),
            example: groups(doc, self.example)
                .map(|[info, code]| Block { info, code })
                .collect(),
            questions: groups(doc, self.question)
                .map(|[ask, answer, follow_up]| Question {
                    ask,
                    answer,
                    follow_up,
                })
                .collect(),
            notes: groups(doc, self.note)
                .map(|[text, from]| Note { text, from })
                .collect(),
            from: text(doc, self.from).map(str::to_owned),
        })
    }

    pub(crate) fn write_card(&self, card: &Card) -> TantivyDocument {
        let mut doc = TantivyDocument::new();
        doc.add_text(self.kind, CARD);
        doc.add_text(self.keyword, card.keyword.qualified());
        let parts: [Option<&String>; CARD_PARTS] = [
            Some(&card.meaning),
            card.syntax.as_ref(),
            card.value_type.as_ref(),
            card.default.as_ref(),
            card.since.as_ref(),
            card.deprecated.as_ref(),
            card.alias.as_ref(),
            card.topic.as_ref(),
        ];
        for part in parts {
            doc.add_text(self.card, part.map_or("", String::as_str));
        }
        add_all(&mut doc, self.value, &card.values);
        add_all(&mut doc, self.from, &card.from);
        doc
    }

    pub(crate) fn read_card(&self, doc: &TantivyDocument) -> Option<Card> {
        let parts: [String; CARD_PARTS] = groups(doc, self.card).next()?;
        let [
            meaning,
            syntax,
            value_type,
            default,
            since,
            deprecated,
            alias,
            topic,
        ] = parts;
        Some(Card {
            keyword: names(doc, self.keyword).into_iter().next()?,
            meaning,
            syntax: non_empty(syntax),
            value_type: non_empty(value_type),
            default: non_empty(default),
            since: non_empty(since),
            deprecated: non_empty(deprecated),
            alias: non_empty(alias),
            values: texts(doc, self.value),
            topic: non_empty(topic),
            from: text(doc, self.from).map(str::to_owned),
        })
    }

    pub(crate) fn is_topic(&self, doc: &TantivyDocument) -> bool {
        text(doc, self.kind) == Some(TOPIC)
    }
}

/// Qualified names as names of their languages.
fn names(doc: &TantivyDocument, field: Field) -> Vec<KeywordName> {
    let names = doc.get_all(field).filter_map(|value| value.as_str());
    names.map(KeywordName::from_qualified).collect()
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

pub(crate) fn text(doc: &TantivyDocument, field: Field) -> Option<&str> {
    doc.get_first(field)?.as_str()
}

fn texts(doc: &TantivyDocument, field: Field) -> Vec<String> {
    doc.get_all(field)
        .filter_map(|value| value.as_str())
        .map(str::to_owned)
        .collect()
}

/// The values of a field, `N` at a time.
fn groups<const N: usize>(
    doc: &TantivyDocument,
    field: Field,
) -> impl Iterator<Item = [String; N]> {
    let mut values = texts(doc, field).into_iter();
    std::iter::from_fn(move || {
        let group: Vec<String> = values.by_ref().take(N).collect();
        group.try_into().ok()
    })
}

fn non_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
