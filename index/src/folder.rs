//! A guide as it lies on disk: `<section>/<name>.md` files, and card files in a folder of their own.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::Language;
use crate::card::{self, Card};
use crate::mistake::{Mistake, line_at};
use crate::parse::{self, Parsed, Rules};
use crate::topic::{KeywordName, Topic};

/// The largest file that is read, in bytes; a topic has a few thousand.
const FILE_MAX: u64 = 1 << 20;

/// Everything that a guide holds, in the order of ids and keywords.
#[derive(Debug, Default)]
pub struct Contents {
    pub topics: Vec<Topic>,
    pub cards: Vec<Card>,
}

/// Reads the topics below `topics` and the cards in `cards` (none where there is no such folder).
/// `elsewhere` are ids of topics of other guides that these may name.
///
/// # Errors
/// Every mistake in every file, in the order of files and lines: what the parsers report, and ids
/// that are mentioned but do not exist.
pub fn read(topics: &Path, cards: &Path, elsewhere: &[String]) -> Result<Contents, Vec<Mistake>> {
    read_by(Rules::BuiltIn, topics, cards, elsewhere)
}

/// [`read`] by the rules of a guide.
///
/// # Errors
/// As [`read`].
pub fn read_by(
    rules: Rules,
    topics: &Path,
    cards: &Path,
    elsewhere: &[String],
) -> Result<Contents, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let parsed = read_topics(rules, topics, &mut mistakes);
    let cards = read_cards(cards, &mut mistakes);
    let ids: HashSet<&str> = parsed
        .iter()
        .map(|(_, parsed)| parsed.topic.id.as_str())
        .chain(elsewhere.iter().map(String::as_str))
        .collect();
    for (file, parsed) in &parsed {
        for (line, id) in &parsed.mentioned {
            if !ids.contains(id.as_str()) {
                mistakes.push(Mistake::new(
                    file,
                    *line,
                    no_such_topic(id, ids.iter().copied()),
                ));
            } else if *id == parsed.topic.id {
                mistakes.push(Mistake::new(
                    file,
                    *line,
                    "a topic is not related to itself",
                ));
            }
        }
    }
    mistakes.extend(names_of_two_topics(&parsed));
    for (file, line, card) in &cards {
        if let Some(id) = &card.topic
            && !ids.contains(id.as_str())
        {
            mistakes.push(Mistake::new(
                file,
                *line,
                no_such_topic(id, ids.iter().copied()),
            ));
        }
    }
    if !mistakes.is_empty() {
        mistakes.sort();
        return Err(mistakes);
    }
    Ok(Contents {
        topics: parsed.into_iter().map(|(_, parsed)| parsed.topic).collect(),
        cards: cards.into_iter().map(|(_, _, card)| card).collect(),
    })
}

/// A name leads to one topic; others may mention it.
fn names_of_two_topics(parsed: &[(String, Parsed)]) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut owners: HashMap<&KeywordName, &str> = HashMap::new();
    for (file, parsed) in parsed {
        for (keyword, line) in parsed.topic.keywords.iter().zip(&parsed.keyword_lines) {
            match owners.entry(keyword) {
                Entry::Vacant(place) => _ = place.insert(&parsed.topic.id),
                Entry::Occupied(owner) => {
                    let what = format!(
                        "the name `{}` belongs to `{}`; list it under `mentions` here or there",
                        keyword.name,
                        owner.get()
                    );
                    mistakes.push(Mistake::new(file, *line, what));
                }
            }
        }
    }
    mistakes
}

pub(crate) fn no_such_topic<'a>(id: &str, ids: impl Iterator<Item = &'a str>) -> String {
    match nearest(id, ids) {
        Some(known) => format!("there is no topic `{id}`; did you mean `{known}`?"),
        None => format!(
            "there is no topic `{id}`; an id is the path of its file, such as `redis/persistence`"
        ),
    }
}

