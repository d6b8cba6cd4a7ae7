//! A document is an open file: its text, its language, and where lines and columns are.
//!
//! This module hides ropey: outside it, a place in a text is a byte offset or an LSP position.

mod asked;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, Weak};

use ropey::{Rope, RopeSlice};
use viva_guide::Language;

use crate::keywords::checkpoints::{Checkpoints, Parts};
use crate::keywords::{self, Keyword, Source, go};
use crate::lock::lock;
use asked::Asked;

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: what LSP means where nothing else was agreed.
    #[default]
    Utf16,
    /// Characters (Unicode scalar values).
    Utf32,
}

/// A line and a column, both from 0. A line ends at `\n`, `\r\n` or `\r` and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    /// Counted in an [`Encoding`].
    pub column: usize,
}

/// The keywords of longer texts that are read as a whole are not kept, in bytes: they take about six
/// times the memory of their text.
const LONGEST_KEPT: usize = 4 << 20;

/// How much of a long text is looked at at a time, in bytes.
const PART: usize = 256 << 10;

/// An open file at one version. Cheap to clone: the text is shared.
#[derive(Clone, Debug)]
pub struct Document {
    pub version: i32,
    /// None: Viva has nothing to say about this file.
    pub language: Option<Language>,
    /// The other files of the package, where they are known.
    pub package: Option<Arc<go::Package>>,
    rope: Rope,
    /// Computed when first asked for, once per version.
    parsed: Arc<OnceLock<Parsed>>,
    outline: Arc<OnceLock<Arc<go::PackageFile>>>,
    /// For languages that may be read in parts; shared by the copies of a version.
    checkpoints: Option<Arc<Mutex<Checkpoints>>>,
    /// Shared by the copies of a version, as long as they have the same package.
    asked: Arc<Asked>,
    /// The tree of an earlier version with the edits since then noted in it.
    old_tree: Option<tree_sitter::Tree>,
}

/// What is derived from a text.
#[derive(Debug)]
struct Parsed {
    text: String,
    tree: Option<tree_sitter::Tree>,
    contents: go::Contents,
    /// Of languages that are read as a whole.
    keywords: OnceLock<Vec<Keyword>>,
}

/// Tells a version of a document from all others, and keeps nothing of it in memory.
#[derive(Clone, Debug)]
pub struct Identity {
    parsed: Weak<OnceLock<Parsed>>,
    package: Option<Weak<go::Package>>,
}

impl Document {
    pub fn new(version: i32, language: Option<Language>, text: &str) -> Document {
        Document {
            version,
            language,
            package: None,
            rope: Rope::from_str(text),
            parsed: Arc::default(),
            outline: Arc::default(),
            checkpoints: checkpoints(language),
            asked: Arc::default(),
            old_tree: None,
        }
    }

    /// What tells it from others.
    pub fn identity(&self) -> Identity {
        Identity {
            parsed: Arc::downgrade(&self.parsed),
            package: self.package.as_ref().map(Arc::downgrade),
        }
    }

    /// Whether it is the same version of the same document, from the one opening of it, with the same package.
    pub fn is(&self, identity: &Identity) -> bool {
        let package = self.package.as_ref().map(Arc::as_ptr);
        self.has_text_of(identity) && package == identity.package.as_ref().map(Weak::as_ptr)
    }

    /// The same, whatever is known of the package.
    pub fn has_text_of(&self, identity: &Identity) -> bool {
        Arc::as_ptr(&self.parsed) == identity.parsed.as_ptr()
    }

