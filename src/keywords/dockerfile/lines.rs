//! Logical lines of a Dockerfile: what BuildKit's parser makes of continuations, comments, parser
//! directives and here-documents (`frontend/dockerfile/parser/parser.go`).

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

use super::heredoc::{self, Marker};
use super::shell::{Command, Script, is_posix};

/// A parser directive or an instruction.
pub(super) enum Line<'a> {
    /// `# syntax=…`: the range of the key word in the source.
    Directive(Range<usize>),
    Instruction(Joined<'a>),
}

/// An instruction with its continuation lines joined.
///
/// BuildKit joins before it looks at words, so that a word may be broken by a continuation. Words
/// are therefore sought in the joined text and brought back to the source by [`Joined::in_source`].
#[derive(Debug)]
pub(super) struct Joined<'a> {
    pub(super) text: Cow<'a, str>,
    /// The character that escapes: `\` or, after `# escape`, a backtick.
    pub(super) escape: u8,
    /// The here-document markers of the line, as ranges in `text`.
    pub(super) heredocs: Vec<Range<usize>>,
    /// Where each physical line begins: offset in `text`, offset in the source.
    pieces: Vec<(usize, usize)>,
}

impl Joined<'_> {
    /// The place in the source of a non-empty range of `text`.
    pub(super) fn in_source(&self, range: &Range<usize>) -> Range<usize> {
        // The end is found through the last byte: the end itself may belong to the next piece.
        self.offset(range.start)..self.offset(range.end.saturating_sub(1)) + 1
    }

    /// Whether no line continues it.
    pub(super) fn is_on_one_line(&self) -> bool {
        self.pieces.len() <= 1
    }

    fn offset(&self, at: usize) -> usize {
        let piece = self
            .pieces
            .partition_point(|(joined, _)| *joined <= at)
            .saturating_sub(1);
        self.pieces
            .get(piece)
            .map_or(at, |(joined, source)| source + (at - joined))
    }
}

/// Reads a file line by line; between two of them the caller skips the bodies of here-documents.
pub(super) struct Lines<'a> {
    source: &'a str,
    position: usize,
    state: State,
}

/// What is known between two lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    escape: u8,
    /// The parser directives seen so far while further ones are valid: they end at the first line
    /// that is not one.
    directives: Option<Vec<&'static str>>,
    /// The here-documents whose bodies follow.
    bodies: VecDeque<Body>,
    is_at_start: bool,
}

/// The body of a here-document: what ends it, and whether tabs before that are ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Body {
    end: String,
    strips_tabs: bool,
    content: Content,
}

/// What a here-document is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    /// A file, or the input of a command.
    Data,
    /// Lines of the shell; whether it is that, the first one may still say.
    Script { shell: Script, is_first: bool },
}

impl Body {
    fn ends_at(&self, line: &str) -> bool {
        let line = if self.strips_tabs {
            line.trim_start_matches('\t')
        } else {
            line
        };
        line == self.end
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            escape: b'\\',
            directives: Some(Vec::new()),
            bodies: VecDeque::new(),
            is_at_start: true,
        }
    }
}

impl<'a> Lines<'a> {
    /// Goes on at a line where this is the state.
    pub(super) fn resume(source: &'a str, position: usize, state: State) -> Self {
        let mark = if state.is_at_start && source.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self {
            source,
            position: position + mark,
            state: State {
                is_at_start: false,
                ..state
            },
        }
    }

