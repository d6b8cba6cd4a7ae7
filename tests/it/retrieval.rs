//! Whether searches find the right topics and related questions belong to the code: tables of queries
//! and of keywords in context, each with the topics that are right.

use std::fmt::Write as _;

use viva::document::Document;
use viva::features::related::related;
use viva_guide::{Guide, Language};

/// Queries as people type them, written from the list of subjects before any topic was read; and
/// queries written with the topics at hand, which the weights were chosen by.
/// A line is the query, a tab, and the topics that are right.
const HALVES: [(&str, &str); 2] = [
    ("blind", include_str!("retrieval/blind.tsv")),
    ("tuning", include_str!("retrieval/tuning.tsv")),
];

/// Keywords in code. A block is a line `=== LANGUAGE`, the code with `$0` before the keyword, and a
/// line `---` with the topics, other than that of the keyword, whose questions belong there.
const CONTEXTS: &str = include_str!("retrieval/related.txt");

/// What share of the queries must have a right topic first, and among the first three; and the mean
/// of one divided by the place of the first right topic.
const FIRST: f64 = 0.85;
const FIRST_THREE: f64 = 0.95;
const RECIPROCAL_RANK: f64 = 0.90;

/// What share of the first three questions of other topics must belong to the code.
const BELONG: f64 = 0.9;

/// How many questions editors and the command line offer.
const QUESTIONS: usize = 6;

/// How many topics a search shows.
const TOPICS: usize = 10;

#[derive(Clone, Copy, Default)]
struct Found {
    queries: u32,
    first: u32,
    first_three: u32,
    reciprocal_ranks: f64,
}

impl Found {
    fn add(&mut self, place: Option<usize>) {
        self.queries += 1;
        self.first += u32::from(place == Some(1));
        self.first_three += u32::from(place.is_some_and(|place| place <= 3));
        if let Some(place) = place.and_then(|place| u32::try_from(place).ok()) {
            self.reciprocal_ranks += 1.0 / f64::from(place);
        }
    }

    fn hit_at_1(&self) -> f64 {
        f64::from(self.first) / f64::from(self.queries)
    }

    fn hit_at_3(&self) -> f64 {
        f64::from(self.first_three) / f64::from(self.queries)
    }

    fn mean_reciprocal_rank(&self) -> f64 {
        self.reciprocal_ranks / f64::from(self.queries)
    }

    fn is_enough(&self) -> bool {
        self.hit_at_1() >= FIRST
            && self.hit_at_3() >= FIRST_THREE
            && self.mean_reciprocal_rank() >= RECIPROCAL_RANK
    }

    fn report(&self, name: &str) -> String {
        format!(
            "{name}: {} queries, hit@1 {:.3}, hit@3 {:.3}, MRR {:.3}\n",
            self.queries,
            self.hit_at_1(),
            self.hit_at_3(),
            self.mean_reciprocal_rank()
        )
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are what the test is for")]
fn searches_find_the_right_topic() {
    let guide = viva::built_in::guide();
    let mut report = String::new();
    let mut all = Found::default();
    let mut enough = true;
    for (name, table) in HALVES {
        let mut half = Found::default();
        for line in table.lines() {
            let place = place(&guide, line, &mut report);
            half.add(place);
            all.add(place);
        }
        assert_eq!(half.queries, 80, "the halves are equal");
        enough &= half.is_enough();
        report += &half.report(name);
    }
    report += &all.report("together");
    println!("{report}");
    assert!(enough, "{report}");
}

/// The place of the first right topic; what stands before it goes to the report.
fn place(guide: &Guide, line: &str, report: &mut String) -> Option<usize> {
    let (query, right) = line.split_once('\t').expect("a query and its topics");
    let is_right = |id: &str| right.split(' ').any(|right| right == id);
    for id in right.split(' ') {
        assert!(guide.topic(id).is_some(), "{query}: there is no topic {id}");
    }
    let hits = guide.search(query, TOPICS);
    let place = hits.iter().position(|hit| is_right(&hit.topic.id));
    if place != Some(0) {
        let before = hits.iter().take(place.unwrap_or(3));
        let before: Vec<&str> = before.map(|hit| hit.topic.id.as_str()).collect();
        writeln!(report, "  {query}: {} before {right}", before.join(", ")).expect("memory");
    }
    place.map(|place| place + 1)
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are what the test is for")]
fn related_questions_belong_to_the_code() {
    let guide = viva::built_in::guide();
    let (mut contexts, mut asked, mut right) = (0, 0, 0);
    let mut report = String::new();
    for block in CONTEXTS.split("=== ").skip(1) {
        contexts += 1;
        let (language, rest) = block.split_once('\n').expect("a language");
        let (code, topics) = rest.split_once("\n--- ").expect("topics");
        let acceptable: Vec<&str> = topics.split_whitespace().collect();
        let offset = code.find("$0").expect("a mark");
        let document = Document::new(
            0,
            Language::from_name(language),
            &code.replacen("$0", "", 1),
        );
        let line = code[..offset].lines().count();
        let Some(found) = related(&guide, &document, offset, QUESTIONS) else {
            panic!("nothing is related in\n{code}");
        };
        for id in &acceptable {
            assert!(guide.topic(id).is_some(), "there is no topic {id}");
        }
        let others = found
            .questions
            .iter()
            .map(|question| question.topic.as_str());
        let others = others.filter(|id| *id != found.topic.id);
        let others: Vec<&str> = others.take(3).collect();
        assert_eq!(others.len(), 3, "three are offered in\n{code}");
        for id in others {
            asked += 1;
            if acceptable.contains(&id) {
                right += 1;
            } else {
                let own = &found.topic.id;
                let near = code.lines().nth(line.saturating_sub(1)).unwrap_or_default();
                writeln!(report, "  {own}, at `{}`: {id}", near.trim()).expect("memory");
            }
        }
    }
    let share = f64::from(right) / f64::from(asked);
    writeln!(
        report,
        "{contexts} keywords, {right} of {asked} first questions belong there ({share:.3})"
    )
    .expect("memory");
    println!("{report}");
    assert!(contexts >= 60, "only {contexts} keywords");
    assert!(share >= BELONG, "{report}");
}
