//! Long texts of repetitions: what takes more than a fixed time for each byte shows here.

use std::time::Duration;

use viva::document::Document;
use viva::features::hints::{self, Choice};
use viva_guide::Language;
use viva_guide::import::{Format, Known, read};
use viva_guide::parse::{Rules, parse_by};

use crate::effort::bounded_by;
use crate::script::lossy;

/// About how long the texts are made, in bytes.
const LENGTH: usize = 96 << 10;

/// For one call about such a text. Most take a twentieth of it with libFuzzer's instruments; the parser of Go takes
/// half of it for `{+{+{+`.
const LIMIT: Duration = Duration::from_secs(6);

/// Parts the pieces, as no UTF-8 can.
const SEPARATOR: u8 = 0xFF;

/// The first byte says what the text is; then up to four pieces follow, of which the second and the
/// fourth are repeated as often as fits.
pub fn check(data: &[u8]) {
    let Some((first, pieces)) = data.split_first() else {
        return;
    };
    let pieces: Vec<String> = pieces.split(|byte| *byte == SEPARATOR).map(lossy).collect();
    let piece = |number: usize| pieces.get(number).map_or("", String::as_str);
    let repeated = piece(1).len() + piece(3).len();
    if repeated == 0 {
        return;
    }
    let times = LENGTH / repeated;
    let text = [
        piece(0),
        &piece(1).repeat(times),
        piece(2),
        &piece(3).repeat(times),
    ]
    .concat();
    let kinds = Language::ALL.len() + Format::ALL.len() + 1;
    let kind = usize::from(*first) % kinds;
    if let Some(language) = Language::ALL.get(kind) {
        check_document(*language, &text);
    } else if let Some(format) = Format::ALL.get(kind - Language::ALL.len()) {
        bounded_by(LIMIT, format.name(), || {
            read(&text, "notes.txt", Some(*format), &Known::default())
        });
    } else {
        bounded_by(LIMIT, "a topic", || {
            parse_by(Rules::Own, "a/b.md", "a/b", &text)
        })
        .ok();
    }
}

fn check_document(language: Language, text: &str) {
    let mut document = Document::new(0, Some(language), text);
    let name = language.name();
    let ask = |document: &Document| {
        let all = bounded_by(LIMIT, &format!("{name}: keywords"), || document.keywords());
        for offset in [text.len() / 2, text.len()] {
            let offset = text.floor_char_boundary(offset);
            bounded_by(LIMIT, &format!("{name}: a keyword"), || {
                document.keyword_at(offset)
            });
        }
        all.len()
    };
    ask(&document);
    bounded_by(LIMIT, &format!("{name}: hints"), || {
        hints::hints(&document, &Choice::default())
    });
    let middle = text.floor_char_boundary(text.len() / 2);
    document.replace(middle..middle, "x");
    ask(&document);
}
