//! Mends JSON that UTF-8 cannot carry: half a surrogate pair, as an editor sends it that counts in
//! UTF-16 and has cut a character in two. Refusing such a message would lose an edit, and with it
//! the text of the document.

/// What a half stands for here: one UTF-16 code unit too, so that columns behind it stay right.
const REPLACEMENT: &str = "\\ufffd";

/// The same JSON with every lone surrogate replaced; None where there is none.
pub(super) fn lone_surrogates(json: &str) -> Option<String> {
    let mut mended = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = json[at..].find('\\') {
        let start = at + found;
        match (escaped_unit(json, start), escaped_unit(json, start + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => at = start + 12,
            (Some(0xD800..=0xDFFF), _) => {
                mended.push_str(&json[copied..start]);
                mended.push_str(REPLACEMENT);
                at = start + 6;
                copied = at;
            }
            // Behind another backslash may stand a character of several bytes.
            _ => at = json.ceil_char_boundary(start + 2),
        }
    }
    if copied == 0 {
        return None;
    }
    mended.push_str(&json[copied..]);
    Some(mended)
}

/// The code unit of an escape such as `\u00e9` that begins at a byte offset.
fn escaped_unit(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_halves_are_replaced() {
        let cases = [
            (r#""a\ud83dx""#, Some(r#""a\ufffdx""#)),
            (r#""\uDCA3\ud83d""#, Some(r#""\ufffd\ufffd""#)),
            (r#""\ud83d\ud83d\udca3""#, Some(r#""\ufffd\ud83d\udca3""#)),
            (r#""\ud83d\udca3 é""#, None),
            (r#""\\ud83d \é""#, None),
            (r#""\"#, None),
            (r#""\ud8"#, None),
        ];
        for (json, expected) in cases {
            assert_eq!(lone_surrogates(json).as_deref(), expected, "{json}");
        }
    }
}
