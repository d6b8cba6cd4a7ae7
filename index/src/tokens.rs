//! How texts and queries are cut into words: lower case, stemmed, identifiers whole and by their parts.

use std::borrow::Cow;
use std::ops::Range;

use frostem::{Algorithm, Stemmer};
use tantivy::Index;
use tantivy::tokenizer::{
    LowerCaser, RemoveLongFilter, TextAnalyzer, Token, TokenFilter, TokenStream, Tokenizer,
};

/// The name of the analyser in the schema.
pub(crate) const ENGLISH: &str = "guide_english";

/// The name of the analyser for the words as they are written, which spelling is compared with.
pub(crate) const SPELLED: &str = "guide_spelled";

/// The longest word that is indexed, in bytes.
const WORD_MAX: usize = 60;

/// The shortest part of an identifier, in bytes: `gRPC` and `mTLS` are one word.
const PART_MIN: usize = 2;

/// Makes the analyser known to an index; needed before writing and before searching.
pub(crate) fn register(index: &Index) {
    index.tokenizers().register(ENGLISH, english());
    index.tokenizers().register(SPELLED, spelled());
}

pub(crate) fn english() -> TextAnalyzer {
    TextAnalyzer::builder(Words)
        .filter(RemoveLongFilter::limit(WORD_MAX))
        .filter(LowerCaser)
        .filter(Stems)
        .build()
}

fn spelled() -> TextAnalyzer {
    TextAnalyzer::builder(Words)
        .filter(RemoveLongFilter::limit(WORD_MAX))
        .filter(LowerCaser)
        .build()
}

/// A word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// As the index has it.
    pub(crate) stem: String,
    /// In lower case.
    pub(crate) written: String,
}

/// The words of a text, each identifier once: whole where `is_known` says so of its stem, else by its
/// parts.
pub(crate) fn words(text: &str, is_known: impl Fn(&str) -> bool) -> Vec<Word> {
    let mut analyzer = english();
    let mut stream = analyzer.token_stream(text);
    let mut words = Vec::new();
    // Parts of an identifier that is known end before this offset.
    let mut known_to = 0;
    while stream.advance() {
        let token = stream.token();
        if token.offset_from < known_to {
            continue;
        }
        if token.position_length > 1 {
            if !is_known(&token.text) {
                continue;
            }
            known_to = token.offset_to;
        }
        words.push(Word {
            stem: token.text.clone(),
            written: text[token.offset_from..token.offset_to].to_lowercase(),
        });
    }
    words
}

/// The stem of a word in lower case.
pub(crate) fn stem(word: &str) -> String {
    let mut analyzer = english();
    let mut stream = analyzer.token_stream(word);
    if stream.advance() {
        stream.token().text.clone()
    } else {
        String::new()
    }
}

/// Runs of letters and digits. A run with capitals inside (`WaitGroup`) is one word, and each part is
/// a word too, the first at the place of the whole: both spellings find it, also in a phrase.
#[derive(Clone, Debug)]
struct Words;

impl Tokenizer for Words {
    type TokenStream<'a> = Cut<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Cut<'a> {
        Cut {
            text,
            at: 0,
            position: 0,
            parts: Vec::new().into_iter(),
            token: Token::default(),
        }
    }
}

/// The ranges of letters and digits, and of verbs such as `%v` and `%+v`.
pub(crate) fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let run = run_from(text, at)?;
        at = run.end;
        Some(run)
    })
}

/// The first of these from an offset on.
fn run_from(text: &str, mut at: usize) -> Option<Range<usize>> {
    while let Some(letter) = text[at..].chars().next() {
        let length = match letter {
            '%' => verb(&text[at..]),
            _ => text[at..]
                .find(|letter: char| !letter.is_alphanumeric())
                .unwrap_or(text.len() - at),
        };
        if length > 0 {
            return Some(at..at + length);
        }
        at += letter.len_utf8();
    }
    None
}

/// The length of a verb of the Printf family at the start of a text; 0 where there is none.
fn verb(text: &str) -> usize {
    let flag = text[1..].starts_with(['+', '#']);
    let letter = 1 + usize::from(flag);
    let mut rest = text[letter..].chars();
    let is_verb = rest
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic())
        && !rest.next().is_some_and(char::is_alphanumeric);
    if is_verb { letter + 1 } else { 0 }
}

