//! A Compose file as a whole: its values with their places, aliases and merges followed.

use std::collections::HashMap;
use std::ops::Range;

use super::yaml::{self, Content, Node};

/// A file's documents.
#[derive(Debug)]
pub struct File {
    documents: Vec<Node>,
    /// Bytes before the first document that are no text: a byte order mark.
    mark: usize,
}

/// A value of the file.
#[derive(Clone, Copy, Debug)]
pub struct Value<'f> {
    node: &'f Node,
    anchors: &'f Anchors<'f>,
    mark: usize,
}

/// The nodes that `&name` stands before, by the number that the parser gave the name.
#[derive(Debug, Default)]
pub struct Anchors<'f>(HashMap<usize, &'f Node>);

/// A key with its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'f> {
    pub key: Value<'f>,
    pub value: Option<Value<'f>>,
}

/// How much of a file is read, in bytes: its values take about thirty times as much memory. What stands
/// behind that is nothing.
const LONGEST_TEXT: usize = 16 << 20;

/// How many aliases lead to a value at most; one may lead to itself.
const ALIASES_MAX: usize = 8;

impl File {
    pub fn read(text: &str) -> File {
        let mark = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        File {
            documents: yaml::documents(beginning(&text[mark..], LONGEST_TEXT)),
            mark,
        }
    }

    /// What aliases lead to, for [`File::root`].
    pub fn anchors(&self) -> Anchors<'_> {
        let mut anchors = Anchors::default();
        let mut open: Vec<&Node> = self.documents.iter().collect();
        while let Some(node) = open.pop() {
            if node.anchor > 0 {
                anchors.0.insert(node.anchor, node);
            }
            if let Content::List(children) | Content::Map(children) = &node.content {
                open.extend(children);
            }
        }
        anchors
    }

    /// The first document.
    pub fn root<'f>(&'f self, anchors: &'f Anchors<'f>) -> Option<Value<'f>> {
        let node = self.documents.first()?;
        Some(Value {
            node,
            anchors,
            mark: self.mark,
        })
    }
}

/// The whole lines of a text that has no more bytes than this.
fn beginning(text: &str, longest: usize) -> &str {
    if text.len() <= longest {
        return text;
    }
    let cut = &text[..text.floor_char_boundary(longest)];
    &cut[..cut.rfind('\n').map_or(0, |at| at + 1)]
}

impl<'f> Value<'f> {
    fn with(self, node: &'f Node) -> Value<'f> {
        Value { node, ..self }
    }

    /// What an alias leads to.
    fn followed(self) -> Option<Value<'f>> {
        let mut value = self;
        for _ in 0..ALIASES_MAX {
            match value.node.content {
                Content::Alias(anchor) => value = value.with(self.anchors.0.get(&anchor)?),
                _ => return Some(value),
            }
        }
        None
    }

    /// The bytes of a scalar in one line, without quotes; empty where there is no such place.
    pub fn range(self) -> Range<usize> {
        self.node.range.start + self.mark..self.node.range.end + self.mark
    }

    /// The text of a scalar.
    pub fn text(self) -> Option<&'f str> {
        match &self.followed()?.node.content {
            Content::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn items(self) -> Vec<Value<'f>> {
        match self.followed().map(|value| &value.node.content) {
            Some(Content::List(items)) => items.iter().map(|item| self.with(item)).collect(),
            _ => Vec::new(),
        }
    }

    pub fn is_map(self) -> bool {
        matches!(
            self.followed().map(|value| &value.node.content),
            Some(Content::Map(_))
        )
    }

    /// The entries of a map as they are written, `<<` among them.
    pub fn entries(self) -> Vec<Entry<'f>> {
        match self.followed().map(|value| &value.node.content) {
            Some(Content::Map(children)) => children
                .chunks(2)
                .map(|pair| Entry {
                    key: self.with(&pair[0]),
                    value: pair.get(1).map(|value| self.with(value)),
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The entry of a map with this key, also one that `<<` brings in.
    pub fn entry(self, key: &str) -> Option<Entry<'f>> {
        self.entry_within(key, ALIASES_MAX)
    }

    fn entry_within(self, key: &str, depth: usize) -> Option<Entry<'f>> {
        let entries = self.entries();
        let own = entries.iter().find(|entry| entry.key.text() == Some(key));
        if own.is_some() || depth == 0 {
            return own.copied();
        }
        entries
            .iter()
            .filter(|entry| entry.key.text() == Some("<<"))
            .filter_map(|entry| entry.value)
            .flat_map(|merged| {
                if merged.is_map() {
                    vec![merged]
                } else {
                    merged.items()
                }
            })
            .find_map(|merged| merged.entry_within(key, depth - 1))
    }

    /// The value of a map's key.
    pub fn get(self, key: &str) -> Option<Value<'f>> {
        self.entry(key)?.value
    }

    /// The value at a path of keys, such as `deploy.replicas`.
    pub fn at(self, path: &str) -> Option<Value<'f>> {
        path.split('.').try_fold(self, Value::get)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_ends_with_its_last_whole_line() {
        for (text, longest, expected) in [
            ("a: 1\nb: 2\n", 10, "a: 1\nb: 2\n"),
            ("a: 1\nb: 2\n", 9, "a: 1\n"),
            ("a: 1\nb: 2\n", 5, "a: 1\n"),
            ("a: 1\nb: 2\n", 4, ""),
            ("é\né", 4, "é\n"),
        ] {
            assert_eq!(beginning(text, longest), expected, "{text:?} {longest}");
        }
    }

    #[test]
    fn aliases_and_merges_are_followed() {
        let text = "\u{feff}x-base: &base\n  image: a:1\n  deploy: {replicas: 2}\nservices:\n  one:\n    <<: *base\n    ports: [\"80\", 81]\n  two: *base\n";
        let file = File::read(text);
        let anchors = file.anchors();
        let root = file.root(&anchors).expect("a document");
        let one = root.at("services.one").expect("a service");
        assert_eq!(one.get("image").and_then(Value::text), Some("a:1"));
        assert_eq!(one.at("deploy.replicas").and_then(Value::text), Some("2"));
        assert_eq!(
            root.at("services.two.image").and_then(Value::text),
            Some("a:1")
        );
        let ports = one.get("ports").map(Value::items).unwrap_or_default();
        let shown: Vec<&str> = ports.iter().map(|port| &text[port.range()]).collect();
        assert_eq!(shown, ["80", "81"]);
        assert!(one.get("none").is_none() && one.at("image.x").is_none());
    }

    #[test]
    fn an_alias_to_itself_ends() {
        let file = File::read("a: &a\n  <<: *a\n  b: *a\n");
        let anchors = file.anchors();
        let root = file.root(&anchors).expect("a document");
        assert!(root.at("a.b.b.c").is_none());
    }
}
