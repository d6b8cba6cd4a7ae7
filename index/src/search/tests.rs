//! A search that looks at some topics only finds what one that looks at all finds.

use std::fmt::Write as _;

use super::candidates::Bounds;
use super::*;
use crate::folder::Contents;
use crate::parse::{Rules, parse_by};

/// A text of words, few of which are frequent, as in real ones.
fn words(random: &mut Random, count: usize) -> String {
    let mut text = String::new();
    for at in 0..count {
        let end = if at % 12 == 11 { ". " } else { " " };
        write!(text, "{}{end}", word(random)).expect("a String takes any text");
    }
    text.trim_end().to_owned()
}

/// Made of two syllables for each of 2,500 words; small numbers come far more often than large ones.
fn word(random: &mut Random) -> String {
    let number = 2_500 / (1 + random.below(2_500)) * (1 + random.below(9)) % 2_500;
    let syllable = |number: usize| {
        let (first, second) = (number / 5 % 10, number % 5);
        format!(
            "{}{}",
            &"bdfgklmprt"[first..=first],
            &"aeiou"[second..=second]
        )
    };
    format!("{}{}n", syllable(number / 50), syllable(number % 50))
}

fn guide(count: usize) -> Guide {
    let mut random = Random(5);
    let topics = (0..count).map(|number| {
        let title = words(&mut random, 2);
        let text = format!(
            "---\ntitle: {title}\n---\n\nIt is {}.\n\n{}\n\n## Questions\n\n### Why {}?\n\n{}\n",
            words(&mut random, 3),
            words(&mut random, 60),
            words(&mut random, 3),
            words(&mut random, 12),
        );
        let id = format!("s{}/t{number}", number % 7);
        let parsed = parse_by(Rules::Own, "t.md", &id, &text).expect("a topic");
        parsed.topic
    });
    let contents = Contents {
        topics: topics.collect(),
        cards: Vec::new(),
    };
    Guide::build(&contents).expect("a guide")
}

#[test]
fn a_look_at_candidates_finds_what_a_look_at_all_topics_finds() {
    let guide = guide(3_000);
    let found = |query: &str, look| guide.found(query, 10, look, |_, _| ());
    // In proportion as in a large guide.
    let some = Look::Candidates(Bounds {
        candidates: 60,
        read: 600,
    });
    let mut random = Random(9);
    let mut quality = Vec::new();
    for number in 0..300 {
        let mut query = words(&mut random, 1 + number % 4).replace('.', "");
        if number % 5 == 0 {
            query.push_str(" section:s3");
        }
        let (all, some) = (found(&query, Look::Everywhere), found(&query, some));
        assert_eq!(all.len(), some.len(), "{query}");
        let sum = |hits: &[(Hit, ())]| hits.iter().map(|(hit, ())| hit.score).sum::<f32>();
        if sum(&all) > 0.0 {
            quality.push((sum(&some) / sum(&all), query));
        }
    }
    quality.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let mean = quality.iter().map(|(part, _)| part).sum::<f32>() / quality.len() as f32;
    assert!(mean > 0.99, "{mean} {:?}", &quality[..10]);
    assert!(quality[0].0 > 0.8, "{:?}", &quality[..10]);
}

/// Numbers that are the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("small")
    }
}
