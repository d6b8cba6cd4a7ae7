//! YAML with positions, also while it is being typed.
//!
//! The parser stops at the first mistake. Then the mistake is blanked out, byte for byte, and the
//! text is parsed again, so that what follows keeps its place in the tree. That needs no second,
//! lexical reader whose idea of YAML would differ.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

/// A value of a document.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) content: Content,
    /// Of a scalar in one line: its text without quotes. Of all others: where they begin.
    pub(super) range: Range<usize>,
    /// What `&name` has numbered it; 0 for none.
    pub(super) anchor: usize,
}

#[derive(Debug)]
pub(super) enum Content {
    Scalar(String),
    List(Vec<Node>),
    /// Keys and values by turns; the last value may be missing.
    Map(Vec<Node>),
    /// `*name`: the number of the anchor.
    Alias(usize),
}

/// Deeper nodes are left out, so that walking the tree cannot exhaust the stack.
const DEPTH_MAX: usize = 32;

/// How many mistakes are blanked out at most.
const REPAIRS_MAX: usize = 16;

/// How much text is parsed at most to find out what to blank out, in bytes.
const REPAIRED_MAX: usize = 4 << 20;

/// The documents of a file, as far as they can be read.
pub(super) fn documents(text: &str) -> Vec<Node> {
    let mut read = read(text);
    let mut spent = 0;
    let mut repaired = text.to_owned();
    for _ in 0..REPAIRS_MAX {
        let Some(mistake) = read.mistake else { break };
        let mut best: Option<(Read, String)> = None;
        for blanked in repairs(&repaired, mistake, read.open_flow) {
            spent += text.len();
            let attempt = self::read(&blanked);
            let is_better = best
                .as_ref()
                .is_none_or(|(best, _)| attempt.reach() > best.reach());
            if is_better {
                best = Some((attempt, blanked));
            }
        }
        let Some((attempt, blanked)) = best.filter(|(attempt, _)| attempt.reach() > read.reach())
        else {
            break;
        };
        (read, repaired) = (attempt, blanked);
        if spent > REPAIRED_MAX {
            break;
        }
    }
    read.documents
}

/// What could be read of a text.
struct Read {
    documents: Vec<Node>,
    /// Where the parser gave up.
    mistake: Option<usize>,
    /// The outermost bracket or brace that was open there.
    open_flow: Option<usize>,
}

impl Read {
    /// How far reading came.
    fn reach(&self) -> usize {
        self.mistake.unwrap_or(usize::MAX)
    }
}

/// The text with the mistake taken out, in several ways, the gentlest first: the value after a key
/// on the line of the mistake, that line, the same for the line before it, and the beginning of what
/// may lack its closing bracket.
fn repairs(text: &str, mistake: usize, open_flow: Option<usize>) -> Vec<String> {
    let line = line_at(text, mistake);
    let before = text[..line.start].trim_end().len();
    let mut repairs = Vec::new();
    // Of a tab where blanks must be, the parser complains a line too early.
    let after =
        Some(line_at(text, line.end + 1)).filter(|line| text[line.clone()].starts_with('\t'));
    let before = (before > 0).then(|| line_at(text, before));
    let lines = [after, Some(line), before];
    for line in lines.into_iter().flatten() {
        let content = &text[line.clone()];
        if content.trim().is_empty() {
            continue;
        }
        if let Some(colon) = content.find(": ").filter(|_| !content.starts_with('\t')) {
            repairs.push(blanked(text, line.start + colon + 1..line.end));
        }
        repairs.push(blanked(text, line));
    }
    repairs.extend(open_flow.map(|start| blanked(text, start..line_at(text, start).end)));
    repairs
}

/// The line of an offset, without its end.
fn line_at(text: &str, offset: usize) -> Range<usize> {
    let offset = offset.min(text.len());
    let is_boundary = |at: &usize| text.is_char_boundary(*at);
    let offset = (0..=offset).rev().find(is_boundary).unwrap_or_default();
    let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[offset..]
        .find('\n')
        .map_or(text.len(), |length| offset + length);
    start..end
}

fn blanked(text: &str, range: Range<usize>) -> String {
    let mut blanked = text.to_owned();
    let blanks = " ".repeat(range.len());
    blanked.replace_range(range, &blanks);
    blanked
}

/// A list or map whose end has not come.
struct Open {
    is_map: bool,
    start: usize,
    anchor: usize,
    children: Vec<Node>,
}

impl Open {
    fn closed(self) -> Node {
        let content = if self.is_map {
            Content::Map(self.children)
        } else {
            Content::List(self.children)
        };
        Node {
            content,
            range: self.start..self.start,
            anchor: self.anchor,
        }
    }
}

fn read(text: &str) -> Read {
    let bytes = Bytes::of(text);
    let mut documents = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut mistake = None;
    // How many lists and maps are open that are too deep to keep.
    let mut too_deep = 0_usize;
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                mistake = Some(bytes.offset(error.marker().index()));
                break;
            }
        };
        let range = bytes.offset(span.start.index())..bytes.offset(span.end.index());
        let node = match event {
            Event::MappingStart(anchor, _) | Event::SequenceStart(anchor, _) => {
                if open.len() >= DEPTH_MAX {
                    too_deep += 1;
                } else {
                    open.push(Open {
                        is_map: matches!(event, Event::MappingStart(..)),
                        start: range.start,
                        anchor,
                        children: Vec::new(),
                    });
                }
                continue;
            }
            Event::MappingEnd | Event::SequenceEnd if too_deep > 0 => {
                too_deep -= 1;
                continue;
            }
            Event::MappingEnd | Event::SequenceEnd => match open.pop() {
                Some(closed) => closed.closed(),
                None => continue,
            },
            _ if too_deep > 0 => continue,
            Event::Scalar(value, style, anchor, _) => {
                let range = match style {
                    ScalarStyle::Plain => range,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if range.len() >= 2 => {
                        range.start + 1..range.end - 1
                    }
                    // A block is text, whatever it begins with.
                    _ => range.start..range.start,
                };
                Node {
                    content: Content::Scalar(value.into_owned()),
                    range,
                    anchor,
                }
            }
            Event::Alias(anchor) => Node {
                content: Content::Alias(anchor),
                range,
                anchor: 0,
            },
            _ => continue,
        };
        match open.last_mut() {
            Some(parent) => parent.children.push(node),
            None => documents.push(node),
        }
    }
    let is_flow = |open: &&Open| matches!(text.as_bytes().get(open.start), Some(b'{' | b'['));
    let open_flow = open.iter().find(is_flow).map(|open| open.start);
    // After a mistake, what was open ends there.
    while let Some(closed) = open.pop() {
        let node = closed.closed();
        match open.last_mut() {
            Some(parent) => parent.children.push(node),
            None => documents.push(node),
        }
    }
    Read {
        documents,
        mistake,
        open_flow,
    }
}

/// Brings the parser's positions, which count characters, to bytes.
struct Bytes {
    /// The offset of each character; empty where characters are bytes.
    offsets: Vec<usize>,
    length: usize,
}

impl Bytes {
    fn of(text: &str) -> Self {
        let offsets = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(offset, _)| offset).collect()
        };
        Self {
            offsets,
            length: text.len(),
        }
    }

    fn offset(&self, character: usize) -> usize {
        if self.offsets.is_empty() {
            return character.min(self.length);
        }
        self.offsets.get(character).copied().unwrap_or(self.length)
    }
}
