//! What is wrong with one file of a guide, for those who write it: its own mistakes, and names of topics
//! that there are not.

use super::scan::Key;
use super::update::{Content, content};
use crate::folder::no_such_topic;
use crate::guide::Guide;
use crate::mistake::Mistake;

/// How many ids are compared with one that there is not; in a larger guide nobody is told what may be meant.
const COMPARED: usize = 20_000;

/// The mistakes of a text that stands, or will stand, in this file.
pub(super) fn text(guide: &Guide, key: &Key, file: &str, text: &str) -> Vec<Mistake> {
    let mentioned: Vec<(usize, String)> = match content(key, file, text.as_bytes()) {
        Content::Bad(mistakes) => return mistakes,
        Content::Topic(parsed) => parsed.mentioned.into_iter().chain(parsed.extends).collect(),
        Content::Cards(_) | Content::Same => Vec::new(),
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
