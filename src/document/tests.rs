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
