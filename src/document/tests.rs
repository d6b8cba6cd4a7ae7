//! Positions against a model on plain strings, line ends, and edits against fresh documents.

use super::*;

const TEXTS: [&str; 9] = [
    "",
    "a\nb",
    "a\r\nb\r\n",
    "a\rb",
    "\u{feff}package x\n",
    "ß ℝ 💣 x\n💣💣\r\nend",
    "e\u{301}\n\u{200d}x",
    "a\u{2028}b\u{c}c\u{85}d",
    "\0\n\0",
];
const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

/// Lines with their start offsets, without line ends, as LSP defines them.
fn model_lines(text: &str) -> Vec<(usize, &str)> {
    let bytes = text.as_bytes();
    let (mut lines, mut start, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let width = match bytes[at] {
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => 2,
            b'\r' | b'\n' => 1,
            _ => {
                at += 1;
                continue;
            }
        };
        lines.push((start, &text[start..at]));
        at += width;
        start = at;
    }
    lines.push((start, &text[start..]));
    lines
}

fn width(text: &str, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 => text.len(),
        Encoding::Utf16 => text.encode_utf16().count(),
        Encoding::Utf32 => text.chars().count(),
    }
}

#[test]
fn positions_agree_with_a_model_on_plain_strings() {
    for text in TEXTS {
        let document = Document::new(0, None, text);
        let lines = model_lines(text);
        assert_eq!(document.line_count(), lines.len(), "{text:?}");
        for encoding in ENCODINGS {
            for (number, (start, line)) in lines.iter().enumerate() {
                for (at, _) in line.char_indices().chain([(line.len(), ' ')]) {
                    let position = Position {
                        line: number,
                        column: width(&line[..at], encoding),
                    };
                    assert_eq!(
                        document.offset(position, encoding),
                        start + at,
                        "{text:?} {position:?}"
                    );
                    assert_eq!(
                        document.position(start + at, encoding),
                        position,
                        "{text:?} {at}"
                    );
                }
                let past = Position {
                    line: number,
                    column: usize::MAX,
                };
                assert_eq!(
                    document.offset(past, encoding),
                    start + line.len(),
                    "{text:?} past the line"
                );
            }
            let past = Position {
                line: lines.len(),
                column: 0,
            };
            assert_eq!(
                document.offset(past, encoding),
                text.len(),
                "{text:?} past the text"
            );
        }
    }
}

#[test]
fn a_column_inside_a_surrogate_pair_is_the_start_of_the_character() {
    let document = Document::new(0, None, "💣x");
    assert_eq!(
        document.offset(Position { line: 0, column: 1 }, Encoding::Utf16),
        0
    );
    assert_eq!(
        document.offset(Position { line: 0, column: 2 }, Encoding::Utf8),
        0
    );
}

#[test]
fn edits_leave_the_document_as_if_it_had_been_opened_with_that_text() {
    let mut model =
        "package main\n\nimport \"sync\"\n\nvar c = sync.NewCond(nil) // 💣\n".to_owned();
    let mut document = Document::new(0, Some(Language::Go), &model);
    let mut seed: u64 = 7;
    let mut random = move |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits fit") % below.max(1)
    };
    let pieces = [
        "",
        "\n",
        "\r",
        "x",
        "sync.Cond",
        "💣",
        "func f() {",
        "}",
        "\"",
        "chan int",
    ];
    for round in 0..2_000 {
        let from = model.floor_char_boundary(random(model.len() + 1));
        let to = model
            .floor_char_boundary((from + random(8)).min(model.len()))
            .max(from);
        let piece = pieces[random(pieces.len())];
        model.replace_range(from..to, piece);
        document.replace(from..to, piece);
        if round % 50 == 0 {
            assert_eq!(document.text(), model);
            let fresh = Document::new(0, Some(Language::Go), &model);
            assert_eq!(document.keywords(), fresh.keywords(), "{model}");
        }
    }
}

