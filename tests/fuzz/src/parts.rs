//! Reading in parts, as for texts that are too long to be read at once after each edit: the
//! checkpoints that are kept say what a first reading says.

use viva::keywords::among;
use viva::keywords::checkpoints::Checkpoints;
use viva_guide::Language;

use crate::effort::bounded;
use crate::recogniser::{check_order, expected, places};
use crate::script::Script;

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
    let all = bounded("reading all in parts", || {
        new.keywords_in(&text, 0..text.len())
    });
    check_order(&all, text);
    for offset in places(&all, text) {
        let range = offset.saturating_sub(1)..offset + 1;
        let found = bounded("reading a part", || kept.keywords_in(&text, range));
        assert_eq!(
            among(&found, offset),
            expected(&all, offset),
            "in parts, at {offset} of {text:?}"
        );
    }
    assert_eq!(
        kept.keywords_in(&text, 0..text.len()),
        all,
        "in parts, all of {text:?}"
    );
}
