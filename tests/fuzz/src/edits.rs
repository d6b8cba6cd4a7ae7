//! Documents under edits, as an editor sends them, against plain strings; and positions against a
//! model in each encoding.

use viva::document::{Encoding, Position};
use viva::documents::{Change, Documents};

use crate::effort::bounded;
use crate::script::lossy;

const URI: &str = "file:///x";
const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

/// Parts the text and each edit, as no UTF-8 can.
const SEPARATOR: u8 = 0xFF;

/// The first piece is the text; each further one is five bytes that say what is replaced, and the new
/// text. The first byte of all says the encoding.
pub fn check(data: &[u8]) {
    let Some((first, data)) = data.split_first() else {
        return;
    };
    let encoding = ENCODINGS[usize::from(*first) % 3];
    let mut pieces = data.split(|byte| *byte == SEPARATOR);
    let mut model = lossy(pieces.next().unwrap_or_default());
    let mut documents = Documents::default();
    documents
        .open(URI, "plaintext", 1, &model)
        .expect("a short text");
    check_positions(&documents, &model);
    for piece in pieces.take(20) {
        let change = change(piece);
        apply(&mut model, &change, encoding);
        bounded("an edit", || {
            documents.change(URI, None, &[change], encoding)
        })
        .expect("a short text");
        let document = documents.get(URI).expect("it is open");
        assert_eq!(document.len(), model.len(), "{model:?}");
        assert_eq!(document.text(), model);
    }
    check_positions(&documents, &model);
}

/// Lines and columns are those of short texts, and now and then far outside.
fn change(piece: &[u8]) -> Change {
    let Some((&[line, column, to_line, to_column, how], text)) = piece.split_first_chunk() else {
        return Change {
            range: None,
            text: lossy(piece),
        };
    };
    let far = |number: u8| match number {
        0xF0.. => u32::MAX as usize - usize::from(number - 0xF0),
        _ => usize::from(number),
    };
    let from = Position {
        line: far(line),
        column: far(column),
    };
    let to = if how & 1 == 0 {
        // Most edits are within a line or a few.
        Position {
            line: from.line.saturating_add(usize::from(to_line & 3)),
            column: far(to_column),
        }
    } else {
        Position {
            line: far(to_line),
            column: far(to_column),
        }
    };
    Change {
        range: Some((from, to)),
        text: lossy(text),
    }
}

fn apply(model: &mut String, change: &Change, encoding: Encoding) {
    match change.range {
        None => model.clone_from(&change.text),
        Some((from, to)) => {
            let from = offset(model, from, encoding);
            let to = offset(model, to, encoding);
            model.replace_range(from.min(to)..from.max(to), &change.text);
        }
    }
}

/// Lines as the protocol defines them: their first byte and their text without its end.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let width = match letter {
            '\r' if letters.next_if(|(_, next)| *next == '\n').is_some() => 2,
            '\r' | '\n' => 1,
            _ => continue,
        };
        lines.push((start, &text[start..at]));
        start = at + width;
    }
    lines.push((start, &text[start..]));
    lines
}

fn width(letter: char, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 => letter.len_utf8(),
        Encoding::Utf16 => letter.len_utf16(),
        Encoding::Utf32 => 1,
    }
}

/// The offset of a position by counting letters.
fn offset(text: &str, position: Position, encoding: Encoding) -> usize {
    let lines = lines(text);
    let Some((start, line)) = lines.get(position.line) else {
        return text.len();
    };
    let mut column = 0;
    for (at, letter) in line.char_indices() {
        column += width(letter, encoding);
        if column > position.column {
            return start + at;
        }
    }
    start + line.len()
}

fn check_positions(documents: &Documents, text: &str) {
    let document = documents.get(URI).expect("it is open");
    let lines = lines(text);
    assert_eq!(document.line_count(), lines.len(), "{text:?}");
    for encoding in ENCODINGS {
        for (number, (start, line)) in lines.iter().enumerate().take(200) {
            assert_eq!(document.line_end(number), start + line.len(), "{text:?}");
            let mut column = 0;
            for (at, letter) in line.char_indices().chain([(line.len(), '\n')]) {
                let position = Position {
                    line: number,
                    column,
                };
                assert_eq!(
                    document.offset(position, encoding),
                    start + at,
                    "{position:?} in {text:?}"
                );
                assert_eq!(
                    document.position(start + at, encoding),
                    position,
                    "{at} in {text:?}"
                );
                column += width(letter, encoding);
            }
            // The line end was counted as well.
            column -= 1;
            for past in [column, column + 1, usize::MAX] {
                let position = Position {
                    line: number,
                    column: past,
                };
                assert_eq!(
                    document.offset(position, encoding),
                    start + line.len(),
                    "{position:?} in {text:?}"
                );
            }
        }
        for line in [lines.len(), usize::MAX] {
            let past = Position { line, column: 0 };
            assert_eq!(document.offset(past, encoding), text.len());
        }
        let end = document.position(text.len(), encoding);
        assert_eq!(document.position(text.len() + 1, encoding), end);
    }
}
