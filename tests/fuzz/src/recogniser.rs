//! Keywords, hints and answers for any text of a language, and after each edit the same as for the
//! edited text opened anew.

use std::ops::Range;
use std::sync::LazyLock;

use viva::document::Document;
use viva::features::hints::{self, Choice, Coexist, Hint, silence};
use viva::features::hover::hover;
use viva::features::related::related;
use viva::features::titles::titles;
use viva::keywords::go::PackageFile;
use viva::keywords::{self, Keyword, Source};
use viva_guide::Language;

use crate::effort::bounded;
use crate::script::Script;
use crate::{GUIDE, parts};

/// How many lines a hover may have.
const HOVER_LINES: usize = 25;

/// Every rule, whatever runs beside.
static EVERYTHING: LazyLock<Choice> = LazyLock::new(|| Choice {
    on: hints::rules()
        .map(|rule| rule.family().to_owned())
        .collect(),
    coexist: Coexist::All,
    ..Choice::default()
});

/// Checks a language on a text and its edits.
pub fn check(language: Language, data: &[u8]) {
    let script = Script::new(data);
    let mut model = script.text.clone();
    let mut document = Document::new(0, Some(language), &model);
    check_fresh(&document, &model);
    for edit in &script.edits {
        let range = edit.range(&model);
        document.replace(range.clone(), &edit.text);
        model.replace_range(range.clone(), &edit.text);
        if edit.is_asked_after {
            let near = range.start..range.start + edit.text.len();
            check_edited(&document, &model, near);
        }
    }
    if !script.edits.is_empty() {
        let fresh = Document::new(0, Some(language), &model);
        if is_comparable(&fresh) {
            assert_eq!(
                told(&found_hints(&document)),
                told(&found_hints(&fresh)),
                "hints after edits of {model:?}"
            );
        }
        check_fresh(&fresh, &model);
    }
    parts::check(language, &script);
}

/// The parser of Go reads what has errors as well as it can, and after an edit perhaps in another way.
fn is_comparable(fresh: &Document) -> bool {
    let source = fresh.source();
    source.tree.is_none_or(|tree| !tree.root_node().has_error())
}

/// What must hold for a document that was just opened.
fn check_fresh(document: &Document, text: &str) {
    let language = document.language.expect("each target has a language");
    let all = bounded("all keywords", || document.keywords());
    check_order(&all, text);
    assert_eq!(
        all,
        keywords::all(language, Source::new(text)),
        "a document's keywords are those of its text: {text:?}"
    );
    check_places(document, &all, text);
    check_ranges(document, &all, text);
    check_answers(document, &all);
    check_hints(document, text);
    if language == Language::Go {
        let outline = bounded("the outline", || PackageFile::new(text));
        drop(outline);
    }
}

/// Ranges are not empty, on boundaries, in order and apart; names are there.
pub(crate) fn check_order(all: &[Keyword], text: &str) {
    let mut end = 0;
    for keyword in all {
        let range = keyword.range.clone();
        assert!(
            end <= range.start && range.start < range.end,
            "{keyword:?} behind {end} in {text:?}"
        );
        assert!(text.get(range.clone()).is_some(), "{keyword:?} in {text:?}");
        assert!(
            !keyword.names.is_empty() && keyword.names.iter().all(|name| !name.is_empty()),
            "{keyword:?} in {text:?}"
        );
        end = range.end;
    }
}

/// The keyword that a cursor belongs to.
pub(crate) fn expected(all: &[Keyword], offset: usize) -> Option<&Keyword> {
    let next = all.partition_point(|keyword| keyword.range.end <= offset);
    let covering = all
        .get(next)
        .filter(|keyword| keyword.range.contains(&offset));
    covering.or_else(|| {
        let before = all.get(next.checked_sub(1)?)?;
        (before.range.end == offset).then_some(before)
    })
}

/// Places worth a question: at keywords, and some between, on boundaries.
pub(crate) fn places(all: &[Keyword], text: &str) -> Vec<usize> {
    let step = all.len() / 8 + 1;
    let mut places: Vec<usize> = all
        .iter()
        .step_by(step)
        .flat_map(|keyword| [keyword.range.start, keyword.range.end])
        .collect();
    let stride = text.len() / 8 + 1;
    places.extend((0..text.len()).step_by(stride));
    places.extend([text.len(), text.len() + 1]);
    for place in &mut places {
        if *place <= text.len() {
            *place = text.floor_char_boundary(*place);
        }
    }
    places
}

fn check_places(document: &Document, all: &[Keyword], text: &str) {
    for offset in places(all, text) {
        let found = bounded("a keyword", || document.keyword_at(offset));
        assert_eq!(
            found.as_deref(),
            expected(all, offset),
            "at {offset} of {text:?}"
        );
    }
}

