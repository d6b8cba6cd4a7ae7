//! What is wrong with one file of a guide, for those who write it: its own mistakes, and names of topics
//! that there are not.

use std::collections::HashMap;
use std::path::Path;

use super::scan::{FILE_MAX, Key, Scan};
use super::update::{Content, bytes, content, too_large};
use super::{Place, Root};
use crate::folder::no_such_topic;
use crate::guide::Guide;
use crate::mistake::Mistake;
use crate::topic::KeywordName;

/// How many ids are compared with one that there is not; in a larger guide nobody is told what may be meant.
const COMPARED: usize = 20_000;

/// What a folder holds and every mistake in it, in the order of files and lines.
#[derive(Debug, Default)]
pub struct Checked {
    pub topics: usize,
    pub cards: usize,
    pub mistakes: Vec<Mistake>,
}

/// Checks all files of a folder: each by itself, and against each other and the topics of `built_in`.
pub fn folder(built_in: &Guide, folder: &Path) -> Checked {
    let roots = [Root {
        place: Place::Settings,
        folder: folder.to_owned(),
        shown: folder.display().to_string(),
        within: None,
    }];
    let scan = Scan::all(&roots);
    let mut checked = Checked {
        mistakes: scan.mistakes,
        ..Checked::default()
    };
    let mut owners: HashMap<KeywordName, String> = HashMap::new();
    let mut ids: HashMap<String, String> = HashMap::new();
    let mut mentioned: Vec<(String, usize, String)> = Vec::new();
    for (key, _) in &scan.files {
        let file = format!("{}/{}", roots[0].shown, key.path);
        let content = match bytes(&key.absolute(&roots)) {
            Ok(bytes) => content(key, &file, &bytes),
            Err(what) => Content::Bad(vec![Mistake::new(&file, 1, what)]),
        };
        match content {
            Content::Same => {}
            Content::Bad(mistakes) => checked.mistakes.extend(mistakes),
            Content::Cards(cards) => checked.cards += cards.len(),
            Content::Topic(parsed) => {
                checked.topics += 1;
                let topic = parsed.topic;
                for (name, line) in topic.keywords.into_iter().zip(parsed.keyword_lines) {
                    if let Some(owner) = owners.get(&name) {
                        let what = format!(
                            "the name `{}` belongs to `{owner}`; list it under `mentions` here or there",
                            name.name
                        );
                        checked.mistakes.push(Mistake::new(&file, line, what));
                    } else {
                        owners.insert(name, topic.id.clone());
                    }
                }
                let named = parsed.mentioned.into_iter().chain(parsed.extends.clone());
                mentioned.extend(named.map(|(line, id)| (file.clone(), line, id)));
                if parsed.extends.is_some() {
                    continue;
                }
                if let Some(other) = ids.insert(topic.id.clone(), file.clone()) {
                    let what = format!("the id `{}` is taken by {other}; rename one", topic.id);
                    checked.mistakes.push(Mistake::new(&file, 1, what));
                }
            }
        }
    }
    let known = built_in.ids(usize::MAX);
    for (file, line, id) in mentioned {
        if !ids.contains_key(&id) && !built_in.has(&id) {
            let ids = ids.keys().chain(&known).map(String::as_str);
            let mistake = Mistake::new(&file, line, no_such_topic(&id, ids));
            checked.mistakes.push(mistake);
        }
    }
    checked.mistakes.sort();
    checked
}

/// The mistakes of a text that stands, or will stand, in this file.
pub(super) fn text(guide: &Guide, key: &Key, file: &str, text: &str) -> Vec<Mistake> {
    if text.len() as u64 > FILE_MAX {
        return vec![Mistake::new(file, 1, too_large())];
    }
    let mentioned: Vec<(usize, String)> = match content(key, file, text.as_bytes()) {
        Content::Bad(mistakes) => return mistakes,
        Content::Topic(parsed) => parsed.mentioned.into_iter().chain(parsed.extends).collect(),
        Content::Cards(_) | Content::Same => return Vec::new(),
    };
    let own = key.id();
    let unknown = |id: &String| *id != own && !guide.has(id);
    let ids = mentioned
        .iter()
        .any(|(_, id)| unknown(id))
        .then(|| guide.ids(COMPARED));
    let mut mistakes = Vec::new();
    for (line, id) in &mentioned {
        if *id == own {
            mistakes.push(Mistake::new(
                file,
                *line,
                "a topic is not related to itself",
            ));
        } else if unknown(id) {
            let ids = ids.iter().flatten().map(String::as_str);
            mistakes.push(Mistake::new(file, *line, no_such_topic(id, ids)));
        }
    }
    mistakes.sort();
    mistakes.dedup();
    mistakes
}
