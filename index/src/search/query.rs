//! A query as people type it, made into one that the index answers.

use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, PhraseQuery, Query,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::lexicon::{LEXICON, bag};
use super::spelling::{self, Spelling};
use crate::record::Fields;
use crate::tokens::{self, Word};

/// How much a word counts by where it stands. What the author calls the topic says most; then come
/// the identifiers that lead to it, what people ask about it, and the texts by their length. Pitfalls
/// often name other topics' subjects.
const WEIGHTS: [(fn(&Fields) -> Field, f32); 8] = [
    (|fields| fields.title, 4.0),
    (|fields| fields.also, 3.5),
    (|fields| fields.words, 2.5),
    (|fields| fields.ask, 2.0),
    (|fields| fields.summary, 1.6),
    (|fields| fields.body, 1.0),
    (|fields| fields.answer, 0.8),
    (|fields| fields.pitfall, 0.7),
];

/// Fields in which the order of words is compared: the first of [`WEIGHTS`].
const ORDERED: usize = 6;

/// A word counts as in the best of its fields, and this much of the others: a topic that has the word
/// everywhere is little better than one that has it in its title.
const TIE: f32 = 0.15;

/// How much a phrase counts that means the same as the one written.
const SAME: f32 = 0.7;

/// How much a word of a question counts (`why`, `what is`) that says nothing about the subject.
const STOP: f32 = 0.1;

/// How much the name of a section counts (`redis`, `go`) besides what it is about.
const SECTION_WORD: f32 = 0.4;

/// What a topic of a named section gets: about as much as a word found in its text.
const SECTION: f32 = 3.0;

/// How much two words count that stand next to each other as in the query, or close to each other.
const ADJACENT: f32 = 0.3;
const CLOSE: f32 = 0.3;

/// How far words are still close: turned round, with one word between.
const CLOSE_SLOP: u32 = 3;

/// What a topic gets whose name is the whole query, and its share where the name is a part of it.
const NAME: f32 = 12.0;

/// The longest name that is looked for in a longer query, in phrases.
const NAME_MAX: usize = 4;

/// How much the completion of a last word counts that is a word already.
const LONGER: f32 = 0.3;

/// The longest query that is looked at, in words.
const WORDS_MAX: usize = 16;

type Clauses = Vec<(Occur, Box<dyn Query>)>;

/// What a query is made with.
pub(super) struct Builder<'a> {
    searcher: &'a Searcher,
    fields: Fields,
}