/// Each place where reading can go on keeps what it needs for that; were that all open parentheses, a file
/// of a megabyte would take hundreds.
#[test]
fn what_is_kept_of_a_text_does_not_grow_with_its_depth() {
    let text = "(".repeat(4_000);
    let document = Document::new(0, Some(Language::Sql), &text);
    assert_eq!(document.keyword_at(text.len()), None);
    let kept = format!("{:?}", document.checkpoints).len();
    let places = text.len() / 64;
    assert!(
        kept < places * 30_000,
        "{kept} characters for {places} places"
    );
}

#[test]
fn past_the_end_of_any_text_there_is_nothing() {
    for language in Language::ALL {
        for text in ["", "FROM", "save 1\n"] {
            let document = Document::new(0, Some(language), text);
            assert_eq!(document.keyword_at(text.len() + 1), None, "{language:?}");
            assert_eq!(document.keyword_at(usize::MAX), None, "{language:?}");
        }
    }
}

/// Damages a text again and again and asks after each edit, or after several: the document that has
/// been edited answers as one that has just been opened.
fn check_edits(language: Language, fixture: &str, pieces: &[&str], rounds: usize) {
    let mut seed: u64 = 11;
    let mut random = move |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits fit") % below.max(1)
    };
    for _ in 0..rounds {
        let mut model = fixture.to_owned();
        let mut document = Document::new(0, Some(language), &model);
        for _ in 0..30 {
            let from = model.floor_char_boundary(random(model.len() + 1));
            let length = if random(20) == 0 { 300 } else { random(8) };
            let to = model.floor_char_boundary((from + length).min(model.len()));
            let piece = if random(20) == 0 {
                fixture
            } else {
                pieces[random(pieces.len())]
            };
            model.replace_range(from..to.max(from), piece);
            document.replace(from..to.max(from), piece);
            if random(3) == 0 {
                continue;
            }
            let fresh = Document::new(0, Some(language), &model);
            let found = fresh.keywords();
            let (near, anywhere) = (from.min(model.len()), random(model.len() + 1));
            let some = random(found.len());
            let keyword = found.get(some).map_or(0, |keyword| keyword.range.start);
            let offsets = [anywhere, near, near + 1, keyword, model.len()];
            // What was asked about before is answered from what is kept.
            for offset in offsets.repeat(2) {
                let expected = found
                    .iter()
                    .find(|keyword| keyword.range.contains(&offset))
                    .or_else(|| found.iter().find(|keyword| keyword.range.end == offset));
                let answer = document.keyword_at(offset);
                assert_eq!(
                    answer.as_deref(),
                    expected,
                    "{language:?} at {offset} of {model:?}"
                );
            }
            let near = near..(near + random(300)).min(model.len());
            let expected: Vec<_> = found
                .iter()
                .filter(|_| !near.is_empty())
                .filter(|keyword| keyword.range.start < near.end && near.start < keyword.range.end)
                .cloned()
                .collect();
            assert_eq!(
                document.keywords_in(near.clone()),
                expected,
                "{language:?} in {near:?} of {model:?}"
            );
        }
    }
}

#[test]
fn after_edits_sql_answers_as_if_just_opened() {
    let fixture = include_str!("../../tests/fixtures/shop/schema.sql");
    let fixture = format!(
        "{fixture}\nDELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT CASE WHEN a THEN 'x' END, @@sql_mode FROM t; END$$\nDELIMITER ;\n\
        INSERT INTO t VALUES (1, 'it''s', NULL), (2, \"b\\\"c\", DEFAULT) ON DUPLICATE KEY UPDATE a = VALUES(a);\nSELECT /*+ MAX_EXECUTION_TIME(1) */ 1 /*!80000 + 2 */;\n"
    );
    let pieces = [
        "'",
        "\"",
        "`",
        "/*",
        "*/",
        "/*!80000 ",
        "-- ",
        "#",
        "\n",
        ";",
        "\nDELIMITER $$\n",
        "$$",
        "(",
        ")",
        "SELECT ",
        "é",
        "x",
        " ON DUPLICATE KEY UPDATE ",
        "/*+ ",
        ":",
        "CASE ",
        ".",
        "@@",
        ";SET sql_mode='ANSI';",
        "\\",
    ];
    check_edits(Language::Sql, &fixture, &pieces, 6);
}

