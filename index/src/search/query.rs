//! A query as people type it, and how well each topic fits it.

use std::collections::BTreeMap;

use tantivy::schema::Field;
use tantivy::{DocAddress, Searcher, Term};

use super::Part;
use super::candidates::{Bounds, List, candidates};
use super::lexicon::{LEXICON, bag};
use super::postings::Index;
use super::scores::{Pool, Scores};
use super::spelling::{self, Spelling};
use super::topics::Topics;
use crate::record::Fields;
use crate::tokens::{self, Word};

/// How much a word counts by where it stands. What the author calls the topic says most; then come
/// the identifiers that lead to it, what people ask about it, and the texts by their length. Pitfalls
/// often name other topics' subjects.
fn weighted(fields: &Fields) -> [(Field, f32); 8] {
    [
        (fields.title, 4.0),
        (fields.also, 3.5),
        (fields.words, 2.5),
        (fields.ask, 2.0),
        (fields.summary, 1.6),
        (fields.body, 1.0),
        (fields.answer, 0.8),
        (fields.pitfall, 0.7),
    ]
}

/// The names of the [`weighted`] fields where a score is explained.
const FIELD_NAMES: [&str; 8] = [
    "title",
    "also",
    "keywords",
    "questions",
    "summary",
    "body",
    "answers",
    "pitfalls",
];

/// How many of the [`weighted`] fields are names: words of a question are looked for only there, since every text
/// has them.
const NAMES: usize = 2;

/// How many of the [`weighted`] fields have sentences or names in which the order of words says something.
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

/// What a topic gets whose name is the whole query; less where the name is a part of it.
const NAME: f32 = 12.0;

/// The longest name that is looked for in a longer query, in phrases.
const NAME_MAX: usize = 4;

/// How much the completion of a last word counts that is a word already.
const LONGER: f32 = 0.3;

/// The longest query that is looked at, in words.
const WORDS_MAX: usize = 16;

/// How many topics a query looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Everywhere,
    /// At those that may fit best: a hundred thousand take too long.
    Candidates(Bounds),
}

/// A query whose words are known.
pub(super) struct Query<'a> {
    index: Index<'a>,
    fields: Fields,
    words: Vec<Word>,
    /// What may be meant by each word: the word itself where the guide has it.
    meant: Vec<Vec<Meant>>,
    /// What the query is about, without words of a question.
    meanings: Vec<String>,
}

/// Words next to each other that may be meant by one, and how much they count.
struct Meant {
    stems: Vec<String>,
    weight: f32,
}

