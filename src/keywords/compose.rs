//! compose.yaml: keys by their path, without the names that the user gives to services, volumes
//! and networks; values that are one word; and the image. What is under a key whose content is the
//! user's own (`environment`, `labels`) is silent.

pub mod file;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;

use super::{Keyword, Source};
use yaml::{Content, Node};

/// Every keyword of a Compose file in text order, without overlaps.
pub fn keywords(source: Source<'_>) -> Vec<Keyword> {
    let mark = if source.text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let documents = yaml::documents(&source.text[mark..]);
    let mut found = Found {
        text: &source.text[mark..],
        fragments: HashMap::new(),
        wanted: Vec::new(),
        keywords: Vec::new(),
    };
    for document in &documents {
        found.top_level(document);
    }
    let mut keywords = found.keywords;
    keywords.sort_by_key(|keyword| keyword.range.start);
    // A fragment may be used in several places.
    keywords.dedup_by(|next, kept| next.range.start < kept.range.end);
    for keyword in &mut keywords {
        keyword.range = keyword.range.start + mark..keyword.range.end + mark;
    }
    keywords
}

/// What the keys of a map are.
#[derive(Clone, Debug)]
enum Place {
    /// Keys of the specification below this path; the path of a service is empty.
    Keys(String),
    /// Names that the user chose, and below each one keys of this path.
    Names(String),
    /// All is the user's own.
    Silent,
}

/// Keys of the top level whose maps are from names to definitions.
const NAMED: [&str; 5] = ["configs", "models", "networks", "secrets", "volumes"];

/// The same within a service.
const NAMED_IN_SERVICE: [&str; 5] = [
    "build.ulimits",
    "depends_on",
    "models",
    "networks",
    "ulimits",
];

/// Keys whose content is the user's own, wherever they stand.
const FREE: [&str; 12] = [
    "additional_contexts",
    "annotations",
    "args",
    "aux_addresses",
    "driver_opts",
    "environment",
    "extra_hosts",
    "labels",
    "options",
    "runtime_flags",
    "storage_opt",
    "sysctls",
];

/// Where the content of the key `path` of a service, a network and so on stands.
fn below(path: &str) -> Place {
    let key = path.rsplit('.').next().unwrap_or_default();
    if FREE.contains(&key) {
        Place::Silent
    } else if NAMED_IN_SERVICE.contains(&path) {
        Place::Names(path.to_owned())
    } else {
        Place::Keys(path.to_owned())
    }
}

struct Found<'a> {
    text: &'a str,
    /// Anchored nodes in extensions (`x-logging: &logging`), by the number of the anchor.
    fragments: HashMap<usize, &'a Node>,
    /// Anchors that are used, and where.
    wanted: Vec<(usize, Place)>,
    keywords: Vec<Keyword>,
}

impl<'a> Found<'a> {
    fn top_level(&mut self, document: &'a Node) {
        let Content::Map(children) = &document.content else {
            return;
        };
        for pair in children.chunks(2) {
            let Content::Scalar(key) = &pair[0].content else {
                continue;
            };
            if key.starts_with("x-") {
                for node in pair {
                    self.keep_fragments(node);
                }
                continue;
            }
            self.add_key(&pair[0], key.clone());
            let place = match key.as_str() {
                "services" => Place::Names(String::new()),
                key if NAMED.contains(&key) => Place::Names(key.to_owned()),
                key => Place::Keys(key.to_owned()),
            };
            if let Some(value) = pair.get(1) {
                self.content(value, key, &place);
            }
        }
        // What is merged from an extension has the meaning of the place that uses it.
        while let Some((anchor, place)) = self.wanted.pop() {
            if let Some(fragment) = self.fragments.remove(&anchor) {
                self.walk(fragment, &place);
            }
        }
    }

    fn keep_fragments(&mut self, node: &'a Node) {
        if node.anchor > 0 {
            self.fragments.insert(node.anchor, node);
        }
        if let Content::List(children) | Content::Map(children) = &node.content {
            for child in children {
                self.keep_fragments(child);
            }
        }
    }

    /// The value of the key `path`: a word, or more keys.
    fn content(&mut self, value: &'a Node, path: &str, place: &Place) {
        match &value.content {
            Content::Scalar(text) => self.add_value(value, text, path),
            _ => self.walk(value, place),
        }
    }

    fn walk(&mut self, node: &'a Node, place: &Place) {
        match &node.content {
            Content::Scalar(_) => {}
            Content::Alias(anchor) => self.wanted.push((*anchor, place.clone())),
            Content::List(items) => items.iter().for_each(|item| self.walk(item, place)),
            Content::Map(children) => {
                for pair in children.chunks(2) {
                    self.pair(&pair[0], pair.get(1), place);
                }
            }
        }
    }

    fn pair(&mut self, key: &'a Node, value: Option<&'a Node>, place: &Place) {
        let Content::Scalar(name) = &key.content else {
            return;
        };
        match (place, value) {
            (_, Some(value)) if name == "<<" => self.walk(value, place),
            (Place::Silent, _) => {}
            _ if name.starts_with("x-") => {}
            (Place::Names(path), Some(value)) => self.walk(value, &Place::Keys(path.clone())),
            (Place::Names(_), None) => {}
            (Place::Keys(parent), value) => {
                let path = if parent.is_empty() {
                    name.clone()
                } else {
                    format!("{parent}.{name}")
                };
                self.add_key(key, path.clone());
                if let Some(value) = value {
                    self.content(value, &path, &below(&path));
                }
            }
        }
    }

    fn add(&mut self, range: Range<usize>, name: String) {
        self.keywords.push(Keyword {
            names: vec![name],
            sense: None,
            range,
            language: None,
        });
    }

    fn add_key(&mut self, key: &Node, path: String) {
        let spelled = self.text.get(key.range.clone()).unwrap_or_default();
        if is_word(spelled) {
            self.add(key.range.clone(), path);
        }
    }

    /// `restart: on-failure:5` is the word before the colon; an image is the last part of its name.
    fn add_value(&mut self, value: &Node, said: &str, path: &str) {
        let spelled = self.text.get(value.range.clone()).unwrap_or_default();
        // With escapes in it, the word is not where the text says.
        if spelled != said {
            return;
        }
        let start = match path {
            "image" => said.rfind('/').map_or(0, |slash| slash + 1),
            _ => 0,
        };
        let word = said[start..].split([':', '@']).next().unwrap_or_default();
        if is_word(word) {
            let start = value.range.start + start;
            self.add(start..start + word.len(), format!("{path}: {word}"));
        }
    }
}

/// Whether a text is one word: a key, or a value that may have a name of its own.
fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
}