fn check_ranges(document: &Document, all: &[Keyword], text: &str) {
    for (numerator, denominator) in [(0, 3), (1, 3), (2, 3)] {
        let start = text.floor_char_boundary(text.len() * numerator / denominator);
        let end = text.floor_char_boundary(text.len() * (numerator + 1) / denominator);
        check_range(document, all, start..end, text);
    }
}

fn check_range(document: &Document, all: &[Keyword], range: Range<usize>, text: &str) {
    let inside = |keyword: &&Keyword| {
        !range.is_empty() && keyword.range.start < range.end && range.start < keyword.range.end
    };
    let expected: Vec<Keyword> = all.iter().filter(inside).cloned().collect();
    let found = bounded("the keywords of a range", || {
        document.keywords_in(range.clone())
    });
    assert_eq!(found, expected, "in {range:?} of {text:?}");
}

/// Hover, questions and titles.
fn check_answers(document: &Document, all: &[Keyword]) {
    let step = all.len() / 6 + 1;
    for keyword in all.iter().step_by(step) {
        let offset = keyword.range.start;
        let answer = bounded("a hover", || {
            hover(&GUIDE, document, offset, HOVER_LINES, None)
        });
        if let Some(answer) = answer {
            assert_eq!(answer.range, keyword.range);
            let lines = answer.markdown.lines().count();
            assert!(
                (1..=HOVER_LINES).contains(&lines) && !answer.markdown.trim().is_empty(),
                "{lines} lines: {}",
                answer.markdown
            );
        }
    }
    if let Some(keyword) = all.get(all.len() / 2) {
        let offset = keyword.range.start;
        let offered = bounded("questions", || related(&GUIDE, document, offset, 10));
        assert!(offered.is_none_or(|offered| offered.range == keyword.range));
    }
    let found = bounded("titles", || titles(&GUIDE, document, 0..document.len()));
    assert!(found.is_sorted_by(|a, b| a.offset < b.offset));
    assert!(
        found
            .iter()
            .all(|title| document.text().is_char_boundary(title.offset))
    );
}

fn found_hints(document: &Document) -> Vec<Hint> {
    bounded("hints", || hints::hints(document, &EVERYTHING))
}

/// All that an editor sees of hints.
fn told(hints: &[Hint]) -> Vec<(&str, Range<usize>, &str, Option<&hints::Fix>)> {
    hints
        .iter()
        .map(|hint| {
            (
                hint.rule.id,
                hint.range.clone(),
                hint.message.as_str(),
                hint.fix.as_ref(),
            )
        })
        .collect()
}

/// Places in the text, messages of one short line, fixes that can be made.
fn check_hints(document: &Document, text: &str) {
    let found = found_hints(document);
    assert!(
        found.is_sorted_by_key(|hint| hint.range.start),
        "hints in the order of {text:?}"
    );
    for hint in &found {
        let id = hint.rule.id;
        assert_eq!(Some(hint.rule.language), document.language);
        let marked = text.get(hint.range.clone());
        assert!(
            marked.is_some_and(|marked| !marked.is_empty()),
            "{id}: {:?} in {text:?}",
            hint.range
        );
        assert!(
            hint.statement() <= hint.range.start && text.is_char_boundary(hint.statement()),
            "{id}: its statement at {} in {text:?}",
            hint.statement()
        );
        let length = hint.message.chars().count();
        assert!(
            !hint.message.is_empty() && !hint.message.contains(['\n', '\r']) && length <= 300,
            "{id}: {:?} in {text:?}",
            hint.message
        );
        for fix in hint.fix.iter().chain([&silence::above(text, hint)]) {
            let mut end = 0;
            for edit in &fix.edits {
                assert!(
                    end <= edit.range.start && text.get(edit.range.clone()).is_some(),
                    "{id}: {edit:?} in {text:?}"
                );
                end = edit.range.end;
            }
        }
    }
}

/// What must hold after an edit: all answers are those of the same text opened anew.
fn check_edited(document: &Document, model: &str, near: Range<usize>) {
    let fresh = Document::new(0, document.language, model);
    let all = fresh.keywords();
    let close = near.end.saturating_add(40);
    let close = model.floor_char_boundary(near.start)..model.floor_char_boundary(close);
    if !is_comparable(&fresh) {
        let found = document.keywords();
        assert_eq!(document.text(), model);
        check_order(&found, model);
        check_places(document, &found, model);
        check_range(document, &found, close, model);
        return;
    }
    // The places near the edit first: they find what was known before it.
    for offset in [near.start, near.end, model.len(), near.start] {
        let found = bounded("a keyword after an edit", || document.keyword_at(offset));
        assert_eq!(
            found.as_deref(),
            expected(&all, offset),
            "at {offset} of {model:?}"
        );
    }
    check_range(document, &all, close, model);
    check_places(document, &all, model);
    assert_eq!(document.text(), model);
    assert_eq!(document.keywords(), all, "all keywords of {model:?}");
}