impl<'a> Builder<'a> {
    pub(super) fn new(searcher: &'a Searcher, fields: Fields) -> Builder<'a> {
        Builder { searcher, fields }
    }

    /// The query, or `None` where a text has no word.
    pub(super) fn query(&self, text: &str) -> Option<BooleanQuery> {
        let mut words = tokens::words(text, |stem| self.knows(stem));
        words.truncate(WORDS_MAX);
        if words.is_empty() {
            return None;
        }
        let meanings = LEXICON.meanings(&words);
        let mut subject: Clauses = Vec::new();
        let mut at = 0;
        for phrase in LEXICON.phrases(&words) {
            at += phrase.len();
            let is_last = at == words.len() && text.ends_with(char::is_alphanumeric);
            let weight = match phrase {
                [word] if LEXICON.is_stop(word) && !meanings.is_empty() => STOP,
                [word] if !LEXICON.sections(&word.stem).is_empty() && meanings.len() > 1 => {
                    SECTION_WORD
                }
                _ => 1.0,
            };
            subject.push(should(boosted(self.phrase(phrase, is_last), weight)));
        }
        subject.extend(self.joined(&words));
        let mut clauses = vec![(Occur::Must, boolean(subject))];
        clauses.extend(self.order(&words));
        clauses.extend(self.names(&meanings));
        clauses.extend(self.sections(&words));
        Some(BooleanQuery::new(clauses))
    }

    /// Words that are written next to each other, or what means the same.
    fn phrase(&self, phrase: &[Word], is_last: bool) -> Box<dyn Query> {
        let words = phrase
            .iter()
            .enumerate()
            .map(|(number, word)| should(self.word(word, is_last && number + 1 == phrase.len())));
        let mut alternatives = vec![boolean(words.collect())];
        for other in LEXICON.same(phrase) {
            #[expect(clippy::cast_precision_loss, reason = "phrases have a few words")]
            let share = phrase.len() as f32 / other.len() as f32;
            alternatives.push(boosted(self.everywhere(other), SAME * share));
        }
        any(alternatives, 0.0)
    }

    /// Neighbours that are one word in the guide: `leader board`.
    fn joined(&self, words: &[Word]) -> Clauses {
        let pairs = words.windows(2);
        let joined =
            pairs.map(|pair| tokens::stem(&format!("{}{}", pair[0].written, pair[1].written)));
        joined
            .filter(|stem| self.knows(stem))
            .map(|stem| should(self.everywhere(&[stem])))
            .collect()
    }

    /// A word in any field, or what may be meant by it.
    fn word(&self, word: &Word, may_be_unfinished: bool) -> Box<dyn Query> {
        let mut alternatives = Vec::new();
        if self.knows(&word.stem) {
            alternatives.push(self.everywhere(std::slice::from_ref(&word.stem)));
            if may_be_unfinished {
                for spelling in self.completed(&word.written) {
                    alternatives.push(self.spelling(&spelling, LONGER));
                }
            }
        } else {
            let completed = self.completed(&word.written);
            let corrected = spelling::corrected(self.searcher, self.fields.spelled, &word.written);
            for spelling in completed.iter().chain(&corrected) {
                alternatives.push(self.spelling(spelling, 1.0));
            }
            for (first, second) in spelling::cuts(&word.written) {
                let cut = [tokens::stem(first), tokens::stem(second)];
                if cut.iter().all(|stem| self.knows(stem)) {
                    alternatives.push(self.everywhere(&cut));
                }
            }
        }
        any(alternatives, 0.0)
    }

    fn completed(&self, start: &str) -> Vec<Spelling> {
        spelling::completed(self.searcher, self.fields.spelled, start)
    }

    fn spelling(&self, spelling: &Spelling, weight: f32) -> Box<dyn Query> {
        let stem = tokens::stem(&spelling.word);
        boosted(self.everywhere(&[stem]), weight * spelling.weight)
    }

    /// Words next to each other in the best of the fields.
    fn everywhere(&self, stems: &[String]) -> Box<dyn Query> {
        self.best_field(stems, 0, WEIGHTS.len())
    }

    fn best_field(&self, stems: &[String], slop: u32, fields: usize) -> Box<dyn Query> {
        let mut found: Vec<Box<dyn Query>> = Vec::new();
        for (field, weight) in WEIGHTS.iter().take(fields) {
            if let Some(query) = phrase(field(&self.fields), stems, slop) {
                found.push(boosted(query, *weight));
            }
        }
        any(found, TIE)
    }

    /// Words in the order of the query, and close to each other without the words of the question.
    fn order(&self, words: &[Word]) -> Clauses {
        let mut clauses = Vec::new();
        let mut pair = |first: &Word, second: &Word, slop, weight| {
            if first.stem != second.stem && self.knows(&first.stem) && self.knows(&second.stem) {
                let stems = [first.stem.clone(), second.stem.clone()];
                clauses.push(should(boosted(
                    self.best_field(&stems, slop, ORDERED),
                    weight,
                )));
            }
        };
        for next in words.windows(2) {
            if !next.iter().all(|word| LEXICON.is_stop(word)) {
                pair(&next[0], &next[1], 0, ADJACENT);
            }
        }
        let subject = words.iter().filter(|word| !LEXICON.is_stop(word));
        let subject: Vec<&Word> = subject.collect();
        for next in subject.windows(2) {
            pair(next[0], next[1], CLOSE_SLOP, CLOSE);
        }
        clauses
    }

    /// Topics whose name is the query or a part of it.
    fn names(&self, meanings: &[String]) -> Clauses {
        let mut clauses = Vec::new();
        for length in 1..=NAME_MAX.min(meanings.len()) {
            for part in meanings.windows(length) {
                let Some(name) = bag(part.to_vec()) else {
                    continue;
                };
                let term = Term::from_field_text(self.fields.name, &name);
                if self.searcher.doc_freq(&term).is_ok_and(|count| count > 0) {
                    #[expect(clippy::cast_precision_loss, reason = "queries have a few words")]
                    let share = length as f32 / meanings.len() as f32;
                    clauses.push(should(constant(term, NAME * share * share)));
                }
            }
        }
        clauses
    }

    /// Topics of the sections that the query names.
    fn sections(&self, words: &[Word]) -> Clauses {
        let mut sections: Vec<&String> = words
            .iter()
            .flat_map(|word| LEXICON.sections(&word.stem))
            .collect();
        sections.sort();
        sections.dedup();
        let terms = sections.into_iter();
        terms
            .map(|section| Term::from_field_text(self.fields.section, section))
            .map(|term| should(constant(term, SECTION)))
            .collect()
    }

    /// Whether a word stands in any topic.
    fn knows(&self, stem: &str) -> bool {
        WEIGHTS.iter().any(|(field, _)| {
            let term = Term::from_field_text(field(&self.fields), stem);
            self.searcher.doc_freq(&term).is_ok_and(|count| count > 0)
        })
    }
}

fn should(query: Box<dyn Query>) -> (Occur, Box<dyn Query>) {
    (Occur::Should, query)
}

fn boolean(clauses: Clauses) -> Box<dyn Query> {
    Box::new(BooleanQuery::new(clauses))
}

fn any(alternatives: Vec<Box<dyn Query>>, tie: f32) -> Box<dyn Query> {
    Box::new(DisjunctionMaxQuery::with_tie_breaker(alternatives, tie))
}

fn boosted(query: Box<dyn Query>, weight: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, weight))
}

fn constant(term: Term, score: f32) -> Box<dyn Query> {
    let term = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
    Box::new(ConstScoreQuery::new(term, score))
}

/// Words in this order in a field; `None` of none.
fn phrase(field: Field, stems: &[String], slop: u32) -> Option<Box<dyn Query>> {
    let term = |stem: &String| Term::from_field_text(field, stem);
    match stems {
        [] => None,
        [stem] => Some(Box::new(TermQuery::new(
            term(stem),
            IndexRecordOption::WithFreqs,
        ))),
        stems => {
            let terms = stems.iter().map(term).enumerate().collect();
            Some(Box::new(PhraseQuery::new_with_offset_and_slop(terms, slop)))
        }
    }
}
