//! An entry of the index, a topic or a card, as one text: what a hover reads of the index is little else,
//! and it is read in about a microsecond.
//!
//! Each part is its length in bytes, a colon and the text itself (a netstring without its comma), lists
//! begin with their length, and the order of the parts is the only scheme: whoever changes it must raise
//! the version in [`crate::own`]'s shelf, because indexes are kept there. A text, not bytes, because
//! tantivy reads texts as a whole and bytes one by one.

use crate::card::Card;
use crate::topic::{Block, Change, KeywordName, Level, Note, Pitfall, Question, Source, Topic};

/// What is stored of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Topic(Topic),
    Card(Card),
}

const TOPIC: &str = "topic";
const CARD: &str = "card";

impl Entry {
    /// Reads what [`write_topic`] or [`write_card`] wrote; None for anything else.
    pub(crate) fn read(text: &str) -> Option<Entry> {
        let mut reader = Reader(text);
        match reader.text()? {
            TOPIC => reader.topic().map(Entry::Topic),
            CARD => reader.card().map(Entry::Card),
            _ => None,
        }
    }

    /// Compares entries of equal rank: what somebody wrote comes before what is built in.
    pub(crate) fn precedence(&self) -> (bool, &str) {
        match self {
            Entry::Topic(topic) => (topic.from.is_none(), &topic.id),
            Entry::Card(card) => (card.from.is_none(), &card.keyword.name),
        }
    }

    pub(crate) fn topic(self) -> Option<Topic> {
        match self {
            Entry::Topic(topic) => Some(topic),
            Entry::Card(_) => None,
        }
    }

    pub(crate) fn card(self) -> Option<Card> {
        match self {
            Entry::Card(card) => Some(card),
            Entry::Topic(_) => None,
        }
    }
}

pub(crate) fn write_topic(topic: &Topic) -> String {
    let mut out = Writer::new(TOPIC);
    out.text(&topic.id);
    out.text(&topic.title);
    out.text(topic.level.name());
    out.text(&topic.checked);
    out.text(&topic.summary);
    out.text(&topic.body);
    out.option(topic.since.as_ref());
    out.option(topic.from.as_ref());
    out.list(&topic.covers, |out, number| out.text(&number.to_string()));
    out.list(&topic.also, |out, name| out.text(name));
    out.list(&topic.keywords, Writer::name);
    out.list(&topic.mentions, Writer::name);
    out.list(&topic.related, |out, id| out.text(id));
    out.list(&topic.changed, |out, Change { version, what }| {
        out.texts([version, what]);
    });
    out.list(&topic.sources, |out, Source { label, url }| {
        out.texts([label, url]);
    });
    out.list(&topic.pitfalls, |out, Pitfall { text, hint }| {
        out.text(text);
        out.option(hint.as_ref());
    });
    out.list(&topic.example, |out, Block { info, code }| {
        out.texts([info, code]);
    });
    out.list(&topic.questions, |out, question| {
        out.texts([&question.ask, &question.answer, &question.follow_up]);
    });
    out.list(&topic.notes, |out, Note { text, from }| {
        out.texts([text, from]);
    });
    out.0
}

pub(crate) fn write_card(card: &Card) -> String {
    let mut out = Writer::new(CARD);
    out.name(&card.keyword);
    out.text(&card.meaning);
    for part in [
        &card.syntax,
        &card.value_type,
        &card.default,
        &card.since,
        &card.deprecated,
        &card.alias,
        &card.topic,
        &card.from,
    ] {
        out.option(part.as_ref());
    }
    out.list(&card.values, |out, value| out.text(value));
    out.0
}

struct Writer(String);

impl Writer {
    fn new(kind: &str) -> Writer {
        let mut writer = Writer(String::new());
        writer.text(kind);
        writer
    }

    fn text(&mut self, text: &str) {
        self.0.push_str(&text.len().to_string());
        self.0.push(':');
        self.0.push_str(text);
    }

    fn texts<const N: usize>(&mut self, texts: [&String; N]) {
        for text in texts {
            self.text(text);
        }
    }

    fn name(&mut self, name: &KeywordName) {
        self.text(&name.qualified());
    }

    fn option(&mut self, text: Option<&String>) {
        self.list(text.as_slice(), |out, text| out.text(text));
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Writer, &T)) {
        self.0.push_str(&items.len().to_string());
        self.0.push(':');
        for item in items {
            write(self, item);
        }
    }
}

