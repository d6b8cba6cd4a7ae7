//! How long an edit and the keyword near it take in files of 20 MB, where the answer must not depend
//! on the length of the file: `cargo bench --bench large`.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use viva::document::Document;
use viva_guide::Language;

/// How long the files are at least, in bytes.
const LENGTH: usize = 20 << 20;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .sample_size(20)
        .configure_from_args();
    let row = "(1,'it''s a row with some text',NULL,3.14),";
    let insert = format!(
        "INSERT INTO `orders` VALUES {}(2,'',NULL,0);\n",
        row.repeat(2_000)
    );
    let files = [
        ("sql", Language::Sql, insert.as_str(), "INS"),
        (
            "dockerfile",
            Language::Dockerfile,
            "FROM golang:1.27 AS build\nRUN --mount=type=cache,target=/x go build \\\n  -o /y\nCOPY --from=build /y /y\n",
            "COPY --fr",
        ),
        (
            "redis",
            Language::Redis,
            "# What it does.\nmaxmemory-policy allkeys-lru\nsave 900 1\n",
            "maxmem",
        ),
    ];
    for (name, language, piece, place) in files {
        let text = piece.repeat(LENGTH / piece.len() + 1);
        let mut group = criterion.benchmark_group(format!("{name}, 20 MB"));
        for (where_to, edit_at, hover_at) in [
            ("edit and ask at the end", 0.9, 0.9),
            ("edit at the beginning, ask at the end", 0.1, 0.9),
        ] {
            let at = |share: f64| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_precision_loss,
                    clippy::cast_sign_loss,
                    reason = "about there is enough"
                )]
                let about = (text.len() as f64 * share) as usize;
                about + text[about..].find(place).expect("the place comes again")
            };
            let (edited, asked) = (at(edit_at), at(hover_at) + place.len() - 1);
            let mut document = Document::new(1, Some(language), &text);
            assert!(
                document.keyword_at(asked).is_some(),
                "{name}: nothing there"
            );
            group.bench_function(where_to, |bencher| {
                bencher.iter(|| {
                    document.replace(edited..edited, " ");
                    let found = document.keyword_at(black_box(asked + 1));
                    assert!(found.is_some(), "{name}: nothing there");
                    document.replace(edited..edited + 1, "");
                    document.keyword_at(black_box(asked))
                });
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
