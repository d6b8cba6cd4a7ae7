//! A card is one line of reference for a keyword: what it means, how it is written, its default.
//! Cards are data in `index/cards/<language>.toml`, sorted by keyword.

use serde::Deserialize;
use toml::Spanned;

use crate::Language;
use crate::hidden;
use crate::mistake::{Lines, Mistake, line_at};
use crate::parse::is_version;
use crate::topic::KeywordName;

/// The longest meaning of a card, in characters: with the keyword before it, it must stay one line.
pub const MEANING_MAX: usize = 90;

/// One line of reference for a keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub keyword: KeywordName,
    /// Plain text without a final full stop.
    pub meaning: String,
    /// How it is written.
    pub syntax: Option<String>,
    /// The type of its value or result.
    pub value_type: Option<String>,
    pub default: Option<String>,
    /// The version it came with: `Redis 6.2`.
    pub since: Option<String>,
    /// The version that deprecated it.
    pub deprecated: Option<String>,
    /// The current name that this older one stands for.
    pub alias: Option<String>,
    /// What it can be set to, where that is a fixed list.
    pub values: Vec<String>,
    /// Id of the topic that it leads to.
    pub topic: Option<String>,
    /// The file that it was read from, as people name it; None: it is part of the program.
    pub from: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CardFile {
    #[serde(default)]
    card: Vec<CardEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CardEntry {
    keyword: Spanned<String>,
    meaning: String,
    syntax: Option<String>,
    #[serde(rename = "type")]
    value_type: Option<String>,
    default: Option<String>,
    since: Option<String>,
    deprecated: Option<String>,
    alias: Option<String>,
    #[serde(default)]
    values: Vec<String>,
    topic: Option<String>,
}

/// A card and the line of its file (1-based) on which its keyword stands.
pub type CardAt = (usize, Card);

/// Reads a file of cards. `file` names it in the mistakes; all mistakes are reported, not only the first.
pub fn parse(file: &str, language: Language, text: &str) -> Result<Vec<CardAt>, Vec<Mistake>> {
    let entries: CardFile = toml::from_str(text).map_err(|error| {
        let line = line_at(text.as_bytes(), error.span().map_or(0, |span| span.start));
        vec![Mistake::new(
            file,
            line,
            error.message().trim().replace('\n', "; "),
        )]
    })?;
    let lines = Lines::of(text);
    let mut cards: Vec<CardAt> = Vec::with_capacity(entries.card.len());
    let mut mistakes = Vec::new();
    for entry in entries.card {
        let line = lines.at(entry.keyword.span().start);
        if let Some((_, before)) = cards.last() {
            let name = entry.keyword.get_ref();
            if *name == before.keyword.name {
                mistakes.push(Mistake::new(
                    file,
                    line,
                    format!("`{name}` has a card already; keep one"),
                ));
            } else if *name < before.keyword.name {
                let what = format!(
                    "`{name}` stands after `{}`; sort the cards by keyword",
                    before.keyword.name
                );
                mistakes.push(Mistake::new(file, line, what));
            }
        }
        mistakes.extend(
            entry
                .mistakes()
                .into_iter()
                .map(|what| Mistake::new(file, line, what)),
        );
        cards.push((line, entry.into_card(language)));
    }
    if mistakes.is_empty() {
        Ok(cards)
    } else {
        Err(mistakes)
    }
}

impl CardEntry {
    fn mistakes(&self) -> Vec<String> {
        let mut found = Vec::new();
        let length = self.meaning.chars().count();
        if length == 0 || length > MEANING_MAX {
            found.push(format!(
                "the meaning has {length} characters; write 1 to {MEANING_MAX}"
            ));
        }
        if self.meaning.ends_with('.') || self.meaning.contains(['`', '\n']) {
            found.push("the meaning is one line of plain text without backticks and without a final full stop".to_owned());
        }
        let texts = [
            &self.syntax,
            &self.value_type,
            &self.default,
            &self.alias,
            &self.topic,
        ];
        let texts = texts.into_iter().flatten().chain(&self.values);
        let texts = texts.chain([self.keyword.get_ref(), &self.meaning]);
        found.extend(texts.filter_map(|text| hidden::first_in(text).map(hidden::complaint)));
        for (key, version) in [("since", &self.since), ("deprecated", &self.deprecated)] {
            if let Some(version) = version
                && !is_version(version)
            {
                found.push(format!(
                    "`{key}` is \"{version}\"; write a product and a number, such as \"Redis 6.2\""
                ));
            }
        }
        found
    }

    fn into_card(self, language: Language) -> Card {
        Card {
            keyword: KeywordName {
                language,
                name: self.keyword.into_inner(),
            },
            meaning: self.meaning,
            syntax: self.syntax,
            value_type: self.value_type,
            default: self.default,
            since: self.since,
            deprecated: self.deprecated,
            alias: self.alias,
            values: self.values,
            topic: self.topic,
            from: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = match parse("redis.toml", Language::Redis, text) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn cards_are_read_with_all_their_keys() {
        let text = "[[card]]\nkeyword = \"hz\"\nmeaning = \"How often background tasks run\"\ntype = \"integer\"\ndefault = \"10\"\nsince = \"Redis 2.6\"\nvalues = [\"1\"]\ntopic = \"redis/expiration\"\n";
        let cards = parse("redis.toml", Language::Redis, text).expect("a valid file");
        assert_eq!(cards.len(), 1);
        let (line, card) = &cards[0];
        assert_eq!(*line, 2);
        assert_eq!(card.keyword.qualified(), "redis:hz");
        assert_eq!(card.default.as_deref(), Some("10"));
    }

    #[test]
    fn mistakes_name_file_line_and_what_is_right() {
        check(
            "[[card]]\nkeyword = \"hz\"\nmeaning = \"a\\u202eb\"\nvalues = [\"\\u0007\"]\n",
            &[
                "redis.toml:2: has the invisible character U+0007; remove it",
                "redis.toml:2: has the invisible character U+202E; remove it",
            ],
        );
        check(
            "[[card]]\nkeyword = \"hz\"\nmeening = \"x\"\n",
            &[
                "redis.toml:3: unknown field `meening`, expected one of `keyword`, `meaning`, `syntax`, `type`, `default`, `since`, `deprecated`, `alias`, `values`, `topic`",
            ],
        );
        check(
            "[[card]]\nkeyword = \"hz\"\nmeaning = \"Frequency.\"\nsince = \"2.6\"\n",
            &[
                "redis.toml:2: the meaning is one line of plain text without backticks and without a final full stop",
                "redis.toml:2: `since` is \"2.6\"; write a product and a number, such as \"Redis 6.2\"",
            ],
        );
        check(
            "[[card]]\nkeyword = \"b\"\nmeaning = \"B\"\n[[card]]\nkeyword = \"a\"\nmeaning = \"A\"\n[[card]]\nkeyword = \"a\"\nmeaning = \"A\"\n",
            &[
                "redis.toml:5: `a` stands after `b`; sort the cards by keyword",
                "redis.toml:8: `a` has a card already; keep one",
            ],
        );
    }
}