/// The parts of an identifier with capitals inside, as ranges of the text in which it begins at
/// `offset`; none where it is one word, such as `SETNX`.
fn parts(run: &str, offset: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before_lower = false;
    for (at, letter) in run.char_indices() {
        if letter.is_uppercase() && before_lower {
            parts.push(offset + start..offset + at);
            start = at;
        }
        before_lower = letter.is_lowercase() || letter.is_numeric();
    }
    if parts.is_empty() {
        return parts;
    }
    parts.push(offset + start..offset + run.len());
    if parts.iter().any(|part| part.len() < PART_MIN) {
        parts.clear();
    }
    parts
}

/// A text that is cut, word by word.
#[derive(Debug)]
struct Cut<'a> {
    text: &'a str,
    /// Where the next run is looked for.
    at: usize,
    /// The position of the next run.
    position: usize,
    /// The parts of the last run that are still to come.
    parts: std::vec::IntoIter<Range<usize>>,
    token: Token,
}

impl TokenStream for Cut<'_> {
    fn advance(&mut self) -> bool {
        let (range, position, position_length) = if let Some(part) = self.parts.next() {
            (part, self.position - 1 - self.parts.len(), 1)
        } else if let Some(run) = run_from(self.text, self.at) {
            self.at = run.end;
            self.parts = parts(&self.text[run.clone()], run.start).into_iter();
            let length = self.parts.len().max(1);
            self.position += length;
            (run, self.position - length, length)
        } else {
            return false;
        };
        self.token.offset_from = range.start;
        self.token.offset_to = range.end;
        self.token.position = position;
        self.token.position_length = position_length;
        self.token.text.clear();
        self.token.text.push_str(&self.text[range]);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// Cuts off the endings of English words in lower case. tantivy's own filter brings every language.
#[derive(Clone, Copy, Debug)]
struct Stems;

impl TokenFilter for Stems {
    type Tokenizer<T: Tokenizer> = Stemming<T>;

    fn transform<T: Tokenizer>(self, words: T) -> Stemming<T> {
        Stemming(words)
    }
}

/// A tokenizer whose words are stemmed.
#[derive(Clone, Debug)]
struct Stemming<T>(T);

impl<T: Tokenizer> Tokenizer for Stemming<T> {
    type TokenStream<'a> = Stemmed<T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        Stemmed(self.0.token_stream(text))
    }
}

/// The stems of words.
#[derive(Debug)]
struct Stemmed<T>(T);

impl<T: TokenStream> TokenStream for Stemmed<T> {
    fn advance(&mut self) -> bool {
        if !self.0.advance() {
            return false;
        }
        let token = self.0.token_mut();
        // What is borrowed is the word as it was.
        if let Cow::Owned(stem) = Stemmer::new(Algorithm::English).stem(&token.text) {
            token.text = stem;
        }
        true
    }

    fn token(&self) -> &Token {
        self.0.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.0.token_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::{english, words};

    fn tokens(text: &str) -> Vec<(String, usize)> {
        let mut analyzer = english();
        let mut stream = analyzer.token_stream(text);
        let mut found = Vec::new();
        while stream.advance() {
            found.push((stream.token().text.clone(), stream.token().position));
        }
        found
    }

    #[test]
    fn identifiers_are_words_whole_and_by_their_parts() {
        let cases: &[(&str, &[(&str, usize)])] = &[
            (
                "a sync.WaitGroup waits",
                &[
                    ("a", 0),
                    ("sync", 1),
                    ("waitgroup", 2),
                    ("wait", 2),
                    ("group", 3),
                    ("wait", 4),
                ],
            ),
            ("SETNX", &[("setnx", 0)]),
            ("gRPC", &[("grpc", 0)]),
            ("maxmemory-policy", &[("maxmemori", 0), ("polici", 1)]),
            ("%v, %+v: 5 %", &[("%v", 0), ("%+v", 1), ("5", 2)]),
            ("'%like%'", &[("like", 0)]),
            ("", &[]),
            ("ÄÖ ü", &[("äö", 0), ("ü", 1)]),
        ];
        for (text, expected) in cases {
            let found = tokens(text);
            let found: Vec<(&str, usize)> = found.iter().map(|(t, at)| (t.as_str(), *at)).collect();
            assert_eq!(&found, expected, "{text}");
        }
    }

    #[test]
    fn a_query_takes_an_identifier_whole_or_apart() {
        let stems = |is_known: bool| -> Vec<String> {
            let words = words("copies WaitGroup now", |_| is_known).into_iter();
            words.map(|word| word.stem).collect()
        };
        assert_eq!(stems(true), ["copi", "waitgroup", "now"]);
        assert_eq!(stems(false), ["copi", "wait", "group", "now"]);
        assert_eq!(words("Copies", |_| true)[0].written, "copies");
    }
}
