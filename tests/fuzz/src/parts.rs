//! Reading in parts, as for texts that are too long to be read at once after each edit: the
//! checkpoints that are kept say what a first reading says.

use std::borrow::Cow;
use std::ops::Range;

use viva::keywords::among;
use viva::keywords::checkpoints::{Checkpoints, Parts};
use viva_guide::Language;

use crate::effort::bounded;
use crate::recogniser::{check_order, expected, places};
use crate::script::Script;

/// A text whose parts may be seen.
#[derive(Debug)]
struct Text<'a>(&'a str);

impl Parts for Text<'_> {
    fn length(&self) -> usize {
        self.0.len()
    }

    fn part(&self, range: Range<usize>) -> (usize, Cow<'_, str>) {
        let start = self.0.floor_char_boundary(range.start);
        let end = self.0.floor_char_boundary(range.end);
        (start, Cow::from(&self.0[start..end]))
    }
}

/// Checks a text and its edits.
pub fn check(language: Language, script: &Script) {
    let Some(mut kept) = Checkpoints::new(language) else {
        return;
    };
    let mut model = script.text.clone();
    check_text(&mut kept, language, &model);
    for edit in &script.edits {
        let range = edit.range(&model);
        model.replace_range(range.clone(), &edit.text);
        kept.edit(&range, edit.text.len());
        if edit.is_asked_after {
            check_text(&mut kept, language, &model);
        }
    }
}

fn check_text(kept: &mut Checkpoints, language: Language, text: &str) {
    let mut new = Checkpoints::new(language).expect("it is read in parts");
    let parts = Text(text);
    let all = bounded("reading all in parts", || {
        new.keywords_in(&parts, 0..text.len())
    });
    check_order(&all, text);
    for offset in places(&all, text) {
        let range = offset.saturating_sub(1)..offset + 1;
        let found = bounded("reading a part", || kept.keywords_in(&parts, range));
        assert_eq!(
            among(&found, offset),
            expected(&all, offset),
            "in parts, at {offset} of {text:?}"
        );
    }
    assert_eq!(
        kept.keywords_in(&parts, 0..text.len()),
        all,
        "in parts, all of {text:?}"
    );
}