    /// The length in bytes.
    pub fn len(&self) -> usize {
        self.rope.len_bytes()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn text(&self) -> &str {
        &self.parsed().text
    }

    /// The keyword at a byte offset.
    pub fn keyword_at(&self, offset: usize) -> Option<Arc<Keyword>> {
        if let Some(found) = self.read_whole() {
            return keywords::among(found, offset).cloned().map(Arc::new);
        }
        let read = |range| self.keywords_in(range);
        self.asked.keyword_at(self.package.as_ref(), offset, read)
    }

    /// The keywords that have a byte in the range, in the order of the text.
    pub fn keywords_in(&self, range: Range<usize>) -> Vec<Keyword> {
        let Some(language) = self.language else {
            return Vec::new();
        };
        if let Some(shared) = self.read_in_parts() {
            return with_copy(shared, |kept| kept.keywords_in(&Text(&self.rope), range));
        }
        match self.read_whole() {
            Some(found) => keywords::touching(found, range),
            None => keywords::within(language, self.source(), range),
        }
    }

    /// Every keyword, in the order of the text.
    pub fn keywords(&self) -> Vec<Keyword> {
        match self.language {
            // Without a tree there is nothing that the whole text would tell.
            Some(Language::Go) if self.read_in_parts().is_some() => self.keywords_in(0..self.len()),
            Some(language) => match self.read_whole() {
                Some(found) => found.to_vec(),
                None => keywords::all(language, self.source()),
            },
            None => Vec::new(),
        }
    }

    /// Calls `each` with every keyword, in the order of the text. Of a text that is read in parts, however long,
    /// only the keywords of one part are in memory at a time.
    pub fn each_keyword(&self, mut each: impl FnMut(Keyword)) {
        if self.language.is_none() || self.read_in_parts().is_none() {
            return self.keywords().into_iter().for_each(each);
        }
        for start in (0..self.len()).step_by(PART) {
            let part = start..self.len().min(start + PART);
            let found = self.keywords_in(part.clone()).into_iter();
            // One that lies in two parts belongs to the first.
            found
                .filter(|keyword| part.contains(&keyword.range.start))
                .for_each(&mut each);
        }
    }

    /// Whether it has what takes far more memory than its text.
    pub fn is_parsed(&self) -> bool {
        self.old_tree.is_some() || self.parsed.get().is_some()
    }

    /// Gives that memory back; whoever needs it makes it again.
    pub fn forget_parsed(&mut self) {
        self.parsed = Arc::default();
        self.asked = Arc::default();
        self.old_tree = None;
    }

    /// Go is read in parts only where it has no tree: a text that is too large, or that the parser gave up.
    fn read_in_parts(&self) -> Option<&Mutex<Checkpoints>> {
        let has_tree = self.language == Some(Language::Go)
            && self.len() <= go::LONGEST_TEXT
            && self.parsed().tree.is_some();
        self.checkpoints.as_deref().filter(|_| !has_tree)
    }

    /// YAML can only be read as a whole, which is done once for a version. What is in a text that is
    /// too large is not kept.
    fn read_whole(&self) -> Option<&[Keyword]> {
        if self.language != Some(Language::Compose) || self.len() > LONGEST_KEPT {
            return None;
        }
        let read = || keywords::all(Language::Compose, self.source());
        Some(self.parsed().keywords.get_or_init(read))
    }

    /// The text and what is derived from it, as recognisers see it.
    pub fn source(&self) -> Source<'_> {
        let parsed = self.parsed();
        Source {
            text: &parsed.text,
            tree: parsed.tree.as_ref(),
            contents: Some(&parsed.contents),
            package: self.package.as_deref(),
        }
    }

    /// What a Go file declares, for the other files of its package.
    pub fn outline(&self) -> Arc<go::PackageFile> {
        let outline = self.outline.get_or_init(|| {
            Arc::new(match self.parsed.get() {
                Some(parsed) => go::PackageFile::new(&parsed.text),
                None => go::PackageFile::new(&String::from(&self.rope)),
            })
        });
        Arc::clone(outline)
    }

    fn parsed(&self) -> &Parsed {
        self.parsed.get_or_init(|| {
            let text = String::from(&self.rope);
            let tree = match self.language {
                Some(Language::Go) => go::parse(&text, self.old_tree.as_ref()),
                _ => None,
            };
            Parsed {
                text,
                tree,
                contents: go::Contents::default(),
                keywords: OnceLock::new(),
            }
        })
    }

    /// Replaces the whole text.
    pub fn replace_all(&mut self, text: &str) {
        self.rope = Rope::from_str(text);
        self.parsed = Arc::default();
        self.outline = Arc::default();
        self.checkpoints = checkpoints(self.language);
        self.asked = Arc::default();
        self.old_tree = None;
    }

    /// Replaces a byte range, which must lie on character boundaries (as the ranges that
    /// [`Document::offset`] gives do).
    pub fn replace(&mut self, range: Range<usize>, text: &str) {
        let edit = self.tree_edit(range.clone(), text);
        let chars = self.rope.byte_to_char(range.start)..self.rope.byte_to_char(range.end);
        self.rope.remove(chars.clone());
        self.rope.insert(chars.start, text);
        if let Some(shared) = &mut self.checkpoints {
            if Arc::get_mut(shared).is_none() {
                // A copy of this version has it too.
                let kept = lock(shared).clone();
                *shared = Arc::new(Mutex::new(kept));
            }
            lock(shared).edit(&range, text.len());
        }
        // The tree of the last parsed version carries on, with this edit noted in it.
        let tree = match self.parsed.get() {
            Some(parsed) => parsed.tree.clone(),
            None => self.old_tree.take(),
        };
        self.old_tree = tree.map(|mut tree| {
            tree.edit(&edit);
            tree
        });
        self.parsed = Arc::default();
        self.outline = Arc::default();
        self.asked = Arc::default();
    }

