//! What all rules must keep, and the way the tests of each language write their cases.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use viva_guide::Language;

use super::rule::{Default as InForce, Level};
use super::{Choice, Coexist, Fix, Hint, Rule, Tool, hints, rule, rules, silence};
use crate::built_in;
use crate::document::Document;
use crate::keywords::go::{GoVersion, Package};

/// Every rule, whatever runs beside.
fn everything() -> Choice {
    Choice {
        on: rules().map(|rule| rule.family().to_owned()).collect(),
        coexist: Coexist::All,
        ..Choice::default()
    }
}

/// A document for a text. The first line of a Go text may say which `go.mod` it belongs to:
/// `// go.mod: go 1.21`.
fn document(language: Language, text: &str) -> Document {
    let mut document = Document::new(1, Some(language), text);
    let module = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("// go.mod: "));
    if let Some(version) = module.and_then(GoVersion::of_module) {
        document.package = Some(Arc::new(Package::new("", [], Some(version))));
    }
    document
}

/// What a rule finds; all of it is said in one sentence.
#[track_caller]
fn of_rule(rule: &Rule, text: &str) -> Vec<Hint> {
    let mut found = hints(&document(rule.language, text), &everything());
    found.retain(|hint| hint.rule.id == rule.id);
    for hint in &found {
        let is_one_sentence = hint.message.ends_with('.')
            && !hint.message.contains(['\n', '\r'])
            && !hint.message.contains(". ")
            && hint.message.chars().count() <= 200;
        assert!(
            is_one_sentence,
            "{}: one sentence, at most 200 characters: {}",
            rule.id, hint.message
        );
    }
    found
}

/// Checks a rule on texts in which `«` and `»` enclose what it must mark, in all of the text; a text
/// without them must be left alone. In a Go text the first line may be `// go.mod: go 1.21`.
#[track_caller]
pub(super) fn expect(id: &str, cases: &[&str]) {
    let rule = rule(id).unwrap_or_else(|| panic!("no rule {id}"));
    for case in cases {
        let (text, expected) = marked(case);
        let found: Vec<&str> = of_rule(rule, &text)
            .into_iter()
            .map(|hint| &text[hint.range])
            .collect();
        let expected: Vec<&str> = expected.into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{id} in:\n{case}");
    }
}

/// Checks what a rule's fix makes of a text.
#[track_caller]
pub(super) fn expect_fix(id: &str, before: &str, after: &str) {
    let rule = rule(id).unwrap_or_else(|| panic!("no rule {id}"));
    let found = of_rule(rule, before);
    let fix = found.first().and_then(|hint| hint.fix.as_ref());
    let fix = fix.unwrap_or_else(|| panic!("{id}: no fix in:\n{before}"));
    assert_eq!(apply(before, fix), after, "{id}");
}

/// Takes the marks out of a text; returns where they were.
fn marked(case: &str) -> (String, Vec<Range<usize>>) {
    let mut text = String::new();
    let mut ranges = Vec::new();
    let mut open = None;
    for character in case.chars() {
        match character {
            '«' => open = Some(text.len()),
            '»' => ranges.push(open.take().expect("« before »")..text.len()),
            other => text.push(other),
        }
    }
    (text, ranges)
}

fn apply(text: &str, fix: &Fix) -> String {
    let mut text = text.to_owned();
    for edit in fix.edits.iter().rev() {
        text.replace_range(edit.range.clone(), &edit.text);
    }
    text
}

#[test]
fn each_rule_finds_its_example_and_is_content_when_that_is_mended() {
    for rule in rules() {
        let found = of_rule(rule, rule.before);
        assert_eq!(found.len(), 1, "{}: in its example `before`", rule.id);
        assert_eq!(
            of_rule(rule, rule.after).len(),
            0,
            "{}: in `after`",
            rule.id
        );
        for hint in found {
            let marked = rule.before.get(hint.range.clone());
            assert!(
                marked.is_some_and(|text| !text.is_empty()),
                "{}: {:?}",
                rule.id,
                hint.range
            );
            assert!(hint.statement() <= hint.range.start, "{}", rule.id);
            if let Some(fix) = &hint.fix {
                let mended = apply(rule.before, fix);
                assert_eq!(
                    of_rule(rule, &mended).len(),
                    0,
                    "{}: after its fix:\n{mended}",
                    rule.id
                );
            }
        }
    }
}

#[test]
fn each_rule_is_silenced_by_a_comment_where_the_server_would_put_it() {
    for rule in rules() {
        let fix = silence::above(rule.before, &of_rule(rule, rule.before)[0]);
        let silenced = apply(rule.before, &fix);
        assert_eq!(
            of_rule(rule, &silenced).len(),
            0,
            "{}:\n{silenced}",
            rule.id
        );
    }
}