impl<'a> Query<'a> {
    /// Reads a query; `None` where it has no word.
    pub(super) fn read(
        searcher: &'a Searcher,
        fields: Fields,
        topics: Topics<'a>,
        text: &str,
    ) -> Option<Query<'a>> {
        let mut query = Query {
            index: Index::new(searcher, topics),
            fields,
            words: Vec::new(),
            meant: Vec::new(),
            meanings: Vec::new(),
        };
        query.words = tokens::words(text, |stem| query.knows(stem));
        query.words.truncate(WORDS_MAX);
        let last = query.words.len().checked_sub(1)?;
        // After a blank or a full stop the last word is finished.
        let unfinished = text.ends_with(char::is_alphanumeric).then_some(last);
        let words = query.words.iter().enumerate();
        query.meant = words
            .map(|(number, word)| {
                if unfinished == Some(number) {
                    query.meant_by_last(word)
                } else {
                    query.meant_by(word)
                }
            })
            .collect();
        query.meanings = LEXICON.meanings(&query.words);
        Some(query)
    }

    /// The topics that fit best among those that are wanted, at most `limit`.
    pub(super) fn best(
        &mut self,
        limit: usize,
        look: Look,
        is_wanted: impl Fn(DocAddress) -> bool,
    ) -> Vec<(f32, DocAddress)> {
        if let Look::Candidates(bounds) = look {
            let found = candidates(&self.index, &self.lists(), limit, bounds, &is_wanted);
            self.index.pool = Pool::some(found);
        }
        let mut scores = self.index.pool.nothing();
        for (_, part) in self.words_scores() {
            scores.add(&part, 1.0);
        }
        // What follows tells topics apart that have the words; alone it finds none.
        for (_, part) in self.context_scores() {
            scores.add_where_some(&part);
        }
        self.index.pool.best(&scores, limit, is_wanted)
    }

    /// Each word that is looked for in each field, by itself: about what [`Query::words_scores`] adds up.
    fn lists(&self) -> Vec<List> {
        let fields = weighted(&self.fields);
        let mut lists = Vec::new();
        let mut add = |stems: &[String], weight: f32, fields: &[(Field, f32)]| {
            #[expect(clippy::cast_precision_loss, reason = "phrases have a few words")]
            let weight = weight / stems.len() as f32;
            for stem in stems {
                let in_field = |(field, most): &(Field, f32)| List {
                    term: Term::from_field_text(*field, stem),
                    weight: weight * most,
                };
                lists.extend(fields.iter().map(in_field));
            }
        };
        let mut at = 0;
        for phrase in LEXICON.phrases(&self.words) {
            let next = at + phrase.len();
            let importance = self.importance(phrase);
            for (word, meant) in phrase.iter().zip(&self.meant[at..next]) {
                if self.says_nothing(word) {
                    add(
                        std::slice::from_ref(&word.stem),
                        importance,
                        &fields[..NAMES],
                    );
                    continue;
                }
                for meant in meant {
                    add(&meant.stems, importance * meant.weight, &fields);
                }
            }
            for other in LEXICON.same(phrase) {
                add(other, importance * SAME, &fields);
            }
            at = next;
        }
        for joined in self.joined() {
            add(&[joined], 1.0, &fields);
        }
        lists
    }

    /// Whether a word is one of a question about something else.
    fn says_nothing(&self, word: &Word) -> bool {
        LEXICON.is_stop(word) && !self.meanings.is_empty()
    }

    /// Why a topic has its score.
    pub(super) fn explain(&self, doc: DocAddress) -> Vec<Part> {
        let words = self.words_scores().into_iter().map(|(stems, scores)| {
            let written: Vec<String> = stems.iter().map(|stem| format!("`{stem}`")).collect();
            Part {
                what: format!("word {}", written.join(" or ")),
                score: self.index.pool.score(&scores, doc),
                fields: self.fields_of(&stems, doc),
            }
        });
        let context = self
            .context_scores()
            .into_iter()
            .map(|(what, scores)| Part {
                what: what.to_owned(),
                score: self.index.pool.score(&scores, doc),
                fields: Vec::new(),
            });
        let parts = words.chain(context);
        parts.filter(|part| part.score > 0.0).collect()
    }

    /// What each field gives for the best of some stems.
    fn fields_of(&self, stems: &[String], doc: DocAddress) -> Vec<(&'static str, f32)> {
        let fields = weighted(&self.fields).into_iter().zip(FIELD_NAMES);
        let mut found: Vec<(&'static str, f32)> = fields
            .map(|(field, name)| {
                let scores = stems.iter().map(|stem| {
                    let stem = std::slice::from_ref(stem);
                    let scores = self.index.best_field(stem, 0, &[field], 0.0);
                    self.index.pool.score(&scores, doc)
                });
                (name, scores.fold(0.0, f32::max))
            })
            .filter(|(_, score)| *score > 0.0)
            .collect();
        found.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        found
    }

    /// The stems that were looked for, and how well topics fit them.
    fn words_scores(&self) -> Vec<(Vec<String>, Scores)> {
        let mut parts = Vec::new();
        let mut at = 0;
        for phrase in LEXICON.phrases(&self.words) {
            let next = at + phrase.len();
            let mut scores = self.index.pool.nothing();
            let meant = &self.meant[at..next];
            scores.add(&self.phrase(phrase, meant), self.importance(phrase));
            let stems = meant.iter().flatten().flat_map(|meant| meant.stems.clone());
            parts.push((stems.collect(), scores));
            at = next;
        }
        for joined in self.joined() {
            let scores = self.everywhere(std::slice::from_ref(&joined));
            parts.push((vec![joined], scores));
        }
        parts
    }

    /// What tells topics apart that have the words.
    fn context_scores(&self) -> [(&'static str, Scores); 3] {
        [
            ("words next to each other", self.order()),
            ("the name of the topic", self.names()),
            ("a section that is named", self.sections()),
        ]
    }

    /// The words that were looked for, and how much they say: what a snippet should show.
    pub(super) fn shown(&self) -> BTreeMap<String, f32> {
        let mut shown = BTreeMap::new();
        for (word, meant) in self.words.iter().zip(&self.meant) {
            if self.says_nothing(word) {
                continue;
            }
            for stem in meant.iter().flat_map(|meant| &meant.stems) {
                let term = Term::from_field_text(self.fields.body, stem);
                #[expect(clippy::cast_precision_loss, reason = "topics are few")]
                let frequency = self.index.locate(&term).count as f32;
                shown.insert(stem.clone(), 1.0 / (1.0 + frequency));
            }
        }
        shown
    }

    fn meant_by(&self, word: &Word) -> Vec<Meant> {
        if self.knows(&word.stem) {
            return vec![Meant {
                stems: vec![word.stem.clone()],
                weight: 1.0,
            }];
        }
        let spelled = self.fields.spelled;
        let mut meant = Vec::new();
        let completed = spelling::completed(self.index.searcher, spelled, &word.written);
        let corrected = spelling::corrected(self.index.searcher, spelled, &word.written);
        meant.extend(completed.into_iter().chain(corrected).map(Meant::from));
        for (first, second) in spelling::cuts(&word.written) {
            let stems = vec![tokens::stem(first), tokens::stem(second)];
            if stems.iter().all(|stem| self.knows(stem)) {
                meant.push(Meant { stems, weight: 1.0 });
            }
        }
        meant
    }

    fn meant_by_last(&self, word: &Word) -> Vec<Meant> {
        let mut meant = self.meant_by(word);
        if self.knows(&word.stem) && !LEXICON.is_stop(word) {
            let spelled = self.fields.spelled;
            let longer = spelling::completed(self.index.searcher, spelled, &word.written);
            meant.extend(longer.into_iter().map(Meant::from).map(|mut longer| {
                longer.weight *= LONGER;
                longer
            }));
        }
        meant
    }

    /// How much a phrase says about the subject.
    fn importance(&self, phrase: &[Word]) -> f32 {
        match phrase {
            [word] if self.says_nothing(word) => STOP,
            [word] if !LEXICON.sections(&word.stem).is_empty() && self.meanings.len() > 1 => {
                SECTION_WORD
            }
            _ => 1.0,
        }
    }

    /// Words that are written next to each other, or what means the same.
    fn phrase(&self, phrase: &[Word], meant: &[Vec<Meant>]) -> Scores {
        let mut scores = self.index.pool.nothing();
        for (word, meant) in phrase.iter().zip(meant) {
            if self.says_nothing(word) {
                let stem = std::slice::from_ref(&word.stem);
                scores.add(&self.best_field(stem, 0, NAMES), 1.0);
                continue;
            }
            let mut best = self.index.pool.nothing();
            for meant in meant {
                best.or(&self.everywhere(&meant.stems), meant.weight);
            }
            scores.add(&best, 1.0);
        }
        for other in LEXICON.same(phrase) {
            #[expect(clippy::cast_precision_loss, reason = "phrases have a few words")]
            let share = phrase.len() as f32 / other.len() as f32;
            scores.or(&self.everywhere(other), SAME * share);
        }
        scores
    }

    /// Neighbours that are one word in the guide: `leader board`.
    fn joined(&self) -> impl Iterator<Item = String> {
        let pairs = self.words.windows(2);
        pairs
            .map(|pair| tokens::stem(&format!("{}{}", pair[0].written, pair[1].written)))
            .filter(|stem| self.knows(stem))
    }

    /// Words in the order of the query, and close to each other without the words of a question.
    fn order(&self) -> Scores {
        let mut scores = self.index.pool.nothing();
        let mut pair = |first: &Word, second: &Word, slop, weight| {
            if first.stem != second.stem {
                let stems = [first.stem.clone(), second.stem.clone()];
                scores.add(&self.best_field(&stems, slop, ORDERED), weight);
            }
        };
        for next in self.words.windows(2) {
            if !next.iter().all(|word| LEXICON.is_stop(word)) {
                pair(&next[0], &next[1], 0, ADJACENT);
            }
        }
        let subject = self.words.iter().filter(|word| !LEXICON.is_stop(word));
        let subject: Vec<&Word> = subject.collect();
        for next in subject.windows(2) {
            pair(next[0], next[1], CLOSE_SLOP, CLOSE);
        }
        scores
    }

    /// Topics whose name is the query or a part of it.
    fn names(&self) -> Scores {
        let mut scores = self.index.pool.nothing();
        for length in 1..=NAME_MAX.min(self.meanings.len()) {
            #[expect(clippy::cast_precision_loss, reason = "queries have a few words")]
            let share = length as f32 / self.meanings.len() as f32;
            for part in self.meanings.windows(length) {
                if let Some(name) = bag(part.to_vec()) {
                    let term = Term::from_field_text(self.fields.name, &name);
                    scores.add(&self.index.constant(&term, NAME * share * share), 1.0);
                }
            }
        }
        scores
    }

    /// Topics of the sections that the query names.
    fn sections(&self) -> Scores {
        let mut scores = self.index.pool.nothing();
        let words = self.words.iter();
        for section in words.flat_map(|word| LEXICON.sections(&word.stem)) {
            let term = Term::from_field_text(self.fields.section, section);
            scores.or(&self.index.constant(&term, SECTION), 1.0);
        }
        scores
    }

    fn everywhere(&self, stems: &[String]) -> Scores {
        let fields = weighted(&self.fields);
        self.index.best_field(stems, 0, &fields, TIE)
    }

    fn best_field(&self, stems: &[String], slop: u32, fields: usize) -> Scores {
        let all = weighted(&self.fields);
        self.index.best_field(stems, slop, &all[..fields], TIE)
    }

    /// Whether a word stands in any topic.
    fn knows(&self, stem: &str) -> bool {
        weighted(&self.fields)
            .iter()
            .any(|(field, _)| self.index.has(&Term::from_field_text(*field, stem)))
    }
}

impl From<Spelling> for Meant {
    fn from(spelling: Spelling) -> Meant {
        Meant {
            stems: vec![tokens::stem(&spelling.word)],
            weight: spelling.weight,
        }
    }
}
