//! Cases for recognisers, as texts with marks: `$0` is the cursor, `«…»` are keywords.

use viva_guide::Language;

use crate::keywords::{Keyword, Source};

/// A recogniser.
pub(in crate::keywords) struct Recogniser {
    pub(in crate::keywords) keywords: fn(Source<'_>) -> Vec<Keyword>,
    pub(in crate::keywords) language: Language,
}

impl Recogniser {
    /// Compares the keyword at `$0`, as `text: name, name`, and ` (sense; note)` behind it where there is
    /// one. An empty expectation means none.
    #[track_caller]
    pub(in crate::keywords) fn check(&self, fixture: &str, expected: &str) {
        let offset = fixture.find("$0").expect("a cursor");
        let text = fixture.replacen("$0", "", 1);
        let mut found = (self.keywords)(Source::new(&text)).into_iter();
        let found = found.find(|keyword| keyword.range.contains(&offset));
        let found = found.map(|keyword| {
            let sense = keyword.sense.map_or_else(String::new, |sense| {
                format!(" ({}; {})", sense.name, sense.note.unwrap_or_default())
            });
            let names = keyword.names.join(", ");
            format!("{}: {names}{sense}", &text[keyword.range])
        });
        assert_eq!(found.unwrap_or_default(), expected, "{fixture}");
    }

    /// Compares all keywords of a file: each is marked in the fixture.
    #[track_caller]
    pub(in crate::keywords) fn check_all(&self, fixture: &str) {
        self.check_those(fixture, |_| true);
    }

    /// The same of only some of the keywords.
    #[track_caller]
    pub(in crate::keywords) fn check_those(
        &self,
        fixture: &str,
        is_meant: impl Fn(&Keyword) -> bool,
    ) {
        let text = fixture.replace(['«', '»'], "");
        let mut marked = text.clone();
        let found = (self.keywords)(Source::new(&text)).into_iter();
        for keyword in found.rev().filter(is_meant) {
            marked.insert(keyword.range.end, '»');
            marked.insert(keyword.range.start, '«');
        }
        assert_eq!(marked, fixture);
    }
}
