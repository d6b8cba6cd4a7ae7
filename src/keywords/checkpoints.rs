//! Checkpoints: what a recogniser knew at some places of a text, kept over edits, so that a question
//! about one place reads only its neighbourhood.
//!
//! Every checkpoint follows from the one before it and the text between them. An edit makes those
//! whose text it touches doubtful; the others only move. A doubtful one is read again when a
//! question comes that depends on it. Where that ends in the state that was kept, all that follow are
//! right, without a look at them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use viva_guide::Language;

use super::resuming::{self, Stop, Window};
use super::{Keyword, State, dockerfile, go, redis_conf, sql};

/// A text of which parts can be seen.
pub trait Parts {
    /// In bytes.
    fn length(&self) -> usize;

    /// A part of it. A bound within a character moves to the beginning of that.
    fn part(&self, range: Range<usize>) -> (usize, Cow<'_, str>);
}

/// A text in one piece.
impl Parts for &str {
    fn length(&self) -> usize {
        self.len()
    }

    fn part(&self, range: Range<usize>) -> (usize, Cow<'_, str>) {
        let start = self.floor_char_boundary(range.start);
        let end = self.floor_char_boundary(range.end);
        (start, Cow::from(&self[start..end]))
    }
}

/// The distance of checkpoints, in bytes: small enough that a question reads little, and large enough
/// that not many are kept of a long text.
fn distance(length: usize) -> usize {
    if cfg!(any(test, fuzzing)) {
        64
    } else {
        (length / 256).clamp(128, 32 << 10)
    }
}

/// The checkpoints of a text.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    /// In the order of the text. The first one is its beginning. Copies of this share them until one changes.
    kept: Arc<Vec<Checkpoint>>,
    lexed: Lexed,
}

/// How a language is read in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lexed {
    /// With checkpoints.
    InOrder,
    /// Each line for itself.
    ByLine,
}

#[derive(Clone, Debug)]
struct Checkpoint {
    at: usize,
    state: State,
    /// Whether it follows from the one before it.
    is_sound: bool,
    /// The end of the text that it follows from.
    looked_at: usize,
}

impl Checkpoints {
    /// None for languages that are not read in parts.
    pub fn new(language: Language) -> Option<Checkpoints> {
        let (state, lexed) = match language {
            Language::Sql => (State::Sql(sql::State::default()), Lexed::InOrder),
            Language::Dockerfile => (
                State::Dockerfile(dockerfile::State::default()),
                Lexed::InOrder,
            ),
            Language::Redis => (State::Line, Lexed::ByLine),
            Language::Go => (State::Go(go::State::default()), Lexed::InOrder),
            Language::Compose => return None,
        };
        let start = Checkpoint {
            at: 0,
            state,
            is_sound: true,
            looked_at: 0,
        };
        Some(Checkpoints {
            kept: Arc::new(vec![start]),
            lexed,
        })
    }

    /// The keywords that have a byte in a range, as [`super::within`] finds them in the whole text.
    pub fn keywords_in(&mut self, text: &dyn Parts, range: Range<usize>) -> Vec<Keyword> {
        let range = range.start..range.end.min(text.length());
        if range.is_empty() {
            return Vec::new();
        }
        let found = if self.lexed == Lexed::ByLine {
            in_lines(text, &range)
        } else {
            let last = self.brought_up_to(text, range.start);
            let stop = read(text, &self.kept[last], range.end, &range);
            stop.map_or_else(Vec::new, |stop| stop.keywords)
        };
        super::touching(&found, range)
    }

    /// Notes that a range of the text was replaced by so many bytes.
    pub fn edit(&mut self, range: &Range<usize>, length: usize) {
        let mut before = 0;
        let kept = Arc::make_mut(&mut self.kept);
        kept.retain_mut(|checkpoint| {
            if checkpoint.at == 0 {
                return true;
            }
            let behind = before;
            before = checkpoint.at;
            if checkpoint.at > range.start && checkpoint.at < range.end {
                return false;
            }
            // Some bytes before a checkpoint are looked at, too.
            let is_touched = range.start <= checkpoint.looked_at && range.end + BEHIND >= behind;
            checkpoint.is_sound &= !is_touched;
            let moved = |at: usize| {
                if at >= range.end && at > range.start && at < usize::MAX {
                    at - range.len() + length
                } else {
                    at
                }
            };
            checkpoint.at = moved(checkpoint.at);
            checkpoint.looked_at = moved(checkpoint.looked_at);
            true
        });
        // Nothing is known any more about what moved to the beginning.
        kept.dedup_by(|next, kept| next.at <= kept.at);
    }