    fn tree_edit(&self, range: Range<usize>, text: &str) -> tree_sitter::InputEdit {
        let start = self.point(range.start);
        let lines = text.bytes().filter(|byte| *byte == b'\n').count();
        let last = text.rsplit('\n').next().map_or(0, str::len);
        let new_end = tree_sitter::Point {
            row: start.row + lines,
            column: if lines == 0 {
                start.column + last
            } else {
                last
            },
        };
        tree_sitter::InputEdit {
            start_byte: range.start,
            old_end_byte: range.end,
            new_end_byte: range.start + text.len(),
            start_position: start,
            old_end_position: self.point(range.end),
            new_end_position: new_end,
        }
    }

    /// Row and byte column as tree-sitter counts them. It ends lines at `\n` only; rows are used by
    /// nobody here, so that a lone `\r` does no harm.
    fn point(&self, offset: usize) -> tree_sitter::Point {
        let row = self.rope.byte_to_line(offset);
        tree_sitter::Point {
            row,
            column: offset - self.rope.line_to_byte(row),
        }
    }

    /// The byte offset of a position. A column past the end of its line is the end of the line, a
    /// line past the last is the end of the text, a column inside a character is its start.
    pub fn offset(&self, position: Position, encoding: Encoding) -> usize {
        if position.line >= self.rope.len_lines() {
            return self.rope.len_bytes();
        }
        let start = self.rope.line_to_byte(position.line);
        let line = without_line_end(self.rope.line(position.line));
        let within = match encoding {
            Encoding::Utf8 => {
                let column = position.column.min(line.len_bytes());
                line.char_to_byte(line.byte_to_char(column))
            }
            Encoding::Utf16 => {
                let column = position.column.min(line.len_utf16_cu());
                line.char_to_byte(line.utf16_cu_to_char(column))
            }
            Encoding::Utf32 => line.char_to_byte(position.column.min(line.len_chars())),
        };
        start + within
    }

    /// The position of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let offset = offset.min(self.rope.len_bytes());
        let line = self.rope.byte_to_line(offset);
        let start = self.rope.line_to_char(line);
        let char = self.rope.byte_to_char(offset);
        let column = match encoding {
            Encoding::Utf8 => self.rope.char_to_byte(char) - self.rope.line_to_byte(line),
            Encoding::Utf16 => self.rope.char_to_utf16_cu(char) - self.rope.char_to_utf16_cu(start),
            Encoding::Utf32 => char - start,
        };
        Position { line, column }
    }

    /// Where a line ends, before its line end, in bytes; past the last line it is the end of the text.
    pub fn line_end(&self, line: usize) -> usize {
        let column = usize::MAX;
        self.offset(Position { line, column }, Encoding::Utf8)
    }

    /// How many lines there are; a text that ends with a line end has an empty last line.
    pub fn line_count(&self) -> usize {
        self.rope.len_lines()
    }
}

/// Reads with checkpoints. An edit does not wait for a long reading: that works on a copy.
fn with_copy<T>(shared: &Mutex<Checkpoints>, read: impl FnOnce(&mut Checkpoints) -> T) -> T {
    let mut checkpoints = lock(shared).clone();
    let found = read(&mut checkpoints);
    *lock(shared) = checkpoints;
    found
}

fn checkpoints(language: Option<Language>) -> Option<Arc<Mutex<Checkpoints>>> {
    Some(Arc::new(Mutex::new(Checkpoints::new(language?)?)))
}

/// A rope whose parts recognisers may see.
struct Text<'a>(&'a Rope);

impl Parts for Text<'_> {
    fn length(&self) -> usize {
        self.0.len_bytes()
    }

    fn part(&self, range: Range<usize>) -> (usize, Cow<'_, str>) {
        let boundary = |offset| self.0.char_to_byte(self.0.byte_to_char(offset));
        let start = boundary(range.start);
        let slice = self.0.byte_slice(start..boundary(range.end));
        (start, Cow::from(slice))
    }
}

fn without_line_end(line: RopeSlice<'_>) -> RopeSlice<'_> {
    let mut end = line.len_chars();
    while end > 0 && matches!(line.char(end - 1), '\n' | '\r') {
        end -= 1;
    }
    line.slice(..end)
}
