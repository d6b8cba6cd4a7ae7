//! How texts and queries are cut into words: lower case, stemmed, identifiers also by their parts.

use tantivy::Index;
use tantivy::tokenizer::{
    Language as Stem, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, TextAnalyzer,
};

/// The name of the analyser in the schema.
pub(crate) const ENGLISH: &str = "guide_english";

/// The longest word that is indexed, in bytes.
const WORD_MAX: usize = 60;

/// Makes the analyser known to an index; needed before writing and before searching.
pub(crate) fn register(index: &Index) {
    index.tokenizers().register(ENGLISH, english());
}

pub(crate) fn english() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(WORD_MAX))
        .filter(LowerCaser)
        .filter(Stemmer::new(Stem::English))
        .build()
}

/// An identifier, followed by its parts where it has several: `sync.WaitGroup` → `sync.WaitGroup
/// Wait Group`. A name in capitals (`SETNX`) is one part.
pub(crate) fn split_identifier(name: &str) -> String {
    let mut out = name.to_owned();
    let mut parts = String::new();
    for word in name.split(|letter: char| !letter.is_alphanumeric()) {
        let mut start = 0;
        let mut before_lower = false;
        let mut cuts = Vec::new();
        for (at, letter) in word.char_indices() {
            if letter.is_uppercase() && before_lower {
                cuts.push(&word[start..at]);
                start = at;
            }
            before_lower = letter.is_lowercase() || letter.is_numeric();
        }
        if !cuts.is_empty() {
            cuts.push(&word[start..]);
            for cut in cuts {
                parts.push(' ');
                parts.push_str(cut);
            }
        }
    }
    out.push_str(&parts);
    out
}

#[cfg(test)]
mod tests {
    use super::split_identifier;

    #[test]
    fn identifiers_are_found_by_their_parts() {
        let cases = [
            ("sync.WaitGroup", "sync.WaitGroup Wait Group"),
            ("SETNX", "SETNX"),
            ("maxmemory-policy", "maxmemory-policy"),
            (
                "net/http.ListenAndServe",
                "net/http.ListenAndServe Listen And Serve",
            ),
            ("", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(split_identifier(name), expected);
        }
    }
}
