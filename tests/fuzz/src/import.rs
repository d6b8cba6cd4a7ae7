//! Imported notes: each word is in a topic or its line is reported, and each topic's file is read as
//! that topic.

use std::collections::HashSet;
use std::sync::LazyLock;

use viva_guide::Mistake;
use viva_guide::import::{Format, Imported, Known, read};
use viva_guide::parse::{Rules, parse_by};
use viva_guide::write::write;

use crate::GUIDE;
use crate::effort::bounded;
use crate::script::lossy;

/// In the text of an input, stands for a word that no mark of any format is.
const WORD: char = '§';

static KNOWN: LazyLock<Known> = LazyLock::new(|| Known::new(GUIDE.vocabulary()));

/// The first byte says the format; the text follows.
pub fn check(data: &[u8]) {
    let Some((first, text)) = data.split_first() else {
        return;
    };
    let number = usize::from(*first);
    let format = Format::ALL.get(number % (Format::ALL.len() + 1)).copied();
    let name = if number < 128 {
        "notes.txt"
    } else {
        "notes.md"
    };
    let marked = lossy(text);
    let (text, words) = with_words(&marked);
    let imported = bounded("an import", || read(&text, name, format, &KNOWN));
    check_lines(&imported, &text);
    check_topics(&imported, &text);
    let tables = [Format::Csv, Format::Tsv, Format::Anki];
    let is_table = imported
        .files
        .iter()
        .any(|(_, format)| tables.contains(format));
    // What stands in a tag is for browsers, not for readers.
    let is_read = |word: &&Word| !is_in_tag(&marked, word.at, is_table);
    check_words(&imported, words.iter().filter(is_read), &text);
}

/// A word that stands for a sign, where that was, and its line (from 1).
struct Word {
    word: String,
    at: usize,
    line: usize,
}

/// Puts a word of its own for each sign.
fn with_words(text: &str) -> (String, Vec<Word>) {
    let mut words = Vec::new();
    let mut out = String::new();
    let mut line = 1;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        if letter == WORD {
            let word = format!("w{at}w");
            out.push_str(&word);
            words.push(Word { word, at, line });
        } else {
            // A line ends as an import sees it.
            line += usize::from(letter == '\n' && before != '\r' || letter == '\r');
            out.push(letter);
        }
        before = letter;
    }
    (out, words)
}

/// Whether an offset is in a tag: behind `<a`, and before its `>`. Markdown ends it with its paragraph, and lets a
/// `>` stand in quotes; in the HTML of tables the first `>` ends it, or a quote that is never closed would take
/// all that follows.
fn is_in_tag(text: &str, offset: usize, is_table: bool) -> bool {
    let before = &text[..offset];
    let start = if is_table {
        0
    } else {
        before.rfind("\n\n").unwrap_or(0)
    };
    let begins = |at: &usize| {
        text[at + 1..].starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '/')
    };
    let starts = before[start..].match_indices('<');
    let mut starts = starts.map(|(at, _)| start + at).filter(begins);
    starts.any(|start| {
        let tag = &text[start..];
        let tag = if is_table {
            tag
        } else {
            tag.split("\n\n").next().unwrap_or(tag)
        };
        let ends = [tag.find('>'), end_outside_of_quotes(tag)];
        ends.iter().flatten().any(|length| start + length > offset)
    })
}

/// Where a tag ends that begins a text. A quote begins a value behind `=` only; elsewhere it is a letter.
fn end_outside_of_quotes(tag: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = '<';
    for (at, letter) in tag.char_indices() {
        match (letter, quote) {
            ('"' | '\'', None) if before == '=' => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            ('>', None) => return Some(at),
            _ => {}
        }
        if !letter.is_whitespace() {
            before = letter;
        }
    }
    None
}

fn check_lines(imported: &Imported, text: &str) {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines = lines.split('\n').count();
    let reported = imported.unplaced.iter().chain(&imported.structure);
    for Mistake { line, what, .. } in reported {
        assert!(
            (1..=lines).contains(line) && !what.is_empty() && !what.contains('\n'),
            "line {line} of {lines}: {what:?} in {text:?}"
        );
    }
    for placed in &imported.topics {
        assert!((1..=lines).contains(&placed.line), "{placed:?} in {text:?}");
    }
}

fn check_topics(imported: &Imported, text: &str) {
    let mut ids = HashSet::new();
    let mut names = HashSet::new();
    for placed in &imported.topics {
        let topic = &placed.topic;
        assert!(
            ids.insert(topic.id.as_str()),
            "{} twice: {text:?}",
            topic.id
        );
        let parts: Vec<&str> = topic.id.split('/').collect();
        assert!(
            parts.len() == 2 && parts.iter().all(|part| is_safe(part)),
            "{:?} in {text:?}",
            topic.id
        );
        for name in &topic.keywords {
            assert!(names.insert(name), "{name:?} leads to two topics: {text:?}");
        }
        let written = write(topic);
        match parse_by(Rules::Own, "", &topic.id, &written) {
            Ok(parsed) => assert_eq!(parsed.topic, *topic, "{written:?} from {text:?}"),
            Err(mistakes) => panic!("{mistakes:?} in {written:?} from {text:?}"),
        }
    }
}

/// Whether a part of an id is a name that any disk takes.
fn is_safe(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= 200
        && !part.starts_with(['.', '-'])
        && part
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == '-')
}

fn check_words<'w>(imported: &Imported, words: impl Iterator<Item = &'w Word>, text: &str) {
    let reported: HashSet<usize> = imported
        .unplaced
        .iter()
        .chain(&imported.structure)
        .map(|mistake| mistake.line)
        .collect();
    let mut said = String::new();
    for placed in &imported.topics {
        said.push_str(&write(&placed.topic));
        said.push_str(&placed.section);
        said.push('\n');
    }
    let normal = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = normal.split('\n').collect();
    for Word { word, line, .. } in words {
        assert!(
            reported.contains(line)
                || said.contains(word.as_str())
                || is_address_of_one(&reported, &lines, word),
            "{word} of line {line} is lost: {text:?} gives {said:?}"
        );
    }
}

/// Whether a word is in the address of a name that a reported line has a link of: what is left out there is the link
/// with its address.
fn is_address_of_one(reported: &HashSet<usize>, lines: &[&str], word: &str) -> bool {
    let line = lines.iter().find(|line| line.contains(word));
    let name = line.and_then(|line| Some(line.trim_start().split_once("]:")?.0));
    let Some(name) = name.filter(|name| name.starts_with('[')) else {
        return false;
    };
    let link = format!("{name}]");
    let mut reported = reported.iter().filter_map(|line| lines.get(line - 1));
    reported.any(|line| line.contains(&link))
}