    /// Where the next line begins, and what is known there.
    pub(super) fn suspend(self) -> (usize, State) {
        (self.position, self.state)
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// The next physical line without its line ending, and where it starts.
    fn physical(&mut self) -> Option<(usize, &'a str)> {
        let start = self.position;
        let rest = self.source.get(start..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        self.position += length;
        Some((start, rest[..length].trim_end_matches(['\r', '\n'])))
    }

    /// The key word of a parser directive, as a range of `line`, with the effect it has.
    fn directive(&mut self, line: &str) -> Option<Range<usize>> {
        let seen = self.state.directives.as_mut()?;
        let found = parse_directive(line).filter(|(name, ..)| !seen.contains(name));
        let Some((name, range, value)) = found else {
            self.state.directives = None;
            return None;
        };
        seen.push(name);
        if name == "escape"
            && let [escape @ (b'\\' | b'`')] = value.as_bytes()
        {
            self.state.escape = *escape;
        }
        Some(range)
    }

    /// Reads the lines that continue a first one, `content` being what that one contributes.
    fn join(&mut self, start: usize, content: &'a str) -> Joined<'a> {
        let mut text = Cow::Borrowed(content);
        let mut pieces = vec![(0, start)];
        while let Some((start, line)) = self.physical() {
            let trimmed = line.trim_start();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let continued = continued(line, self.state.escape);
            pieces.push((text.len(), start));
            text.to_mut().push_str(continued.unwrap_or(line));
            if continued.is_none() {
                break;
            }
        }
        Joined {
            text,
            pieces,
            escape: self.state.escape,
            heredocs: Vec::new(),
        }
    }

    /// The character that escapes.
    pub(super) fn escape(&self) -> u8 {
        self.state.escape
    }

    /// Reads the next here-document: the range of its body, without the line that ends it. An
    /// unterminated one reaches to the end of the file.
    pub(super) fn body(&mut self) -> Option<Range<usize>> {
        let body = self.state.bodies.pop_front()?;
        let start = self.position;
        loop {
            let end = self.position;
            match self.physical() {
                Some((_, line)) if !body.ends_at(line) => {}
                _ => return Some(start..end),
            }
        }
    }

    /// Skips the bodies of here-documents, and stops between two lines at or after `limit`. An
    /// unterminated one reaches to the end of the file.
    ///
    /// Gives each command in a line of a script to `add`, with the place of the line.
    pub(super) fn skip_bodies(&mut self, limit: usize, mut add: impl FnMut(usize, Command)) {
        while self.position < limit
            && let Some(mut body) = self.state.bodies.pop_front()
        {
            let Some((start, whole)) = self.physical() else {
                return self.state.bodies.push_front(body);
            };
            if !body.ends_at(whole) {
                for command in body.content.line(whole) {
                    add(start, command);
                }
                self.state.bodies.push_front(body);
            }
        }
    }

    /// Says that the shell runs the here-document that follows.
    pub(super) fn run_body(&mut self) {
        if let Some(body) = self.state.bodies.front_mut() {
            body.content = Content::Script {
                shell: Script::default(),
                is_first: true,
            };
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        loop {
            let (start, line) = self.physical()?;
            let trimmed = line.trim_start();
            let start = start + (line.len() - trimmed.len());
            if let Some(key) = self.directive(trimmed) {
                return Some(Line::Directive(start + key.start..start + key.end));
            }
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let mut joined = match continued(trimmed, self.state.escape) {
                Some(content) => self.join(start, content),
                None => Joined {
                    text: Cow::Borrowed(trimmed),
                    pieces: vec![(0, start)],
                    escape: self.state.escape,
                    heredocs: Vec::new(),
                },
            };
            for Marker {
                range,
                name,
                strips_tabs,
            } in heredoc::markers(&joined.text, joined.escape)
            {
                self.state.bodies.push_back(Body {
                    end: name,
                    strips_tabs,
                    content: Content::Data,
                });
                joined.heredocs.push(range);
            }
            return Some(Line::Instruction(joined));
        }
    }
}

impl Content {
    fn line(&mut self, line: &str) -> Vec<Command> {
        let Content::Script { shell, is_first } = self else {
            return Vec::new();
        };
        let is_other = std::mem::take(is_first)
            && line
                .strip_prefix("#!")
                .is_some_and(|interpreter| !is_posix(interpreter));
        if is_other {
            *self = Content::Data;
            return Vec::new();
        }
        shell.line(line)
    }
}

/// What a line contributes if it is continued on the next one. An escape character before the last
/// one takes its meaning away.
fn continued(line: &str, escape: u8) -> Option<&str> {
    let escape = char::from(escape);
    let content = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!content.ends_with(escape)).then_some(content)
}

/// `# name = value`: the name, its range in the line, and the value.
fn parse_directive(line: &str) -> Option<(&'static str, Range<usize>, &str)> {
    let after = line.strip_prefix('#')?.trim_start();
    let start = line.len() - after.len();
    let (key, value) = after.split_once('=')?;
    let (key, value) = (key.trim_end(), value.trim());
    let name = ["syntax", "escape", "check"]
        .into_iter()
        .find(|name| key.eq_ignore_ascii_case(name))?;
    (!value.is_empty()).then_some((name, start..start + key.len(), value))
}
