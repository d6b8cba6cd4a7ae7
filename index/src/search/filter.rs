//! Words of a query that leave out topics: `lang:go`, `level:senior`, `section:redis`.

use std::collections::BTreeMap;

use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocSet as _, Searcher, TERMINATED, Term};

use crate::record::Fields;

/// The filters of a query: of each kind one of the values must be a topic's.
#[derive(Debug, Default)]
pub(super) struct Filters(BTreeMap<Field, Vec<String>>);

impl Filters {
    /// The filters and the rest of a query. A word with a colon that is no filter is a word.
    pub(super) fn split(fields: Fields, query: &str) -> (Filters, String) {
        let mut filters = Filters::default();
        let field = |key: &str| match key {
            "lang" | "language" => Some(fields.language),
            "level" => Some(fields.level),
            "section" => Some(fields.section),
            _ => None,
        };
        let mut rest = query.to_owned();
        for word in query.split_whitespace() {
            let Some((key, value)) = word.split_once(':') else {
                continue;
            };
            if let Some(field) = field(&key.to_lowercase())
                && !value.is_empty()
            {
                let values = value.split(',').map(str::to_lowercase);
                filters.0.entry(field).or_default().extend(values);
                rest = rest.replacen(word, "", 1);
            }
        }
        // Whether the last word is finished is seen at what follows it.
        let is_filter_last = !filters.0.is_empty() && rest.ends_with(char::is_whitespace);
        let rest = if is_filter_last {
            rest.trim()
        } else {
            rest.trim_start()
        };
        (filters, rest.to_owned())
    }

    /// The documents that the filters leave; None: there are no filters.
    pub(super) fn allowed(&self, searcher: &Searcher) -> Option<Allowed> {
        let mut left: Option<Allowed> = None;
        for (field, values) in &self.0 {
            let mut found = Allowed::none(searcher);
            for value in values {
                found.add(searcher, &Term::from_field_text(*field, value));
            }
            left = Some(match left {
                Some(left) => left.both(&found),
                None => found,
            });
        }
        left
    }
}

/// Documents, one bit each.
#[derive(Debug)]
pub(super) struct Allowed(Vec<Vec<u64>>);

impl Allowed {
    fn none(searcher: &Searcher) -> Allowed {
        let readers = searcher.segment_readers().iter();
        let words = readers.map(|reader| vec![0; reader.max_doc() as usize / 64 + 1]);
        Allowed(words.collect())
    }

    fn add(&mut self, searcher: &Searcher, term: &Term) {
        for (bits, reader) in self.0.iter_mut().zip(searcher.segment_readers()) {
            let postings = reader.inverted_index(term.field()).ok().and_then(|index| {
                let read = index.read_postings(term, IndexRecordOption::Basic);
                read.ok().flatten()
            });
            let Some(mut postings) = postings else {
                continue;
            };
            while postings.doc() != TERMINATED {
                bits[postings.doc() as usize / 64] |= 1 << (postings.doc() % 64);
                postings.advance();
            }
        }
    }

    fn both(mut self, other: &Allowed) -> Allowed {
        for (bits, others) in self.0.iter_mut().zip(&other.0) {
            for (word, other) in bits.iter_mut().zip(others) {
                *word &= other;
            }
        }
        self
    }

    pub(super) fn has(&self, doc: DocAddress) -> bool {
        let bits = self.0.get(doc.segment_ord as usize);
        let word = bits.and_then(|bits| bits.get(doc.doc_id as usize / 64));
        word.is_some_and(|word| word & (1 << (doc.doc_id % 64)) != 0)
    }

    pub(super) fn docs(&self) -> impl Iterator<Item = DocAddress> {
        (0..).zip(&self.0).flat_map(|(segment, bits)| {
            let words = (0_u32..).zip(bits).filter(|(_, word)| **word != 0);
            words.flat_map(move |(at, word)| {
                let docs = (0..64).filter(move |bit| word & (1 << bit) != 0);
                docs.map(move |bit| DocAddress::new(segment, at * 64 + bit))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_taken_out_of_a_query_and_other_colons_stay() {
        let (_, fields) = crate::record::schema();
        let cases = [
            ("lang:go level:senior cond", 2, "cond"),
            ("cond Lang:go", 1, "cond"),
            ("con", 0, "con"),
            ("con ", 0, "con "),
            ("section:redis,mysql", 1, ""),
            ("docker:COPY level:", 0, "docker:COPY level:"),
            ("lang:go lang:sql x", 1, "x"),
        ];
        for (query, count, rest) in cases {
            let (filters, words) = Filters::split(fields, query);
            assert_eq!((filters.0.len(), words.as_str()), (count, rest), "{query}");
        }
    }
}
