//! How files of guides are named: by their folder and the path below it, from which ids are made.

use std::path::{Path, PathBuf};

use arcstr::Substr;
use unicode_normalization::UnicodeNormalization as _;

use super::Root;
use super::manifest::hash;
use super::scan::FOLDERS_MAX;
use crate::Language;
use crate::hidden;
use crate::import::{self, Format};

/// The folder of the cards below that of the topics.
const CARDS: &str = "cards";

/// The longest section of imported topics, in bytes; on some disks, a name has 255 at most.
const SECTION_MAX: usize = 120;

/// Which file of which folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    /// The place of its root among the roots.
    pub(super) root: u16,
    /// Below the root, with slashes; a part of a text that many keys share.
    pub(super) path: Substr,
}

/// What a file may hold, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A topic, or notes to import: its front matter tells.
    Markdown,
    /// Notes in another format.
    Importable,
    Cards(Language),
}

impl Key {
    pub(super) fn new(root: u16, path: String) -> Key {
        let path = Substr::from(path);
        Key { root, path }
    }

    pub(super) fn kind(&self) -> Kind {
        // Only files of a kind have keys.
        kind(&self.path).unwrap_or(Kind::Importable)
    }

    /// The id of the topic in this file.
    pub(super) fn id(&self) -> String {
        id_of(&self.path)
    }

    /// Whether it lies where a topic of its own may: ids have two parts at most.
    pub(super) fn can_be_topic(&self) -> bool {
        self.path.split('/').count() <= 2
    }

    /// The section of the topics that are imported from this file: that of `team/redis.txt` is
    /// `team.redis.txt`. No path has an id with a full stop, so that they never replace other topics.
    pub(super) fn import_section(&self) -> String {
        let parts = self.path.split(['/', '.']).map(import::slug);
        let section = parts.collect::<Vec<_>>().join(".");
        if section.len() <= SECTION_MAX {
            return section;
        }
        let end = section.ceil_char_boundary(section.len() - SECTION_MAX / 2);
        format!("{:016x}.{}", hash(self.path.as_bytes()), &section[end..])
    }

    /// The id and the section that what is in this file may have.
    pub(super) fn may_be_named(&self) -> impl Iterator<Item = String> {
        let (id, section) = match self.kind() {
            Kind::Markdown => (Some(self.id()), Some(self.import_section())),
            Kind::Importable => (None, Some(self.import_section())),
            Kind::Cards(_) => (None, None),
        };
        id.into_iter().chain(section)
    }

    /// Whether an id is that of an imported topic.
    pub(super) fn is_imported(id: &str) -> bool {
        id.contains('.')
    }

    pub(super) fn absolute(&self, roots: &[Root]) -> PathBuf {
        let root = roots.get(usize::from(self.root));
        root.map_or_else(PathBuf::new, |root| root.folder.join(self.path.as_str()))
    }

    /// The file as answers name it.
    pub(super) fn from(&self, roots: &[Root]) -> String {
        let root = roots.get(usize::from(self.root));
        root.map_or_else(String::new, |root| root.from(&self.path))
    }

    /// The file as mistakes name it.
    pub(super) fn shown(&self, roots: &[Root]) -> String {
        let root = roots.get(usize::from(self.root));
        root.map_or_else(String::new, |root| format!("{}/{}", root.shown, self.path))
    }
}

/// Which file of which root a path is; None: it belongs to no guide.
pub(super) fn key_of(roots: &[Root], path: &Path) -> Option<Key> {
    (0_u16..).zip(roots).find_map(|(number, root)| {
        let relative = path.strip_prefix(&root.folder).ok()?;
        let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
        let path = parts?.join("/");
        is_wanted(&path).then(|| Key::new(number, path))
    })
}

/// Whether a file below a root is one of a guide.
pub(super) fn is_wanted(path: &str) -> bool {
    kind(path).is_some()
}

