//! What the index knows of each file: enough to see which files have changed and which ids they touch,
//! without reading them.

use std::collections::HashSet;
use std::fmt::Write as _;

use arcstr::ArcStr;

use super::key::Key;
use super::scan::Stamp;

/// The first line of a manifest; a number that grows with the format.
const HEADER: &str = "viva guide manifest 2";

/// What a file was when it was last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) stamp: Stamp,
    /// Of its content.
    pub(super) hash: u64,
    pub(super) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A topic of its own; its id is in its path.
    Topic,
    /// What is added to the topic with this id.
    Extends(String),
    /// Topics made of notes.
    Imported,
    Cards,
    /// Left out because of mistakes.
    Bad,
}

/// All files, in the order of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest(Vec<Entry>);

impl Manifest {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many bytes the files have.
    pub(super) fn bytes(&self) -> u64 {
        self.0.iter().map(|entry| entry.stamp.size).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn skipped(&self) -> usize {
        let bad = self.0.iter().filter(|entry| entry.what == What::Bad);
        bad.count()
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.0
    }

    pub(super) fn get(&self, key: &Key) -> Option<&Entry> {
        let at = self.0.binary_search_by(|entry| entry.key.cmp(key)).ok()?;
        self.0.get(at)
    }

    /// Takes over what was read, in any order, and forgets what is gone.
    pub(super) fn replace(&mut self, mut read: Vec<Entry>, gone: &[Key]) {
        read.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let gone: HashSet<&Key> = gone.iter().collect();
        let is_read = |key: &Key| read.binary_search_by(|entry| entry.key.cmp(key)).is_ok();
        self.0
            .retain(|entry| !gone.contains(&entry.key) && !is_read(&entry.key));
        self.0.append(&mut read);
        self.0.sort_by(|a, b| a.key.cmp(&b.key));
    }

    /// Differs where the files or what is in them differ, in whatever order they were read.
    pub(super) fn hash(&self) -> u64 {
        let entries = self.0.iter();
        entries.fold(0, |sum, entry| {
            let key = hash(entry.key.path.as_bytes()) ^ u64::from(entry.key.root);
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&key.to_le_bytes());
            bytes[8..].copy_from_slice(&entry.hash.to_le_bytes());
            sum.wrapping_add(hash(&bytes))
        })
    }

    /// As text, one file a line.
    pub(super) fn write(&self) -> String {
        let mut out = String::with_capacity(80 * self.0.len());
        writeln!(out, "{HEADER} {}", self.0.len()).expect("a String takes any text");
        for Entry {
            key,
            stamp,
            hash,
            what,
        } in &self.0
        {
            let (kind, target) = match what {
                What::Topic => ("topic", ""),
                What::Extends(id) => ("extends", id.as_str()),
                What::Imported => ("imported", ""),
                What::Cards => ("cards", ""),
                What::Bad => ("bad", ""),
            };
            let Key { root, path } = key;
            let Stamp { size, modified } = stamp;
            writeln!(
                out,
                "{root}\t{size}\t{modified}\t{hash:x}\t{kind}\t{target}\t{path}"
            )
            .expect("a String takes any text");
        }
        out
    }

    /// The reverse; None where the text is none of ours or not whole.
    pub(super) fn read(text: &ArcStr) -> Option<Manifest> {
        // Places in longer texts cannot be kept.
        u32::try_from(text.len()).ok()?;
        let (header, lines) = text
            .strip_suffix('\n')?
            .split_once('\n')
            .unwrap_or((text.as_str(), ""));
        let count: usize = header.strip_prefix(HEADER)?.trim().parse().ok()?;
        let entries: Option<Vec<Entry>> = lines.lines().map(|line| entry(text, line)).collect();
        let entries = entries.filter(|entries| entries.len() == count)?;
        entries
            .is_sorted_by(|a, b| a.key < b.key)
            .then_some(Manifest(entries))
    }
}

/// Reads a line of a text.
fn entry(text: &ArcStr, line: &str) -> Option<Entry> {
    let mut parts = line.splitn(7, '\t');
    let mut next = || parts.next();
    let (root, size, modified) = (next()?, next()?, next()?);
    let hash = u64::from_str_radix(next()?, 16).ok()?;
    let what = match (next()?, next()?) {
        ("topic", _) => What::Topic,
        ("extends", id) => What::Extends(id.to_owned()),
        ("imported", _) => What::Imported,
        ("cards", _) => What::Cards,
        ("bad", _) => What::Bad,
        _ => return None,
    };
    Some(Entry {
        key: Key {
            root: root.parse().ok()?,
            path: text.substr_from(next()?),
        },
        stamp: Stamp {
            size: size.parse().ok()?,
            modified: modified.parse().ok()?,
        },
        hash,
        what,
    })
}

/// A hash of a text that is the same on every machine; tells changed files apart, and keeps no secret.
/// Eight bytes a step, after the pattern of FNV-1a.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let step = |hash: u64, word: u64| {
        let mixed = (hash ^ word).wrapping_mul(PRIME);
        mixed ^ (mixed >> 29)
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(0xcbf2_9ce4_8422_2325, |hash, word| {
        step(hash, u64::from_le_bytes(*word))
    });
    let hash = rest
        .iter()
        .fold(hash, |hash, byte| step(hash, u64::from(*byte)));
    step(hash, bytes.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(path: &str, hash: u64, what: What) -> Entry {
        Entry {
            key: Key::new(1, path.to_owned()),
            stamp: Stamp {
                size: 3,
                modified: 4,
            },
            hash,
            what,
        }
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written_and_only_whole() {
        let mut manifest = Manifest::default();
        let entries = vec![
            sample("b.md", 2, What::Extends("go/x".to_owned())),
            sample("a b.md", u64::MAX, What::Topic),
            sample("cards/go.toml", 0, What::Cards),
            sample("d.txt", 5, What::Imported),
            sample("c.md", 7, What::Bad),
        ];
        manifest.replace(entries, &[]);
        let text = ArcStr::from(manifest.write());
        assert_eq!(Manifest::read(&text).as_ref(), Some(&manifest));
        for end in 0..text.len() {
            assert_eq!(Manifest::read(&ArcStr::from(&text[..end])), None, "{end}");
        }
    }

    #[test]
    fn its_hash_is_that_of_the_content_in_any_order() {
        let (a, b) = (
            sample("a.md", 1, What::Topic),
            sample("b.md", 2, What::Topic),
        );
        let mut one = Manifest::default();
        one.replace(vec![a.clone(), b.clone()], &[]);
        let mut other = Manifest::default();
        other.replace(vec![b.clone()], &[]);
        assert_ne!(one.hash(), other.hash());
        other.replace(vec![a.clone()], &[]);
        assert_eq!(one.hash(), other.hash());
        other.replace(vec![sample("a.md", 3, What::Topic)], &[b.key]);
        assert_ne!(one.hash(), other.hash());
        assert_eq!(other.len(), 1);
    }
}