    /// Makes all checkpoints up to an offset sound, adds those that are missing, and gives the number
    /// of the last.
    fn brought_up_to(&mut self, text: &dyn Parts, offset: usize) -> usize {
        let distance = distance(text.length());
        loop {
            let last = self.kept.partition_point(|kept| kept.at <= offset) - 1;
            let doubtful = self.kept[..=last].iter().position(|kept| !kept.is_sound);
            let (number, goal) = match doubtful {
                Some(doubtful) => (doubtful - 1, self.kept[doubtful].at),
                None if offset - self.kept[last].at > distance * 2 => (last, offset),
                None => return last,
            };
            let start = &self.kept[number];
            let target = if goal - start.at > distance * 2 {
                start.at + distance
            } else {
                goal
            };
            let Some(stop) = read(text, start, target, &NOTHING) else {
                return number;
            };
            if stop.at <= start.at {
                return number;
            }
            // A token that reaches past the offset leaves no place for a checkpoint before it.
            let is_past = doubtful.is_none() && stop.at > offset;
            self.keep(number + 1, stop);
            if is_past {
                return number;
            }
        }
    }

    /// Puts a new checkpoint at a place of the list.
    fn keep(&mut self, number: usize, stop: Stop) {
        let all = Arc::make_mut(&mut self.kept);
        let passed = all[number..]
            .iter()
            .take_while(|kept| kept.at < stop.at)
            .count();
        // What follows from one that was doubtful and is gone is doubtful itself.
        let lost_doubts = all[number..number + passed]
            .iter()
            .any(|kept| !kept.is_sound);
        all.drain(number..number + passed);
        if let Some(kept) = all.get_mut(number).filter(|kept| kept.at == stop.at) {
            let is_same = kept.state == stop.state;
            kept.state = stop.state;
            kept.is_sound = true;
            kept.looked_at = stop.looked_at;
            if !is_same {
                self.doubt(number + 1);
            }
            return;
        }
        let new = Checkpoint {
            at: stop.at,
            state: stop.state,
            is_sound: true,
            looked_at: stop.looked_at,
        };
        all.insert(number, new);
        if lost_doubts {
            self.doubt(number + 1);
        }
    }

    fn doubt(&mut self, number: usize) {
        if let Some(next) = Arc::make_mut(&mut self.kept).get_mut(number) {
            next.is_sound = false;
        }
    }
}

/// How many bytes before a checkpoint reading looks at, at most, beyond the text that led to the
/// checkpoint before.
const BEHIND: usize = 8;

/// Somebody only wants to know the state.
const NOTHING: Range<usize> = 0..0;

/// How much text is first taken beyond the target, in bytes.
const MARGIN: usize = if cfg!(any(test, fuzzing)) { 16 } else { 512 };

/// Reads from a checkpoint to a target, with as much of the text as it takes.
fn read(
    text: &dyn Parts,
    start: &Checkpoint,
    target: usize,
    wanted: &Range<usize>,
) -> Option<Stop> {
    let length = text.length();
    let mut margin = MARGIN;
    loop {
        let end = target.saturating_add(margin).min(length);
        let (base, part) = text.part(start.at - start.state.behind().min(start.at)..end);
        let window = Window {
            text: &part,
            is_last: end == length,
        };
        let inner = wanted.start.saturating_sub(base)..wanted.end.saturating_sub(base);
        let target = target - base;
        if let Some(stop) = start.state.read(&window, start.at - base, target, &inner) {
            let keywords = stop.keywords.into_iter();
            return Some(Stop {
                at: stop.at + base,
                looked_at: if window.is_last {
                    usize::MAX
                } else {
                    stop.looked_at + base
                },
                keywords: keywords
                    .map(|keyword| resuming::moved(keyword, base))
                    .collect(),
                state: stop.state,
            });
        }
        if window.is_last {
            return None;
        }
        margin = margin.saturating_mul(4);
    }
}

/// The keywords of the lines that a range touches, in a text whose lines do not depend on each other.
fn in_lines(text: &dyn Parts, wanted: &Range<usize>) -> Vec<Keyword> {
    let length = text.length();
    let mut margin = MARGIN;
    loop {
        let range =
            wanted.start.saturating_sub(margin)..wanted.end.saturating_add(margin).min(length);
        let (base, part) = text.part(range.clone());
        let bytes = part.as_bytes();
        let is_end = |byte: &u8| *byte == b'\n';
        let start = bytes[..wanted.start - base].iter().rposition(is_end);
        let end = bytes[wanted.end - base - 1..].iter().position(is_end);
        if (base == 0 || start.is_some()) && (range.end == length || end.is_some()) {
            let start = start.map_or(0, |line_end| line_end + 1);
            let end = end.map_or(bytes.len(), |line_end| wanted.end - base + line_end);
            let found = redis_conf::of_lines(&part, start..end).into_iter();
            return found
                .map(|keyword| resuming::moved(keyword, base))
                .collect();
        }
        margin = margin.saturating_mul(4);
    }
}