/// What a file below a root may hold; None: nothing for a guide.
fn kind(path: &str) -> Option<Kind> {
    let is_hidden = path.split('/').any(|part| part.starts_with('.'));
    if is_hidden || path.chars().any(hidden::is_hidden) {
        return None;
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if folder.split('/').count() > FOLDERS_MAX {
        return None;
    }
    let (stem, ending) = name.rsplit_once('.')?;
    if folder == CARDS && ending == "toml" {
        return Language::from_name(stem).map(Kind::Cards);
    }
    // It describes the folder.
    if stem.eq_ignore_ascii_case("readme") || !Format::is_named(name) {
        return None;
    }
    let is_markdown = ending.eq_ignore_ascii_case("md");
    Some(if is_markdown {
        Kind::Markdown
    } else {
        Kind::Importable
    })
}

/// The id of a topic by the path of its file below the guide's folder: small letters and digits; what is
/// neither becomes `-`, so that an id is the same on every system and leads nowhere else. Letters with
/// accents may be written in two ways, of which each system prefers another: here they are composed
/// (NFC).
pub fn id_of(relative: &str) -> String {
    let stem = match relative.rsplit_once('.') {
        Some((stem, ending)) if ending.eq_ignore_ascii_case("md") => stem,
        _ => relative,
    };
    let letters = stem.nfc().flat_map(char::to_lowercase);
    letters
        .map(|letter| match letter {
            '_' | '/' => letter,
            letter if letter.is_alphanumeric() => letter,
            _ => '-',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_on_every_system() {
        let cases = [
            ("redis/our-clusters.md", "redis/our-clusters"),
            ("Redis/Our Clusters.MD", "redis/our-clusters"),
            ("caf\u{e9}/\u{439}.md", "caf\u{e9}/\u{439}"),
            // As macOS may give them: the accents by themselves.
            ("cafe\u{301}/\u{438}\u{306}.md", "caf\u{e9}/\u{439}"),
            ("\u{1112}\u{1161}\u{11ab}/a.md", "\u{d55c}/a"),
            ("x/..%2f..\\etc.md", "x/---2f---etc"),
        ];
        for (path, id) in cases {
            assert_eq!(id_of(path), id, "{path}");
        }
    }

    #[test]
    fn names_tell_what_a_file_may_hold() {
        let cases = [
            ("a.md", Some(Kind::Markdown)),
            ("x/A.MD", Some(Kind::Markdown)),
            ("1/2/3/4/5/6/7/8/a.md", Some(Kind::Markdown)),
            ("1/2/3/4/5/6/7/8/9/a.md", None),
            ("x/terms.csv", Some(Kind::Importable)),
            ("article.txt", Some(Kind::Importable)),
            ("cards/go.toml", Some(Kind::Cards(Language::Go))),
            ("x/go.toml", None),
            ("cards/cobol.toml", None),
            ("x/ReadMe.md", None),
            ("x/main.go", None),
            ("x/md", None),
            (".obsidian/a.md", None),
            ("x/.a.md", None),
            ("x/a\n.md", None),
            ("x/a\u{202e}dm.md", None),
        ];
        for (path, expected) in cases {
            assert_eq!(kind(path), expected, "{path}");
        }
    }

    #[test]
    fn imported_topics_have_ids_that_no_path_has() {
        let section = |path: &str| Key::new(0, path.to_owned()).import_section();
        assert_eq!(section("article.txt"), "article.txt");
        assert_eq!(section("Team Notes/Redis.md"), "team-notes.redis.md");
        // On Windows, `con.txt` is no name of a file.
        assert_eq!(section("x/con.txt"), "x.con-topic.txt");
        assert!(Key::is_imported(&section("a.md")) && !Key::is_imported(&id_of("a.b.md")));
        let (long, other) = ("long/".repeat(40), "lang/".repeat(40));
        assert!(section(&format!("{long}a.md")).len() <= SECTION_MAX);
        assert_ne!(
            section(&format!("{long}a.md")),
            section(&format!("{other}a.md"))
        );
    }
}
