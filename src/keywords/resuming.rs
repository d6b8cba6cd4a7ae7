//! Reading a text in parts: the recognisers of SQL and Dockerfiles can stop, say what they know, and
//! let another reading go on there.

use std::ops::Range;

use super::{Keyword, State};

/// A part of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window<'a> {
    pub(super) text: &'a str,
    /// Whether the text ends where the window ends.
    pub(super) is_last: bool,
}

/// Where reading stopped.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) at: usize,
    /// What begins here has not been looked at.
    pub(super) looked_at: usize,
    pub(super) state: State,
    /// What was found on the way.
    pub(super) keywords: Vec<Keyword>,
}

/// How far a whole text is read at once, in bytes: what is kept on the way is small then.
const STRIDE: usize = if cfg!(test) { 2048 } else { 1 << 20 };

/// Every keyword of a text that begins in this state.
pub(super) fn all(start: &State, text: &str) -> Vec<Keyword> {
    let window = Window {
        text,
        is_last: true,
    };
    let mut keywords = Vec::new();
    let (mut at, mut state) = (0, start.clone());
    while at < text.len() {
        let Some(stop) = state.read(&window, at, at + STRIDE, &(0..usize::MAX)) else {
            break;
        };
        keywords.extend(stop.keywords);
        if stop.at <= at {
            break;
        }
        (at, state) = (stop.at, stop.state);
    }
    keywords
}

/// Moves what was found in a window to where it is in the text.
pub(super) fn moved(mut keyword: Keyword, by: usize) -> Keyword {
    let Range { start, end } = keyword.range;
    keyword.range = start + by..end + by;
    keyword
}
