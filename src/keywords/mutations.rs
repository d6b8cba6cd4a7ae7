//! The property that every recogniser of text has, on damaged files: no panic, ranges in order and
//! at character boundaries, and what is read in parts is what is read as a whole.

use crate::keywords::checkpoints::Checkpoints;
use crate::keywords::fixtures::Recogniser;
use crate::keywords::{Source, touching};

/// Damages each fixture many times, always in the same ways, and checks the property. `pieces` are
/// what the language is sensitive to.
#[track_caller]
pub(in crate::keywords) fn check(recogniser: &Recogniser, fixtures: &[&str], pieces: &[&str]) {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for fixture in fixtures {
        for _ in 0..300 {
            let mut text = (*fixture).to_owned();
            for _ in 0..=random.below(6) {
                damage(&mut text, pieces, &mut random);
            }
            check_text(recogniser, &text, &mut random);
        }
    }
}

#[track_caller]
fn check_text(recogniser: &Recogniser, text: &str, random: &mut Random) {
    let source = Source::new(text);
    let found = (recogniser.keywords)(source);
    let mut end = 0;
    for keyword in &found {
        let range = keyword.range.clone();
        assert!(
            end <= range.start && range.start < range.end,
            "{keyword:?} in {text:?}"
        );
        assert!(text.get(range.clone()).is_some(), "{keyword:?} in {text:?}");
        assert!(
            !keyword.names.is_empty() && keyword.names.iter().all(|name| !name.is_empty()),
            "{keyword:?}"
        );
        end = range.end;
    }
    let Some(mut parts) = Checkpoints::new(recogniser.language) else {
        return;
    };
    let starts = found.iter().map(|keyword| keyword.range.start);
    let anywhere: Vec<usize> = (0..20).map(|_| random.below(text.len() + 2)).collect();
    for start in starts.take(40).chain(anywhere) {
        let range = start..start + 1 + random.below(60);
        assert_eq!(
            parts.keywords_in(&text, range.clone()),
            touching(&found, range.clone()),
            "in {range:?} of {text:?}"
        );
    }
}

/// Cuts something out, repeats something, puts a piece in, or cuts the end off.
fn damage(text: &mut String, pieces: &[&str], random: &mut Random) {
    const ANYWHERE: [&str; 12] = [
        "\"", "'", "\\", "\n", "\r\n", "\0", "🦀", "é", "\u{feff}", "(", ")", " ",
    ];
    let (mut start, mut end) = (random.boundary(text), random.boundary(text));
    if start > end {
        (start, end) = (end, start);
    }
    match random.below(8) {
        0 => text.truncate(start),
        1 => text.replace_range(start..end.min(random.boundary_after(text, start)), ""),
        2 => text.insert_str(end, &text.clone()[start..end]),
        3..=4 => text.insert_str(start, ANYWHERE[random.below(ANYWHERE.len())]),
        _ => text.insert_str(start, pieces[random.below(pieces.len())]),
    }
}

/// Xorshift: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }

    fn boundary(&mut self, text: &str) -> usize {
        let at = self.below(text.len() + 1);
        (0..=at)
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or_default()
    }

    /// A boundary at most a few characters later.
    fn boundary_after(&mut self, text: &str, start: usize) -> usize {
        let length = self.below(12);
        (start + length..=text.len())
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(text.len())
    }
}