/// What is still to be read.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    fn topic(&mut self) -> Option<Topic> {
        Some(Topic {
            id: self.string()?,
            title: self.string()?,
            level: Level::from_name(self.text()?)?,
            checked: self.string()?,
            summary: self.string()?,
            body: self.string()?,
            since: self.option()?,
            from: self.option()?,
            covers: self.list(|reader| reader.text()?.parse().ok())?,
            also: self.list(Reader::string)?,
            keywords: self.list(Reader::name)?,
            mentions: self.list(Reader::name)?,
            related: self.list(Reader::string)?,
            changed: self.list(|reader| {
                Some(Change {
                    version: reader.string()?,
                    what: reader.string()?,
                })
            })?,
            sources: self.list(|reader| {
                Some(Source {
                    label: reader.string()?,
                    url: reader.string()?,
                })
            })?,
            pitfalls: self.list(|reader| {
                Some(Pitfall {
                    text: reader.string()?,
                    hint: reader.option()?,
                })
            })?,
            example: self.list(|reader| {
                Some(Block {
                    info: reader.string()?,
                    code: reader.string()?,
                })
            })?,
            questions: self.list(|reader| {
                Some(Question {
                    ask: reader.string()?,
                    answer: reader.string()?,
                    follow_up: reader.string()?,
                })
            })?,
            notes: self.list(|reader| {
                Some(Note {
                    text: reader.string()?,
                    from: reader.string()?,
                })
            })?,
        })
    }

    fn card(&mut self) -> Option<Card> {
        Some(Card {
            keyword: self.name()?,
            meaning: self.string()?,
            syntax: self.option()?,
            value_type: self.option()?,
            default: self.option()?,
            since: self.option()?,
            deprecated: self.option()?,
            alias: self.option()?,
            topic: self.option()?,
            from: self.option()?,
            values: self.list(Reader::string)?,
        })
    }

    fn number(&mut self) -> Option<usize> {
        let (number, rest) = self.0.split_once(':')?;
        self.0 = rest;
        number.parse().ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }

    fn string(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    fn name(&mut self) -> Option<KeywordName> {
        self.text().map(KeywordName::from_qualified)
    }

    #[expect(clippy::option_option, reason = "the outer one: no entry")]
    fn option(&mut self) -> Option<Option<String>> {
        Some(self.list(Reader::string)?.pop())
    }

    fn list<T>(&mut self, read: impl Fn(&mut Reader<'a>) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| read(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    fn topic() -> Topic {
        let text = |text: &str| text.to_owned();
        let name = |language, name: &str| KeywordName {
            language,
            name: name.to_owned(),
        };
        Topic {
            id: text("go/ß"),
            title: text("9:"),
            level: Level::Senior,
            covers: vec![7, 157],
            also: vec![text(""), text("1:2")],
            keywords: vec![name(Language::Go, "sync.Cond")],
            mentions: vec![name(Language::Redis, "GET"), name(Language::Sql, "a:b")],
            related: vec![],
            since: Some(text("Go 1.18")),
            changed: vec![Change {
                version: text("Go 1.22"),
                what: text("x\n\u{0}"),
            }],
            sources: vec![Source {
                label: text("l"),
                url: text("https://go.dev"),
            }],
            checked: String::new(),
            summary: text("S."),
            body: text("b\n\nc"),
            pitfalls: vec![Pitfall {
                text: text("p"),
                hint: None,
            }],
            example: vec![Block {
                info: text("go"),
                code: text("package p\n"),
            }],
            questions: vec![Question {
                ask: text("Why?"),
                answer: text("Because."),
                follow_up: String::new(),
            }],
            notes: vec![Note {
                text: text("n"),
                from: text("f"),
            }],
            from: None,
        }
    }

    fn card() -> Card {
        Card {
            keyword: KeywordName {
                language: Language::Redis,
                name: "maxmemory".to_owned(),
            },
            meaning: "m".to_owned(),
            syntax: None,
            value_type: Some(String::new()),
            default: Some("0".to_owned()),
            since: None,
            deprecated: Some("Redis 7.0".to_owned()),
            alias: None,
            values: vec!["a".to_owned(), "b".to_owned()],
            topic: Some("redis/memory".to_owned()),
            from: None,
        }
    }

    #[test]
    fn entries_are_read_as_they_were_written() {
        let written = write_topic(&topic());
        assert_eq!(Entry::read(&written), Some(Entry::Topic(topic())));
        let written = write_card(&card());
        assert_eq!(Entry::read(&written), Some(Entry::Card(card())));
    }

    #[test]
    fn what_is_no_entry_is_none() {
        let written = write_topic(&topic());
        for (end, _) in written.char_indices() {
            assert_eq!(Entry::read(&written[..end]), None, "{end} bytes");
        }
        for text in ["x", "5:topic", "9:topic", "-1:", "99999999999999999999:"] {
            assert_eq!(Entry::read(text), None, "{text}");
        }
    }
}
