//! Help for those who write topics: what could stand at a place in the front matter, and which topic is
//! named there.

use std::ops::Range;

use viva_guide::front_matter::KEYS;
use viva_guide::{Guide, Language};

/// How many texts are offered at a place.
const OFFERED: usize = 50;

/// What could stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is there already.
    pub range: Range<usize>,
    pub texts: Vec<String>,
}

/// What a place in a topic's file is about.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Key,
    Topic,
    Name(Language),
}

/// What could stand at a byte offset of a topic's file.
pub fn completion(guide: &Guide, text: &str, offset: usize) -> Option<Completion> {
    let (place, range) = place(text, offset)?;
    let start = &text[range.start..offset];
    let texts = match place {
        Place::Key => KEYS
            .iter()
            .filter(|key| key.starts_with(start))
            .map(|key| format!("{key}: "))
            .collect(),
        Place::Topic => guide.ids_from(start, OFFERED),
        Place::Name(language) => guide.names_from(language, start, OFFERED),
    };
    Some(Completion {
        range: range.start..offset,
        texts,
    })
}

/// The id of the topic that is named at a byte offset.
pub fn topic_at(text: &str, offset: usize) -> Option<&str> {
    let link = || {
        let end = offset + text[offset..].find(')')?;
        let start = text[..offset].rfind("](")? + "](".len();
        let id = text.get(start..end)?;
        (!id.contains(char::is_whitespace)).then_some(id)
    };
    match place(text, offset) {
        Some((Place::Topic, range)) => text.get(range),
        Some(_) => None,
        None => link(),
    }
}

/// What a place in the front matter is about, and the word there; None outside of it.
fn place(text: &str, offset: usize) -> Option<(Place, Range<usize>)> {
    let first = text.split_inclusive('\n').next()?;
    if !matches!(first, "---\n" | "---\r\n") {
        return None;
    }
    // From the first line end on, so that the next line may be the closing one.
    let end = text["---".len()..].find("\n---").map(|at| at + "---".len());
    if offset < first.len() || end.is_some_and(|end| offset > end) || !text.is_char_boundary(offset)
    {
        return None;
    }
    let line_start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[line_start..offset];
    let is_indented = line.starts_with([' ', '\t', '-']);
    if !is_indented && !line.contains(':') {
        return Some((
            Place::Key,
            word(text, offset, |letter| letter.is_ascii_lowercase()),
        ));
    }
    // The key that the line belongs to.
    let key = text[..offset].lines().rev().find_map(|line| {
        let (key, _) = line.split_once(':')?;
        (!key.starts_with([' ', '\t', '-'])).then_some(key)
    })?;
    let place = match key {
        "related" | "extends" => Place::Topic,
        "keywords" | "mentions" => {
            let language = text[..offset].lines().rev().find_map(|line| {
                let (name, _) = line.trim_start().split_once(':')?;
                Language::from_name(name)
            })?;
            Place::Name(language)
        }
        _ => return None,
    };
    let is_part = |letter: char| match place {
        Place::Topic => letter.is_alphanumeric() || "-_/.".contains(letter),
        _ => !"[],\"'\n".contains(letter),
    };
    let mut range = word(text, offset, is_part);
    // Blanks, and the dash of a list with one text a line.
    let written = text[range.clone()].trim_start();
    let written = written.strip_prefix("- ").unwrap_or(written).trim_start();
    range.start = (range.end - written.len()).min(offset);
    Some((place, range))
}

/// The letters around a place that are part of one word.
fn word(text: &str, offset: usize, is_part: impl Fn(char) -> bool) -> Range<usize> {
    let before = text[..offset]
        .chars()
        .rev()
        .take_while(|letter| is_part(*letter));
    let after = text[offset..].chars().take_while(|letter| is_part(*letter));
    let length = |letters: usize, letter: char| letters + letter.len_utf8();
    offset - before.fold(0, length)..offset + after.fold(0, length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::built_in;

    fn complete(marked: &str) -> Option<Vec<String>> {
        let offset = marked.find('|').expect("a mark");
        let found = completion(&built_in::guide(), &marked.replacen('|', "", 1), offset);
        found.map(|found| found.texts)
    }

    #[test]
    fn keys_topics_and_names_are_offered_where_they_belong() {
        assert_eq!(
            complete("---\nrel|\n---\n"),
            Some(vec!["related: ".to_owned()])
        );
        assert_eq!(
            complete("---\r\ntitle: x\r\nrel|\r\n---\r\n"),
            Some(vec!["related: ".to_owned()]),
            "lines may end as on Windows"
        );
        let topics = complete("---\nrelated: [redis/persistence, go-concurrency/sync-c|]\n---\n");
        assert_eq!(topics, Some(vec!["go-concurrency/sync-cond".to_owned()]));
        assert_eq!(complete("---\nextends: go-concurrency/sync-c|\n"), topics);
        assert_eq!(
            complete("---\nrelated:\n  - go-concurrency/sync-c|\n---\n"),
            topics
        );
        let names = complete("---\nkeywords:\n  sql: [UNION, UNION A|]\n---\n").expect("names");
        assert!(names.contains(&"UNION ALL".to_owned()), "{names:?}");
        let names = complete("---\nkeywords:\n  go:\n    - sync.Cond.W|\n---\n");
        assert_eq!(names, Some(vec!["sync.Cond.Wait".to_owned()]));
        for nowhere in ["|", "x|", "---\ntitle: a|\n---\n", "---\n---\n\nredis/|\n"] {
            assert_eq!(complete(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn a_topic_is_found_where_it_is_named() {
        let text = "---\nrelated: [a/b, c/d]\n---\n\nSee [this](e/f) or not.\n";
        for (at, id) in [
            ("/b", Some("a/b")),
            ("c/d", Some("c/d")),
            ("e/f", Some("e/f")),
            ("or", None),
        ] {
            let offset = text.find(at).expect("it is there");
            assert_eq!(topic_at(text, offset), id, "{at}");
        }
    }

    /// Every place of any text has an answer.
    #[test]
    fn no_place_is_too_odd() {
        let guide = built_in::guide();
        for text in [
            "---\nkeywords:\n  go: [\u{df}x, \"<-\"]\n---\n",
            "---\n:\n - :\n\n---",
            "---\n\u{1f4a3}: [",
            "",
        ] {
            for offset in 0..=text.len() {
                completion(&guide, text, offset);
                if text.is_char_boundary(offset) {
                    topic_at(text, offset);
                }
            }
        }
    }
}
