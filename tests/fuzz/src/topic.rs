//! Topics and cards: whatever a file says, it is a topic that is written and read again as it was, or
//! mistakes with lines that the file has.

use viva::features::guide_file::{completion, topic_at};
use viva::features::hover::markdown;
use viva::features::page::page;
use viva::features::plain_text::plain_text;
use viva_guide::parse::{Parsed, Rules, parse_by};
use viva_guide::write::write;
use viva_guide::{Explanation, Language, Mistake, Topic, card};

use crate::GUIDE;
use crate::effort::bounded;
use crate::script::lossy;

/// As the file of a topic by both rules, as an open file of a guide, and as cards.
pub fn check(data: &[u8]) {
    let text = lossy(data);
    for rules in [Rules::BuiltIn, Rules::Own] {
        let parsed = bounded("a topic", || {
            parse_by(rules, "a/b.md", "section/name", &text)
        });
        match parsed {
            Ok(parsed) => check_topic(rules, &parsed, &text),
            Err(mistakes) => check_mistakes(&mistakes, &text),
        }
    }
    check_open_file(&text);
    for language in [Language::Go, Language::Dockerfile] {
        match bounded("cards", || card::parse("cards/x.toml", language, &text)) {
            Ok(cards) => {
                let lines = lines(&text);
                assert!(
                    cards.iter().all(|(line, card)| (1..=lines).contains(line)
                        && card.keyword.language == language)
                );
            }
            Err(mistakes) => check_mistakes(&mistakes, &text),
        }
    }
}

/// How many lines a text has, as editors count.
fn lines(text: &str) -> usize {
    text.replace("\r\n", "\n").split(['\n', '\r']).count()
}

fn check_mistakes(mistakes: &[Mistake], text: &str) {
    assert!(!mistakes.is_empty(), "nothing is wrong in {text:?}");
    let lines = lines(text);
    for mistake in mistakes {
        assert!(
            (1..=lines).contains(&mistake.line),
            "{mistake} in a text of {lines} lines: {text:?}"
        );
        assert!(
            !mistake.what.is_empty() && !mistake.what.contains('\n'),
            "{mistake:?} in {text:?}"
        );
    }
}

fn check_topic(rules: Rules, parsed: &Parsed, text: &str) {
    let topic = &parsed.topic;
    let lines = lines(text);
    let named = parsed.mentioned.iter().map(|(line, _)| line);
    for line in named.chain(&parsed.keyword_lines) {
        assert!((1..=lines).contains(line), "line {line} of {text:?}");
    }
    assert_eq!(parsed.keyword_lines.len(), topic.keywords.len());
    if parsed.extends.is_none() {
        check_written(rules, topic, text);
    }
    check_shown(topic);
}

/// A topic that is written and read is the same.
fn check_written(rules: Rules, topic: &Topic, text: &str) {
    let written = write(topic);
    match parse_by(rules, "a/b.md", &topic.id, &written) {
        Ok(again) => assert_eq!(again.topic, *topic, "{text:?} is written as {written:?}"),
        Err(mistakes) => panic!("{mistakes:?} in {written:?}, which is {text:?}"),
    }
}

/// As a hover of any length, and as a page.
fn check_shown(topic: &Topic) {
    let explanation = Explanation {
        card: None,
        topic: Some(topic.clone()),
        name: String::new(),
    };
    for lines in [3, 8, 25] {
        let shown = bounded("a hover", || markdown(&explanation, None, lines, None));
        let count = shown.lines().count();
        assert!(count <= lines, "{count} lines, not {lines}: {shown:?}");
        bounded("plain text", || plain_text(&shown));
    }
    let page = bounded("a page", || page(&GUIDE, topic, ToOwned::to_owned));
    assert_eq!(page.question_lines.len(), topic.questions.len());
    let lines: Vec<&str> = page.markdown.split('\n').collect();
    for line in page.question_lines {
        assert!(
            lines.get(line).is_some_and(|line| line.starts_with('#')),
            "line {line} of {:?}",
            page.markdown
        );
    }
}

/// Completion and links at places of a file of a guide that somebody writes.
fn check_open_file(text: &str) {
    let stride = text.len() / 40 + 1;
    for at in (0..=text.len()).step_by(stride) {
        let offset = text.floor_char_boundary(at);
        let found = bounded("completion", || completion(&GUIDE, text, offset));
        if let Some(found) = found {
            assert!(
                found.range.end == offset && text.get(found.range.clone()).is_some(),
                "{found:?} at {offset} of {text:?}"
            );
        }
        bounded("a link", || topic_at(text, offset));
    }
}