#[test]
fn after_edits_dockerfiles_answer_as_if_just_opened() {
    let fixture = include_str!("../../tests/fixtures/image/Dockerfile");
    let fixture = format!(
        "{fixture}SHELL [\"a\"]\nRUN <<EOF cat <<-B\nFROM x\nEOF\n\tCOPY\n\tB\nRUN a \\\n# x\n  && b\nONBUILD ADD --chown=1 a b\n\
        RUN <<E\nset -e\ncase $1 in\na) exec x;;\nesac\necho 'a\nwait' && apt-get update\nE\nCOPY --from=build a b\n"
    );
    let pieces = [
        "\\\n",
        "\n",
        "# ",
        "<<EOF",
        "\nEOF\n",
        "RUN ",
        "FROM x AS y\n",
        "# escape=`\n",
        "`\n",
        "é",
        "SHELL [\"x\"]\n",
        "--mount=type=cache ",
        "\r\n",
        "$TARGETOS",
        "'",
        "$(",
        "; exec ",
    ];
    check_edits(Language::Dockerfile, &fixture, &pieces, 20);
}

#[test]
fn after_edits_other_files_answer_as_if_just_opened() {
    let fixture = include_str!("../../tests/fixtures/cache/redis.conf");
    check_edits(
        Language::Redis,
        fixture,
        &[
            "\n",
            "#",
            "\"",
            "sentinel ",
            "é",
            "appendonly yes\n",
            "\r",
            " ",
        ],
        10,
    );
    let fixture = include_str!("../../tests/fixtures/stack/compose.yaml");
    assert_eq!(
        Document::new(0, Some(Language::Compose), fixture).keywords(),
        keywords::all(Language::Compose, Source::new(fixture))
    );
    check_edits(
        Language::Compose,
        &fixture[..400],
        &["\n", ":", "  ", "{", "- ", "\"", "é"],
        1,
    );
}

#[test]
fn after_edits_go_answers_as_if_just_opened() {
    let fixture = include_str!("../../tests/fixtures/queue/queue.go");
    check_edits(
        Language::Go,
        fixture,
        &["\n", "\"", "`", "{", "}", "x := sync.", "/*", "chan ", "é"],
        4,
    );
}

#[test]
fn every_keyword_comes_once_however_long_the_text_is() {
    for (language, line) in [
        (Language::Sql, "SELECT COUNT(*) FROM t GROUP BY a;\n"),
        (Language::Dockerfile, "RUN apt-get update && exec x\n"),
        (Language::Redis, "maxmemory 1gb\n"),
        (Language::Go, "func f() { defer g(make(chan int)) }\n"),
        (Language::Compose, "    - x\n"),
    ] {
        // Lines that do not fit into the parts, in the middle of one of which a part ends.
        let text = line.repeat(2 * PART / line.len() + 1);
        let document = Document::new(0, Some(language), &text);
        let mut found = Vec::new();
        document.each_keyword(|keyword| found.push(keyword));
        assert!(found == document.keywords(), "{language:?}");
    }
    let mut found = 0;
    Document::new(0, None, "x").each_keyword(|_| found += 1);
    assert_eq!(found, 0);
}

#[test]
fn what_is_kept_of_a_place_belongs_to_the_package_that_is_known() {
    let text = "package p\n\nfunc f() { client.Get(nil) }\n";
    let client = |type_: &str| {
        let other = format!("package p\n\nimport \"net/http\"\n\nvar client {type_}\n");
        let file = Arc::new(go::PackageFile::new(&other));
        Some(Arc::new(go::Package::new(
            "f.go",
            [("g.go".to_owned(), file)],
            None,
        )))
    };
    let mut document = Document::new(0, Some(Language::Go), text);
    let get = text.find("Get").expect("it is there");
    let known = client("http.Client");
    for package in [None, known.clone(), client("int"), None, known] {
        document.package = package;
        let expected = keywords::within(Language::Go, document.source(), get..get + 1).pop();
        for _ in 0..2 {
            assert_eq!(document.keyword_at(get).as_deref(), expected.as_ref());
        }
    }
    let answer = document
        .keyword_at(get)
        .map(|keyword| keyword.names.clone());
    assert_eq!(answer.unwrap_or_default()[0], "net/http.Client.Get");
}