#[test]
fn rules_have_ids_of_their_family_and_a_topic() {
    let guide = built_in::guide();
    let mut seen = BTreeSet::new();
    for rule in rules() {
        let family = match rule.language {
            Language::Dockerfile => "docker",
            other => other.name(),
        };
        assert_eq!(rule.family(), family, "{}", rule.id);
        let name = rule
            .id
            .strip_prefix(family)
            .and_then(|rest| rest.strip_prefix('/'));
        let is_kebab = |name: &str| {
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        assert!(name.is_some_and(is_kebab), "{}", rule.id);
        assert!(seen.insert(rule.id), "{} is there twice", rule.id);
        assert!(
            guide.topic(rule.topic).is_some(),
            "{}: no topic {}",
            rule.id,
            rule.topic
        );
        assert!(rule.why.ends_with('.'), "{}: {}", rule.id, rule.why);
        assert!(!rule.title.ends_with('.'), "{}: {}", rule.id, rule.title);
    }
}

#[test]
fn a_choice_weighs_ids_more_than_families_and_off_more_than_on() {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    let off = rules()
        .find(|rule| rule.default == InForce::Off)
        .expect("some rule is off");
    let on = rules()
        .find(|rule| rule.default == InForce::On && rule.elsewhere.is_empty())
        .expect("some rule is ours alone");
    let shared = rules()
        .find(|rule| rule.default == InForce::On && !rule.elsewhere.is_empty())
        .expect("some rule is shared");
    let choice = |off: &[&str], on: &[&str]| Choice {
        off: names(off),
        on: names(on),
        ..Choice::default()
    };
    let cases = [
        (choice(&[], &[]), on, true),
        (choice(&[], &[]), off, false),
        (choice(&[], &[off.id]), off, true),
        (choice(&[], &[off.family()]), off, true),
        (choice(&[off.family()], &[off.id]), off, true),
        (choice(&[off.id], &[off.id]), off, false),
        (choice(&[on.family()], &[]), on, false),
        (choice(&[on.family()], &[on.id]), on, true),
        (choice(&[on.id], &[on.family()]), on, false),
    ];
    for (choice, rule, expected) in cases {
        assert_eq!(choice.wants(rule), expected, "{} by {choice:?}", rule.id);
    }
    let beside = |coexist, companions: &[Tool]| Choice {
        coexist,
        companions: companions.iter().copied().collect(),
        ..Choice::default()
    };
    let tool = shared.elsewhere[0].tool;
    assert!(beside(Coexist::Auto, &[]).wants(shared));
    assert!(!beside(Coexist::Auto, &[tool]).wants(shared));
    assert!(beside(Coexist::All, &[tool]).wants(shared));
    assert!(!beside(Coexist::Minimal, &[]).wants(shared));
    assert!(beside(Coexist::Minimal, &[]).wants(on));
}

#[test]
fn levels_say_what_is_at_stake() {
    // A page full of `Information` would be a linter; hints are the rule.
    let count = |level| rules().filter(|rule| rule.level == level).count();
    assert!(count(Level::Information) < count(Level::Hint));
}

#[test]
fn messages_quote_no_more_than_can_be_read() {
    let name = "N".repeat(1_000);
    let text = format!("FROM alpine:3.22\nENV {name} value\n");
    let found = hints(&document(Language::Dockerfile, &text), &everything());
    let found = found
        .iter()
        .find(|hint| hint.rule.id == "docker/legacy-env");
    let message = &found.expect("the old form").message;
    assert!(
        message.starts_with("`ENV NNNN") && message.contains("N…` is the old form"),
        "{message}"
    );
    assert!(
        message.ends_with("` does not.") && message.len() < 300,
        "{message}"
    );
}

/// While somebody types, files are cut off and torn apart.
#[test]
fn half_typed_files_give_hints_with_places_in_the_text() {
    let choice = everything();
    for rule in rules() {
        let cuts = (0..=rule.before.len()).filter(|at| rule.before.is_char_boundary(*at));
        for cut in cuts.step_by(5) {
            for text in [&rule.before[..cut], &rule.before[cut..]] {
                for hint in hints(&document(rule.language, text), &choice) {
                    let ranges = hint.fix.iter().flat_map(|fix| &fix.edits);
                    for range in ranges.map(|edit| &edit.range).chain([&hint.range]) {
                        assert!(text.get(range.clone()).is_some(), "{}: {text}", rule.id);
                    }
                    assert!(!hint.range.is_empty(), "{}: {text}", rule.id);
                }
            }
        }
    }
}
