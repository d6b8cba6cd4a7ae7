//! How long the core takes: opening the guide, and each answer as plain data, without a process and
//! a protocol around it. The whole is measured by `process.rs`.

mod samples;

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use viva::built_in;
use viva::document::Document;
use viva::features::hover::hover;
use viva::features::related::related;
use viva_guide::{Guide, Language};

use samples::Sample;

/// What the server's settings say unless the user does.
const HOVER_LINES: usize = 25;

/// How many questions the server offers at a place.
const QUESTIONS: usize = 5;

/// How many topics the server's search gives.
const TOPICS: usize = 20;

/// Words of the guide, mistyped words, an unfinished word, and words that nothing is about.
const QUERIES: [&str; 4] = [
    "condition variable",
    "isolaton levle",
    "evict",
    "quokka habitat",
];

/// How many lines the long Go files have at least.
const LONG: usize = 1_000;
const LONGEST: usize = 100_000;

type Named = (&'static str, Sample);

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let guide = built_in::guide();
    let mut samples: Vec<Named> = samples::all()
        .into_iter()
        .map(|sample| (sample.name, sample))
        .collect();
    samples.push(("queue.go, 1000 lines", long_go(LONG)));
    for (name, sample) in &samples {
        // A miss would be measured as a fast answer.
        let found = hover(&guide, &sample.document(), sample.offset, HOVER_LINES, None);
        assert!(found.is_some(), "{name}: nothing to say");
    }
    opening(&mut criterion);
    hovering(&mut criterion, &guide, &samples);
    editing(&mut criterion, &guide, &samples);
    let longest = [("queue.go, 100000 lines", long_go(LONGEST))];
    hovering_again(&mut criterion, &guide, &longest);
    editing(&mut criterion, &guide, &longest);
    relating(&mut criterion, &guide, &samples);
    searching(&mut criterion, &guide);
    recognising(&mut criterion, &samples);
    criterion.final_summary();
}

/// The Go fixture again and again, each time with other names, so that it stays correct Go.
fn long_go(lines: usize) -> Sample {
    let (head, body) = samples::GO
        .split_once("// Queue")
        .expect("the fixture declares Queue after its imports");
    let mut text = head.to_owned();
    let copies = lines.div_ceil(body.lines().count());
    for number in 1..=copies {
        let copy = format!("// Queue{body}")
            .replace("Queue", &format!("Queue{number}"))
            .replace("func New(", &format!("func New{number}("))
            .replace("func Drain(", &format!("func Drain{number}("));
        text.push_str(&copy);
        text.push('\n');
    }
    Sample::new("queue.go", &text, samples::GO_PLACE)
}

fn opening(criterion: &mut Criterion) {
    criterion.bench_function("open the guide", |bencher| bencher.iter(built_in::guide));
}

fn hovering(criterion: &mut Criterion, guide: &Guide, samples: &[Named]) {
    let mut group = criterion.benchmark_group("first hover after opening");
    for (name, sample) in samples {
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                let document = Document::new(1, Some(sample.language), black_box(&sample.text));
                hover(
                    guide,
                    &document,
                    black_box(sample.offset),
                    HOVER_LINES,
                    None,
                )
            });
        });
    }
    group.finish();
    hovering_again(criterion, guide, samples);
}

fn hovering_again(criterion: &mut Criterion, guide: &Guide, samples: &[Named]) {
    let mut group = criterion.benchmark_group("hover");
    for (name, sample) in samples {
        let document = sample.document();
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                let (document, offset) = (black_box(&document), black_box(sample.offset));
                hover(black_box(guide), document, offset, HOVER_LINES, None)
            });
        });
    }
    group.finish();
}

/// A hover after a letter was typed or deleted in a name behind the keyword.
fn editing(criterion: &mut Criterion, guide: &Guide, samples: &[Named]) {
    let mut group = criterion.benchmark_group("edit and hover");
    for (name, sample) in samples {
        if sample.language != Language::Go {
            continue;
        }
        let mut document = sample.document();
        let place = Sample::new("queue.go", &sample.text, "append(q.jobs, job").offset;
        let mut is_typed = false;
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                // In turn, so that the text stays as long as it is.
                if is_typed {
                    document.replace(black_box(place..place + 1), "");
                } else {
                    document.replace(black_box(place..place), black_box("x"));
                }
                is_typed = !is_typed;
                hover(
                    guide,
                    &document,
                    black_box(sample.offset),
                    HOVER_LINES,
                    None,
                )
            });
        });
    }
    group.finish();
}

fn relating(criterion: &mut Criterion, guide: &Guide, samples: &[Named]) {
    let mut group = criterion.benchmark_group("related questions");
    for (name, sample) in samples {
        let document = sample.document();
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                let (document, offset) = (black_box(&document), black_box(sample.offset));
                related(black_box(guide), document, offset, QUESTIONS)
            });
        });
    }
    group.finish();
}

fn searching(criterion: &mut Criterion, guide: &Guide) {
    let mut group = criterion.benchmark_group("search");
    for query in QUERIES {
        group.bench_function(query, |bencher| {
            bencher.iter(|| black_box(guide).search(black_box(query), TOPICS));
        });
    }
    group.finish();
}

fn recognising(criterion: &mut Criterion, samples: &[Named]) {
    let mut group = criterion.benchmark_group("keywords of a whole file");
    for (name, sample) in samples {
        let document = sample.document();
        assert!(!document.keywords().is_empty(), "{name}: no keywords");
        group.bench_function(*name, |bencher| {
            bencher.iter(|| black_box(&document).keywords());
        });
    }
    group.finish();
}