/// The id that somebody probably meant: the most similar one, if it is similar at all.
pub fn nearest<'a>(id: &str, ids: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = |id: &str| id.rsplit('/').next().unwrap_or_default().to_owned();
    let likeness = |known: &str| {
        strsim::jaro_winkler(id, known).max(strsim::jaro_winkler(&name(id), &name(known)))
    };
    let scored = ids.map(|known| (likeness(known), known));
    let best = scored.max_by(|(a, one), (b, other)| a.total_cmp(b).then_with(|| other.cmp(one)));
    best.filter(|(likeness, _)| *likeness > 0.9)
        .map(|(_, known)| known)
}

/// The name that somebody misspelt: the one with the fewest letters to change, at most one in four.
pub fn misspelt<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|known| (strsim::osa_distance(name, known), known))
        .min()
        .filter(|(changes, _)| changes * 4 <= name.chars().count())
        .map(|(_, known)| known)
}

fn read_topics(rules: Rules, folder: &Path, mistakes: &mut Vec<Mistake>) -> Vec<(String, Parsed)> {
    let mut files = Vec::new();
    find_markdown(folder, &mut files, mistakes);
    files.sort();
    let mut found: Vec<(String, Parsed)> = Vec::new();
    let mut seen: HashMap<String, String> = HashMap::new();
    for path in files {
        let file = path.display().to_string();
        let id = id_of(folder, &path);
        if let Some(other) = seen.insert(id.to_lowercase(), file.clone()) {
            // Two such files are one on a disk that ignores case.
            mistakes.push(Mistake::new(
                &file,
                1,
                format!("the id `{id}` is taken by {other}; rename one"),
            ));
            continue;
        }
        match read_text(&path).and_then(|text| parse::parse_by(rules, &file, &id, &text)) {
            Ok(parsed) => found.push((file, parsed)),
            Err(found) => mistakes.extend(found),
        }
    }
    found
}

/// Collects the Markdown files below a folder, two levels deep at most; README.md describes the
/// folder and is no topic.
fn find_markdown(folder: &Path, files: &mut Vec<PathBuf>, mistakes: &mut Vec<Mistake>) {
    let mut folders = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                let what = format!("cannot be read: {error}");
                mistakes.push(Mistake::new(&folder.display().to_string(), 1, what));
                continue;
            }
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && depth == 0 {
                folders.push((path, depth + 1));
            } else if path.extension().is_some_and(|extension| extension == "md")
                && path.file_name().is_some_and(|name| name != "README.md")
            {
                files.push(path);
            }
        }
    }
}

fn id_of(folder: &Path, file: &Path) -> String {
    let below = file.strip_prefix(folder).unwrap_or(file).with_extension("");
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// The cards of a folder with the file and the line of each.
fn read_cards(folder: &Path, mistakes: &mut Vec<Mistake>) -> Vec<(String, usize, Card)> {
    let mut found = Vec::new();
    for language in Language::ALL {
        let path = folder.join(format!("{language}.toml"));
        if !path.exists() {
            continue;
        }
        let file = path.display().to_string();
        match read_text(&path).and_then(|text| card::parse(&file, language, &text)) {
            Ok(cards) => found.extend(
                cards
                    .into_iter()
                    .map(|(line, card)| (file.clone(), line, card)),
            ),
            Err(found) => mistakes.extend(found),
        }
    }
    found
}

/// The text of a file; a mistake at the first byte that is not UTF-8.
fn read_text(path: &Path) -> Result<String, Vec<Mistake>> {
    let file = path.display().to_string();
    let wrong = |line, what: String| Err(vec![Mistake::new(&file, line, what)]);
    match fs::metadata(path) {
        Ok(data) if data.len() > FILE_MAX => {
            return wrong(
                1,
                format!("has {} bytes; at most {FILE_MAX} are read", data.len()),
            );
        }
        _ => {}
    }
    match fs::read(path) {
        Err(error) => wrong(1, format!("cannot be read: {error}")),
        Ok(bytes) => String::from_utf8(bytes).or_else(|error| {
            let valid = error.utf8_error().valid_up_to();
            let line = line_at(error.as_bytes(), valid);
            wrong(line, "is not UTF-8 here; save the file as UTF-8".to_owned())
        }),
    }
}
